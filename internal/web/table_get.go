package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"capdo/internal/approval"
	"capdo/internal/workbook"
)

// Tables are the register as tables that officers take away and bring back.
type Tables interface {
	Export(ctx context.Context, w io.Writer, a approval.Actor, kind string, q workbook.Query) error
	Try(ctx context.Context, a approval.Actor, u workbook.Upload) (workbook.Report, error)
	Import(ctx context.Context, a approval.Actor, u workbook.Upload) (workbook.Report, error)
	Returned(ctx context.Context, w io.Writer, a approval.Actor, u workbook.Upload, r workbook.Report) error
}

// mediaOf is the media type of a kind of file a table is had as, "" of others.
func mediaOf(kind string) string {
	switch kind {
	case "xlsx":
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	case "csv":
		return "text/csv; charset=utf-8"
	case "json":
		return "application/json"
	}
	return ""
}

// OSCALFunc writes a document of a system in OSCAL: kind "ssp" or "poam".
type OSCALFunc func(ctx context.Context, w io.Writer, a approval.Actor, kind, system string) error

// tableGet sends a table: its name in the address is FORM.KIND. The documents in
// OSCAL stand among those of a system as ssp.json and poam.json.
func (s *site) tableGet(v *visit) error {
	form, kind, _ := strings.Cut(v.r.PathValue("table"), ".")
	if (form == "ssp" || form == "poam") && kind == "json" && v.code() != "" && s.OSCAL != nil {
		return v.file(v.code()+"-"+form+".json", mediaOf(kind), func(w io.Writer) error { return s.OSCAL(v.r.Context(), w, v.actor(), form, v.code()) })
	}
	if v.code() == "" {
		if found, err := s.listGet(v, form, kind); found || err != nil {
			return err
		}
	}
	q := workbook.Query{Form: workbook.Form(form), System: v.code(), Owner: v.r.URL.Query().Get("owner")}
	if mediaOf(kind) == "" || q.Form.OfSystem() != (q.System != "") {
		return s.absent(v)
	}
	err := s.Office.Store.View(v.r.Context(), v.actor(), func(r approval.Reader) (err error) {
		q.Head, err = r.Head()
		return err
	})
	if err != nil {
		return err
	}
	name := form
	if q.System != "" {
		name = q.System + "-" + form
	}
	return v.file(name+"."+kind, mediaOf(kind), func(w io.Writer) error { return s.Tables.Export(v.r.Context(), w, v.actor(), kind, q) })
}

// errEnough ends a walk whose reader has gone.
var errEnough = errors.New("enough")

// file sends what write writes. An error before the first byte is an answer like
// any other; after it the connection breaks, so that nobody takes half a file
// for a whole one.
func (v *visit) file(name, media string, write func(io.Writer) error) error {
	out := &firstByte{v: v, name: name, media: media}
	err := write(out)
	if err != nil && out.begun {
		v.Log.Error("file cut off", "request", v.id, "name", name, "error", err)
		panic(http.ErrAbortHandler)
	}
	return err
}

// firstByte sends the head of a file before its first byte.
type firstByte struct {
	v           *visit
	name, media string
	begun       bool
}

func (f *firstByte) Write(p []byte) (int, error) {
	if !f.begun {
		f.begun = true
		h := f.v.w.Header()
		h.Set("Content-Type", f.media)
		h.Set("Content-Disposition", disposition(f.name))
	}
	return f.v.w.Write(p)
}

// tableFiles are the links to a table's files.
func (v *visit) tableFiles(form workbook.Form, code string, query url.Values) []Link {
	at := "/tables/"
	if code != "" {
		at = "/systems/" + code + "/tables/"
	}
	if len(query) > 0 {
		query = url.Values{"owner": query["owner"]}
	}
	var all []Link
	for _, kind := range []string{"xlsx", "csv", "json"} {
		href := at + string(form) + "." + kind
		if query.Get("owner") != "" {
			href += "?" + query.Encode()
		}
		all = append(all, Link{Href: href, Text: v.t("tb."+kind, v.say(form.Title()))})
	}
	return all
}
