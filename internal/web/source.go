package web

import (
	"net/http"
	"net/netip"
	"strings"
)

// Sources tells where requests come from. Proxies are the addresses of one's own reverse proxies: only what they say
// in X-Forwarded-For is believed.
type Sources struct {
	Proxies []netip.Prefix
}

// Of is the network that a request came from: an IPv4 address or an IPv6 /64, which one customer has whole.
func (s Sources) Of(r *http.Request) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return "unknown"
	}
	addr := peer.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && s.proxy(addr); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		addr = hop.Unmap()
	}
	if addr.Is6() {
		if wide, err := addr.WithZone("").Prefix(64); err == nil {
			return wide.String()
		}
	}
	return addr.String()
}

func (s Sources) proxy(a netip.Addr) bool {
	for _, p := range s.Proxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
