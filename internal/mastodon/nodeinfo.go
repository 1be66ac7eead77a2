package mastodon

import "context"

// nodeInfoSchema is the only version of NodeInfo that is served (https://nodeinfo.diaspora.software/protocol).
const nodeInfoSchema = "http://nodeinfo.diaspora.software/ns/schema/2.0"

func (a *api) nodeInfoLinks(context.Context, *call) (any, error) {
	type link struct {
		Rel  string `json:"rel"`
		Href string `json:"href"`
	}
	return struct {
		Links []link `json:"links"`
	}{[]link{{nodeInfoSchema, a.cfg.URL + "/nodeinfo/2.0"}}}, nil
}

// nodeInfo says what runs here. Nothing federates, and nothing is counted.
func (a *api) nodeInfo(context.Context, *call) (any, error) {
	type software struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	type services struct {
		Inbound  none `json:"inbound"`
		Outbound none `json:"outbound"`
	}
	type usage struct {
		Users struct{} `json:"users"`
	}
	return struct {
		Version           string   `json:"version"`
		Software          software `json:"software"`
		Protocols         none     `json:"protocols"`
		Services          services `json:"services"`
		Usage             usage    `json:"usage"`
		OpenRegistrations bool     `json:"openRegistrations"`
		Metadata          struct{} `json:"metadata"`
	}{
		Version:           "2.0",
		Software:          software{"keyturn", a.cfg.Version},
		OpenRegistrations: true,
	}, nil
}
