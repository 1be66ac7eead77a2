// Package mastodon speaks the Mastodon client API (https://docs.joinmastodon.org/methods/), so that the apps people
// have work with Keyturn: routes, JSON entities, scopes, and the OAuth server for apps.
//
// All that it shows comes from a social.View made for that one request, and no answer may be kept by anyone: it must
// never touch the store, hold a cache, or put anything into an answer that the view did not give. The JSON of the API
// lives here and nowhere else.
//
// The calls for moderators (admin_*.go) are apart from that: they show what the desk sees, from package moderation, to
// the accounts of those who work at the desk only, and what they do they ask the guard for.
package mastodon
