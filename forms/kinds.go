package forms

// kind is what a type of field owns: how typed text becomes a canonical value,
// how that value is shown again, how it is asked for when missing, the problem
// when it cannot be read at all, and its cap.
type kind struct {
	read  func(f *Field, s string) (string, *Problem)
	show  func(f *Field, value string) Text
	empty Text
	amiss string
	limit int // most characters; of an int the greatest number, of a list the most items
}

// kindOf is the closed set of types.
func kindOf(name string) (kind, bool) {
	switch name {
	case "text":
		return kind{(*Field).readText, showPlain, enter(), "too_long", 255}, true
	case "longtext":
		return kind{(*Field).readText, showPlain, enter(), "too_long", 4000}, true
	case "email":
		return kind{(*Field).readEmail, showPlain, enter(), "too_long", 254}, true
	case "code":
		return kind{(*Field).readCode, showPlain, enter(), "too_long", 64}, true
	case "agency":
		return kind{(*Field).readCode, showPlain, choose(), "too_long", 64}, true
	case "password":
		return kind{(*Field).readPassword, showNothing, enter(), "too_long", 128}, true
	case "int":
		return kind{(*Field).readInt, showInt, enter(), "int", 999_999_999_999}, true
	case "date":
		return kind{(*Field).readDay, showDay, enter(), "date", 0}, true
	case "level":
		return kind{(*Field).readLevel, showLevels, choose(), "choice", 0}, true
	case "levels":
		return kind{(*Field).readLevels, showLevels, enter(), "levels", 50}, true
	case "choice":
		return kind{(*Field).readChoice, showOptions, choose(), "choice", 0}, true
	case "choices":
		return kind{(*Field).readChoice, showOptions, choose(), "choice", 50}, true
	case "yesno":
		return kind{(*Field).readYesNo, showYesNo, answer(), "yesno", 0}, true
	case "check":
		return kind{(*Field).readTick, showYesNo, tick(), "tick", 0}, true
	}
	return kind{}, false
}

// heaviest is the most bytes looked at for one field, before any costly step.
// The longest text the linter lets a form ask for fits even when typed in NFD.
const heaviest = 1 << 18

// longest is the most characters a form may ask for in one field.
const longest = 20_000

// most is the upper bound of the field: its own, or that of its type.
func (f *Field) most() int {
	k, _ := kindOf(f.Type)
	if f.Max != nil {
		return *f.Max
	}
	return k.limit
}

// least is the lower bound of the field, 0 unless it says otherwise.
func (f *Field) least() int {
	if f.Min != nil {
		return *f.Min
	}
	return 0
}
