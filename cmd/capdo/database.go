package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"capdo/internal/keyring"
	"capdo/internal/store"
)

// address is where the register is kept, "" for the data folder.
func (w world) address() string {
	if w.database == nil {
		return ""
	}
	return *w.database
}

// openStore opens the register in its database, or in the folder.
func openStore(ctx context.Context, w world, dir string) (*store.Store, error) {
	at := w.address()
	if at == "" {
		return store.Open(ctx, dir)
	}
	if !store.IsAddress(at) {
		return nil, errors.New("--database: want postgres://ROLE:PASSWORD@HOST/NAME")
	}
	return store.Connect(ctx, at)
}

// roleFlag is the role that the program connects as.
const roleFlag = "role that the program connects as, to be let work with the tables"

// migrateCommand brings a database up to date.
func migrateCommand(ctx context.Context, w world) error {
	f := flags(w, "migrate", "--database ADDRESS [--role ROLE]")
	role := f.String("role", "capdo", roleFlag)
	if _, err := w.parse(f, 0); err != nil {
		return err
	}
	if !store.IsAddress(w.address()) {
		return errors.New("--database: the address of a database, with the role that owns its tables; the register in a folder is brought up to date when it is opened")
	}
	if err := store.Prepare(ctx, w.address(), *role); err != nil {
		return err
	}
	fmt.Fprintf(w.out, "the database is up to date; %s may work with it\n", *role)
	return nil
}

// moveCommand copies a register from one place into another.
func moveCommand(ctx context.Context, w world) error {
	w.database = nil // two places are named here
	f := flags(w, "move", "--from PLACE --to PLACE [--role ROLE]   (PLACE: a folder, or postgres://OWNER@HOST/NAME)")
	from := f.String("from", "", "where the register is; nothing is changed there")
	to := f.String("to", "", "where it is to be; must hold no register")
	role := f.String("role", "capdo", roleFlag)
	data := f.String("data", "", "folder of the keys that open what lies sealed (default: the folder that is moved from or to)")
	if _, err := w.parse(f, 0); err != nil {
		return err
	}
	if *from == "" || *to == "" {
		return errors.New("say --from and --to")
	}
	keys, err := keysBeside(w, cmp.Or(*data, folderOf(*from, *to)))
	if err != nil {
		return err
	}
	m, err := store.Move(ctx, *from, *to, *role, keys)
	if err != nil {
		return err
	}
	fmt.Fprintf(w.out, "tables %d, rows %d, the same at both ends: sha256 %s\nledger %d entries, root %s, verified at both ends\n", m.Tables, m.Rows, m.Digest, m.Head.Size, m.Head.Root)
	if store.IsAddress(*from) != store.IsAddress(*to) {
		fmt.Fprintln(w.out, "documents and keys stay in the data folder: keep it, or copy blobs/, keys/ and notice.key")
	}
	return nil
}

// folderOf is the first of two places that is a folder.
func folderOf(from, to string) string {
	if store.IsAddress(from) {
		return to
	}
	return from
}

// keysBeside opens the keys in a register's folder; none where there are none.
func keysBeside(w world, dir string) (store.Sealer, error) {
	tenants := filepath.Join(dir, keyFolder, "tenants")
	if _, err := os.Stat(tenants); err != nil {
		return nil, nil
	}
	return keyring.Open(tenants, w.or("CAPDO_MASTER_KEY", filepath.Join(dir, keyFolder, "master.key")))
}

// The modes of the gate where several processes serve one register.
const (
	exact     = "exact"
	available = "available"
)

// leastLease is the shortest lease; a shorter one would be lost to every pause.
const leastLease = 500 * time.Millisecond

// leaseFlags declares the mode of the gate, and returns what tells the lease that
// it means.
func leaseFlags(f *flag.FlagSet) func() (time.Duration, error) {
	mode := f.String("gate-mode", exact, "exact: every answer is that of the register at that moment; available: answers come from memory under a lease, and writes wait for it (several processes on one PostgreSQL)")
	life := f.Duration("gate-lease", 3*time.Second, "available: how long a process may answer after it last heard from the database")
	return func() (time.Duration, error) { return leaseOf(*mode, *life) }
}

// leaseOf is the lease that a mode means, 0 for none.
func leaseOf(mode string, life time.Duration) (time.Duration, error) {
	switch {
	case mode == exact:
		return 0, nil
	case mode != available:
		return 0, fmt.Errorf("--gate-mode: %s or %s", exact, available)
	case life < leastLease:
		return 0, fmt.Errorf("--gate-lease: at least %v", leastLease)
	}
	return life, nil
}

// lead does the duties of the process that leads.
func (p *program) lead(ctx context.Context) {
	var all sync.WaitGroup
	for _, duty := range p.duties {
		all.Go(func() { duty(ctx) })
	}
	all.Wait()
}
