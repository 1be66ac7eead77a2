package guard

import "sync"

// maxLately is how much a lately holds.
const maxLately = 8

// lately holds what was found out last, where that takes long and never changes. It is safe for concurrent use.
type lately[K comparable, V any] struct {
	mu    sync.Mutex
	order []K
	found map[K]V
}

// of gives what was found out about a key, or finds it out; what cannot be is asked again the next time. Two who ask at
// once may both find it out.
func (l *lately[K, V]) of(key K, find func() (V, error)) (V, error) {
	l.mu.Lock()
	v, known := l.found[key]
	l.mu.Unlock()
	if known {
		return v, nil
	}
	v, err := find()
	if err != nil {
		return v, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, known := l.found[key]; known {
		return v, nil
	}
	if l.found == nil {
		l.found = map[K]V{}
	}
	if len(l.order) == maxLately {
		delete(l.found, l.order[0])
		l.order = l.order[1:]
	}
	l.order, l.found[key] = append(l.order, key), v
	return v, nil
}
