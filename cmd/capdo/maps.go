package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"capdo/internal/approval"
	"capdo/internal/gate"
)

// The names of the maps in their folder.
const (
	haproxyMap = "systems.map"
	nginxMap   = "systems.conf"
)

// mapFlags say where maps go and whom they tell.
type mapFlags struct {
	dir, provider, platform string
	haproxy, nginx          string
	life                    time.Duration
}

func (m *mapFlags) declare(f *flag.FlagSet, w world) {
	f.StringVar(&m.dir, "maps", "", "folder for maps of the systems that may connect: systems.map for HAProxy, systems.conf for nginx; rewritten at each change (CAPDO_MAPS; default: none)")
	f.StringVar(&m.provider, "maps-provider", "", "the maps name who may connect to this system (default: who may connect at all)")
	f.StringVar(&m.platform, "maps-platform", "", "platform of the maps: NDXP or NDOP (default: NDXP)")
	f.DurationVar(&m.life, "maps-life", 10*time.Minute, "how long a map counts when nobody renews it")
	f.StringVar(&m.haproxy, "maps-haproxy", "", "HAProxy's stats socket (level admin), to which a changed map is handed (default: HAProxy reads it when it is reloaded)")
	f.StringVar(&m.nginx, "maps-nginx", "", "file with the process id of nginx, which is told to reload after a change (default: nobody tells it)")
}

// The pace of the maps.
const (
	mapsEvery = time.Second // between two looks at the ledger
	leastLife = 10 * time.Second
)

// openMaps begins to keep the maps of the gate, when a folder is named for them.
func (p *program) openMaps(ctx context.Context, m mapFlags) error {
	if m.dir == "" {
		return nil
	}
	if m.life < leastLife {
		return fmt.Errorf("--maps-life: at least %v", leastLife)
	}
	if err := os.MkdirAll(m.dir, 0o755); err != nil {
		return err
	}
	go p.keepMaps(ctx, m)
	return nil
}

// keepMaps keeps the maps as the gate decides, until ctx is done. What goes
// wrong is logged, and the map that is out runs down.
func (p *program) keepMaps(ctx context.Context, m mapFlags) {
	tick := time.NewTicker(mapsEvery)
	defer tick.Stop()
	var k mapKeeper
	for {
		if err := k.look(ctx, p, m); err != nil && ctx.Err() == nil {
			p.log.Error("maps", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// mapKeeper knows which maps are out.
type mapKeeper struct {
	head approval.Head
	next time.Time
}

// look rewrites the maps when the ledger changed, or when their time has come.
func (k *mapKeeper) look(ctx context.Context, p *program, m mapFlags) error {
	var head approval.Head
	if err := p.store.View(ctx, keeper(), func(r approval.Reader) (err error) {
		head, err = r.Head()
		return err
	}); err != nil {
		return err
	}
	if head == k.head && p.gate.Now().Before(k.next) {
		return nil
	}
	codes, _, err := p.store.Codes(ctx)
	if err != nil {
		return err
	}
	r, err := p.gate.Roll(ctx, codes, m.provider, m.platform, m.life)
	if err != nil {
		return err
	}
	if len(codes) == 0 { // nobody was asked about: nobody is let in
		r = gate.Roll{At: p.gate.Now(), Until: p.gate.Now().Add(m.life), Ledger: head}
	}
	if err := errors.Join(replaceFile(filepath.Join(m.dir, haproxyMap), r.HAProxy()), replaceFile(filepath.Join(m.dir, nginxMap), r.NGINX())); err != nil {
		return err
	}
	k.head, k.next = r.Ledger, r.Next()
	if r.Ledger.Size < head.Size || r.Ledger == (approval.Head{}) { // of a moment before: look again
		k.head = approval.Head{}
	}
	return m.tell(ctx, r)
}

// replaceFile writes a file whole or not at all.
func replaceFile(name string, text []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name()) // it may be gone
		}
	}()
	_, err = f.Write(text)
	if err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// tell hands a changed map to those who do not look themselves.
func (m mapFlags) tell(ctx context.Context, r gate.Roll) error {
	var err error
	if m.haproxy != "" {
		err = tellHAProxy(ctx, m.haproxy, r)
	}
	if m.nginx != "" {
		err = errors.Join(err, tellNGINX(m.nginx))
	}
	return err
}

// tellNGINX makes nginx read its configuration again.
func tellNGINX(pidfile string) error {
	text, err := os.ReadFile(pidfile)
	if err != nil {
		return fmt.Errorf("tell nginx: %w", err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || pid < 2 {
		return fmt.Errorf("tell nginx: %q is no process id", text)
	}
	return syscall.Kill(pid, syscall.SIGHUP)
}

// chunk bounds one command to HAProxy, whose buffer holds 16 KiB.
const chunk = 8 << 10

// tellHAProxy replaces the map in HAProxy's memory at one stroke: a new version
// is prepared, filled, and made the one in force.
func tellHAProxy(ctx context.Context, socket string, r gate.Roll) error {
	list, err := tellOnce(ctx, socket, "show map")
	if err != nil {
		return err
	}
	id := ""
	for line := range strings.Lines(list) { // "3 (maps/systems.map) pattern loaded from …"
		if n, rest, ok := strings.Cut(line, " ("); ok && strings.HasPrefix(filepath.Base(strings.SplitN(rest, ")", 2)[0]), haproxyMap) {
			id = "#" + n
		}
	}
	if id == "" {
		return fmt.Errorf("tell HAProxy: it has no map %s", haproxyMap)
	}
	said, err := tellOnce(ctx, socket, "prepare map "+id)
	if err != nil {
		return err
	}
	_, version, ok := strings.Cut(strings.TrimSpace(said), "New version created: ")
	if !ok {
		return fmt.Errorf("tell HAProxy: %s", said)
	}
	var b strings.Builder
	flush := func() error {
		if b.Len() == 0 {
			return nil
		}
		said, err := tellOnce(ctx, socket, "add map @"+version+" "+id+" <<\n"+b.String())
		if b.Reset(); err == nil && strings.TrimSpace(said) != "" {
			err = fmt.Errorf("tell HAProxy: %s", said)
		}
		return err
	}
	for _, l := range r.Lines {
		fmt.Fprintf(&b, "%s %d\n", l.Code, l.Until.Unix())
		if b.Len() > chunk {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := flush(); err != nil {
		return err
	}
	said, err = tellOnce(ctx, socket, "commit map @"+version+" "+id)
	if err == nil && strings.TrimSpace(said) != "" {
		err = fmt.Errorf("tell HAProxy: %s", said)
	}
	return err
}

// tellOnce gives HAProxy one command and reads the answer.
func tellOnce(ctx context.Context, socket, text string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	c, err := new(net.Dialer).DialContext(ctx, "unix", socket)
	if err != nil {
		return "", fmt.Errorf("tell HAProxy: %w", err)
	}
	defer func() { _ = c.Close() }() // all is read by then
	at, _ := ctx.Deadline()
	if err := c.SetDeadline(at); err != nil {
		return "", err
	}
	if _, err := io.WriteString(c, text+"\n"); err != nil {
		return "", fmt.Errorf("tell HAProxy: %w", err)
	}
	said, err := io.ReadAll(bufio.NewReader(c))
	return string(said), err
}
