package social

// HandleSpan is where a text names an account: Text[Start:End] is "@handle".
type HandleSpan struct {
	Start, End int
	Handle     string
}

// FindHandles finds the handles that a text names, in order: an @ that does not continue a word or address, then a
// handle that does not run on. It is what decides whom a post mentions, and what may be linked when it is shown.
func FindHandles(text string) []HandleSpan { return nil }
