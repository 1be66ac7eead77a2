package moderation

import (
	"context"
	"maps"

	"keyturn/internal/model"
)

// OpenCase is the ID of an account's open case, 0 when it has none.
func (m *Moderation) OpenCase(ctx context.Context, account model.ID) (model.ID, error) {
	c, err := m.st.OpenCase(ctx, account)
	if model.KindOf(err) == model.KindNotFound {
		return 0, nil
	}
	return c.ID, err
}

// Asked finds an open request by a person that asks for the very same, in whatever words, so that whoever tries again
// asks once.
func (m *Moderation) Asked(ctx context.Context, by model.ID, cmd model.Command) (q model.Request, found bool, err error) {
	open, err := m.st.OpenRequestsBy(ctx, by)
	for _, q := range open {
		c := q.Command
		if c.Kind == cmd.Kind && c.Account == cmd.Account && c.Post == cmd.Post && maps.Equal(wordless(c.Params), wordless(cmd.Params)) {
			return q, true, nil
		}
	}
	return model.Request{}, false, err
}

// wordless are parameters without the message to the owner, of which a request has a hash only.
func wordless(params map[string]string) map[string]string {
	params = maps.Clone(params)
	delete(params, "message")
	return params
}
