package forms

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-playground/validator/v10"
)

// checks runs the check of a field: tags of validator/v10 on one string.
//
// The tags are a closed list. Left out on purpose: everything that looks at
// another field (silently passes or always fails on a lone value), required
// (accepts a NUL, refuses a zero), url (accepts javascript:) and dive.
type checks struct{ engine *validator.Validate }

func newChecks() checks {
	return checks{validator.New(validator.WithRequiredStructEnabled())}
}

// fault names what the value fails, or returns "": an email is always held
// against the email tag, other texts against the field's own check.
func (c checks) fault(f *Field, value string) string {
	switch {
	case f.Type == "email" && c.engine.Var(value, "email") != nil:
		return "email"
	case f.Check != "" && c.engine.Var(value, f.Check) != nil:
		return "check"
	}
	return ""
}

func allowedTags() []string {
	return []string{
		"alpha", "alphanum", "ascii", "printascii", "numeric", "number", "lowercase", "uppercase",
		"contains", "containsany", "excludes", "excludesall", "startswith", "endswith",
		"len", "min", "max", "oneof", "fqdn", "hostname", "ip", "cidr", "semver",
	}
}

// compile tries every tag of a check by itself, because validator panics on a
// bad parameter only when it gets that far.
func (c checks) compile(check string) error {
	for _, tag := range strings.FieldsFunc(check, func(r rune) bool { return r == ',' || r == '|' }) {
		name, _, _ := strings.Cut(tag, "=")
		if !slices.Contains(allowedTags(), name) {
			return fmt.Errorf("check tag %q is not on the list", name)
		}
		if err := c.probe(tag); err != nil {
			return err
		}
	}
	return c.probe(check)
}

// probe runs a tag on a sample and turns validator's panic into an error.
func (c checks) probe(tag string) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("check %q does not compile: %v", tag, r)
		}
	}()
	_ = c.engine.Var("sample", tag) // pass or fail, both are fine
	return nil
}
