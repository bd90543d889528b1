package forms

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// read turns the values sent for a field into one canonical value, "" if blank.
func (f *Field) read(raw []string) (string, *Problem) {
	k, ok := kindOf(f.Type)
	switch {
	case !ok || len(raw) == 0:
		return "", nil
	case f.Type == "choices":
		return f.readChoices(raw)
	case len(raw) > 1:
		return "", f.problem("repeated")
	case len(raw[0]) > heaviest:
		return "", f.problem(k.amiss, number(f.most()), number(utf8.RuneCountInString(raw[0])))
	case f.Type == "password":
		return k.read(f, raw[0])
	}
	s, problem := f.clean(raw[0])
	if problem != nil || s == "" {
		return "", problem
	}
	return k.read(f, s)
}

func (f *Field) readText(s string) (string, *Problem) {
	n := utf8.RuneCountInString(s)
	switch {
	case n > f.most():
		return "", f.problem("too_long", number(f.most()), number(n))
	case n < f.least():
		return "", f.problem("too_short", number(f.least()), number(n))
	}
	return s, nil
}

// readPassword keeps what was typed but for NFC, so that the same keys on two
// keyboards give the same secret.
func (f *Field) readPassword(s string) (string, *Problem) {
	switch {
	case s == "":
		return "", nil
	case !utf8.ValidString(s):
		return "", f.problem("encoding")
	case strings.ContainsFunc(s, unicode.IsControl):
		return "", f.problem("unseen")
	}
	return f.readText(norm.NFC.String(s))
}

// readEmail leaves the shape of the address to the check.
func (f *Field) readEmail(s string) (string, *Problem) {
	if !isASCII(s) {
		return "", f.problem("email")
	}
	return f.readText(s)
}

// readCode takes ASCII identifiers such as H56.12 or nguyen-van.
func (f *Field) readCode(s string) (string, *Problem) {
	if strings.ContainsFunc(s, func(r rune) bool { return !isCodeRune(r) }) || !isAlnum(rune(s[0])) {
		return "", f.problem("code")
	}
	return f.readText(s)
}

func isCodeRune(r rune) bool { return isAlnum(r) || strings.ContainsRune("._-/@", r) }

func isAlnum(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || isDigit(r)
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}

func (f *Field) readLevel(s string) (string, *Problem) {
	if !isLevel(s) {
		return "", f.problem("choice")
	}
	return s, nil
}

func isLevel(s string) bool { return len(s) == 1 && s[0] >= '1' && s[0] <= '5' }

// readLevels takes "1, 2, 3" and keeps order and repetition: three parts at
// level 2 are three parts.
func (f *Field) readLevels(s string) (string, *Problem) {
	list := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",; ", r) })
	if len(list) == 0 || slices.ContainsFunc(list, func(item string) bool { return !isLevel(item) }) {
		return "", f.problem("levels")
	}
	return f.readList(list)
}

func (f *Field) readList(list []string) (string, *Problem) {
	switch n := len(list); {
	case n > f.most():
		return "", f.problem("too_many", number(f.most()), number(n))
	case n < f.least():
		return "", f.problem("too_few", number(f.least()), number(n))
	}
	return strings.Join(list, "\n"), nil
}

func (f *Field) readChoice(s string) (string, *Problem) {
	if _, ok := f.option(s); !ok {
		return "", f.problem("choice")
	}
	return s, nil
}

// readChoices takes one value per ticked box, or stored ones joined by newlines,
// and puts the codes in the order of the paper, each once.
func (f *Field) readChoices(raw []string) (string, *Problem) {
	raw = strings.Split(strings.Join(raw, "\n"), "\n")
	if len(raw) > 4*len(f.Options) {
		return "", f.problem("choice")
	}
	chosen := map[string]bool{}
	for _, value := range raw {
		code, problem := f.readOne(value)
		if problem != nil {
			return "", problem
		}
		chosen[code] = true
	}
	var list []string
	for _, o := range f.Options {
		if chosen[o.Code] {
			list = append(list, o.Code)
		}
	}
	if len(list) == 0 {
		return "", nil
	}
	return f.readList(list)
}

// readOne reads one item of choices, "" if blank.
func (f *Field) readOne(raw string) (string, *Problem) {
	if len(raw) > heaviest {
		return "", f.problem("choice")
	}
	code, problem := f.clean(raw)
	if problem != nil || code == "" {
		return "", problem
	}
	return f.readChoice(code)
}

func (f *Field) option(code string) (Option, bool) {
	i := slices.IndexFunc(f.Options, func(o Option) bool { return o.Code == code })
	if i < 0 {
		return Option{}, false
	}
	return f.Options[i], true
}

func (f *Field) readYesNo(s string) (string, *Problem) {
	switch strings.ToLower(s) {
	case "yes", "có", "true":
		return "yes", nil
	case "no", "không", "false":
		return "no", nil
	}
	return "", f.problem("yesno")
}

// readTick knows a ticked box only: an empty one is no answer.
func (f *Field) readTick(s string) (string, *Problem) {
	switch s {
	case "yes", "on":
		return "yes", nil
	case "no", "off":
		return "", nil
	}
	return "", f.problem("tick")
}
