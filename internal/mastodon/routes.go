package mastodon

import "slices"

// routes are the calls of the API, by https://docs.joinmastodon.org/methods/.
func (a *api) routes() []route {
	return slices.Concat(a.accountRoutes(), a.statusRoutes(), a.listRoutes(), a.otherRoutes(), emptyRoutes(), deskRoutes())
}

func (a *api) accountRoutes() []route {
	const path = "/api/v1/accounts/{id}"
	return []route{
		{"GET /api/v1/accounts/verify_credentials", member, readAccounts, self},
		{"PATCH /api/v1/accounts/update_credentials", member, writeAccounts, updateSelf},
		{"GET /api/v1/accounts/relationships", member, readFollows, relationships},
		{"GET /api/v1/accounts/search", member, readAccounts, searchAccounts},
		{"GET /api/v1/accounts/lookup", anyone, readAccounts, lookup},
		{"GET " + path, anyone, readAccounts, account},
		{"GET " + path + "/statuses", anyone, readStatuses, accountStatuses},
		{"GET " + path + "/followers", anyone, readAccounts, followers},
		{"GET " + path + "/following", anyone, readAccounts, following},
		{"POST " + path + "/follow", member, writeFollows, follow},
		{"POST " + path + "/unfollow", member, writeFollows, change(a.net.Unfollow)},
		{"POST " + path + "/block", member, writeBlocks, change(a.net.Block)},
		{"POST " + path + "/unblock", member, writeBlocks, change(a.net.Unblock)},
		{"POST " + path + "/mute", member, writeMutes, mute},
		{"POST " + path + "/unmute", member, writeMutes, change(a.net.Unmute)},
		{"GET /api/v1/follow_requests", member, readFollows, followRequests},
		{"POST /api/v1/follow_requests/{id}/authorize", member, writeFollows, change(a.net.Authorize)},
		{"POST /api/v1/follow_requests/{id}/reject", member, writeFollows, change(a.net.Reject)},
		{"GET /api/v1/blocks", member, readBlocks, blocks},
		{"GET /api/v1/mutes", member, readMutes, mutes},
	}
}

func (a *api) statusRoutes() []route {
	const path = "/api/v1/statuses/{id}"
	return []route{
		{"POST /api/v1/statuses", member, writeStatuses, post},
		{"GET " + path, anyone, readStatuses, status},
		{"DELETE " + path, member, writeStatuses, deleteStatus},
		{"GET " + path + "/context", anyone, readStatuses, thread},
		{"GET " + path + "/source", member, readStatuses, statusSource},
		{"GET " + path + "/favourited_by", anyone, readAccounts, favouritedBy},
		{"GET " + path + "/reblogged_by", anyone, readAccounts, rebloggedBy},
		{"POST " + path + "/favourite", member, writeFavourites, mark(a.net.Favourite)},
		{"POST " + path + "/unfavourite", member, writeFavourites, mark(a.net.Unfavourite)},
		{"POST " + path + "/reblog", member, writeStatuses, reblog},
		{"POST " + path + "/unreblog", member, writeStatuses, mark(a.net.Unboost)},
	}
}

func (a *api) listRoutes() []route {
	return []route{
		{"GET /api/v1/timelines/home", member, readStatuses, home},
		{"GET /api/v1/timelines/public", anyone, readStatuses, public},
		{"GET /api/v1/favourites", member, readFavourites, favourites},
		{"GET /api/v1/notifications", member, readNotifications, notifications},
		{"GET /api/v1/notifications/unread_count", member, readNotifications, unreadCount},
		{"GET /api/v1/notifications/{id}", member, readNotifications, notification},
		{"POST /api/v1/notifications/clear", member, writeNotifications, clearNotifications},
		{"POST /api/v1/notifications/{id}/dismiss", member, writeNotifications, dismissNotification},
		{"GET /api/v1/markers", member, readStatuses, markers},
		{"POST /api/v1/markers", member, writeStatuses, setMarkers},
	}
}

func (a *api) otherRoutes() []route {
	return []route{
		{"GET /api/v1/search", anyone, readSearch, search},
		{"GET /api/v2/search", anyone, readSearch, search},
		{"POST /api/v1/reports", member, writeReports, report},
		{"GET /api/v1/preferences", member, readAccounts, preferences},
		{"GET /api/v1/instance", anyone, "", a.instance},
		{"GET /api/v2/instance", anyone, "", a.instanceV2},
		{"GET /api/v1/instance/translation_languages", anyone, "", noLanguages},
		{"POST /api/v1/apps", anyone, "", registerApp},
		{"GET /api/v1/apps/verify_credentials", byApp, "", verifyApp},
		{"GET /.well-known/nodeinfo", anyone, "", a.nodeInfoLinks},
		{"GET /nodeinfo/2.0", anyone, "", a.nodeInfo},
		{"GET /.well-known/oauth-authorization-server", anyone, "", a.oauthMetadata},
	}
}

// emptyRoutes are calls that apps make when they start, about what this server does not have: the right answer is that
// there is nothing.
func emptyRoutes() []route {
	nothing := func(pattern, scope string) route { return route{pattern, anyone, scope, empty} }
	return []route{
		nothing("GET /api/v1/custom_emojis", ""),
		nothing("GET /api/v1/announcements", ""),
		nothing("GET /api/v1/instance/rules", ""),
		nothing("GET /api/v1/instance/peers", ""),
		nothing("GET /api/v1/instance/activity", ""),
		nothing("GET /api/v1/instance/domain_blocks", ""),
		nothing("GET /api/v1/directory", ""),
		nothing("GET /api/v1/trends", ""),
		nothing("GET /api/v1/trends/tags", ""),
		nothing("GET /api/v1/trends/statuses", ""),
		nothing("GET /api/v1/trends/links", ""),
		nothing("GET /api/v1/timelines/tag/{tag}", readStatuses),
		nothing("GET /api/v1/accounts/{id}/featured_tags", readAccounts),
		nothing("GET /api/v1/accounts/{id}/lists", "read:lists"),
		nothing("GET /api/v1/accounts/{id}/identity_proofs", readAccounts),
		nothing("GET /api/v1/accounts/familiar_followers", readFollows),
		nothing("GET /api/v1/lists", "read:lists"),
		nothing("GET /api/v1/filters", "read:filters"),
		nothing("GET /api/v2/filters", "read:filters"),
		nothing("GET /api/v1/bookmarks", "read:bookmarks"),
		nothing("GET /api/v1/conversations", readStatuses),
		nothing("GET /api/v1/notifications/requests", readNotifications),
		nothing("GET /api/v1/scheduled_statuses", readStatuses),
		nothing("GET /api/v1/domain_blocks", readBlocks),
		nothing("GET /api/v1/endorsements", readAccounts),
		nothing("GET /api/v1/featured_tags", readAccounts),
		nothing("GET /api/v1/featured_tags/suggestions", readAccounts),
		nothing("GET /api/v1/followed_tags", readFollows),
		nothing("GET /api/v1/suggestions", "read"),
		nothing("GET /api/v2/suggestions", "read"),
	}
}
