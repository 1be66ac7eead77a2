package pages

import (
	"strings"

	"keyturn/internal/model"
)

// standing is one sanction on the owner's account, in words for them.
type standing struct {
	ID    model.ID
	Title string
	Means string
	Quote string // the beginning of the post that it is on; empty for the whole account
	Rule  string
	Since stamp
	Until stamp // the zero stamp: until it is lifted

	Liftable  model.ID // the sanction, when a passkey of the owner's lifts it; 0 otherwise
	ByPasskey bool     // the owner has a passkey that is old enough
}

func standingOf(s model.Sanction) standing {
	title, means := sanctionWords(s.Kind)
	return standing{ID: s.ID, Title: title, Means: means, Rule: s.Rule, Since: stamp(s.Start), Until: stamp(s.End)}
}

// sanctionWords are what a sanction is called, and what it means for the owner.
func sanctionWords(k model.SanctionKind) (title, means string) {
	switch k {
	case model.SanctionLock:
		return "Your account is locked", "You can sign in and read, but post and change nothing. Nothing of yours is hidden."
	case model.SanctionSensitive:
		return "Your media stand behind a warning", "Readers have to ask to see them."
	case model.SanctionLimit:
		return "Your account is limited", "Whoever does not follow you does not come upon it in public timelines or search."
	case model.SanctionRemovePost:
		return "A post of yours is removed", "Nobody but you sees it. It is not deleted: if this is lifted it is back as it was."
	case model.SanctionDeactivate:
		return "Your account is deactivated", "To everybody else it is as if it did not exist, and no app can sign in to it. " + keptWords
	case model.SanctionSuspend:
		return "Your account is suspended", "Everybody else sees that it is suspended and nothing of it, and no app can sign in to it. " + keptWords
	case model.SanctionBan:
		return "Your account is banned", "Everybody else sees that it is suspended and nothing of it, and no app can sign in to it. " + keptWords
	}
	return "Your account is under a restriction: " + inWords(string(k)), ""
}

// keptWords is law 7 for the owner of a dark account.
const keptWords = "Nothing of it is lost: you can take all that is yours along, and if this is lifted everything is back as it was."

// inWords is a name of the program in words.
func inWords(name string) string { return strings.ReplaceAll(name, "_", " ") }

// There reports whether a time is one.
func (t stamp) There() bool { return t != stamp{} }
