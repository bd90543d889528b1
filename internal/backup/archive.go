package backup

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"
)

// Format is the edition of the archive this program writes and reads.
const Format = "capdo backup/1"

// manifestName is the first member of every archive.
const manifestName = "manifest.json"

// maxManifest bounds the manifest, bytes: some 400,000 files.
const maxManifest = 64 << 20

// Manifest is what an archive says of itself.
type Manifest struct {
	Format     string    `json:"format"`
	ID         string    `json:"id"`
	At         time.Time `json:"at"`
	Law        string    `json:"law"`        // digest of the book the register was kept under
	Entries    int64     `json:"entries"`    // of the ledger
	Root       string    `json:"root"`       // of the ledger, hex
	Checkpoint string    `json:"checkpoint"` // signed note of that size and root
	Files      []File    `json:"files"`
}

// File is one member.
type File struct {
	Name   string `json:"name"` // slash-separated, relative to the data folder
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Bytes is the size of all files together.
func (m *Manifest) Bytes() (n int64) {
	for _, f := range m.Files {
		n += f.Size
	}
	return n
}

// The ways in which an archive is refused.
var (
	ErrWrongKey = errors.New("none of the identities opens this archive")
	ErrCorrupt  = errors.New("the archive is corrupt")
)

func corrupt(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrCorrupt, fmt.Sprintf(format, args...))
}

// Describe hashes the files named, relative to dir, in their order.
func Describe(dir string, names []string) ([]File, error) {
	out := make([]File, 0, len(names))
	for _, name := range names {
		if !local(name) {
			return nil, fmt.Errorf("describe %q: not a name within a register", name)
		}
		f, err := os.Open(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			return nil, fmt.Errorf("describe file: %w", err)
		}
		h := sha256.New()
		n, err := io.Copy(h, f)
		if err = errors.Join(err, f.Close()); err != nil {
			return nil, fmt.Errorf("describe file %s: %w", name, err)
		}
		out = append(out, File{name, n, hex.EncodeToString(h.Sum(nil))})
	}
	return out, nil
}

// Write writes an archive of the files in the manifest; open gives each by its
// name. A file that is not as the manifest says is an error.
func Write(w io.Writer, m *Manifest, to []age.Recipient, open func(name string) (io.ReadCloser, error)) error {
	if len(to) == 0 {
		return errors.New("write archive: no recipient")
	}
	secret, err := age.Encrypt(w, to...)
	if err != nil {
		return fmt.Errorf("write archive: %w", err)
	}
	packed := gzip.NewWriter(secret)
	t := tar.NewWriter(packed)
	head, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("encode manifest: %w", err)
	}
	if err := member(t, File{Name: manifestName, Size: int64(len(head))}, strings.NewReader(string(head))); err != nil {
		return err
	}
	for _, f := range m.Files {
		r, err := open(f.Name)
		if err != nil {
			return fmt.Errorf("write archive: %w", err)
		}
		h := sha256.New()
		err = member(t, f, io.TeeReader(r, h))
		if err = errors.Join(err, r.Close()); err != nil {
			return err
		}
		if hex.EncodeToString(h.Sum(nil)) != f.SHA256 {
			return fmt.Errorf("write archive: %s changed while it was read", f.Name)
		}
	}
	if err := errors.Join(t.Close(), packed.Close(), secret.Close()); err != nil {
		return fmt.Errorf("write archive: %w", err)
	}
	return nil
}

// member writes one member.
func member(t *tar.Writer, f File, r io.Reader) error {
	if err := t.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: f.Name, Size: f.Size, Mode: 0o600, Format: tar.FormatPAX}); err != nil {
		return fmt.Errorf("write %s: %w", f.Name, err)
	}
	if n, err := io.Copy(t, r); err != nil || n != f.Size {
		return errors.Join(fmt.Errorf("write %s: %d of %d bytes", f.Name, n, f.Size), err)
	}
	return nil
}

// Read opens an archive with one of the identities and lays its files into the
// folder into, which must be empty. ErrWrongKey when no identity fits,
// ErrCorrupt when anything is not exactly as the manifest says; what was laid
// by then is the caller's to take away.
func Read(r io.Reader, ids []age.Identity, into string) (m Manifest, err error) {
	plain, err := age.Decrypt(r, ids...)
	var none *age.NoIdentityMatchError
	if errors.As(err, &none) {
		return m, ErrWrongKey
	}
	if err != nil {
		return m, corrupt("%v", err)
	}
	packed, err := gzip.NewReader(plain)
	if err != nil {
		return m, corrupt("%v", err)
	}
	packed.Multistream(false)
	t := tar.NewReader(packed)
	if m, err = manifest(t); err != nil {
		return m, err
	}
	for _, f := range m.Files {
		if err := lay(t, f, into); err != nil {
			return m, err
		}
	}
	if _, err := t.Next(); !errors.Is(err, io.EOF) {
		return m, corrupt("more members than the manifest names")
	}
	for _, rest := range []io.Reader{packed, plain} { // to the end: the last chunk proves that none is missing
		if _, err := io.Copy(io.Discard, rest); err != nil {
			return m, corrupt("%v", err)
		}
	}
	return m, nil
}

// manifest reads the first member.
func manifest(t *tar.Reader) (m Manifest, err error) {
	h, err := t.Next()
	if err != nil {
		return m, corrupt("%v", err)
	}
	if h.Name != manifestName || h.Typeflag != tar.TypeReg || h.Size > maxManifest {
		return m, corrupt("its first member is no manifest")
	}
	d := json.NewDecoder(t)
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return m, corrupt("manifest: %v", err)
	}
	if m.Format != Format {
		return m, corrupt("it calls itself %q, not %q", m.Format, Format)
	}
	seen := map[string]bool{}
	for _, f := range m.Files {
		if !local(f.Name) || f.Size < 0 || seen[f.Name] {
			return m, corrupt("the manifest names %q", f.Name)
		}
		seen[f.Name] = true
	}
	return m, nil
}

// local tells whether a name stays within a data folder.
func local(name string) bool {
	return name != manifestName && path.Clean(name) == name && filepath.IsLocal(filepath.FromSlash(name)) && !strings.ContainsAny(name, "\\\x00")
}

// lay writes the next member, which must be f, and makes it durable.
func lay(t *tar.Reader, f File, into string) (err error) {
	h, err := t.Next()
	if err != nil {
		return corrupt("%s: %v", f.Name, err)
	}
	if h.Name != f.Name || h.Typeflag != tar.TypeReg || h.Size != f.Size {
		return corrupt("%s stands where %s should", h.Name, f.Name)
	}
	at := filepath.Join(into, filepath.FromSlash(f.Name))
	if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
		return fmt.Errorf("lay %s: %w", f.Name, err)
	}
	out, err := os.OpenFile(at, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode(f.Name))
	if err != nil {
		return fmt.Errorf("lay %s: %w", f.Name, err)
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	sum := sha256.New()
	src := &source{r: t}
	if _, err := io.Copy(io.MultiWriter(out, sum), src); err != nil {
		if src.err != nil {
			return corrupt("%s: %v", f.Name, src.err)
		}
		return fmt.Errorf("lay %s: %w", f.Name, err)
	}
	if hex.EncodeToString(sum.Sum(nil)) != f.SHA256 {
		return corrupt("%s is not what the manifest says", f.Name)
	}
	return out.Sync()
}

// source remembers that it was the reading that failed, not the writing.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// mode is that of a file in a data folder: documents are final.
func mode(name string) fs.FileMode {
	if strings.HasPrefix(name, "blobs/") {
		return 0o400
	}
	return 0o600
}
