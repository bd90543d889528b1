package forms

// Wordings opens the built-in messages to the tests.
func Wordings() map[string]Text {
	all := wordings()
	all["required, choose"], all["required, answer"], all["required, tick"] = choose(), answer(), tick()
	return all
}

// Codes lists every problem code there is.
func Codes() map[string]bool {
	codes := map[string]bool{}
	for code := range wordings() {
		codes[code] = true
	}
	return codes
}
