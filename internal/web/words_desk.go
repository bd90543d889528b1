package web

// deskWords are the phrases of the reviewer's desk.
func deskWords() catalogue {
	return catalogue{
		"f.round":          {"Lần gửi", "Round"},
		"receipt.complete": {"Hồ sơ đủ, đúng quy định", "Complete"},
		"receipt.lacks":    {"Hồ sơ chưa đủ", "Incomplete"},
	}
}
