package staff

import (
	"context"

	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// Session finds who holds a session's token. A session that expired, or whose person does not work here any more, is
// model.KindUnauthenticated like one that never was: the end of an employment is looked at here at every use, since
// what ends sessions may come a moment later.
func (s *Staff) Session(ctx context.Context, token string) (guard.Actor, model.Person, error) {
	none := unauthenticated("sign in: there is no such session, or it has ended")
	if token == "" {
		return guard.Actor{}, model.Person{}, none
	}
	session, err := s.st.StaffSession(ctx, hash(token))
	if model.KindOf(err) == model.KindNotFound {
		return guard.Actor{}, model.Person{}, none
	}
	if err != nil {
		return guard.Actor{}, model.Person{}, err
	}
	person, err := s.st.Person(ctx, session.Person)
	if err != nil {
		return guard.Actor{}, model.Person{}, err
	}
	if now := s.now(); !now.Before(session.ExpiresAt) || person.Employment.Ended(now) {
		return guard.Actor{}, model.Person{}, none
	}
	return guard.Actor{Person: session.Person, Login: session.Login}, person, nil
}

// SignOut ends a session; one that is not there is no error.
func (s *Staff) SignOut(ctx context.Context, token string) error {
	return s.st.Write(ctx, func(tx *store.Tx) error { return tx.EndStaffSession(ctx, hash(token)) })
}
