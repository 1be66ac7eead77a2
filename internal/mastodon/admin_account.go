package mastodon

import (
	"context"
	"slices"

	"keyturn/internal/model"
	"keyturn/internal/moderation"
	"keyturn/internal/social"
)

// maxAdmin bounds a page of the desk's lists; half of it is the default.
const maxAdmin = 200

// adminAccountEntity is https://docs.joinmastodon.org/entities/Admin_Account/. What a member alone is told of themselves
// is empty in it: e-mail and IP addresses take a view_private at the desk.
type adminAccountEntity struct {
	ID            model.ID      `json:"id"`
	Username      string        `json:"username"`
	Domain        *string       `json:"domain"`
	CreatedAt     moment        `json:"created_at"`
	Email         string        `json:"email"`
	IP            *string       `json:"ip"`
	IPs           none          `json:"ips"`
	Locale        *string       `json:"locale"`
	InviteRequest *string       `json:"invite_request"`
	Role          roleEntity    `json:"role"`
	Confirmed     bool          `json:"confirmed"`
	Approved      bool          `json:"approved"`
	Disabled      bool          `json:"disabled"`
	Silenced      bool          `json:"silenced"`
	Sensitized    bool          `json:"sensitized"`
	Suspended     bool          `json:"suspended"`
	Account       accountEntity `json:"account"`
}

// The sanctions that Mastodon's words stand for.
var (
	disabled   = []model.SanctionKind{model.SanctionLock}
	silenced   = []model.SanctionKind{model.SanctionLimit}
	sensitized = []model.SanctionKind{model.SanctionSensitive}
	suspended  = []model.SanctionKind{model.SanctionSuspend, model.SanctionBan, model.SanctionDeactivate}
)

func (c *call) adminAccount(m moderation.Member) adminAccountEntity {
	return adminAccountEntity{
		ID:         m.ID,
		Username:   m.Handle,
		CreatedAt:  moment(m.CreatedAt),
		Role:       roleOf(m.Staff),
		Confirmed:  true,
		Approved:   true,
		Disabled:   m.Under(disabled...),
		Silenced:   m.Under(silenced...),
		Sensitized: m.Under(sensitized...),
		Suspended:  m.Under(suspended...),
		Account:    c.deskAccount(m),
	}
}

// deskAccount is an account as the desk sees it: one that is dark has its name and texts.
func (c *call) deskAccount(m moderation.Member) accountEntity {
	return c.api.account(social.Account{Account: m.Account, Suspended: m.Under(suspended...), Limited: m.Under(silenced...)})
}

// adminAccounts lists accounts by the filters of v1.
func adminAccounts(ctx context.Context, c *call) (any, error) {
	f, some := c.accountFilter()
	for name, kinds := range map[string][]model.SanctionKind{"disabled": disabled, "silenced": silenced, "suspended": suspended, "sensitized": sensitized} {
		if c.Bool(name, false) {
			f.Under = append(f.Under, kinds)
		}
	}
	if c.Bool("active", false) {
		f.NotUnder = suspended
	}
	f.Staff = c.Bool("staff", false)
	some = some && !c.Bool("pending", false) && (!c.Bool("remote", false) || c.Bool("local", false))
	return c.listAccounts(ctx, f, some)
}

// adminAccountsV2 lists accounts by the filters of v2.
func adminAccountsV2(ctx context.Context, c *call) (any, error) {
	f, some := c.accountFilter()
	switch status := c.Text("status"); status {
	case "":
	case "active":
		f.NotUnder = suspended
	case "pending":
		some = false
	case "disabled", "silenced", "suspended":
		f.Under = append(f.Under, map[string][]model.SanctionKind{"disabled": disabled, "silenced": silenced, "suspended": suspended}[status])
	default:
		c.Fail(model.Invalid("status", "must be active, pending, disabled, silenced or suspended"))
	}
	switch origin := c.Text("origin"); origin {
	case "", "local":
	case "remote":
		some = false
	default:
		c.Fail(model.Invalid("origin", "must be local or remote"))
	}
	switch permissions := c.Text("permissions"); permissions {
	case "":
	case "staff":
		f.Staff = true
	default:
		c.Fail(model.Invalid("permissions", "must be staff"))
	}
	if ids := c.Texts("role_ids", maxAdmin); len(ids) > 0 {
		f.Roles = rolesWith(ids)
		some = some && len(f.Roles) > 0
	}
	return c.listAccounts(ctx, f, some && c.ID("invited_by") == 0)
}

// accountFilter reads the filters that both versions have. some is false where nothing here can be meant: every account
// is this server's own.
func (c *call) accountFilter() (f moderation.MemberFilter, some bool) {
	f = moderation.MemberFilter{Handle: c.Text("username"), Name: c.Text("display_name")}
	for _, private := range []string{"email", "ip"} {
		if c.HasValue(private) {
			c.Fail(model.Invalid(private, "cannot be searched for: what it would tell takes a view_private at the desk"))
		}
	}
	return f, !c.HasValue("by_domain")
}

func (c *call) listAccounts(ctx context.Context, f moderation.MemberFilter, some bool) (any, error) {
	p := c.deskPage()
	if err := c.Err(); err != nil {
		return nil, err
	}
	if !some {
		return []adminAccountEntity{}, nil
	}
	all, err := c.api.cfg.Moderation.Members(ctx, f, p)
	if err != nil {
		return nil, err
	}
	if p.Up {
		slices.Reverse(all)
	}
	if n := len(all); n > 0 {
		c.link(n, all[0].ID, all[n-1].ID, n == p.Limit)
	}
	return entities(all, c.adminAccount), nil
}

// deskPage reads which part of one of the desk's lists is wanted.
func (c *call) deskPage() moderation.Page {
	p := c.page(maxAdmin)
	page := moderation.Page{Before: p.MaxID, After: p.SinceID, Limit: p.Limit}
	if p.MinID > 0 {
		page.After, page.Up = p.MinID, true
	}
	if page.Limit == 0 {
		page.Limit = maxAdmin / 2
	}
	return page
}

func adminAccount(ctx context.Context, c *call) (any, error) {
	m, err := c.memberInPath(ctx)
	if err != nil {
		return nil, err
	}
	return c.adminAccount(m), nil
}

// memberInPath is the account that the path names, dark or not.
func (c *call) memberInPath(ctx context.Context) (moderation.Member, error) {
	id, err := c.path("account")
	if err != nil {
		return moderation.Member{}, err
	}
	return c.api.cfg.Moderation.Member(ctx, id)
}
