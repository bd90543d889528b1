package identity_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"

	"capdo/internal/identity"
)

func TestHashAndCheck(t *testing.T) {
	h, ctx := identity.NewHasher(), context.Background()
	for _, password := range []string{"mật khẩu đủ dài", "", strings.Repeat("x", 72) + "tail", strings.Repeat("y", identity.MaxPassword), "a\x00b"} {
		hash, err := h.New(ctx, password)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") || password != "" && strings.Contains(hash, password) {
			t.Errorf("hash = %s", hash)
		}
		again, err := h.New(ctx, password)
		if err != nil || again == hash {
			t.Errorf("hashed twice: %s, %s, %v: the salt is not fresh", hash, again, err)
		}
		for candidate, want := range map[string]bool{password: true, password + " ": false, password + "\x00": false, strings.TrimSuffix(password, "tail") + "liat": false} {
			if ok, err := h.Check(ctx, hash, candidate); ok != want || err != nil {
				t.Errorf("check of %d bytes against %d: %v, %v", len(candidate), len(password), ok, err)
			}
		}
	}
	if _, err := h.New(ctx, strings.Repeat("x", identity.MaxPassword+1)); !errors.Is(err, identity.ErrTooLong) {
		t.Errorf("a password that could never be checked was hashed: %v", err)
	}
}

// TestCheckRefusesWhatIsNotOurs: a hash of another shape never matches, nor
// does it fail.
func TestCheckRefusesWhatIsNotOurs(t *testing.T) {
	h, ctx := identity.NewHasher(), context.Background()
	good, err := h.New(ctx, "x")
	if err != nil {
		t.Fatal(err)
	}
	part := strings.Split(good, "$") // "", argon2id, v, cost, salt, key
	with := func(i int, text string) string {
		p := strings.Split(good, "$")
		p[i] = text
		return strings.Join(p, "$")
	}
	for name, hash := range map[string]string{
		"empty": "", "dollars": "$$$$$", "plain": "x", "prefixed": "x" + good, "spaced": " " + good, "newline": good + "\n", "tail": good + "$x", "cut": good[:len(good)-1],
		"argon2i": with(1, "argon2i"), "older version": with(2, "v=16"), "no version": "$argon2id$" + strings.Join(part[3:], "$"), "cheap": with(3, "m=8,t=1,p=1"), "swapped cost": with(3, "t=2,m=19456,p=1"),
		"no salt": with(4, ""), "salt of one": with(4, "AA"), "salt not base64": with(4, "!!!!"), "padded salt": with(4, part[4]+"=="), "no key": with(5, ""), "short key": with(5, part[5][:8]), "key not base64": with(5, "????"),
		"decoy": h.Decoy(), "bcrypt": "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
	} {
		if ok, err := h.Check(ctx, hash, "x"); ok || err != nil {
			t.Errorf("%s: %v, %v", name, ok, err)
		}
	}
	if ok, err := h.Check(ctx, good, strings.Repeat("x", identity.MaxPassword+1)); ok || err != nil {
		t.Errorf("too long: %v, %v", ok, err)
	}
}

// TestHashingIsBounded: no more at once than there are processors; who has to
// wait can leave.
func TestHashingIsBounded(t *testing.T) {
	h := identity.NewHasher()
	if h.Slots() != runtime.NumCPU() {
		t.Errorf("%d hash at once on %d processors", h.Slots(), runtime.NumCPU())
	}
	release := h.Fill()
	ctx, leave := context.WithCancel(context.Background())
	leave()
	if _, err := h.New(ctx, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("hashed while every slot was taken: %v", err)
	}
	if _, err := h.Check(ctx, h.Decoy(), "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("checked while every slot was taken: %v", err)
	}
	release()
	var wg sync.WaitGroup
	for range 4 * h.Slots() { // all come through, each slot is given back
		wg.Go(func() {
			if _, err := h.New(context.Background(), "x"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	h.Fill()()
}
