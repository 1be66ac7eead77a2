package desk

import (
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"keyturn/internal/guard"
	"keyturn/internal/moderation"
	"keyturn/internal/policy"
	"keyturn/internal/staff"
	"keyturn/internal/store"
	"keyturn/internal/watch"
	"keyturn/internal/web"
)

// Config is what a desk works with.
type Config struct {
	Store      *store.Store
	Guard      *guard.Guard
	Staff      *staff.Staff
	Moderation *moderation.Moderation
	Watch      *watch.Watch
	Sources    web.Sources
	Log        *slog.Logger
	Now        func() time.Time
}

// maxBody is the largest body of a call, in bytes: a policy bundle with room for its JSON escapes.
const maxBody = 512 << 10

// How often things may be done: by anybody at one address who is not signed in (each sign-in is two calls), and by one
// person who is.
const (
	strangerBurst, strangerEvery = 120, 500 * time.Millisecond
	writeBurst, writeEvery       = 300, 100 * time.Millisecond
)

//go:embed static
var staticFiles embed.FS

//go:embed templates
var templateFiles embed.FS

// desk is the handler with what it needs.
type desk struct {
	Config
	settings  guard.Settings
	cookie    string // the name of the session's cookie
	secure    bool   // the desk is served over https
	strangers *web.Limiter
	writes    *web.Limiter
	codes     *web.Limiter  // of programs that want to sign in
	trial     chan struct{} // holds the one who compares or tries a policy
	pages     map[string]*template.Template
	inForce   atomic.Pointer[policy.Bundle] // the policy in force when it was last looked at
}

// New makes the desk's handler: everything but /ledger and the operators' endpoints.
func New(cfg Config) (http.Handler, error) {
	d := &desk{Config: cfg, settings: cfg.Guard.Settings(), cookie: "keyturn_desk",
		strangers: web.NewLimiter(web.Rate{Burst: strangerBurst, Every: strangerEvery}, cfg.Now),
		writes:    web.NewLimiter(web.Rate{Burst: writeBurst, Every: writeEvery}, cfg.Now), trial: make(chan struct{}, 1),
		codes: web.NewLimiter(web.Rate{Burst: codeBurst, Every: codeEvery}, cfg.Now)}
	if strings.HasPrefix(cfg.Guard.RelyingParty().Origin, "https://") {
		d.secure, d.cookie = true, "__Host-keyturn_desk"
	}
	var err error
	if d.pages, err = parsePages(); err != nil {
		return nil, err
	}
	static, err := Static()
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /static/{file}", static)
	if !d.settings.Demo {
		mux.Handle("GET /static/softkey.js", http.NotFoundHandler()) // keys in files are for demos
	}
	d.routes(mux)
	common := web.Common{Log: cfg.Log, Now: cfg.Now}
	return common.Wrap(web.SameOrigin(cfg.Log, web.DeskStyle, mux)), nil
}

// Static serves the desk's style and script by their names, under a pattern with a {file} wildcard.
func Static() (http.Handler, error) {
	files, err := fs.Sub(staticFiles, "static")
	if err != nil {
		return nil, fmt.Errorf("reading the desk's files: %w", err)
	}
	return web.Static(files)
}

// routes lists every path of the desk: docs/DESK_API.md says what each takes and gives.
func (d *desk) routes(mux *http.ServeMux) {
	for pattern, h := range map[string]web.HandlerFunc{
		"POST /api/v1/sign-in/options":       d.stranger(d.signInOptions),
		"POST /api/v1/sign-in":               d.stranger(d.signIn),
		"POST /api/v1/enrol/{token}/options": d.stranger(d.enrolOptions),
		"POST /api/v1/enrol/{token}":         d.stranger(d.enrol),
		"/api/":                              noSuchPath,

		"POST /api/v1/device":         d.stranger(d.beginDevice),
		"POST /api/v1/device/token":   d.stranger(d.deviceSession),
		"POST /api/v1/device/options": d.staff(d.withCode(d.deviceOptions)),
		"POST /api/v1/device/allow":   d.staff(d.withCode(d.allowDevice)),
		"POST /api/v1/device/refuse":  d.staff(d.withCode(d.refuseDevice)),

		"POST /api/v1/recoveries/passkeys":         d.stranger(d.beginRecovery),
		"GET /api/v1/recoveries/statement/{token}": d.stranger(d.recoveryStatement),
		"POST /api/v1/recoveries":                  d.stranger(d.recover),
		"GET /api/v1/recoveries":                   d.staff(d.recoveries),
		"POST /api/v1/recoveries/{id}/stop":        d.staff(d.stopRecovery),
		"GET /api/v1/gaps":                         d.staff(d.gaps),

		"GET /api/v1/incidents":                   d.staff(d.incidents),
		"GET /api/v1/incidents/{id}":              d.staff(d.incident),
		"POST /api/v1/incidents/{id}/acknowledge": d.staff(d.acknowledge),

		"DELETE /api/v1/session":                 d.signedIn(d.signOut),
		"GET /api/v1/me":                         d.signedIn(d.me),
		"GET /api/v1/people":                     d.staff(d.people),
		"GET /api/v1/people/{login}":             d.staff(d.person),
		"GET /api/v1/cases":                      d.staff(d.cases),
		"GET /api/v1/cases/{id}":                 d.staff(d.oneCase),
		"GET /api/v1/cases/{id}/reports":         d.staff(d.caseReports),
		"GET /api/v1/cases/{id}/evidence":        d.staff(d.caseEvidence),
		"GET /api/v1/cases/{id}/notes":           d.staff(d.caseNotes),
		"POST /api/v1/cases/{id}/claim":          d.staff(d.claimCase),
		"POST /api/v1/cases/{id}/assign":         d.staff(d.assignCase),
		"POST /api/v1/cases/{id}/release":        d.staff(d.releaseCase),
		"POST /api/v1/cases/{id}/notes":          d.staff(d.noteCase),
		"POST /api/v1/cases/{id}/resolve":        d.staff(d.resolveCase),
		"POST /api/v1/cases/{id}/reopen":         d.staff(d.reopenCase),
		"GET /api/v1/appeals":                    d.staff(d.appeals),
		"GET /api/v1/appeals/{id}":               d.staff(d.appeal),
		"GET /api/v1/accounts/{handle}":          d.staff(d.account),
		"GET /api/v1/requests":                   d.staff(d.requests),
		"POST /api/v1/requests":                  d.staff(d.submit),
		"GET /api/v1/requests/{id}":              d.staff(d.request),
		"GET /api/v1/requests/{id}/private":      d.staff(d.look),
		"POST /api/v1/requests/{id}/key":         d.staff(d.turn),
		"POST /api/v1/requests/{id}/veto":        d.staff(d.stop(d.Guard.Veto)),
		"POST /api/v1/requests/{id}/decline":     d.staff(d.stop(d.Guard.Decline)),
		"POST /api/v1/requests/{id}/withdraw":    d.staff(d.stop(d.Guard.Withdraw)),
		"POST /api/v1/requests/{id}/key/options": d.staff(d.keyOptions),
		"POST /api/v1/requests/{id}/reset-link":  d.staff(d.resetLink),
		"GET /api/v1/enrolments":                 d.staff(d.enrolments),
		"POST /api/v1/enrolments":                d.staff(d.invite),
		"GET /api/v1/ledger/who/{handle}":        d.staff(d.who),
		"GET /api/v1/freezes":                    d.staff(d.freezes),
		"GET /api/v1/policy":                     d.staff(d.policy),
		"GET /api/v1/policy/history":             d.staff(d.policyHistory),
		"GET /api/v1/policy/{hash}":              d.staff(d.policyNamed),
		"POST /api/v1/policy/diff":               d.staff(d.diffPolicy),
		"POST /api/v1/policy/whatif":             d.staff(d.whatIf),
		"POST /api/v1/explain":                   d.staff(d.explain),
		"POST /api/v1/bulk":                      d.staff(d.bulk),
	} {
		mux.Handle(pattern, web.Handler(d.Log, web.DeskStyle, h))
	}
	for pattern, h := range map[string]web.HandlerFunc{
		"GET /{$}":               d.page(d.requestsPage),
		"GET /requests":          d.page(d.requestsPage),
		"GET /requests/{id}":     d.page(d.requestPage),
		"GET /cases":             d.page(d.casesPage),
		"GET /cases/{id}":        d.page(d.casePage),
		"GET /appeals":           d.page(d.appealsPage),
		"GET /appeals/{id}":      d.page(d.appealPage),
		"GET /people":            d.page(d.peoplePage),
		"GET /people/{login}":    d.page(d.personPage),
		"GET /accounts":          d.page(d.accountsPage),
		"GET /accounts/{handle}": d.page(d.accountPage),
		"GET /freezes":           d.page(d.freezesPage),
		"GET /policy":            d.page(d.policyPage),
		"GET /policy/{hash}":     d.page(d.policyPage),
		"GET /incidents":         d.page(d.incidentsPage),
		"GET /device":            d.page(d.devicePage),
		"GET /sign-in":           d.signInPage,
		"GET /enrol/{token}":     d.enrolPage,

		"GET /recover":         d.recoverPage,
		"GET /recover/{token}": d.recoveryPage,
		"/":                    d.noSuchPage,
	} {
		mux.Handle(pattern, web.Handler(d.Log, d.pageStyle, h))
	}
}
