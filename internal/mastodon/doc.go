// Package mastodon speaks the Mastodon client API (https://docs.joinmastodon.org/methods/), so that the apps people
// have work with Keyturn: routes, JSON entities, scopes, and the OAuth server for apps.
//
// All that it shows comes from a social.View made for that one request, and no answer may be kept by anyone: it must
// never touch the store, hold a cache, or put anything into an answer that the view did not give. The JSON of the API
// lives here and nowhere else.
package mastodon
