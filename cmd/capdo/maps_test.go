package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

// TestMaps: HAProxy and nginx with the maps that capdo keeps: who may connect
// passes, a revocation bites, and when capdo dies the map runs out by itself.
func TestMaps(t *testing.T) {
	for _, g := range []struct {
		gateway
		flags mapFlags
	}{
		{gateway{"haproxy", "127.0.0.5", []string{"-db", "-f", "haproxy-map.cfg"}, false}, mapFlags{haproxy: "haproxy.sock"}},
		{gateway{"nginx", "127.0.0.6", []string{"-p", ".", "-c", "nginx-map.conf", "-g", "daemon off;"}, false}, mapFlags{nginx: "nginx.pid"}},
	} {
		t.Run(g.program, func(t *testing.T) {
			t.Parallel()
			program := installed(t, g.program)
			y, ports, dir := newYard(t, context.Background()), g.free(t, 2), t.TempDir()
			provider := &place{at: ports[1]}
			provider.become(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				fmt.Fprint(w, "data for ", strings.Join(r.Header.Values("X-System-Id"), "+"))
			}))
			t.Cleanup(provider.leave)
			y.ca.write(t, dir)
			deploy(t, dir, strings.NewReplacer("127.0.0.1:8443", ports[0], "127.0.0.1:9000", ports[1]))
			m := g.flags
			m.dir, m.life = filepath.Join(dir, "maps"), 3*time.Second
			for _, s := range []*string{&m.haproxy, &m.nginx} {
				if *s != "" {
					*s = filepath.Join(dir, *s)
				}
			}
			if err := os.Mkdir(m.dir, 0o755); err != nil {
				t.Fatal(err)
			}
			ctx, die := context.WithCancel(t.Context())
			defer die()
			tick := time.Now()
			y.clock.Store(&tick)
			y.p.clock, y.p.gate.Clock = time.Now, time.Now
			died := make(chan bool)
			var k mapKeeper
			_ = k.look(ctx, y.p, m) // nobody to tell yet
			go func() { y.p.keepMaps(ctx, m); close(died) }()
			start(t, exec.Command(program, g.args...), dir)
			f := &fronted{at: ports[0], ca: y.ca}
			own, his, none := f.consumer(t, y.own), f.consumer(t, y.his), f.consumer(t, "H56-9999")
			becomes := func(c caller, want int, why string) {
				t.Helper()
				for began := time.Now(); ; time.Sleep(50 * time.Millisecond) {
					r := c.ask("GET", "")
					if r.err == nil && r.status == want {
						return
					}
					if time.Since(began) > 15*time.Second {
						t.Fatalf("%s: %+v", why, r)
					}
				}
			}
			becomes(own, 200, "a system that may connect")
			becomes(none, 403, "a system that is not on the register")
			s, err := y.p.office.File(t.Context(), storetest.Actor(law.RoleMPS, "G01"), y.own)
			if err != nil {
				t.Fatal(err)
			}
			if _, err = y.p.office.Revoke(t.Context(), storetest.Actor(law.RoleMPS, "G01"), y.own, s.System.Version, approval.RevocationInput{Ground: "Sai"}); err != nil {
				t.Fatal(err)
			}
			becomes(own, 403, "a revoked system")
			time.Sleep(m.life + time.Second) // renewed meanwhile
			becomes(his, 200, "another, while capdo lives")
			die()
			<-died
			becomes(his, 403, "another, after capdo died")
			for range 5 {
				if r := his.ask("GET", ""); r.status != 403 {
					t.Errorf("a map that ran out: %+v", r)
				}
			}
			if left, err := filepath.Glob(filepath.Join(m.dir, ".*")); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}
