package fold_test

import (
	"testing"

	"golang.org/x/text/unicode/norm"

	"capdo/internal/fold"
)

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"Hệ thống Một cửa điện tử":     "he thong mot cua dien tu",
		"ĐẮK LẮK":                      "dak lak",
		"  TP. Hồ Chí Minh – quận 1  ": "tp ho chi minh quan 1",
		"Bà Rịa–Vũng Tàu":              "ba ria vung tau",
		"ươ ƯỜ ỹ Ỷ":                    "uo uo y y",
		"café":                         "cafe",
		"…":                            "",
		"":                             "",
	} {
		for _, form := range []norm.Form{norm.NFC, norm.NFD} {
			if got := fold.Plain(form.String(in)); got != want {
				t.Errorf("%q: %q, want %q", in, got, want)
			}
		}
		if got := fold.Plain(want); got != want {
			t.Errorf("%q folds again to %q", want, got)
		}
	}
}
