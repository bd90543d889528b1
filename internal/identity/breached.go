package identity

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"strings"
	"unicode"

	"capdo/internal/fold"
)

// common are the passwords found most often in what was stolen elsewhere, one a
// line, in lower case: the 30,000 of zxcvbn 4.4.2 (MIT, common-LICENSE) that have
// four characters or more. Ours are longer, so that it counts whether one is made
// of them.
//
//go:embed common.txt.gz
var common []byte

// placeWords are the words of this place, one a line.
//
//go:embed context.txt
var placeWords string

// ofThisPlace tells whether the letters of a password are words of this place and
// nothing else, with or without diacritics.
func ofThisPlace(p string) bool {
	letters := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, fold.Plain(p))
	words := strings.Fields(placeWords[strings.IndexByte(placeWords, '\n'):])
	ends := make([]bool, len(letters)+1) // up to where it is made of words
	ends[0] = true
	for i := range letters {
		for _, w := range words {
			if ends[i] && strings.HasPrefix(letters[i:], w) {
				ends[i+len(w)] = true
			}
		}
	}
	return ends[len(letters)]
}

// commonPasswords reads the list.
func commonPasswords() (map[string]bool, error) {
	z, err := gzip.NewReader(bytes.NewReader(common))
	if err != nil {
		return nil, fmt.Errorf("read common passwords: %w", err)
	}
	all := map[string]bool{}
	for lines := bufio.NewScanner(z); lines.Scan(); {
		all[lines.Text()] = true
	}
	return all, z.Close()
}

// guessable tells whether a password is one of those an attacker tries first: a
// common one, with digits or marks around it, twice or with another one; one
// short text again and again; neighbours on the keyboard of digits and letters;
// the login with a little more; or words of this place.
func guessable(login, password string) (bool, error) {
	listed, err := commonPasswords()
	if err != nil {
		return false, err
	}
	p := strings.ToLower(password)
	core := strings.TrimFunc(p, func(r rune) bool { return !unicode.IsLetter(r) })
	if listed[p] || listed[core] || core == "" || repeats(p) || runs(p) || ofThisPlace(p) {
		return true, nil
	}
	if login != "" && strings.Contains(p, login) && len([]rune(strings.ReplaceAll(p, login, ""))) <= MinPassword/2 {
		return true, nil
	}
	for i := range core {
		if listed[core[:i]] && listed[core[i:]] {
			return true, nil
		}
	}
	return false, nil
}

// repeats tells whether a text is one shorter one again and again, or has hardly
// any characters of its own.
func repeats(p string) bool {
	kinds := map[rune]bool{}
	for _, r := range p {
		kinds[r] = true
	}
	if len(kinds) < 5 {
		return true
	}
	for n := 1; n <= len(p)/2; n++ {
		if strings.HasPrefix(strings.Repeat(p[:n], len(p)/n+1), p) {
			return true
		}
	}
	return false
}

// runs tells whether most characters follow the one before: 123…, abc…, and back.
func runs(p string) bool {
	rs, n := []rune(p), 0
	for i := 1; i < len(rs); i++ {
		if d := rs[i] - rs[i-1]; d >= -1 && d <= 1 {
			n++
		}
	}
	return n > len(rs)*2/3
}
