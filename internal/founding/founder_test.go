package founding_test

import (
	"slices"
	"strings"
	"testing"

	"keyturn/internal/founding"
	"keyturn/internal/model"
)

func TestParseFounder(t *testing.T) {
	got, err := founding.ParseFounder("security = sam : Sam de Silva : Trust & Safety ")
	want := founding.Founder{Role: model.RoleSecurity, Login: "sam", Name: "Sam de Silva", Team: "Trust & Safety"}
	if err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	for _, s := range []string{
		"", "admin", "admin=ada", "admin=ada:Ada", "admin=ada:Ada:ops:more", "boss=ada:Ada:ops", "agent=ada:Ada:ops", "=ada:Ada:ops",
		"admin=:Ada:ops", "admin=Ada:Ada:ops", "admin=a:Ada:ops", "admin=ada::ops", "admin=ada:Ada:", "admin=ada:Ada\x00:ops",
		"admin=ada:\u202eadA:ops", "admin=ada:Ada:ops\xff", "admin=ada:" + strings.Repeat("A", 101) + ":ops",
		"admin=ada:Ada:" + strings.Repeat("o", 51),
	} {
		if f, err := founding.ParseFounder(s); model.KindOf(err) != model.KindInvalid {
			t.Errorf("%q is %+v, %v", s, f, err)
		}
	}
}

func FuzzParseFounder(f *testing.F) {
	f.Add("admin=ada:Ada Lovelace:operations")
	f.Fuzz(func(t *testing.T, s string) {
		got, err := founding.ParseFounder(s)
		if err == nil && (!slices.Contains(founding.Roles(), got.Role) || got.Login == "" || got.Name == "" || got.Team == "") {
			t.Errorf("%q is %+v", s, got)
		}
		if err != nil && model.KindOf(err) != model.KindInvalid {
			t.Errorf("%q: %v", s, err)
		}
	})
}

func TestWhoMayFound(t *testing.T) {
	s := begin(t)
	usual := []founding.Founder{founding.Usual(model.RoleAdmin), founding.Usual(model.RoleSecurity), founding.Usual(model.RoleLead)}
	for name, test := range map[string]struct {
		change func(all []founding.Founder) []founding.Founder
		words  string
	}{
		"usual":       {func(all []founding.Founder) []founding.Founder { return all }, ""},
		"nobody":      {func([]founding.Founder) []founding.Founder { return nil }, "nobody is admin"},
		"two":         {func(all []founding.Founder) []founding.Founder { return all[:2] }, "nobody is lead"},
		"four":        {func(all []founding.Founder) []founding.Founder { return append(all, all[0]) }, "three people"},
		"two admins":  {func(all []founding.Founder) []founding.Founder { all[1].Role = model.RoleAdmin; return all }, "nobody is security"},
		"an auditor":  {func(all []founding.Founder) []founding.Founder { all[1].Role = model.RoleAuditor; return all }, "nobody is security"},
		"same login":  {func(all []founding.Founder) []founding.Founder { all[1].Login = all[0].Login; return all }, "login of their own"},
		"same person": {func(all []founding.Founder) []founding.Founder { all[1].Name = "founding ADMIN"; return all }, "different people"},
		"one team": {func(all []founding.Founder) []founding.Founder {
			all[0].Team, all[1].Team, all[2].Team = "ops", "Ops", "OPS"
			return all
		}, "two teams"},
		"bad login": {func(all []founding.Founder) []founding.Founder { all[2].Login = "Lead!"; return all }, "founder.lead.login"},
	} {
		cfg := s.cfg
		cfg.Founders = test.change(slices.Clone(usual))
		_, err := founding.New(t.Context(), cfg)
		if test.words == "" && err == nil {
			continue
		}
		if test.words == "" || model.KindOf(err) != model.KindInvalid || !strings.Contains(err.Error(), test.words) {
			t.Errorf("%s: %v, want %q", name, err, test.words)
		}
	}
}

func TestAddresses(t *testing.T) {
	s := begin(t)
	for _, test := range []struct{ url, desk, network, origin string }{
		{"https://social.example", "https://desk.example", "https://social.example", "https://desk.example"},
		{"https://SOCIAL.example:443/", "https://Desk.example:443/", "https://social.example", "https://desk.example"},
		{"http://localhost:8080", "http://localhost:8081/", "http://localhost:8080", "http://localhost:8081"},
		{"http://localhost:80", "http://desk.localhost", "http://localhost", "http://desk.localhost"},
		{"https://203.0.113.7", "https://desk.example:8443", "https://203.0.113.7", "https://desk.example:8443"},
	} {
		cfg := s.cfg
		cfg.URL, cfg.DeskURL = test.url, test.desk
		f, err := founding.New(t.Context(), cfg)
		if err != nil {
			t.Errorf("%s, %s: %v", test.url, test.desk, err)
			continue
		}
		if got := f.Settings(); got.URL != test.network || got.DeskURL != test.origin || got.Demo || got.WaitDivisor != 1 {
			t.Errorf("%s, %s: %+v", test.url, test.desk, got)
		}
		if link := f.Links()[0].URL; !strings.HasPrefix(link, test.origin+"/founding?link=") || len(link) != len(test.origin)+15+43 {
			t.Errorf("the link is %s", link)
		}
	}
	for _, test := range []struct{ url, desk, field string }{
		{"", "https://desk.example", "url"},
		{"social.example", "https://desk.example", "url"},
		{"http://social.example", "https://desk.example", "url"},
		{"ftp://localhost", "https://desk.example", "url"},
		{"https://social.example/path", "https://desk.example", "url"},
		{"https://social.example?q", "https://desk.example", "url"},
		{"https://me@social.example", "https://desk.example", "url"},
		{"https://:443", "https://desk.example", "url"},
		{"https://social.example", "http://desk.example", "desk-url"},
		{"https://social.example", "https://203.0.113.7", "desk-url"},
		{"https://social.example", "http://127.0.0.1:8081", "desk-url"},
		{"https://social.example", "https://social.example/", "desk-url"},
	} {
		cfg := s.cfg
		cfg.URL, cfg.DeskURL = test.url, test.desk
		_, err := founding.New(t.Context(), cfg)
		if model.KindOf(err) != model.KindInvalid || !strings.HasPrefix(err.Error(), test.field+": ") {
			t.Errorf("%s, %s: %v, want an error of %s", test.url, test.desk, err, test.field)
		}
	}
	s.cfg.HighProfileAt = 0
	if _, err := founding.New(t.Context(), s.cfg); model.KindOf(err) != model.KindInvalid {
		t.Errorf("high_profile_at 0: %v", err)
	}
}
