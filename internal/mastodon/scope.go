package mastodon

import (
	"slices"
	"strings"

	"keyturn/internal/model"
)

// Scopes that calls need, where a granular one is named (https://docs.joinmastodon.org/api/oauth-scopes/).
const (
	readAccounts       = "read:accounts"
	readBlocks         = "read:blocks"
	readFavourites     = "read:favourites"
	readFollows        = "read:follows"
	readMutes          = "read:mutes"
	readNotifications  = "read:notifications"
	readSearch         = "read:search"
	readStatuses       = "read:statuses"
	writeAccounts      = "write:accounts"
	writeBlocks        = "write:blocks"
	writeFavourites    = "write:favourites"
	writeFollows       = "write:follows"
	writeMutes         = "write:mutes"
	writeNotifications = "write:notifications"
	writeReports       = "write:reports"
	writeStatuses      = "write:statuses"

	adminReadAccounts  = "admin:read:accounts"
	adminReadReports   = "admin:read:reports"
	adminWriteAccounts = "admin:write:accounts"
	adminWriteReports  = "admin:write:reports"
)

// knownScopes are those that an app can ask for. Those that begin with "admin:" are granted to the staff's own accounts
// only.
func knownScopes() []string {
	return append(adminScopes(), "read", "write", "follow", "push",
		readAccounts, readBlocks, "read:bookmarks", readFavourites, "read:filters", readFollows, "read:lists", readMutes,
		readNotifications, readSearch, readStatuses,
		writeAccounts, writeBlocks, "write:bookmarks", "write:conversations", writeFavourites, "write:filters",
		writeFollows, "write:lists", "write:media", writeMutes, writeNotifications, writeReports, writeStatuses)
}

// adminScopes are the documented ones; about most of what they are for, this server has nothing.
func adminScopes() []string {
	scopes := []string{"admin:read", "admin:write"}
	for _, about := range []string{"accounts", "reports", "domain_allows", "domain_blocks", "ip_blocks", "email_domain_blocks",
		"canonical_email_blocks"} {
		scopes = append(scopes, "admin:read:"+about, "admin:write:"+about)
	}
	return scopes
}

// parseScopes reads a list of scopes with spaces between them.
func parseScopes(field, s string) ([]string, error) {
	scopes := strings.Fields(s)
	for _, scope := range scopes {
		if !slices.Contains(knownScopes(), scope) {
			return nil, model.Invalid(field, "%.40q is not a scope that this server has", scope)
		}
	}
	return scopes, nil
}
