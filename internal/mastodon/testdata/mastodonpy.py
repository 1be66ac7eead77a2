"""Drives a server with Mastodon.py the way scripts in the wild do. Arguments: the server's address."""

import base64
import hashlib
import re
import sys
from urllib.parse import parse_qs, urlparse

import requests
from mastodon import (Mastodon, MastodonAPIError, MastodonIllegalArgumentError, MastodonNotFoundError,
                      MastodonUnauthorizedError)

URL = sys.argv[1]
PASSWORD = "correct horse battery"
SCOPES = ["read", "write", "follow", "push"]


def check(ok, what):
    if not ok:
        sys.exit(f"not so: {what}")


def refused(kind, call):
    try:
        got = call()
    except kind as e:
        return e
    sys.exit(f"got {got} where {kind.__name__} was due")


client_id, client_secret = Mastodon.create_app(
    "script", scopes=SCOPES, api_base_url=URL, website="https://script.example/",
    redirect_uris=["urn:ietf:wg:oauth:2.0:oob", URL + "/back"])


def client():
    return Mastodon(client_id=client_id, client_secret=client_secret, api_base_url=URL)


# Register two members.
ada, bob = client(), client()
check(ada.retrieve_mastodon_version().startswith("4.2"), "the version of the API is 4.2")
ada.create_account("ada", PASSWORD, "ada@mail.example", agreement=True, scopes=SCOPES)
bob.create_account("bob", PASSWORD, "bob@mail.example", agreement=True, scopes=SCOPES)
check(ada.me().acct == "ada" and ada.app_verify_credentials().name == "script", "ada is signed in with the script")
token, problem = client().create_account("ada", PASSWORD, "ada2@mail.example", agreement=True, return_detailed_error=True)
check(token is None and problem.details.username[0].error == "ERR_TAKEN", f"ada is taken: {problem}")

# Sign in: password, code, code with proof.
check(client().log_in("bob@mail.example", PASSWORD, scopes=SCOPES), "bob signs in by e-mail")
refused(MastodonIllegalArgumentError, lambda: client().log_in("bob", "wrong horse", scopes=SCOPES))


def authorize(address):
    """The browser's part: fill in the form of the sign-in page."""
    browser = requests.Session()
    page = browser.get(address)
    check(page.ok, f"the sign-in page is shown: {page.status_code} {page.text}")
    fields = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.text))
    fields.update(username="bob", password=PASSWORD)
    return browser.post(URL + "/oauth/authorize", data=fields, allow_redirects=False)


by_code = client()
page = authorize(by_code.auth_request_url(scopes=SCOPES))
code = re.search(r'class="oauth-code"[^>]* value="([^"]+)"', page.text)[1]
check(by_code.log_in(code=code, scopes=SCOPES) and by_code.me().acct == "bob", "bob signs in by code")
refused(MastodonIllegalArgumentError, lambda: client().log_in(code=code, scopes=SCOPES))

verifier = "a-verifier-of-more-than-forty-three-characters-is-enough"
challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
address = by_code.auth_request_url(redirect_uris=URL + "/back", scopes=["read"], state="s1")
back = authorize(f"{address}&code_challenge={challenge}&code_challenge_method=S256")
answer = parse_qs(urlparse(back.headers["Location"]).query)
check(answer["state"] == ["s1"], "the state comes back")
token = requests.post(URL + "/oauth/token", json={
    "grant_type": "authorization_code", "code": answer["code"][0], "redirect_uri": URL + "/back",
    "client_id": client_id, "client_secret": client_secret, "code_verifier": verifier}).json()
check(token["scope"] == "read", f"a token comes of it: {token}")
reader = Mastodon(access_token=token["access_token"], api_base_url=URL)
check("scope" in str(refused(MastodonAPIError, lambda: reader.toot("x"))), "reading is not writing")
by_code.revoke_access_token()
by_code.access_token = code
refused(MastodonUnauthorizedError, by_code.me)

# Posts and what is done with them.
first = ada.status_post("Good evening @bob, 6 < 7 & https://keyturn.example/x", spoiler_text="greeting", sensitive=True,
                        visibility="public", language="en", idempotency_key="k1")
check(ada.status_post("again", idempotency_key="k1").id == first.id, "a key posts once")
check("&lt; 7 &amp;" in first.content and first.mentions[0].acct == "bob" and first.spoiler_text == "greeting", "the post")
reply = bob.status_reply(first, "And to you.")
check(reply.in_reply_to_id == first.id and reply.mentions[0].acct == "ada", f"the reply: {reply}")
check([s.id for s in ada.status_context(first).descendants] == [reply.id], "the thread, downwards")
check([s.id for s in ada.status_context(reply).ancestors] == [first.id], "the thread, upwards")
check(bob.status_favourite(first).favourited and bob.status(first.id).favourites_count == 1, "a favourite")
check([a.acct for a in ada.status_favourited_by(first)] == ["bob"], "whose favourite it is")
check([s.id for s in bob.favourites()] == [first.id], "the favourites")
check(bob.status_reblog(first).reblog.id == first.id, "a boost")
check([a.acct for a in ada.status_reblogged_by(first)] == ["bob"], "whose boost it is")
check(not bob.status_unfavourite(first).favourited and not bob.status_unreblog(first).reblogged, "taking back")
refused(MastodonNotFoundError, lambda: bob.status_delete(first))
check(ada.status_delete(ada.toot("oops")).text == "oops", "what was deleted comes back")
refused(MastodonAPIError, lambda: ada.status_post("x" * 501))

# Follow, block, mute.
check(bob.account_follow(ada.me()).following and bob.account_relationships(ada.me())[0].following, "following")
check([a.acct for a in bob.account_following(bob.me())] == ["ada"], "whom bob follows")
check([a.acct for a in ada.account_followers(ada.me())] == ["bob"], "who follows ada")
check(bob.account_mute(ada.me()).muting and not bob.account_unmute(ada.me()).muting, "muting")
check(ada.account_block(bob.me()).blocking and [a.acct for a in ada.blocks()] == ["bob"], "blocking")
check(not ada.account_unblock(bob.me()).blocking and ada.mutes() == [], "unblocking")
check(bob.account_follow(ada.me()).following and not bob.account_unfollow(ada.me()).following, "unfollowing")
bob.account_follow(ada.me())

# Lists, by pages.
posted = [ada.toot(f"number {i}").id for i in range(7)]
newest_first = posted[::-1]
page = bob.timeline_home(limit=3)
check([s.id for s in page] == newest_first[:3], "the first page of home")
check([s.id for s in bob.fetch_next(page)] == newest_first[3:6], "the second page of home")
check([s.id for s in bob.fetch_previous(bob.fetch_next(page))] == newest_first[:3], "and back")
check([s.id for s in bob.fetch_remaining(page)][:7] == newest_first, "all pages of home")
check([s.id for s in client().timeline_public(limit=2)] == newest_first[:2], "the public timeline")
check([s.id for s in client().timeline_local(limit=2)] == newest_first[:2], "the local timeline")
check([s.id for s in bob.account_statuses(ada.me(), exclude_replies=True, exclude_reblogs=True, limit=2)] == newest_first[:2],
      "an account's timeline")
check(bob.timeline_home(since_id=posted[5])[0].id == posted[6], "what came since")
check([s.id for s in bob.timeline_home(min_id=posted[0], limit=2)] == [posted[2], posted[1]], "what came just after")

# Search and notifications.
check([a.acct for a in bob.search("ada").accounts] == ["ada"] and bob.search("ada").statuses == [], "search")
check([a.acct for a in bob.account_search("@ada")] == ["ada"] and bob.account_lookup("ada").id == ada.me().id, "lookup")
kinds = [n.type for n in ada.notifications()]
check(sorted(set(kinds)) == ["follow", "mention"], f"ada is told: {kinds}")
check([n.type for n in ada.notifications(exclude_types=["mention", "poll"])] == ["follow"], "filtered")
ada.notifications_dismiss(ada.notifications()[0])
ada.notifications_clear()
check(ada.notifications() == [], "cleared")

# Profile, reports, what apps ask at start.
changed = ada.account_update_credentials(display_name="Ada L.", note="counts & writes", bot=False, locked=False)
check(changed.display_name == "Ada L." and changed.source.note == "counts & writes", "the profile")
report = bob.report(ada.me(), status_ids=[posted[0], posted[1]], comment="loud", category="spam")
check(report.target_account.acct == "ada" and report.category == "spam", f"the report: {report}")
check(ada.instance().uri in URL and ada.instance_nodeinfo().software.name == "keyturn", "the instance")
for name in ("custom_emojis", "lists", "filters", "conversations", "announcements", "bookmarks", "follow_requests",
             "instance_rules", "trending_tags", "featured_tags", "suggestions", "domain_blocks", "scheduled_statuses"):
    check(getattr(ada, name)() == [], name)
check(ada.preferences()["posting:default:visibility"] == "public", "preferences")
print("all so")
