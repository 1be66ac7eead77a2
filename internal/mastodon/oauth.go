package mastodon

import (
	"context"
	"net/http"

	"keyturn/internal/web"
)

func (a *api) oauthRoutes(mux *http.ServeMux) {
	mux.Handle("POST /api/v1/accounts", a.plain(registerStyle, a.register))
	mux.Handle("POST /oauth/token", a.plain(oauthStyle, a.token))
	mux.Handle("POST /oauth/revoke", a.plain(oauthStyle, a.revoke))
	mux.Handle("GET /oauth/authorize", a.plain(a.pageStyle, a.askGrant))
	mux.Handle("POST /oauth/authorize", web.SameOrigin(a.cfg.Log, a.pageStyle, a.plain(a.pageStyle, a.decideGrant)))
	mux.HandleFunc("GET /api/v1/streaming/health", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte("OK"))
	})
}

// oauthStyle tells errors by RFC 6749 section 5.2.
func oauthStyle(w http.ResponseWriter, r *http.Request, p web.Problem) {
	status, code := p.Status, "invalid_request"
	switch p.Status {
	case http.StatusUnauthorized:
		code = "invalid_client"
		w.Header().Set("WWW-Authenticate", `Basic realm="OAuth"`)
	case http.StatusBadRequest:
		code = oauthCode(p.Field)
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		code = "temporarily_unavailable"
	case http.StatusForbidden:
		code = "access_denied"
	case http.StatusInternalServerError:
		code = "server_error"
	}
	description := p.Message
	if p.Field != "" {
		description = p.Field + ": " + p.Message
	}
	answer := struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}{code, description}
	if err := web.WriteJSON(w, status, answer); err != nil {
		web.MastodonStyle(w, r, p)
	}
}

func oauthCode(field string) string {
	switch field {
	case "username", "code", "code_verifier":
		return "invalid_grant"
	case "scope":
		return "invalid_scope"
	case "grant_type":
		return "unsupported_grant_type"
	}
	return "invalid_request"
}

// oauthMetadata is RFC 8414's.
func (a *api) oauthMetadata(context.Context, *call) (any, error) {
	url := a.cfg.URL
	return struct {
		Issuer        string   `json:"issuer"`
		Authorization string   `json:"authorization_endpoint"`
		Token         string   `json:"token_endpoint"`
		Revocation    string   `json:"revocation_endpoint"`
		Apps          string   `json:"app_registration_endpoint"`
		Scopes        []string `json:"scopes_supported"`
		Responses     []string `json:"response_types_supported"`
		Modes         []string `json:"response_modes_supported"`
		Grants        []string `json:"grant_types_supported"`
		Auth          []string `json:"token_endpoint_auth_methods_supported"`
		Challenges    []string `json:"code_challenge_methods_supported"`
	}{
		Issuer:        url + "/",
		Authorization: url + "/oauth/authorize",
		Token:         url + "/oauth/token",
		Revocation:    url + "/oauth/revoke",
		Apps:          url + "/api/v1/apps",
		Scopes:        knownScopes(),
		Responses:     []string{"code"},
		Modes:         []string{"query"},
		Grants:        []string{"authorization_code", "password", "client_credentials"},
		Auth:          []string{"client_secret_basic", "client_secret_post"},
		Challenges:    []string{"S256", "plain"},
	}, nil
}
