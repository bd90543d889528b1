package workbook_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"capdo/internal/workbook"
)

// TestImportHoldsLittle brings tables of 10,000 and of 100,000 rows in, each in a process
// of its own: tried, written back as a copy, carried out. What is held does not follow
// the rows.
func TestImportHoldsLittle(t *testing.T) {
	if name := os.Getenv("CAPDO_TEST_TABLE"); name != "" { // the process that is measured
		h := open(t)
		file, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		info, err := file.Stat()
		if err != nil {
			t.Fatal(err)
		}
		u := workbook.Upload{Form: workbook.Register, Digest: "d", Body: file, Size: info.Size()}
		r, err := h.Try(ctx, officer, u)
		if err == nil {
			err = h.Returned(ctx, io.Discard, officer, u, r)
		}
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		r, err = h.Import(ctx, officer, u)
		if err != nil || !r.Done {
			t.Fatalf("%v %+v", err, r)
		}
		took := time.Since(start)
		status, err := os.ReadFile("/proc/self/status")
		if err != nil {
			t.Fatal(err)
		}
		_, peak, _ := strings.Cut(string(status), "VmHWM:")
		line, _, _ := strings.Cut(peak, "\n")
		fmt.Println("peak", strings.TrimSpace(line), "took", took.Round(time.Millisecond))
		return
	}
	if os.Getenv("CAPDO_BENCH") == "" {
		t.Skip("SKIPPED: CAPDO_BENCH names no rounds")
	}
	peak := func(rows int) (kB int) {
		t.Helper()
		file := filepath.Join(t.TempDir(), "table.xlsx")
		if err := os.WriteFile(file, tenThousand(t, nil, rows), 0o600); err != nil {
			t.Fatal(err)
		}
		c := exec.Command(os.Args[0], "-test.run", "^TestImportHoldsLittle$")
		c.Env = append(os.Environ(), "CAPDO_TEST_TABLE="+file)
		out, err := c.Output()
		_, line, found := bytes.Cut(out, []byte("peak "))
		if _, scan := fmt.Sscan(string(line), &kB); err != nil || !found || scan != nil {
			t.Fatalf("no peak in %q: %v", out, err)
		}
		t.Logf("%d rows: %s", rows, strings.SplitN(string(line), "\n", 2)[0])
		return kB
	}
	const more = 40 << 10 // kB: what is kept of a row is its name in 16 bytes, and what the gate is told of it; as much again waits to be collected
	if few, many := peak(rowsOfBench), peak(10*rowsOfBench); many > few+more {
		t.Errorf("%d rows take %d kB, %d take %d", 10*rowsOfBench, many, rowsOfBench, few)
	}
}
