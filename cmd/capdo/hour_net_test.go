package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// island is a network namespace with two links to the rest of the world: one to
// the database, one to those who ask. It stands for a machine.
type island struct {
	name string
	toDB string // this side of the link to the database
	at   string // address of the island for those who ask
}

// databaseHosts are the addresses of the two servers, on this machine's loopback.
var databaseHosts = [2]string{"10.213.255.1", "10.213.255.2"}

// ip runs the program that makes networks.
func ip(args ...string) error {
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("ip %s: %w: %s", strings.Join(args, " "), err, out)
	}
	return nil
}

// alone runs the test that calls it again in a network of its own, so that nothing
// of it is seen or left outside, and tells whether this is that run. It skips aloud
// where nobody may.
func alone(t *testing.T) bool {
	t.Helper()
	const inside = "CAPDO_HOUR_INSIDE"
	if os.Getenv(inside) != "" {
		if err := ip("link", "set", "lo", "up"); err != nil {
			t.Fatal(err)
		}
		return true
	}
	if out, err := exec.Command("unshare", "--net", "ip", "link").CombinedOutput(); err != nil {
		if os.Getenv("CAPDO_TEST_REQUIRE") == "all" {
			t.Fatalf("network namespaces are wanted and CAPDO_TEST_REQUIRE=all: %v: %s", err, out)
		}
		t.Skipf("SKIPPED: no network namespaces (Debian: iproute2, as root): %v", err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), "unshare", "--net", self, "-test.run", "^"+t.Name()+"$", "-test.v", "-test.timeout=0")
	c.Env, c.Stdout, c.Stderr = append(os.Environ(), inside+"=1"), t.Output(), t.Output()
	if err := c.Run(); err != nil {
		t.Error(err)
	}
	return false
}

// islands makes n islands, and the addresses of the servers.
func islands(t *testing.T, n int) []*island {
	t.Helper()
	run := func(args ...string) {
		t.Helper()
		if err := ip(args...); err != nil {
			t.Fatal(err)
		}
	}
	for _, host := range databaseHosts {
		run("addr", "add", host+"/32", "dev", "lo")
	}
	var all []*island
	for i := range n {
		x := &island{name: fmt.Sprintf("capdo%d-%d", os.Getpid(), i), toDB: fmt.Sprintf("cd%dd%d", os.Getpid()%10000, i), at: fmt.Sprintf("10.213.%d.2", 2*i+1)}
		run("netns", "add", x.name)
		t.Cleanup(func() { _ = ip("netns", "del", x.name) })
		in := []string{"netns", "exec", x.name, "ip"}
		run(append(in, "link", "set", "lo", "up")...)
		for k, link := range []string{x.toDB, fmt.Sprintf("cd%dc%d", os.Getpid()%10000, i)} {
			far, net := "far"+fmt.Sprint(k), 2*i+k
			run("link", "add", link, "type", "veth", "peer", "name", far, "netns", x.name)
			run("addr", "add", fmt.Sprintf("10.213.%d.1/30", net), "dev", link)
			run("link", "set", link, "up")
			run(append(in, "addr", "add", fmt.Sprintf("10.213.%d.2/30", net), "dev", far)...)
			run(append(in, "link", "set", far, "up")...)
		}
		x.route(t)
		all = append(all, x)
	}
	return all
}

// route leads from an island to the servers.
func (x *island) route(t *testing.T) {
	t.Helper()
	net := strings.TrimSuffix(x.at, ".2")
	var i int
	if _, err := fmt.Sscanf(net, "10.213.%d", &i); err != nil {
		t.Fatal(err)
	}
	for _, host := range databaseHosts {
		if err := ip("netns", "exec", x.name, "ip", "route", "replace", host+"/32", "via", fmt.Sprintf("10.213.%d.1", i-1), "src", fmt.Sprintf("10.213.%d.2", i-1)); err != nil {
			t.Fatal(err)
		}
	}
}

// part cuts an island off the database: what is sent is lost, and nobody is told.
// The function it returns mends the link.
func (x *island) part(t *testing.T) (mend func()) {
	t.Helper()
	if err := ip("link", "set", x.toDB, "down"); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := ip("link", "set", x.toDB, "up"); err != nil {
			t.Error(err)
		}
		x.route(t) // the kernel forgets it with the link
	}
}
