package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"

	"keyturn/internal/deskclient"
	"keyturn/internal/model"
	"keyturn/internal/softkey"
)

type deskCmd struct {
	DeskURL string `required:"" help:"The desk's address." placeholder:"URL" env:"KEYTURN_DESK_URL"`
	Session string `help:"The file of the session that login made; by default one for each desk, in your configuration directory." type:"path" placeholder:"FILE" env:"KEYTURN_SESSION"`
	As      string `help:"In a demo: the login to sign in with." placeholder:"LOGIN" env:"KEYTURN_LOGIN"`
	Keys    string `help:"In a demo: the directory of the software keys." type:"existingdir" placeholder:"DIR" env:"KEYTURN_KEYS"`
	JSON    bool   `help:"Print answers as JSON."`

	Login  deskLoginCmd  `cmd:"" help:"Sign in: somebody who is signed in at the desk in a browser types a code there and uses a passkey. The session is no key: what takes keys is signed on the request's page."`
	Logout deskLogoutCmd `cmd:"" help:"End the session, and forget it."`

	Request  deskRequestCmd  `cmd:"" help:"Ask the guard for a command. What one key may do on a standard account is done at once; everything else opens a request."`
	Explain  deskExplainCmd  `cmd:"" help:"Say what would become of a command, whom it reaches and what is left of your budget; nothing is done. Exit 1 when it would be refused."`
	Bulk     deskBulkCmd     `cmd:"" help:"Do one thing to many standard accounts. Where one of them is protected, nothing is done. Exit 1 unless all of it was done."`
	Publish  deskPublishCmd  `cmd:"" help:"Ask for a policy to be put in force: that of a file, or an earlier one again (--rollback). The policy in force says whose keys it takes."`
	Key      deskKeyCmd      `cmd:"" help:"Turn your key on a request."`
	Veto     deskVetoCmd     `cmd:"" help:"Stop a request before it takes effect."`
	Decline  deskDeclineCmd  `cmd:"" help:"Say no to a request that waits for keys."`
	Withdraw deskWithdrawCmd `cmd:"" help:"Take your own request back."`
	Private  deskPrivateCmd  `cmd:"" help:"Read what is private of an account, by your view_private request that took effect. Each reading is recorded."`

	ResetLink deskResetLinkCmd `cmd:"" help:"Fetch the link of a reset_credentials that you requested and that took effect: once, within 24 hours."`

	Show     deskShowCmd     `cmd:"" help:"Show a request, an account (@handle) or a case."`
	Cases    deskCasesCmd    `cmd:"" help:"List cases: the open ones, the most urgent first, unless asked otherwise."`
	Case     deskCaseCmd     `cmd:"" help:"Work on a case."`
	Appeals  deskAppealsCmd  `cmd:"" help:"List appeals: those that are open, the first that is due on top, or those in another state."`
	Requests deskRequestsCmd `cmd:"" help:"List requests, the newest first."`

	Recoveries   deskRecoveriesCmd   `cmd:"" help:"List recoveries, the newest first."`
	StopRecovery deskStopRecoveryCmd `cmd:"" help:"Stop a recovery during its public wait."`
	Gaps         deskGapsCmd         `cmd:"" help:"List what the people who hold keys could not do any more, and what hangs on one person. Exit 1 when something is open now."`

	Freezes deskFreezesCmd `cmd:"" help:"List the freezes that are on. Exit 1 when there is one."`

	Incidents   deskIncidentsCmd   `cmd:"" help:"List what the watch has noticed, the newest first."`
	Acknowledge deskAcknowledgeCmd `cmd:"" help:"Say that you have seen an incident."`

	signedIn *deskclient.Client
}

// client signs in with a demo's software key, or goes on with the session that login made.
func (d *deskCmd) client(ctx context.Context) (*deskclient.Client, error) {
	switch {
	case d.Keys != "" && d.As == "":
		return nil, model.Invalid("as", "is needed beside --keys: whose software key to use")
	case d.Keys == "" && d.As != "":
		return nil, model.Invalid("keys", "is needed beside --as: the directory of the software keys, which only a demo has; otherwise keyturn desk login signs in")
	case d.Keys != "":
		ring, err := softkey.Dir(d.Keys).Load(d.As)
		if err != nil {
			return nil, err
		}
		return d.keep(deskclient.SignIn(ctx, d.DeskURL, ring))
	}
	file, err := d.sessionFile()
	if err != nil {
		return nil, err
	}
	session, err := deskclient.LoadSession(file, d.DeskURL)
	if err != nil {
		return nil, err
	}
	return d.keep(deskclient.Resume(session))
}

// keep remembers the client, for what is printed. A sign-in that was refused is a no of that kind.
func (d *deskCmd) keep(c *deskclient.Client, err error) (*deskclient.Client, error) {
	if no, refused := deskclient.Refused(err); refused {
		err = &model.Error{Kind: model.ErrorKind(no.Kind), Message: err.Error()}
	}
	d.signedIn = c
	return c, err
}

// answer prints a request, or what the desk said instead.
func (d *deskCmd) answer(con *console, r deskclient.Request, err error) error {
	if no, refused := deskclient.Refused(err); refused {
		wrong := no.Kind == string(model.KindInvalid) || no.Kind == string(model.KindNotFound)
		switch {
		case d.JSON:
			if err := printJSON(con.out, no); err != nil {
				return err
			}
		case wrong:
			fmt.Fprintln(con.out, "✗", no)
		default:
			fmt.Fprintln(con.out, "✗ refused:", no)
		}
		if wrong {
			return badInput{}
		}
		return failed{}
	}
	if err != nil {
		return err
	}
	if d.JSON {
		return printJSON(con.out, r)
	}
	printRequest(con, r)
	if c := d.signedIn; c != nil && !c.HasKey() && r.State == model.StatePending {
		fmt.Fprintf(con.out, "  to turn a key: %s\n", requestPage(c, r.ID.String()))
	}
	return nil
}

// requestPage is where a browser's passkey turns a key on a request.
func requestPage(c *deskclient.Client, id string) string {
	return c.Page("/requests/" + url.PathEscape(id))
}

// orderArgs say what a command is and what it is aimed at.
type orderArgs struct {
	Kind   string            `arg:"" help:"The command, such as suspend: one of those above."`
	Target string            `arg:"" optional:"" help:"The account (@handle), the post (its ID), or the login of the person."`
	Case   string            `help:"The case that it is done on." placeholder:"ID"`
	Rule   string            `help:"The rule that was broken."`
	Param  map[string]string `help:"A parameter of the command, such as for=72h, until=TIME, at=TIME or ground=legal; see above." placeholder:"K=V" mapsep:"none"`
}

func (c *orderArgs) order(reason string) (deskclient.Order, error) {
	kind, err := parseKind("kind", c.Kind)
	if err != nil {
		return deskclient.Order{}, err
	}
	o := deskclient.Order{Kind: kind, Params: c.Param, Rule: c.Rule, Reason: reason, Case: c.Case}
	info, _ := model.InfoOf(kind)
	switch {
	case strings.HasPrefix(c.Target, "@"):
		o.Account = c.Target
		o.Post = c.Param["post"]
		delete(o.Params, "post")
	case info.Target == model.TargetPost:
		o.Post = c.Target
	case info.Target == model.TargetPerson:
		o.Person = c.Target
	case info.Target == model.TargetAccount:
		return o, model.Invalid("target", "must be an account, as @handle")
	case c.Target != "":
		return o, model.Invalid("target", "%s has no target", kind)
	}
	return o, checkParams(kind, o.Params)
}

type deskRequestCmd struct {
	orderArgs
	Reason string `required:"" help:"Why, in words."`
}

func (c *deskRequestCmd) Run(ctx context.Context, con *console, root *cli) error {
	o, err := c.order(c.Reason)
	if err != nil {
		return err
	}
	client, err := root.Desk.client(ctx)
	if err != nil {
		return err
	}
	r, err := client.Request(ctx, o)
	if no, refused := deskclient.Refused(err); refused && no.Field == "params" {
		no.Message += fmt.Sprintf(": %s takes %s", o.Kind, taken(o.Kind))
	}
	return root.Desk.answer(con, r, err)
}

// requestArg names a request.
type requestArg struct {
	Request string `arg:"" help:"The request's ID."`
	Reason  string `help:"Why, in words."`
}

type deskKeyCmd struct {
	Request string `arg:"" help:"The request's ID."`
}

func (c *deskKeyCmd) Run(ctx context.Context, con *console, root *cli) error {
	client, err := root.Desk.client(ctx)
	if err != nil {
		return err
	}
	if !client.HasKey() {
		return model.Errorf(model.KindForbidden, "a session is no key: turn yours, with your passkey, at %s", requestPage(client, c.Request))
	}
	r, err := client.Turn(ctx, url.PathEscape(c.Request))
	return root.Desk.answer(con, r, err)
}

type deskVetoCmd struct{ requestArg }
type deskDeclineCmd struct{ requestArg }
type deskWithdrawCmd struct{ requestArg }

func (c *deskVetoCmd) Run(ctx context.Context, con *console, root *cli) error {
	return c.stop(ctx, con, root, "veto")
}

func (c *deskDeclineCmd) Run(ctx context.Context, con *console, root *cli) error {
	return c.stop(ctx, con, root, "decline")
}

func (c *deskWithdrawCmd) Run(ctx context.Context, con *console, root *cli) error {
	return c.stop(ctx, con, root, "withdraw")
}

func (a *requestArg) stop(ctx context.Context, con *console, root *cli, how string) error {
	client, err := root.Desk.client(ctx)
	if err != nil {
		return err
	}
	r, err := client.Stop(ctx, how, url.PathEscape(a.Request), a.Reason)
	return root.Desk.answer(con, r, err)
}

type deskResetLinkCmd struct {
	Request string `arg:"" help:"The request's ID."`
}

func (c *deskResetLinkCmd) Run(ctx context.Context, con *console, root *cli) error {
	client, err := root.Desk.client(ctx)
	if err != nil {
		return err
	}
	link, err := client.ResetLink(ctx, url.PathEscape(c.Request))
	if err != nil {
		return root.Desk.answer(con, deskclient.Request{}, err)
	}
	if root.Desk.JSON {
		return printJSON(con.out, link)
	}
	fmt.Fprintf(con.out, "%s\nIt sets a new password once, until %s. It is not shown again: pass it on to the account's owner.\n",
		link.URL, link.ExpiresAt.Local().Format(time.DateTime))
	return nil
}

type deskRequestsCmd struct {
	State string `help:"Only those in this state." enum:",pending,waiting,executed,refused,withdrawn,declined,vetoed,expired" default:""`
}

func (c *deskRequestsCmd) Run(ctx context.Context, con *console, root *cli) error {
	client, err := root.Desk.client(ctx)
	if err != nil {
		return err
	}
	list, err := client.Requests(ctx, model.RequestState(c.State))
	if err != nil {
		return root.Desk.answer(con, deskclient.Request{}, err)
	}
	if root.Desk.JSON {
		return printJSON(con.out, list)
	}
	w := tabwriter.NewWriter(con.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "REQUEST\tSTATE\tCOMMAND\tTARGET\tBY\tMISSING\tMADE\tEFFECT")
	for _, r := range list {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.ID, r.State, r.Kind, targetOf(r), r.Requester.Name, missingOf(r),
			r.CreatedAt.Local().Format(time.DateTime), effectOf(r))
	}
	return w.Flush()
}
