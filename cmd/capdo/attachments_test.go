package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/attachment"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

// TestVerifyHashesDocuments: one flipped byte of a document is found, and named.
func TestVerifyHashesDocuments(t *testing.T) {
	dir := t.TempDir()
	ctx := context.Background()
	w := world{getenv: func(string) string { return "" }, out: t.Output(), err: t.Output(), clock: func() time.Time { return time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC) }}
	p, err := open(ctx, w, dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.office.Import(ctx, keeper(), approval.World{Agencies: storetest.Agencies(), Source: "test"}); err != nil {
		t.Fatal(err)
	}
	code := storetest.Lead(t, p.office, "H56", "Một cửa", storetest.Stated).Code
	doc, err := p.attachments.Attach(ctx, storetest.Actor(law.RoleOperator, "H56"), attachment.Upload{System: code, Of: attachment.Dossier(1), Name: "a.txt", Body: strings.NewReader("abc")})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.close(); err != nil {
		t.Fatal(err)
	}
	if r := capdo(t, "", "verify", "--data", dir); r.status != statusOK {
		t.Fatalf("before: %+v", r)
	}
	at := filepath.Join(dir, "blobs", "H56", doc.SHA256[:2], doc.SHA256[2:])
	if err := os.Chmod(at, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(at, []byte("abd"), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := capdo(t, "", "verify", "--data", dir); r.status == statusOK || !strings.Contains(r.out, "attachment:"+code+"/1") {
		t.Errorf("a flipped byte: %+v", r)
	}
	if err := os.Remove(at); err != nil {
		t.Fatal(err)
	}
	if r := capdo(t, "", "verify", "--data", dir); r.status == statusOK || !strings.Contains(r.out, "gone") {
		t.Errorf("a lost file: %+v", r)
	}
}
