// Package markup turns what members write, which is plain text, into HTML: for the client API and for the public pages.
//
// Everything that is not a link that the package made itself is escaped; it must never pass on a tag, an attribute or
// an address scheme from a text. It links only the accounts that it is told are visible.
package markup
