package mastodon

import (
	"errors"

	"keyturn/internal/model"
)

// renamed gives the field of an error the name that it has in the API.
func renamed(err error, names map[string]string) error {
	e, ok := errors.AsType[*model.Error](err)
	if !ok || names[e.Field] == "" {
		return err
	}
	named := *e
	named.Field = names[e.Field]
	return &named
}
