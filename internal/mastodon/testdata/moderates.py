"""Drives a server's admin API with Mastodon.py as moderators do. Arguments: the server's address. On the server @cousin is
an agent's own account, @uncle and @aunt are members, and @president is a government's account."""

import sys

from mastodon import Mastodon, MastodonAPIError, MastodonIllegalArgumentError

URL = sys.argv[1]
PASSWORD = "correct horse"
SCOPES = ["read", "write", "admin:read", "admin:write"]


def check(ok, what):
    if not ok:
        sys.exit(f"not so: {what}")


def refused(call):
    try:
        got = call()
    except MastodonAPIError as e:
        return e
    sys.exit(f"got {got} where an error was due")


client_id, client_secret = Mastodon.create_app("moderation", scopes=SCOPES, api_base_url=URL)


def sign_in(handle, scopes):
    client = Mastodon(client_id=client_id, client_secret=client_secret, api_base_url=URL)
    client.log_in(handle + "@mail.example", PASSWORD, scopes=scopes)
    return client


try:
    sign_in("uncle", SCOPES)
    sys.exit("a member got the admin scopes")
except MastodonIllegalArgumentError:
    pass
aunt, agent = sign_in("aunt", ["read", "write"]), sign_in("cousin", SCOPES)
check(agent.me().role.name == "agent" and int(agent.me().role.permissions) & 0x410 == 0x410, f"the role: {agent.me().role}")

uncle = agent.account_lookup("uncle")
president = agent.account_lookup("president")
bridges = aunt.account_statuses(uncle)[0]
report = aunt.report(uncle, status_ids=[bridges], comment="again", category="violation")

# Accounts.
everyone = agent.admin_accounts_v2()
check({"uncle", "president"} <= {a.username for a in everyone}, f"everyone: {everyone}")
check([a.username for a in agent.admin_accounts_v2(permissions="staff", username="c")] == ["cousin"], "the staff's accounts")
check(agent.admin_accounts_v2(status="suspended") == [] and agent.admin_accounts_v2(origin="remote") == [], "nobody is suspended")
page = agent.admin_accounts_v2(limit=2)
check(len(page) == 2 and agent.fetch_next(page)[0].id < page[1].id, "pages")
seen = agent.admin_account(uncle)
check(seen.username == "uncle" and seen.account.acct == "uncle" and seen.email == "" and seen.ip is None, f"@uncle: {seen}")

# Reports.
open_ones = agent.admin_reports()
check([r.id for r in open_ones] == [report.id], f"the open reports: {open_ones}")
filed = agent.admin_report(report)
check(filed.account.username == "aunt" and filed.target_account.username == "uncle" and filed.comment == "again", f"the report: {filed}")
check([s.id for s in filed.statuses] == [bridges.id], "the reported post")
check(agent.admin_report_assign(report).assigned_account.username == "cousin", "the report is the agent's")
check(agent.admin_report_unassign(report).assigned_account is None, "and is no more")
check(agent.admin_report_resolve(report).action_taken and agent.admin_reports() == [], "resolved")
check([r.id for r in agent.admin_reports(resolved=True)] == [report.id], "among the resolved")
check(not agent.admin_report_reopen(report).action_taken, "open again")

# Actions on a standard account.
agent.admin_account_moderate(uncle, report_id=report, text="Please be kind.")
check(agent.admin_report(report).action_taken, "a warning on a report resolves it")
for action, flag, undo in (("sensitive", "sensitized", agent.admin_account_unsensitive),
                           ("disable", "disabled", agent.admin_account_enable),
                           ("silence", "silenced", agent.admin_account_unsilence),
                           ("suspend", "suspended", agent.admin_account_unsuspend)):
    agent.admin_account_moderate(uncle, action=action, text="No more bridges.", send_email_notification=False)
    check(agent.admin_account(uncle)[flag], f"{action} took effect")
    if action == "suspend":
        check([a.username for a in agent.admin_accounts(status="suspended")] == ["uncle"], "the list of the suspended")
        check(aunt.account(uncle).suspended, "everybody sees that @uncle is suspended")
    check(not undo(uncle)[flag], f"{action} was undone")
refused(lambda: agent.admin_account_approve(uncle))
refused(lambda: agent.admin_account_reject(uncle))

# On a protected account an app asks, and no more.
for action in (None, "sensitive", "disable", "silence", "suspend"):
    error = refused(lambda: agent.admin_account_moderate(president, action=action, text="my last day"))
    check(error.args[1] == 403 and "request" in error.args[3], f"{action} of @president: {error}")
check(not agent.admin_account(president).suspended and aunt.account(president).username == "president", "@president is there")
error = refused(lambda: agent.admin_account_delete(president))
check(error.args[1] in (403, 422), f"deleting @president: {error}")
error = refused(lambda: aunt.admin_account_moderate(uncle, action="suspend"))
check(error.args[1] == 403, f"a member moderates: {error}")
print("all so")
