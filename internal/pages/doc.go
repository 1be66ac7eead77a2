// Package pages is the network as anyone sees it in a browser: what it is, the public timeline, profiles, posts with
// their threads; and what owners see of their own account once they are signed in: what is on it, what they sign in
// with, and all that is theirs, to take along. The public pages need no script and no sign-in.
//
// All that they show comes from social.View, the public's or the owner's own, made for that one request, and no page may
// be kept by anyone: the package must never touch the store or hold a cache.
package pages
