package gate

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// Systems lists the codes a search looks among, in their order, and the head of
// the ledger they were read at.
type Systems interface {
	Codes(ctx context.Context) ([]string, approval.Head, error)
}

// The addresses of the searches.
const (
	searchPath         = "/access/v1/search/"
	searchSubjectPath  = searchPath + "subject"
	searchResourcePath = searchPath + "resource"
	searchActionPath   = searchPath + "action"
)

// The bounds of a search.
const (
	maxResults = 1000 // of a page
	maxSought  = 64   // thousands of systems looked at for a page
)

// search is a search as it was asked.
type search struct {
	tuple
	limit int
	after string // the code after which to go on
}

// found is the answer to a search.
type found struct {
	Results []result `json:"results"`
	Page    page     `json:"page"`
}

// result is a subject, a resource or an action.
type result struct {
	Type string `json:"type,omitempty"`
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

// page says how to go on: NextToken is "" at the end.
type page struct {
	NextToken string `json:"next_token"`
	Count     int    `json:"count"`
}

// parseSearch reads a search.
func parseSearch(in []byte) (s search, bad law.Text) {
	s.limit = maxResults
	bad = parseJSON(in, func(d *document) bool {
		return d.object(func(name []byte) bool {
			if string(name) != "page" {
				return d.part(&s.tuple, name, false)
			}
			return d.object(func(name []byte) bool { return d.page(&s, name) })
		})
	})
	return s, bad
}

// page reads one member of a page.
func (d *document) page(s *search, name []byte) bool {
	switch string(name) {
	case "limit":
		d.next()
		start := d.pos
		if !d.skip() {
			return false
		}
		n, err := strconv.Atoi(string(d.in[start:d.pos]))
		if err != nil || n < 1 {
			return d.fail("«page.limit» là số nguyên từ 1.", "“page.limit” is a whole number from 1.")
		}
		s.limit = min(n, maxResults)
		return true
	case "token":
		val, ok := d.text()
		if !ok {
			return false
		}
		after, err := base64.RawURLEncoding.DecodeString(string(val))
		if s.after = string(after); err != nil || s.after != "" && !code(s.after) {
			return d.fail("«page.token» không phải của một câu trả lời.", "The “page.token” is of no answer.")
		}
		return true
	}
	return d.ignore(name, "limit", "token")
}

// lacks names the first thing required that a search of a kind lacks, or that it must
// not have. What is
// sought needs a type, and its id counts for nothing.
func (s *search) lacks(path string) law.Text {
	sought := map[string]*entity{searchSubjectPath: &s.subject, searchResourcePath: &s.resource, searchActionPath: &s.action}[path]
	if path == searchActionPath {
		*sought = entity{given: true, id: connectAction, whole: true}
	} else if sought.given && sought.typed {
		sought.id, sought.whole = "", true
	}
	if s.said["at"] != "" || s.said["known"] != "" {
		return law.Text{VI: "Tìm kiếm chỉ trả lời cho hiện tại: bỏ «at», «known» khỏi «context».", EN: "A search is of now: take “at” and “known” out of the “context”."}
	}
	return s.missing()
}

// searching answers a search: which subjects, resources or actions the gate
// allows now. Every one of them is asked about as anyone else asks; what the
// asker may not ask about is not found.
func (f *front) searching(w http.ResponseWriter, r *http.Request) {
	if id := r.Header["X-Request-Id"]; id != nil {
		w.Header()["X-Request-Id"] = id
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		complain(w, http.StatusMethodNotAllowed, law.Text{VI: "Chỉ hỏi bằng phương thức POST.", EN: "Ask with the method POST only."})
		return
	}
	in, status, bad := body(w, r, maxSingle)
	var s search
	if bad.VI == "" {
		status = http.StatusBadRequest
		s, bad = parseSearch(in)
	}
	if bad.VI == "" {
		bad = s.lacks(r.URL.Path)
	}
	if bad.VI != "" {
		complain(w, status, bad)
		return
	}
	out, ok := f.find(r.Context(), s, r.URL.Path)
	if !ok {
		complain(w, http.StatusInternalServerError, law.Text{VI: "Không đọc được sổ đăng ký hoặc bộ quy tắc; không tìm được gì.", EN: "The register or the law cannot be read; nothing can be found."})
		return
	}
	write(w, http.StatusOK, out)
}

// find carries out a search at one state of the register: where it changes
// meanwhile the search begins anew. false is a fault of the gate.
func (f *front) find(ctx context.Context, s search, path string) (out found, ok bool) {
	for range maxRounds {
		out, same, err := f.findOnce(ctx, s, path)
		if err != nil {
			f.report("gate: search", err, []Question{{}})
			return out, false
		}
		if same {
			return out, true
		}
	}
	f.report("gate: search", errors.New("the register kept changing"), []Question{{}})
	return out, false
}

// findOnce looks through the systems once; same tells whether the register stood.
func (f *front) findOnce(ctx context.Context, s search, path string) (out found, same bool, err error) {
	out.Results = []result{}
	codes, head := []string{""}, approval.Head{}
	if path != searchActionPath {
		all, at, err := f.Systems.Codes(ctx)
		if err != nil {
			return out, false, err
		}
		n, known := slices.BinarySearch(all, s.after)
		if known {
			n++
		}
		codes, head = all[n:], at
	}
	for n := 0; len(codes) > 0 && n < maxSought && len(out.Results) < s.limit; n++ {
		some := codes[:min(len(codes), maxQuestions)]
		for i, v := range f.AskAll(ctx, s.questions(some, path)) {
			switch {
			case v.Fault:
				return out, false, errors.New(v.Reasons[0].EN)
			case head.Size == 0:
				head = v.Ledger
			case v.Ledger.Size > 0 && v.Ledger != head: // what was refused has none
				return out, false, nil
			}
			if v.Decision == Allow {
				out.Results = append(out.Results, s.result(some[i], path))
			}
			s.after = some[i]
			if codes = codes[1:]; len(out.Results) == s.limit {
				break
			}
		}
	}
	if len(codes) > 0 {
		out.Page.NextToken = base64.RawURLEncoding.EncodeToString([]byte(s.after))
	}
	out.Page.Count = len(out.Results)
	return out, true, nil
}

// questions asks about each code in the place of what is sought.
func (s search) questions(codes []string, path string) []Question {
	qs := make([]Question, len(codes))
	for i, code := range codes {
		t := s.tuple
		switch path {
		case searchSubjectPath:
			t.subject.id = code
		case searchResourcePath:
			t.resource.id = code
		}
		qs[i] = t.question()
	}
	return qs
}

// result is one thing found.
func (s search) result(code, path string) result {
	if path == searchActionPath {
		return result{Name: connectAction}
	}
	return result{Type: systemType, ID: code}
}
