package desk_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/staff"
)

// TestBadInput sends what a client must not, and asks for a clear no and for nothing changed.
func TestBadInput(t *testing.T) {
	o := open(t)
	agent := o.signIn(t, "agent")
	q := agent.ask(o.suspension("president"), http.StatusAccepted)
	onRequest := "/api/v1/requests/" + q.ID
	closed := o.Case("uncle").String()
	for name, test := range map[string]struct {
		path, body string
		status     int
		parts      []string
	}{
		"empty":           {"/api/v1/requests", "", 400, []string{`"field":"body"`, "is empty"}},
		"no JSON":         {"/api/v1/requests", "{", 400, []string{`"field":"body"`}},
		"a list":          {"/api/v1/requests", "[]", 400, []string{"must not be a JSON array"}},
		"two values":      {"/api/v1/requests", "{} {}", 400, []string{"must be one JSON value"}},
		"unknown field":   {"/api/v1/requests", `{"kind":"suspend","accounts":["president"]}`, 400, []string{`"field":"accounts"`}},
		"kind a number":   {"/api/v1/requests", `{"kind":7}`, 400, []string{`"field":"kind"`}},
		"params a list":   {"/api/v1/requests", `{"kind":"suspend","params":[]}`, 400, []string{`"field":"params"`}},
		"param a number":  {"/api/v1/requests", `{"kind":"suspend","params":{"for":7}}`, 400, []string{`"field":"params`}},
		"no such kind":    {"/api/v1/requests", `{"kind":"explode","account":"president","reason":"x"}`, 400, []string{`"field":"kind"`}},
		"no handle":       {"/api/v1/requests", `{"kind":"rename_handle","account":"president","reason":"x"}`, 400, []string{`"field":"params.handle"`}},
		"a veto":          {"/api/v1/requests", `{"kind":"veto","reason":"x"}`, 400, []string{`"field":"kind"`}},
		"no target":       {"/api/v1/requests", `{"kind":"suspend","reason":"x"}`, 400, []string{`"field":"account"`}},
		"bad handle":      {"/api/v1/requests", `{"kind":"suspend","account":"a b","reason":"x"}`, 400, []string{`"field":"account"`}},
		"no such handle":  {"/api/v1/requests", `{"kind":"suspend","account":"nobody","reason":"x"}`, 404, []string{"account not found"}},
		"bad post":        {"/api/v1/requests", `{"kind":"remove_post","post":"-1","reason":"x"}`, 400, []string{`"field":"post"`}},
		"post a number":   {"/api/v1/requests", `{"kind":"remove_post","post":1,"reason":"x"}`, 400, []string{`"field":"post"`}},
		"no such post":    {"/api/v1/requests", `{"kind":"remove_post","post":"1","reason":"x"}`, 404, []string{"post not found"}},
		"no such person":  {"/api/v1/requests", `{"kind":"set_employment","person":"nobody","reason":"x"}`, 404, []string{"login not found"}},
		"bad case":        {"/api/v1/requests", `{"kind":"suspend","account":"president","case":"9223372036854775808","reason":"x"}`, 400, []string{`"field":"case"`}},
		"another's case":  {"/api/v1/requests", `{"kind":"suspend","account":"president","case":"` + closed + `","reason":"x"}`, 400, []string{"another account"}},
		"no reason":       {"/api/v1/requests", `{"kind":"suspend","account":"president"}`, 400, []string{`"field":"reason"`}},
		"long reason":     {"/api/v1/requests", `{"kind":"suspend","account":"president","reason":"` + strings.Repeat("x", model.MaxReason+1) + `"}`, 400, []string{`"field":"reason"`}},
		"unknown param":   {"/api/v1/requests", `{"kind":"suspend","account":"president","reason":"x","params":{"until":"1"}}`, 400, []string{`"field":"params.until"`}},
		"bad param":       {"/api/v1/requests", `{"kind":"suspend","account":"president","reason":"x","params":{"for":"never"}}`, 400, []string{`"field":"params.for"`}},
		"oversize":        {"/api/v1/requests", `{"reason":"` + strings.Repeat("x", 513<<10) + `"}`, 413, []string{`"field":"body"`}},
		"explain nothing": {"/api/v1/explain", `{"kind":"suspend"}`, 400, []string{`"field":"account"`}},
		"bad ID":          {"/api/v1/requests/x/key", `{"credential":{}}`, 400, []string{`"field":"id"`}},
		"zero ID":         {"/api/v1/requests/0/veto", `{"reason":"x"}`, 400, []string{`"field":"id"`}},
		"no such request": {"/api/v1/requests/1/veto", `{"reason":"x"}`, 404, []string{"request not found"}},
		"no credential":   {onRequest + "/key", `{}`, 400, []string{`"field":"credential"`}},
		"null":            {onRequest + "/key", `{"credential":null}`, 400, nil},
		"empty answer":    {onRequest + "/key", `{"credential":{}}`, 400, []string{"not the answer of a passkey"}},
		"text":            {onRequest + "/key", `{"credential":"x"}`, 400, []string{"not the answer of a passkey"}},
		"options' body":   {onRequest + "/key/options", `{"login":"lead"}`, 400, []string{`"field":"login"`}},
		"veto's body":     {onRequest + "/veto", `{"why":"x"}`, 400, []string{`"field":"why"`}},
		"no such case":    {"/api/v1/cases/1/resolve", `{}`, 404, []string{"case not found"}},
		"no outcome":      {"/api/v1/cases/" + closed + "/resolve", `{"outcome":"maybe"}`, 400, []string{`"field":"outcome"`}},
		"a long note":     {"/api/v1/cases/" + closed + "/resolve", `{"note":"` + strings.Repeat("x", model.MaxNoteText+1) + `"}`, 400, []string{`"field":"note"`}},
		"resolve's body":  {"/api/v1/cases/" + closed + "/resolve", `{"reason":"x"}`, 400, []string{`"field":"reason"`}},
		"an empty note":   {"/api/v1/cases/" + closed + "/notes", `{"text":" "}`, 400, []string{`"field":"text"`}},
		"a note's body":   {"/api/v1/cases/" + closed + "/notes", ``, 400, []string{`"field":"body"`}},
		"to nobody":       {"/api/v1/cases/" + closed + "/assign", `{}`, 400, []string{`"field":"login"`}},
		"to no login":     {"/api/v1/cases/" + closed + "/assign", `{"login":"nobody"}`, 404, []string{"login not found"}},
		"to NUL":          {"/api/v1/cases/" + closed + "/assign", `{"login":"a\u0000"}`, 400, []string{`"field":"login"`}},
		"claim's body":    {"/api/v1/cases/" + closed + "/claim", `{"login":"x"}`, 400, []string{`"field":"login"`}},
		"no login":        {"/api/v1/enrolments", `{}`, 400, []string{`"field":"login"`}},
		"long login":      {"/api/v1/sign-in/options", `{"login":"` + strings.Repeat("x", 65) + `"}`, 400, []string{`"field":"login"`}},
		"sign-in's body":  {"/api/v1/sign-in", `{"login":"lead","password":"x"}`, 400, []string{`"field":"password"`}},
		"sign-in's null":  {"/api/v1/sign-in", `{"login":"lead","credential":null}`, 400, nil},
		"no invitation":   {"/api/v1/enrol/AAAA", `{"name":"x","credential":{}}`, 400, []string{"not the answer of a passkey"}},
		"no such token":   {"/api/v1/enrol/AAAA/options", `{}`, 404, []string{"no such invitation"}},
		"no incident":     {"/api/v1/incidents/1/acknowledge", `{}`, 404, []string{"incident not found"}},
		"bad incident":    {"/api/v1/incidents/x/acknowledge", `{}`, 400, []string{`"field":"id"`}},
		"incident's body": {"/api/v1/incidents/1/acknowledge", `{"reason":"x"}`, 400, []string{`"field":"reason"`}},
		"long note":       {"/api/v1/incidents/1/acknowledge", `{"note":"` + strings.Repeat("x", model.MaxIncidentNote+1) + `"}`, 400, []string{`"field":"note"`}},
		"note with a NUL": {"/api/v1/incidents/1/acknowledge", `{"note":"\u0000"}`, 400, []string{`"field":"note"`}},
		"no such path":    {"/api/v1/nothing", `{}`, 404, []string{"path not found"}},
	} {
		o.unchanged(t, name, 0, func() {
			t.Log(name)
			agent.post(test.path, test.body).is(test.status, append(test.parts, `"error":"`)...)
		})
	}
}

func TestBadQueries(t *testing.T) {
	agent := open(t).signIn(t, "agent")
	for path, field := range map[string]string{
		"/api/v1/requests?state=gone":                                  "state",
		"/api/v1/requests?limit=0":                                     "limit",
		"/api/v1/requests?limit=81":                                    "limit",
		"/api/v1/requests?limit=x":                                     "limit",
		"/api/v1/requests?before=x":                                    "before",
		"/api/v1/requests?befor=1":                                     "befor",
		"/api/v1/requests?before=1&before=2":                           "before",
		"/api/v1/cases?state=gone":                                     "state",
		"/api/v1/cases?order=age":                                      "order",
		"/api/v1/cases?order=priority&state=resolved":                  "order",
		"/api/v1/cases?overdue=yes":                                    "overdue",
		"/api/v1/cases?account=a%20b":                                  "account",
		"/api/v1/cases?assignee=" + strings.Repeat("x", 65):            "assignee",
		"/api/v1/cases?assigne=me":                                     "assigne",
		"/api/v1/cases/1/reports?state=open":                           "state",
		"/api/v1/cases/1/notes?limit=81":                               "limit",
		"/api/v1/incidents?state=gone":                                 "state",
		"/api/v1/incidents?rule=dark":                                  "rule",
		"/api/v1/incidents/x":                                          "id",
		"/api/v1/accounts/" + url.PathEscape("é"):                      "handle",
		"/api/v1/ledger/who/" + strings.Repeat("x", model.MaxHandle+1): "handle",
		"/api/v1/cases/x":                                              "id",
	} {
		agent.get(path).is(http.StatusBadRequest, `"field":"`+field+`"`)
	}
	for _, path := range []string{"/api/v1/accounts/nobody", "/api/v1/cases?account=nobody", "/api/v1/cases?assignee=nobody2",
		"/api/v1/cases/1", "/api/v1/cases/1/reports", "/api/v1/cases/1/evidence", "/api/v1/cases/1/notes"} {
		agent.get(path).is(http.StatusNotFound)
	}
	agent.get("/cases?state=gone").is(http.StatusBadRequest, "must be open or resolved", "<html")
	agent.get("/api/v1/people/nobody").is(http.StatusNotFound)
	agent.get("/requests/x").is(http.StatusBadRequest, "is not an ID", "<html")
	agent.get("/requests/1").is(http.StatusNotFound, "request not found", "<html")
	agent.get("/nothing").is(http.StatusNotFound, "page not found", "<html")
}

func TestListsArePaged(t *testing.T) {
	o := open(t)
	agent := o.signIn(t, "agent")
	for range 5 {
		agent.ask(o.suspension("newsroom"), http.StatusAccepted)
	}
	var ids []string
	before := ""
	for {
		var page []request
		agent.get("/api/v1/requests?state=pending&limit=2" + before).is(http.StatusOK).in(&page)
		if len(page) == 0 {
			break
		}
		for _, q := range page {
			ids = append(ids, q.ID)
		}
		before = "&before=" + ids[len(ids)-1]
	}
	if len(ids) != 5 {
		t.Errorf("paging gave %v", ids)
	}
	agent.get("/api/v1/requests?state=executed").is(http.StatusOK, "[]")
}

// strangersPace is how far apart calls must be for no limit to stop them.
const strangersPace = time.Second

// FuzzDesk sends anything to every path that takes a body: the desk answers, and never with a defect of its own.
func FuzzDesk(f *testing.F) {
	paths := []string{"/api/v1/sign-in/options", "/api/v1/sign-in", "/api/v1/requests", "/api/v1/explain", "/api/v1/enrolments",
		"/api/v1/enrol/x", "/api/v1/requests/1/key", "/api/v1/requests/1/veto", "/api/v1/cases/1/assign", "/api/v1/cases/1/notes",
		"/api/v1/cases/1/resolve"}
	f.Add(uint8(1), []byte(`{"login":"lead","credential":{"id":"AA","rawId":"AA","type":"public-key","response":{}}}`))
	f.Add(uint8(2), []byte(`{"kind":"suspend","account":"@uncle","params":{"for":"72h"},"reason":"spam","case":"1"}`))
	f.Add(uint8(7), []byte(`{"reason":"no"}`))
	o := open(f)
	agent := o.signIn(f, "agent")
	began := o.Clock.Now()
	f.Fuzz(func(t *testing.T, path uint8, body []byte) {
		if o.Clock.Advance(strangersPace).Sub(began) > staff.SessionLife/2 {
			began, agent = o.Clock.Now(), o.signIn(t, "agent")
		}
		c := agent
		c.t = t
		if a := c.post(paths[int(path)%len(paths)], string(body)); a.status >= 500 {
			t.Errorf("%d: %s", a.status, a.body)
		}
	})
}
