package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/seal"
	"capdo/internal/store/storetest"
	"capdo/internal/voucher"
)

// printed prints a paper of today in the castle.
func (c *castle) printed(t *testing.T, kind, code string) []byte {
	t.Helper()
	var b bytes.Buffer
	c.must(t, c.report(t.Context(), &b, auditor(), reportQuery{Kind: kind, Code: code, Day: law.DayOf(c.clock())}))
	return b.Bytes()
}

// check sends a form of the public page as nobody in particular.
func (c *castle) check(t *testing.T, field string, value []byte) string {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile(field, "x.pdf")
	c.must(t, err)
	_, err = part.Write(value)
	c.must(t, err)
	c.must(t, form.Close())
	r := httptest.NewRequest("POST", "/r", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	return fmt.Sprint(w.Code, " ", w.Body.String())
}

// TestPaperInTheHandsOfAnyone: the page behind the code knows the file and its
// hash, tells an altered file and an unknown one, and says what is so now:
// valid, then suspended, reinstated and superseded, then revoked.
func TestPaperInTheHandsOfAnyone(t *testing.T) {
	c := build(t)
	s := storetest.Lead(t, c.office, "H56", "Hệ thống có giấy", storetest.Deployed)
	file := c.printed(t, "system", s.Code)
	if !bytes.Equal(file, c.printed(t, "system", s.Code)) {
		t.Error("the same record and day gave other bytes")
	}
	keys, err := c.keys(t.Context())
	c.must(t, err)
	claim, o, err := voucher.Check(file, keys)
	c.must(t, err)
	if claim.Kind != "system" || claim.Code != s.Code || claim.Size == 0 {
		t.Errorf("the token says %+v", claim)
	}
	altered := bytes.Clone(file)
	altered[2000] ^= 1
	for _, x := range []struct {
		field string
		value []byte
		want  string
	}{
		{"file", file, "200 Đúng bản đã phát hành"},
		{"file", altered, "200 Không đúng bản đã phát hành"},
		{"file", append(bytes.Clone(file), "% more"...), "200 Không đúng bản đã phát hành"},
		{"file", []byte("%PDF-1.4 of others"), "200 Không có trong sổ phát hành"},
		{"hash", fmt.Appendf(nil, "%X  x.pdf", sha256.Sum256(file)), "200 Đúng bản đã phát hành"},
		{"hash", fmt.Appendf(nil, "%x", sha256.Sum256(altered)), "200 Không có trong sổ phát hành"},
		{"hash", []byte("abc"), "422 64 chữ số"},
		{"other", []byte("abc"), "422 Chọn tệp PDF"},
	} {
		status, says, _ := strings.Cut(x.want, " ")
		if got := c.check(t, x.field, x.value); !strings.HasPrefix(got, status) || !strings.Contains(got, says) {
			t.Errorf("%s %.40q: %.3s, want %s\n", x.field, x.value, got, x.want)
		}
	}
	now := func(want string) {
		t.Helper()
		c.Handler, err = c.handler(front{}) // with nothing seen lately
		c.must(t, err)
		for _, name := range []string{o.Token, voucher.Ref(o.Token)} {
			w := c.ask(approval.Actor{}, "GET", "/r/"+name, nil)
			if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
				t.Errorf("/r/%.10s…: %d, want %q", name, w.Code, want)
			}
		}
	}
	mps := storetest.Actor(law.RoleMPS, "G01")
	now("Còn giá trị")
	s, err = c.office.Suspend(t.Context(), mps, s.Code, s.Version, approval.SuspensionInput{Ground: "vi phạm", Number: "9/QĐ"})
	c.must(t, err)
	now("Đang bị tạm ngừng")
	s, err = c.office.Reinstate(t.Context(), mps, s.Code, s.Version, "đã khắc phục", "10/QĐ")
	c.must(t, err)
	now("Đã được thay thế")
	_, err = c.office.Revoke(t.Context(), mps, s.Code, s.Version, approval.RevocationInput{Ground: "khai sai"})
	c.must(t, err)
	now("Đã bị thu hồi")
	for _, name := range []string{"none", strings.Repeat("0", 20), o.Token[:len(o.Token)-4] + "AAAA"} {
		if w := c.ask(approval.Actor{}, "GET", "/r/"+name, nil); w.Code != http.StatusNotFound {
			t.Errorf("/r/%.20s: %d", name, w.Code)
		}
	}
}

// TestPapersAreKept: verify finds a paper whose token no key of the register
// signed, and papers lie in the store as they were issued.
func TestPapersAreKept(t *testing.T) {
	c := build(t)
	file := c.printed(t, "mau-08", "H56")
	r, err := c.store.Verify(t.Context())
	c.must(t, err)
	if len(r.Violations) > 0 {
		t.Fatalf("violations: %v", r.Violations)
	}
	keys, err := c.keys(t.Context())
	c.must(t, err)
	claim, o, err := voucher.Check(file, keys)
	c.must(t, err)
	if p, found, err := c.store.PaperOfFile(t.Context(), sha256.Sum256(file)); err != nil || !found || p.Token != o.Token {
		t.Errorf("the file is kept as %+v, %v: %v", p, found, err)
	}
	foreign, err := seal.Make(seal.ES256, c.clock())
	c.must(t, err)
	token, err := claim.Sign(foreign)
	c.must(t, err)
	false1 := voucher.Issued{Ref: voucher.Ref(token), Token: token, Made: c.clock().Truncate(time.Microsecond)}
	false1.Handed, err = voucher.Handed{File: [32]byte{1}, Ref: false1.Ref, At: false1.Made}.Sign(foreign)
	c.must(t, err)
	c.must(t, c.store.PutPaper(t.Context(), false1, [32]byte{1}))
	// A true paper, and a file that nobody signed as it.
	false2 := voucher.Issued{Ref: voucher.Ref(o.Token), Token: o.Token, Made: c.clock(), Handed: false1.Handed}
	c.must(t, c.store.PutPaper(t.Context(), false2, [32]byte{2}))
	r, err = c.store.Verify(t.Context())
	c.must(t, err)
	blamed := map[string]int{}
	for _, v := range r.Violations {
		blamed[v.Object]++
	}
	if len(blamed) != 2 || blamed["paper:"+false1.Ref] == 0 || blamed["paper:"+false2.Ref] == 0 {
		t.Errorf("violations: %v", r.Violations)
	}
	desk := &voucher.Desk{Store: c.store, Keys: c.keys}
	for file, want := range map[[32]byte]voucher.Match{sha256.Sum256(file): voucher.Genuine, {1}: voucher.Unknown, {2}: voucher.Unknown} {
		if m, _, err := desk.Hash(t.Context(), file); err != nil || m != want {
			t.Errorf("file %x is %s: %v", file[:2], m, err)
		}
	}
}

// TestVerifyPaperCommand: offline, by the public keys alone.
func TestVerifyPaperCommand(t *testing.T) {
	dir := t.TempDir()
	data, pdf, trust := filepath.Join(dir, "data"), filepath.Join(dir, "p.pdf"), filepath.Join(dir, "jwks")
	say := func(want int, holds string, args ...string) string {
		t.Helper()
		o := capdo(t, "", args...)
		if o.status != want || !strings.Contains(o.out+o.err, holds) {
			t.Fatalf("%v: status %d\n%s%s\nwant %d and %q", args, o.status, o.out, o.err, want, holds)
		}
		return o.out
	}
	say(statusOK, "", "seed", "--data", data)
	say(statusUsage, "no https address", "report", "national", "--on", "2024-06-30", "--data", data, "-o", pdf, "--public-base", "http://x")
	say(statusOK, "", "report", "national", "--on", "2024-06-30", "--data", data, "-o", pdf, "--public-base", "https://capdo.example.vn", "--proof")
	if err := os.WriteFile(trust, []byte(say(statusOK, "", "key", "list", "--jwks", "--data", data)), 0o600); err != nil {
		t.Fatal(err)
	}
	say(statusOK, "as it was issued", "verify", "--pdf", pdf, "--trust", trust, "--proof", pdf+".proof")
	say(statusOK, "as it was issued", "verify", "--pdf", pdf, "--data", data)
	say(statusUsage, "name the keys", "verify", "--pdf", pdf, "--data", filepath.Join(dir, "none"))
	other := filepath.Join(dir, "other")
	say(statusOK, "", "seed", "--data", other)
	say(statusOK, "", "report", "national", "--on", "2024-06-30", "--data", other, "-o", pdf+"2", "--proof")
	say(statusFound, "the signature does not hold", "verify", "--pdf", pdf, "--data", other)
	say(statusFound, "proof", "verify", "--pdf", pdf, "--trust", trust, "--proof", pdf+"2.proof")
	b, err := os.ReadFile(pdf)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(pdf, append(b, "x"...), 0o600); err != nil {
		t.Fatal(err)
	}
	say(statusFound, "other than a signature", "verify", "--pdf", pdf, "--trust", trust)
	b[3000] ^= 1
	if err := os.WriteFile(pdf, b, 0o600); err != nil {
		t.Fatal(err)
	}
	say(statusFound, "changed after it was sealed", "verify", "--pdf", pdf, "--trust", trust)
}
