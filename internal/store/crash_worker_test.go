package store_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"capdo/forms"
	"capdo/internal/approval"
	"capdo/internal/attachment"
	"capdo/internal/keyring"
	"capdo/internal/law"
	"capdo/internal/ledger"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// workerVar names the folder in which this binary, started again, acts on a
// register without end and says each act that was acknowledged on its standard
// output: "ack SIZE ROOT FILE", the ledger as it is then, and the document that
// was taken in, "-" for none. weakVar makes it sync less than the store does.
const (
	workerVar = "CAPDO_TEST_WORKER"
	weakVar   = "CAPDO_TEST_WEAK"
	actsVar   = "CAPDO_TEST_ACTS"
)

// ack is an act that was acknowledged.
type ack struct {
	size int64
	root ledger.Hash
	file string // TENANT/SHA256, "-" for none
}

func (a ack) String() string {
	return fmt.Sprintf("ack %d %s %s\n", a.size, ledger.Hex(a.root), a.file)
}

// parseAck reads what String wrote; false for a line that was cut off.
func parseAck(line string) (a ack, ok bool) {
	var root []byte
	if !strings.HasSuffix(line, "\n") {
		return a, false
	}
	if _, err := fmt.Sscanf(line, "ack %d %x %s", &a.size, &root, &a.file); err != nil || len(root) != ledger.HashSize {
		return a, false
	}
	a.root = ledger.Hash(root)
	return a, true
}

// blobsIn are the documents of a register in a folder.
func blobsIn(dir string) (attachment.Blobs, error) {
	ring, err := keyring.Open(filepath.Join(dir, "keys", "tenants"), filepath.Join(dir, "keys", "master.key"))
	return attachment.Blobs{Dir: filepath.Join(dir, "blobs"), Keys: ring}, err
}

// workAndExit is the worker.
func workAndExit(dir string) {
	if err := work(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func work(dir string) error {
	ctx := context.Background()
	book, err := law.Load()
	if err != nil {
		return err
	}
	shelf, err := forms.Load()
	if err != nil {
		return err
	}
	s, err := store.Open(ctx, dir)
	if err != nil {
		return err
	}
	s.Guard(storetest.Keys(dir))
	if os.Getenv(weakVar) != "" {
		if _, err := store.Direct(s).Exec("PRAGMA synchronous = NORMAL"); err != nil {
			return err
		}
	}
	blobs, err := blobsIn(dir)
	if err != nil {
		return err
	}
	o := &approval.Office{Store: s, Book: book, Shelf: shelf, Clock: time.Now}
	desk := &attachment.Desk{Office: o, Store: s.Attachments(), Blobs: blobs, Limits: attachment.Default()}
	head, err := headNow(ctx, s)
	if err != nil {
		return err
	}
	if head.size == 0 {
		if err := o.Import(ctx, storetest.Keeper(), approval.World{Agencies: storetest.Agencies(), Source: "crash"}); err != nil {
			return err
		}
	}
	officer, most := storetest.Actor(law.RoleOperator, "H56"), 1<<30
	if n := os.Getenv(actsVar); n != "" {
		if _, err := fmt.Sscan(n, &most); err != nil {
			return err
		}
	}
	var x approval.System
	for n := range most {
		file := "-"
		switch n % 3 {
		case 0:
			x, err = o.Register(ctx, officer, approval.Registration{Name: fmt.Sprintf("Hệ thống %d", n), OperatorUnit: "Trung tâm CNTT", Stage: approval.Operating, StartedOn: "2020-01-01", Attested: true})
		case 1:
			x, err = o.StateFacts(ctx, officer, x.Code, x.Version, storetest.Facts(3, false))
		case 2:
			var d attachment.Document
			d, err = desk.Attach(ctx, officer, attachment.Upload{System: x.Code, Of: attachment.Dossier(1), Name: "a.txt", Body: strings.NewReader(fmt.Sprintf("%s %d", x.Code, n))})
			file = d.Tenant + "/" + d.SHA256
		}
		if err != nil {
			return err
		}
		a, err := headNow(ctx, s)
		if err != nil {
			return err
		}
		a.file = file
		if _, err := os.Stdout.WriteString(a.String()); err != nil {
			return err
		}
	}
	return s.Close()
}

// headNow is the ledger as it stands.
func headNow(ctx context.Context, s *store.Store) (a ack, err error) {
	err = s.Prove(ctx, func(size int64, r ledger.Reader) error {
		a.size = size
		a.root, err = ledger.Root(size, r)
		return err
	})
	return a, err
}

// worker starts this binary again as the worker of a folder; before says what
// stands before its name on the command line.
func worker(t *testing.T, dir string, env []string, before ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	line := append(before, self)
	c := exec.Command(line[0], line[1:]...)
	c.Env = append(append(os.Environ(), workerVar+"="+dir), env...)
	c.Stderr = t.Output()
	return c
}

// acksOf reads what a worker said, whole lines only.
func acksOf(r io.Reader) (all []ack) {
	for lines := bufio.NewReader(r); ; {
		line, err := lines.ReadString('\n')
		if a, ok := parseAck(line); ok {
			all = append(all, a)
		}
		if err != nil {
			return all
		}
	}
}

// surviving tells what is wrong with a register that was cut off: every act that
// was acknowledged must be there as it was, each document too, and if whole is
// asked for the register must agree with its ledger.
func surviving(ctx context.Context, dir string, acks []ack, whole bool) error {
	s, err := store.Open(ctx, dir)
	if err != nil {
		return fmt.Errorf("it does not open: %w", err)
	}
	defer s.Close()
	s.Guard(storetest.Keys(dir))
	if len(acks) > 0 {
		last := acks[len(acks)-1]
		err := s.Prove(ctx, func(size int64, r ledger.Reader) error {
			if size < last.size {
				return fmt.Errorf("lost: %d entries were acknowledged, %d are there", last.size, size)
			}
			root, err := ledger.Root(last.size, r)
			if err == nil && root != last.root {
				err = fmt.Errorf("the first %d entries are others", last.size)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	blobs, err := blobsIn(dir)
	if err != nil {
		return err
	}
	for _, a := range acks {
		if tenant, sum, ok := strings.Cut(a.file, "/"); ok {
			if err := blobs.Check(tenant, sum); err != nil {
				return fmt.Errorf("lost: document %s: %w", a.file, err)
			}
		}
	}
	if !whole {
		return nil
	}
	report, err := s.Verify(ctx)
	if err != nil {
		return fmt.Errorf("it cannot be verified: %w", err)
	}
	if len(report.Violations) > 0 {
		return fmt.Errorf("%d violations: %+v", len(report.Violations), report.Violations[0])
	}
	return nil
}
