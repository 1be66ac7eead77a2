package policy

func (b *Bundle) governable() error     { return nil }
func Looser(old, next *Bundle) []string { return []string{"not yet"} }
