package desk_test

import (
	"net/http"
	"testing"
)

// BenchmarkWho is how long the ledger takes to say who did what, over HTTP.
func BenchmarkWho(b *testing.B) {
	o := open(b)
	q := o.signIn(b, "agent").ask(o.suspension("president"), http.StatusAccepted)
	o.execute(b, q.ID, "lead", "gov", "security")
	auditor := o.signIn(b, "auditor")
	for b.Loop() {
		auditor.get("/api/v1/ledger/who/president").is(http.StatusOK, `"name":"Leila"`)
	}
}

// BenchmarkRequestPage is how long the page of a request takes, with two keys whose signatures are checked again.
func BenchmarkRequestPage(b *testing.B) {
	o := open(b)
	q := o.signIn(b, "agent").ask(o.suspension("president"), http.StatusAccepted)
	o.signIn(b, "lead").turn(q.ID)
	gov := o.signIn(b, "gov")
	gov.turn(q.ID)
	for b.Loop() {
		gov.get("/api/v1/requests/" + q.ID).is(http.StatusOK)
	}
}
