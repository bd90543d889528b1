package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestNoticeSettings: what cannot be meant is refused by the name of its flag
// before anything is served.
func TestNoticeSettings(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(secret, []byte("x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, flags := range map[string][]string{
		"--smtp":               {"--smtp", "mail.coquan.example"},
		"port":                 {"--smtp", "mail.coquan.example:mail"},
		"in the clear":         {"--smtp", "mail.coquan.example:25", "--smtp-tls", "none", "--smtp-user", "capdo", "--smtp-password-file", secret, "--smtp-from", "a@coquan.example"},
		"sender":               {"--smtp", "mail.coquan.example:587"},
		"--smtp-password-file": {"--smtp", "mail.coquan.example:587", "--smtp-from", "a@coquan.example", "--smtp-password-file", secret + ".none"},
		"--webhook-networks":   {"--webhook-networks", "everywhere"},
	} {
		r := capdo(t, "", append([]string{"serve", "--listen", "127.0.0.1:0", "--data", t.TempDir()}, flags...)...)
		if r.status != statusUsage || !strings.Contains(r.err, want) {
			t.Errorf("%v: status %d, %q, want %q", flags, r.status, r.err, want)
		}
	}
}

// TestNoticeKey: made once for its owner alone, the same from then on, and
// refused when others may read it or a part is missing.
func TestNoticeKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notice.key")
	key, err := noticeKey(path)
	if err != nil || len(key) != 32 {
		t.Fatalf("%d bytes, %v", len(key), err)
	}
	if again, err := noticeKey(path); err != nil || !bytes.Equal(key, again) {
		t.Errorf("another key: %v", err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := noticeKey(path); err == nil || !strings.Contains(err.Error(), "chmod") {
		t.Errorf("readable by others: %v", err)
	}
	if err := os.WriteFile(path, key[:31], 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := noticeKey(path); err == nil {
		t.Error("a short key was taken")
	}
}
