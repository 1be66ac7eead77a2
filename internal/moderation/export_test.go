package moderation

// Ranked is ranked.
var Ranked = ranked
