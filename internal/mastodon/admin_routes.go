package mastodon

// deskRoutes are the calls for moderators (https://docs.joinmastodon.org/methods/admin/), in front of the guard: they are
// for the accounts of those who work at the desk, who see there what the desk sees. They do what a person may do alone
// to a standard account; whatever takes keys opens a request.
func deskRoutes() []route {
	const (
		account = "/api/v1/admin/accounts/{id}"
		report  = "/api/v1/admin/reports/{id}"
	)
	return []route{
		{"GET /api/v1/admin/accounts", desk, adminReadAccounts, adminAccounts},
		{"GET /api/v2/admin/accounts", desk, adminReadAccounts, adminAccountsV2},
		{"GET " + account, desk, adminReadAccounts, adminAccount},
		{"POST " + account + "/action", desk, adminWriteAccounts, adminAction},
		{"POST " + account + "/enable", desk, adminWriteAccounts, adminRestore(false, disabled)},
		{"POST " + account + "/unsensitive", desk, adminWriteAccounts, adminRestore(false, sensitized)},
		{"POST " + account + "/unsilence", desk, adminWriteAccounts, adminRestore(false, silenced)},
		{"POST " + account + "/unsuspend", desk, adminWriteAccounts, adminRestore(true, suspended)},
		{"POST " + account + "/approve", desk, adminWriteAccounts, adminDecide},
		{"POST " + account + "/reject", desk, adminWriteAccounts, adminDecide},
		{"DELETE " + account, desk, adminWriteAccounts, adminDelete},
		{"GET /api/v1/admin/reports", desk, adminReadReports, adminReports},
		{"GET " + report, desk, adminReadReports, adminReport},
		{"PUT " + report, desk, adminWriteReports, updateReport},
		{"POST " + report + "/assign_to_self", desk, adminWriteReports, onCase(claimed, claim)},
		{"POST " + report + "/unassign", desk, adminWriteReports, onCase(free, release)},
		{"POST " + report + "/resolve", desk, adminWriteReports, onCase(resolved, resolve)},
		{"POST " + report + "/reopen", desk, adminWriteReports, onCase(open, reopen)},
	}
}
