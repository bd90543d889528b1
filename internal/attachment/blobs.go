package attachment

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"
)

// Blobs is the folder of files under the hashes of their content, one folder for
// each tenant: TENANT/ab/cdef…. A file there is final (mode 0400) and encrypted
// to its tenant's key; what is on its way stands in tmp, encrypted too.
type Blobs struct {
	Dir  string
	Keys Keyring
}

// Keyring keeps the key of each tenant.
type Keyring interface {
	// Of returns a tenant's identity, and the recipient to encrypt to.
	Of(tenant string) (age.Identity, age.Recipient, error)
}

// received is a file on its way: in tmp, its hash known.
type received struct {
	file   *os.File
	plain  io.ReaderAt // its content
	to     string      // whom it is encrypted to
	sha256 string      // of the content
	size   int64       // of the content
}

// drop closes a file on its way and takes it away.
func (r *received) drop() error { return errors.Join(r.file.Close(), os.Remove(r.file.Name())) }

// receive writes a stream into tmp, encrypted for a tenant, at most most bytes
// of it.
func (b Blobs) receive(r io.Reader, tenant string, most int64) (_ *received, err error) {
	id, to, err := b.Keys.Of(tenant)
	if err != nil {
		return nil, fmt.Errorf("receive file: %w", err)
	}
	tmp := filepath.Join(b.Dir, "tmp")
	if err := os.MkdirAll(tmp, 0o700); err != nil {
		return nil, fmt.Errorf("receive file: %w", err)
	}
	f, err := os.CreateTemp(tmp, "in-*")
	if err != nil {
		return nil, fmt.Errorf("receive file: %w", err)
	}
	in := &received{file: f, to: fmt.Sprint(to)}
	defer func() {
		if err != nil {
			err = errors.Join(err, in.drop())
		}
	}()
	h := sha256.New()
	secret, err := age.Encrypt(f, to)
	if err != nil {
		return nil, fmt.Errorf("receive file: %w", err)
	}
	if in.size, err = io.CopyBuffer(struct{ io.Writer }{io.MultiWriter(secret, h)}, io.LimitReader(r, most+1), make([]byte, 64<<10)); err != nil {
		return nil, fmt.Errorf("receive file: %w", err)
	}
	if in.size > most {
		return nil, tooBig(most)
	}
	if err := secret.Close(); err != nil {
		return nil, fmt.Errorf("receive file: %w", err)
	}
	in.sha256 = hex.EncodeToString(h.Sum(nil))
	in.plain, err = unlock(f, id)
	return in, err
}

// unlock reads the content of an encrypted file.
func unlock(f *os.File, id age.Identity) (*io.SectionReader, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("open file: %w", err)
	}
	plain, size, err := age.DecryptReaderAt(f, info.Size(), id)
	if err != nil {
		return nil, fmt.Errorf("open file: %w", err)
	}
	return io.NewSectionReader(plain, 0, size), nil
}

// tooBig refuses a file above the cap of one file.
func tooBig(most int64) error {
	return refuse(RuleTooBig, fmt.Sprintf("Tệp lớn hơn %s. Chọn tệp nhỏ hơn hoặc nén lại.", mib(most, ",")), fmt.Sprintf("The file is larger than %s. Choose a smaller one or compress it.", mib(most, ".")))
}

// mib writes a number of bytes in MiB, one decimal when it is not whole.
func mib(n int64, point string) string {
	if n%(1<<20) == 0 {
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d%s%d MiB", n>>20, point, (n%(1<<20))*10>>20)
}

// keep puts a received file in its place: sync, rename, sync the folder. The
// same bytes of the same tenant are there once.
func (b Blobs) keep(in *received, tenant string) error {
	at, err := b.path(tenant, in.sha256)
	if err != nil {
		return err
	}
	if _, to, err := b.Keys.Of(tenant); err != nil || fmt.Sprint(to) != in.to {
		return errors.Join(err, errors.New("keep file: its key was turned while it was on its way; send it again"))
	}
	if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
		return fmt.Errorf("keep file: %w", err)
	}
	if err := in.file.Chmod(0o400); err != nil {
		return fmt.Errorf("keep file: %w", err)
	}
	if err := in.file.Sync(); err != nil {
		return fmt.Errorf("keep file: %w", err)
	}
	if err := os.Rename(in.file.Name(), at); err != nil {
		return fmt.Errorf("keep file: %w", err)
	}
	for _, dir := range []string{filepath.Dir(at), filepath.Dir(filepath.Dir(at)), b.Dir} {
		if err := syncDir(dir); err != nil {
			return err
		}
	}
	return nil
}

// syncDir makes the names in a folder durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}

// path is where a file stands. Tenants and hashes come from the register; they
// are looked at again because they become a path.
func (b Blobs) path(tenant, sum string) (string, error) {
	raw, err := hex.DecodeString(sum)
	if err != nil || len(raw) != sha256.Size || !filepath.IsLocal(tenant) || filepath.Base(tenant) != tenant || tenant == "tmp" || tenant == "." {
		return "", fmt.Errorf("no place for a file %q of %q", sum, tenant)
	}
	return filepath.Join(b.Dir, tenant, sum[:2], sum[2:]), nil
}

// kept is a kept file, open for reading.
type kept struct {
	*io.SectionReader
	io.Closer
}

// Open opens the content of a kept file for reading.
func (b Blobs) Open(tenant, sum string) (Content, error) {
	at, err := b.path(tenant, sum)
	if err != nil {
		return nil, err
	}
	id, _, err := b.Keys.Of(tenant)
	if err != nil {
		return nil, fmt.Errorf("open kept file: %w", err)
	}
	f, err := os.Open(at)
	if err != nil {
		return nil, fmt.Errorf("open kept file: %w", err)
	}
	plain, err := unlock(f, id)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return kept{plain, f}, nil
}

// Check hashes a kept file again; the error says what is wrong with it.
func (b Blobs) Check(tenant, sum string) error {
	f, err := b.Open(tenant, sum)
	if errors.Is(err, fs.ErrNotExist) {
		return errors.New("the file is gone")
	}
	if err != nil {
		return err
	}
	defer f.Close() // read only
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return fmt.Errorf("read kept file: %w", err)
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != sum {
		return fmt.Errorf("the file's content hashes to %.16s…, not %.16s…", got, sum)
	}
	return nil
}

// SealAgain encrypts anew the kept files of a tenant that next does not open, to
// whom files are encrypted now, and returns how many. step is called after each;
// an error of it ends the work, which can be begun again.
func (b Blobs) SealAgain(tenant string, next age.Identity, step func() error) (n int, err error) {
	if _, err := b.path(tenant, strings.Repeat("0", 2*sha256.Size)); err != nil {
		return 0, err
	}
	names, err := filepath.Glob(filepath.Join(b.Dir, tenant, "??", "*"))
	if err != nil {
		return 0, err
	}
	for _, name := range names {
		sum := filepath.Base(filepath.Dir(name)) + filepath.Base(name)
		done, err := b.sealAgain(tenant, sum, name, next)
		if err == nil && done {
			n++
			err = step()
		}
		if err != nil {
			return n, fmt.Errorf("seal file %.16s… anew: %w", sum, err)
		}
	}
	return n, nil
}

// sealAgain encrypts one file anew unless next opens it.
func (b Blobs) sealAgain(tenant, sum, name string, next age.Identity) (bool, error) {
	f, err := os.Open(name)
	if err != nil {
		return false, err
	}
	_, shut := unlock(f, next)
	if err := f.Close(); shut == nil || err != nil {
		return false, err
	}
	old, err := b.Open(tenant, sum)
	if err != nil {
		return false, err
	}
	defer old.Close() // read only
	in, err := b.receive(old, tenant, math.MaxInt64-1)
	if err != nil {
		return false, err
	}
	if in.sha256 != sum {
		return false, errors.Join(fmt.Errorf("its content hashes to %.16s…", in.sha256), in.drop())
	}
	return true, errors.Join(b.keep(in, tenant), in.file.Close())
}

// Tidy takes away what was on its way when the program ended. It is called
// before anything is served.
func (b Blobs) Tidy() error {
	if err := os.RemoveAll(filepath.Join(b.Dir, "tmp")); err != nil {
		return fmt.Errorf("tidy files: %w", err)
	}
	return nil
}
