// Package pages is the network as anyone sees it in a browser: what it is, the public timeline, profiles, posts with
// their threads. The pages need no script and no sign-in.
//
// All that they show comes from the public's social.View, made for that one request, and no page may be kept by anyone:
// the package must never touch the store or hold a cache.
package pages
