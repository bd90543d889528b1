package storetest

import (
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Proxy stands between a program and the server, and can be made to fail.
type Proxy struct {
	Dir string // of its socket

	listener net.Listener
	hung     atomic.Bool  // nothing passes, and nobody is told
	delay    atomic.Int64 // of every piece, nanoseconds

	mu   sync.Mutex
	open map[net.Conn]bool
}

// socket is the name of a server's socket in its folder.
const socket = ".s.PGSQL.5432"

// Through puts a proxy before the server of an address and returns the address
// that leads through it.
func Through(t testing.TB, address string) (string, *Proxy) {
	t.Helper()
	dir, err := os.MkdirTemp("", "capdo-px-") // the name of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{Dir: dir, open: map[net.Conn]bool{}}
	if p.listener, err = net.Listen("unix", filepath.Join(dir, socket)); err != nil {
		t.Fatal(err)
	}
	go p.accept(filepath.Join(os.Getenv(clusterVar), socket))
	t.Cleanup(func() {
		_ = p.listener.Close()
		p.Hang(false)
		p.Cut()
		_ = os.RemoveAll(dir)
	})
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	u.RawQuery = url.Values{"host": {dir}}.Encode()
	return u.String(), p
}

func (p *Proxy) accept(server string) {
	for {
		here, err := p.listener.Accept()
		if err != nil {
			return
		}
		there, err := net.Dial("unix", server)
		if err != nil {
			_ = here.Close()
			continue
		}
		p.mu.Lock()
		p.open[here], p.open[there] = true, true
		p.mu.Unlock()
		go p.pass(here, there)
		go p.pass(there, here)
	}
}

// pass carries what comes from one side to the other.
func (p *Proxy) pass(from, to net.Conn) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			time.Sleep(time.Duration(p.delay.Load()))
			for p.hung.Load() {
				time.Sleep(5 * time.Millisecond)
			}
			if _, err := to.Write(buffer[:n]); err != nil {
				break
			}
		}
		if err != nil {
			break
		}
	}
	p.mu.Lock()
	delete(p.open, from)
	delete(p.open, to)
	p.mu.Unlock()
	_, _ = from.Close(), to.Close()
}

// Hang lets nothing pass, or everything again.
func (p *Proxy) Hang(on bool) { p.hung.Store(on) }

// Delay holds up every piece that passes.
func (p *Proxy) Delay(d time.Duration) { p.delay.Store(int64(d)) }

// Cut breaks every connection.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.open {
		_ = c.Close()
	}
}

// Register makes a migrated, empty database of the test's own and returns its
// address for the program.
func Register(t testing.TB) string {
	t.Helper()
	needCluster(t)
	dir := t.TempDir()
	name := databaseOf(dir)
	if err := administer("CREATE DATABASE " + name + " TEMPLATE " + template + " OWNER " + keeper); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dropDatabase(t, name) })
	return address(worker, name)
}
