package signer_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"capdo/internal/signer"
)

// TestMain makes the test binary an outside signer when asked to be one.
func TestMain(m *testing.M) {
	switch os.Getenv("CAPDO_TEST_SIGNER") {
	case "":
		os.Exit(m.Run())
	case "talks":
		_, _ = os.Stdout.WriteString("not JSON")
	case "sleeps":
		time.Sleep(time.Minute)
	default:
		s, err := signer.OpenSelfMade(os.Getenv("CAPDO_TEST_SIGNER"), now())
		if err == nil {
			err = signer.Serve(context.Background(), s, os.Stdin, os.Stdout)
		}
		if err != nil {
			os.Exit(1)
		}
	}
	os.Exit(0)
}

func now() time.Time { return time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC) }

const document = "QUYẾT ĐỊNH phê duyệt cấp độ"

func request(f signer.Form) signer.Request {
	return signer.Request{Form: f, Digest: sha256.Sum256([]byte(document)), Purpose: "thử", At: now()}
}

func open(t *testing.T) (*signer.SelfMade, string) {
	t.Helper()
	dir := t.TempDir()
	s, err := signer.OpenSelfMade(dir, now())
	if err != nil {
		t.Fatal(err)
	}
	return s, dir
}

// TestSelfMade: both forms hold, through the port and through a process, and
// nothing else passes.
func TestSelfMade(t *testing.T) {
	s, dir := open(t)
	other, _ := open(t)
	t.Setenv("CAPDO_TEST_SIGNER", dir)
	for _, f := range []signer.Form{signer.CAdES, signer.PAdES} {
		for name, p := range map[string]signer.Port{"in the house": s, "outside": &signer.Command{Args: []string{os.Args[0]}, Wait: 20 * time.Second}} {
			r := request(f)
			der, err := p.Sign(context.Background(), r)
			if err != nil {
				t.Fatalf("%s, %s: %v", f, name, err)
			}
			got, err := signer.Check(der, r, s.Roots())
			if err != nil || !strings.Contains(got.By.Subject.CommonName, "không có giá trị pháp lý") || got.Time.IsZero() != (f == signer.PAdES) {
				t.Errorf("%s, %s: %+v, %v", f, name, got, err)
			}
			wrong := r
			wrong.Digest[0] ^= 1
			if _, err := signer.Check(der, wrong, s.Roots()); err == nil {
				t.Errorf("%s: holds for another document", f)
			}
			wrong = r
			wrong.Form = map[signer.Form]signer.Form{signer.CAdES: signer.PAdES, signer.PAdES: signer.CAdES}[f]
			if _, err := signer.Check(der, wrong, s.Roots()); err == nil {
				t.Errorf("%s: passes for %s", f, wrong.Form)
			}
			wrong = r
			wrong.At = r.At.AddDate(5, 0, 0)
			if _, err := signer.Check(der, wrong, s.Roots()); err == nil {
				t.Errorf("%s: holds after the certificate ended", f)
			}
			if _, err := signer.Check(der, r, other.Roots()); err == nil {
				t.Errorf("%s: holds under another's root", f)
			}
		}
	}
}

// TestEveryByte: a signature with any byte changed says nothing it did not say
// before: it fails, or names the same signer over the same digest.
func TestEveryByte(t *testing.T) {
	s, _ := open(t)
	r := request(signer.PAdES)
	der, err := s.Sign(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	good, err := signer.Check(der, r, s.Roots())
	if err != nil {
		t.Fatal(err)
	}
	held := 0
	for i := range der {
		bad := bytes.Clone(der)
		bad[i] ^= 0x01
		if got, err := signer.Check(bad, r, s.Roots()); err == nil {
			held++
			if !got.By.Equal(good.By) {
				t.Errorf("byte %d: another signer", i)
			}
		}
	}
	if held > 40 { // the versions, and the copy of the digest algorithm
		t.Errorf("%d of %d changed bytes were not noticed", held, len(der))
	}
	for _, bad := range [][]byte{nil, {0x30, 0}, der[:len(der)-1], append(bytes.Clone(der), 0)} {
		if _, err := signer.Check(bad, r, s.Roots()); err == nil {
			t.Errorf("%d bytes hold", len(bad))
		}
	}
}

// TestOpenSSLAgrees: another implementation reads what ours signs.
func TestOpenSSLAgrees(t *testing.T) {
	tool, err := exec.LookPath("openssl")
	if err != nil {
		if os.Getenv("CAPDO_TEST_REQUIRE") == "all" {
			t.Fatal(err)
		}
		t.Skip("openssl is not here")
	}
	s, dir := open(t)
	for _, f := range []signer.Form{signer.CAdES, signer.PAdES} {
		der, err := s.Sign(context.Background(), request(f))
		if err != nil {
			t.Fatal(err)
		}
		in := filepath.Join(dir, "document")
		if err := os.WriteFile(in, []byte(document), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(in+".p7s", der, 0o600); err != nil {
			t.Fatal(err)
		}
		args := []string{"cms", "-verify", "-binary", "-inform", "DER", "-in", in + ".p7s", "-content", in, "-CAfile", filepath.Join(dir, "trial-ca.pem"), "-purpose", "any", "-cades", "-no_check_time", "-out", os.DevNull}
		if out, err := exec.Command(tool, args...).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", f, err, out)
		}
		if err := os.WriteFile(in, []byte(document+"."), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := exec.Command(tool, args...).Run(); err == nil {
			t.Errorf("%s: openssl takes it for another document", f)
		}
	}
}

// TestOutsideFails: a process that is not there, says no, talks nonsense or
// never answers is an error.
func TestOutsideFails(t *testing.T) {
	short := 20 * time.Second
	for name, c := range map[string]struct {
		env  string
		args []string
		wait time.Duration
		want string
	}{
		"none":     {"x", nil, short, "no program"},
		"absent":   {"x", []string{"/nowhere/signer"}, short, "nowhere"},
		"fails":    {"/dev/null/x", []string{os.Args[0]}, short, "sign outside"},
		"nonsense": {"talks", []string{os.Args[0]}, short, "answer of"},
		"silent":   {"sleeps", []string{os.Args[0]}, 50 * time.Millisecond, "deadline"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("CAPDO_TEST_SIGNER", c.env)
			_, err := (&signer.Command{Args: c.args, Wait: c.wait}).Sign(context.Background(), request(signer.PAdES))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
	var out bytes.Buffer
	s, _ := open(t)
	if err := signer.Serve(context.Background(), s, strings.NewReader(`{"v":2,"digest":"00"}`), &out); err != nil || !strings.Contains(out.String(), "error") {
		t.Errorf("an unknown request: %s, %v", out.String(), err)
	}
}

// TestKeyIsClosed: the key of a trial is for its owner alone, and a changed file
// is refused.
func TestKeyIsClosed(t *testing.T) {
	_, dir := open(t)
	st, err := os.Stat(filepath.Join(dir, "trial-signer.key"))
	if err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("key: %v, %v", st, err)
	}
	_, elsewhere := open(t)
	b, err := os.ReadFile(filepath.Join(elsewhere, "trial-signer.key"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "trial-signer.key"), b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := signer.OpenSelfMade(dir, now()); err == nil {
		t.Error("opened with another's key")
	}
}
