package social_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"keyturn/internal/model"
	"keyturn/internal/social"
)

// Readers and writers run while an account is darkened and lit again and again. A read that begins after the
// darkening has returned, and ends before it is lifted, must not show the account.
func TestDarkWhenTheCallReturns(t *testing.T) {
	w := newWorld(t)
	president, reader, writer := w.account("president"), w.account("reader"), w.account("writer")
	w.follow(reader, president)
	w.follow(reader, writer)
	posted := w.say(president, "hello")
	w.boost(writer, posted)

	var era atomic.Int64 // odd: dark for sure
	stop := make(chan struct{})
	var wg sync.WaitGroup
	loop := func(fn func()) {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					fn()
				}
			}
		})
	}
	for range 2 {
		loop(func() {
			began := era.Load()
			v, err := w.net.View(w.ctx, reader)
			if err != nil {
				t.Error(err)
				return
			}
			l, err := v.Home(w.ctx, social.Page{})
			if err != nil {
				t.Error(err)
				return
			}
			for _, p := range l.Items {
				if began%2 == 1 && era.Load() == began && (p.Account == president || p.ReblogOf == posted) {
					t.Error("a read shows what is dark")
				}
			}
		})
	}
	loop(func() {
		if _, err := w.net.Post(w.ctx, writer, social.NewPost{Text: "news of @president"}); err != nil {
			t.Error(err)
		}
	})
	for range 25 {
		s := w.sanction(model.SanctionSuspend, president, 0, w.clock.Now().AddDate(1, 0, 0))
		era.Add(1)
		w.tick()
		era.Add(1)
		w.lift(s)
	}
	close(stop)
	wg.Wait()
	if l := must[social.List[social.Post]](w)(w.view(reader).PostsOf(w.ctx, president, social.PostFilter{}, social.Page{})); len(l.Items) != 1 {
		t.Errorf("%d posts are left", len(l.Items))
	}
}
