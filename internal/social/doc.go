// Package social is what members do and what they see: accounts, posts, follows, blocks, timelines, notifications,
// reports, and the tokens with which a member's apps sign in.
//
// Whatever a member or the public sees comes from a View, made for one viewer at one moment. A View asks the
// visibility table before it shows anything: what is dark is left out of every answer as if it had never been there,
// and is there again, byte for byte, when the sanction is lifted. Caches sit below View and know nothing of darkness.
//
// The package must never hold SQL or HTTP, and must never write a sanction or a class: it reads them.
package social
