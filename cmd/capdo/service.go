package main

import (
	"context"
	"fmt"

	"capdo/internal/ledger"
	"capdo/internal/store"
	"capdo/internal/web"
)

// service tells administrators how the service is set, which keys sign and how
// long the ledger is.
func (p *program) service(f front) web.ServiceFunc {
	return func(ctx context.Context) (web.Service, error) {
		x := web.Service{Settings: []web.Setting{
			{Name: "law digest", Value: p.book.Digest()},
			{Name: "--data", Value: p.dir},
			{Name: "--tls-in-front", Value: fmt.Sprint(f.secure)},
			{Name: "--proxies", Value: fmt.Sprint(f.sides.proxies)},
			{Name: "--pace-address", Value: fmt.Sprint(f.sides.address.PerSecond)},
			{Name: "--pace-account", Value: fmt.Sprint(f.sides.account.PerSecond)},
			{Name: "--gateways", Value: fmt.Sprint(f.doors.TrustedPeers)},
			{Name: "--both-sides", Value: fmt.Sprint(f.doors.BothSides)},
			{Name: "--gate-listen", Value: f.flags.listen},
			{Name: "--gate-only", Value: fmt.Sprint(f.flags.only)},
			{Name: "--assert-from", Value: f.flags.proxies},
			{Name: "--assert-audience", Value: f.flags.audience},
		}}
		keys, err := p.store.Keys(ctx)
		if err != nil {
			return x, err
		}
		for _, k := range keys {
			x.Keys = append(x.Keys, web.SealKey{ID: k.ID, Alg: k.Alg, Made: k.Made, Until: k.Until})
		}
		err = p.store.Ledger(ctx, func(t store.Tree) error {
			root, err := ledger.Root(t.Size, t)
			x.Size, x.Root = t.Size, ledger.Hex(root)
			return err
		})
		return x, err
	}
}
