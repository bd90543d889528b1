package store_test

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"capdo/internal/store/storetest"
)

// many is a number of rounds from the environment, or a default.
func many(t *testing.T, name string, otherwise int) int {
	t.Helper()
	n := otherwise
	if v := os.Getenv(name); v != "" {
		if _, err := fmt.Sscan(v, &n); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	return n
}

// TestKilled kills a process that acts on a register with SIGKILL, at any
// instant, CAPDO_KILLS times: nothing that was acknowledged is lost, and what is
// there agrees with its ledger.
func TestKilled(t *testing.T) {
	storetest.SQLiteOnly(t)
	kills, acknowledged := many(t, "CAPDO_KILLS", 20), 0
	var dir string
	var acks []ack
	for n := range kills {
		if n%20 == 0 {
			dir, acks = t.TempDir(), nil
		}
		c := worker(t, dir, nil)
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewReader(out)
		first, err := lines.ReadString('\n')
		if err != nil {
			t.Fatalf("life %d ended before its first act: %v", n, err)
		}
		kill := time.AfterFunc(time.Duration(rand.IntN(150_000))*time.Microsecond, func() { _ = c.Process.Kill() })
		said := acksOf(io.MultiReader(strings.NewReader(first), lines))
		kill.Stop()
		_ = c.Wait() // it was killed
		acks = append(acks, said...)
		acknowledged += len(said)
		if err := surviving(t.Context(), dir, acks, true); err != nil {
			t.Fatalf("kill %d after %d acknowledged acts: %v", n, len(said), err)
		}
	}
	if acknowledged < kills {
		t.Errorf("%d acts in %d lives: nothing was under way", acknowledged, kills)
	}
	t.Logf("%d kills, %d acknowledged acts, 0 lost", kills, acknowledged)
}
