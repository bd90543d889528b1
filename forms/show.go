package forms

import (
	"strconv"
	"strings"
)

// Show writes a canonical value for people: 1539 as 1.539, 2024-12-31 as
// 31/12/2024, codes by their labels, never a password. The Vietnamese form of a
// text, int, date or levels field reads back to the same value, so it may fill
// the input again.
func (f *Field) Show(value string) Text {
	k, ok := kindOf(f.Type)
	if !ok || value == "" {
		return Text{}
	}
	return k.show(f, value)
}

func plain(s string) Text { return Text{s, s} }

func showPlain(_ *Field, value string) Text { return plain(value) }

func showNothing(*Field, string) Text { return Text{} }

func showDay(_ *Field, value string) Text { return dayText(value) }

func showInt(_ *Field, value string) Text {
	n, err := strconv.Atoi(value)
	if err != nil {
		return plain(value)
	}
	return number(n)
}

func showLevels(_ *Field, value string) Text {
	return plain(strings.Join(items(value), ", "))
}

func showOptions(f *Field, value string) Text {
	var vi, en []string
	for _, code := range items(value) {
		label := plain(code) // an option since withdrawn still shows by its code
		if o, ok := f.option(code); ok {
			label = o.Label
		}
		vi, en = append(vi, label.VI), append(en, label.EN)
	}
	return Text{strings.Join(vi, "; "), strings.Join(en, "; ")}
}

func showYesNo(_ *Field, value string) Text {
	if value == "yes" {
		return Text{"Có", "Yes"}
	}
	return Text{"Không", "No"}
}
