package approval

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"capdo/forms"
	"capdo/internal/law"
)

// FactsOf reads the answers of the facts form as the law's facts: the ids of
// its fields are the names of the facts. What the law's decoder refuses comes
// back as findings beside the fields.
func FactsOf(form *forms.Form, answers forms.Answers) (law.Facts, error) {
	text, err := json.Marshal(factsText(form, answers))
	if err != nil {
		return law.Facts{}, fmt.Errorf("write facts: %w", err)
	}
	facts, err := law.DecodeFacts(bytes.NewReader(text))
	var wrong law.FactErrors
	if errors.As(err, &wrong) {
		r := &Refusal{Kind: Invalid}
		for _, e := range wrong {
			r.Findings = append(r.Findings, Finding{Field: e.Key, Rule: "fact." + e.Code, Says: e.Says})
		}
		return law.Facts{}, r
	}
	return facts, err
}

// factsText writes answers as JSON values by the kind of the field, or of the
// fact where a choice stands for a number.
func factsText(form *forms.Form, answers forms.Answers) map[string]json.RawMessage {
	text := map[string]json.RawMessage{}
	for _, f := range form.Fields() {
		value := answers[f.ID]
		if value == "" || !slices.Contains(law.FactNames(), f.ID) {
			continue
		}
		switch {
		case f.Type == "yesno":
			text[f.ID] = json.RawMessage(strconv.FormatBool(value == "yes"))
		case f.Type == "levels":
			text[f.ID] = json.RawMessage("[" + strings.Join(answers.List(f.ID), ",") + "]")
		case f.Type == "choice" && law.FactWords(f.ID) != nil:
			text[f.ID] = json.RawMessage(strconv.Quote(value))
		default:
			text[f.ID] = json.RawMessage(value)
		}
	}
	return text
}

// FactAnswers writes facts as answers. A flag that is not true was answered no.
func FactAnswers(f law.Facts) forms.Answers {
	answers := forms.Answers{}
	for _, name := range []string{"serves_defence_security", "handles_tthc", "conditional_business", "need_24x7",
		"national_egov", "national_critical_store", "ns_list_indicators", "risk_assessed"} {
		answers[name] = "no"
	}
	text, err := json.Marshal(f)
	values := map[string]json.RawMessage{}
	if err != nil || json.Unmarshal(text, &values) != nil {
		return answers // facts are plain data and always go to JSON and back
	}
	for name, raw := range values {
		value := strings.Trim(string(raw), `"[]`)
		switch value {
		case "true":
			value = "yes"
		case "false":
			value = "no"
		}
		answers[name] = strings.ReplaceAll(value, ",", "\n")
	}
	return answers
}
