package law

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// maxFactsBytes bounds the JSON text of one set of facts.
const maxFactsBytes = 1 << 20

// The codes of a FactError.
const (
	FactUnknown   = "unknown"   // no such key
	FactDuplicate = "duplicate" // key given twice
	FactType      = "type"      // wrong JSON type
	FactValue     = "value"     // right type, impossible value
	FactSyntax    = "syntax"    // not one JSON object
	FactTrailing  = "trailing"  // data after the object
	FactTooLarge  = "too_large" // longer than 1 MiB
)

// FactError is one reason why facts were refused. Key is "" when the whole
// text is at fault.
type FactError struct {
	Key  string `json:"key"`
	Code string `json:"code"`
	Says Text   `json:"says"`
}

// FactErrors are all the reasons found in one text.
type FactErrors []FactError

// Error names every key with its code and reason.
func (e FactErrors) Error() string {
	parts := make([]string, len(e))
	for i, x := range e {
		parts[i] = strings.TrimPrefix(x.Key+": ", ": ") + x.Says.EN + " (" + x.Code + ")"
	}
	return "facts refused: " + strings.Join(parts, "; ")
}

// DecodeFacts reads one JSON object of facts. Unknown, repeated and mistyped
// keys, impossible values and trailing data are all collected and returned as
// FactErrors; any other error comes from r.
func DecodeFacts(r io.Reader) (Facts, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxFactsBytes+1))
	if err != nil {
		return Facts{}, fmt.Errorf("read facts: %w", err)
	}
	if len(text) > maxFactsBytes {
		return Facts{}, FactErrors{wholeError(FactTooLarge)}
	}
	var d factDecoder
	d.table = factTable()
	d.run(json.NewDecoder(bytes.NewReader(text)))
	for _, e := range d.facts.Validate() {
		if !d.errs.has(e.Key) {
			d.errs = append(d.errs, e)
		}
	}
	if len(d.errs) > 0 {
		return Facts{}, d.errs
	}
	return d.facts, nil
}

// factDecoder gathers facts and errors while walking one object.
type factDecoder struct {
	table []fact
	facts Facts
	seen  []string
	errs  FactErrors
}

// run walks the object key by key; broken syntax ends the walk.
func (d *factDecoder) run(j *json.Decoder) {
	open, err := j.Token()
	if err != nil || open != json.Delim('{') {
		d.errs = append(d.errs, wholeError(FactSyntax))
		return
	}
	for j.More() {
		var raw json.RawMessage
		token, err := j.Token()
		key, isKey := token.(string)
		if err == nil && isKey {
			err = j.Decode(&raw)
		}
		if err != nil || !isKey {
			d.errs = append(d.errs, wholeError(FactSyntax))
			return
		}
		d.set(key, raw)
	}
	if _, err := j.Token(); err != nil {
		d.errs = append(d.errs, wholeError(FactSyntax))
		return
	}
	if _, err := j.Token(); !errors.Is(err, io.EOF) {
		d.errs = append(d.errs, wholeError(FactTrailing))
	}
}

// set stores one value, or notes why it cannot be stored.
func (d *factDecoder) set(key string, raw json.RawMessage) {
	i := slices.IndexFunc(d.table, func(k fact) bool { return k.name == key })
	switch {
	case slices.Contains(d.seen, key):
		d.errs = append(d.errs, FactError{key, FactDuplicate, Text{"khóa bị lặp lại", "key is given twice"}})
	case i < 0:
		d.errs = append(d.errs, FactError{key, FactUnknown, Text{"khóa không tồn tại", "no such key"}})
	case string(raw) == "null" || json.Unmarshal(raw, d.table[i].at(&d.facts)) != nil:
		d.errs = append(d.errs, typeError(d.table[i]))
	case string(raw) == `""`:
		d.errs = append(d.errs, valueError(d.table[i]))
	}
	d.seen = append(d.seen, key)
}

// has reports whether a key has already been refused.
func (e FactErrors) has(key string) bool {
	return slices.ContainsFunc(e, func(x FactError) bool { return x.Key == key })
}

// typeError says which JSON type a fact wants.
func typeError(k fact) FactError {
	want := Text{"phải là số nguyên", "must be a whole number"}
	switch k.at(&Facts{}).(type) {
	case *string:
		want = Text{"phải là chuỗi ký tự", "must be a string"}
	case *bool:
		want = Text{"phải là true hoặc false", "must be true or false"}
	case *[]Level:
		want = Text{"phải là danh sách cấp độ", "must be a list of levels"}
	}
	return FactError{k.name, FactType, want}
}

// valueError says which values a fact may take.
func valueError(k fact) FactError {
	says := Text{
		fmt.Sprintf("phải từ %d đến %d", k.min, k.max),
		fmt.Sprintf("must be from %d to %d", k.min, k.max),
	}
	if k.max == 0 {
		says = Text{"không được âm", "must not be negative"}
	}
	switch k.at(&Facts{}).(type) {
	case *string:
		list := strings.Join(k.words, ", ")
		says = Text{"phải là một trong: " + list, "must be one of: " + list}
	case *[]Level:
		says = Text{
			fmt.Sprintf("phải có từ 1 đến %d cấp độ, mỗi cấp từ 1 đến 5", maxComponents),
			fmt.Sprintf("must hold 1 to %d levels, each from 1 to 5", maxComponents),
		}
	}
	return FactError{k.name, FactValue, says}
}

// wholeError refuses the text as a whole.
func wholeError(code string) FactError {
	says := map[string]Text{
		FactSyntax:   {"không phải một đối tượng JSON hợp lệ", "not one valid JSON object"},
		FactTrailing: {"có dữ liệu thừa sau đối tượng", "data follows the object"},
		FactTooLarge: {"dài quá 1 MiB", "longer than 1 MiB"},
	}
	return FactError{"", code, says[code]}
}
