package testkit

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"keyturn/internal/softkey"
)

// Token is a software key that does not say that it is one: its new credentials name no model, as those of most
// authenticators do in a browser. Real stores take it.
type Token struct{ *softkey.Authenticator }

// NewToken makes a token without credentials.
func NewToken(name string) Token { return Token{softkey.New(name)} }

// Register makes a credential as softkey's does, and takes the model out of the answer.
func (k Token) Register(origin string, options []byte) ([]byte, error) {
	response, err := k.Authenticator.Register(origin, options)
	if err != nil {
		return nil, err
	}
	var credential map[string]any
	if err := json.Unmarshal(response, &credential); err != nil {
		return nil, fmt.Errorf("reading a software key's answer: %w", err)
	}
	parts, ok := credential["response"].(map[string]any)
	if !ok {
		return nil, fmt.Errorf("a software key's answer has no response")
	}
	for _, name := range []string{"attestationObject", "authenticatorData"} {
		text, _ := parts[name].(string)
		data, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil {
			return nil, fmt.Errorf("reading a software key's %s: %w", name, err)
		}
		data = bytes.Replace(data, []byte(softkey.AAGUID), make([]byte, len(softkey.AAGUID)), 1)
		parts[name] = base64.RawURLEncoding.EncodeToString(data)
	}
	return json.Marshal(credential)
}
