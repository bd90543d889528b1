package web

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"strings"
	"sync"
	parse "text/template"

	"capdo/templates"
)

// pages are the parsed templates, and those that somebody has seen, ready for
// their language.
type pages struct {
	words  catalogue
	parsed map[string]*parse.Template
	ready  sync.Map // of a view: *template.Template
}

// view is a page in a language.
type view struct{ lang, page string }

// shared are the template files that every page may use.
func shared() []string { return []string{"layout.html", "parts.html", "form.html"} }

// parsePages parses every page; one broken page fails all. What pages share is
// parsed once; what a page becomes in a language is made when somebody looks.
func parsePages(words catalogue) (*pages, error) {
	names, err := pageNames()
	if err != nil {
		return nil, err
	}
	base, err := parse.New("").Funcs(parse.FuncMap(speech(voice{}))).ParseFS(templates.Files, shared()...)
	if err != nil {
		return nil, fmt.Errorf("parse what pages share: %w", err)
	}
	p := &pages{words: words, parsed: map[string]*parse.Template{}}
	for _, name := range names {
		t, err := base.Clone()
		if err == nil {
			p.parsed[name], err = t.ParseFS(templates.Files, name+".html")
		}
		if err != nil {
			return nil, fmt.Errorf("parse page %s: %w", name, err)
		}
	}
	return p, nil
}

// pageNames lists the pages: every template file that is not shared.
func pageNames() ([]string, error) {
	files, err := fs.Glob(templates.Files, "*.html")
	if err != nil {
		return nil, fmt.Errorf("list templates: %w", err)
	}
	var names []string
	for _, f := range files {
		if !strings.Contains(strings.Join(shared(), " "), f) {
			names = append(names, strings.TrimSuffix(f, ".html"))
		}
	}
	return names, nil
}

// page is a page in a language, made by whoever sees it first.
func (p *pages) page(lang, name string) (*template.Template, error) {
	if t, ok := p.ready.Load(view{lang, name}); ok {
		return t.(*template.Template), nil
	}
	parsed, ok := p.parsed[name]
	if !ok || lang != vietnamese && lang != english {
		return nil, fmt.Errorf("no page %s in %s", name, lang)
	}
	t := template.New(name).Option("missingkey=error").Funcs(speech(voice{lang, p.words}))
	for _, part := range parsed.Templates() {
		if _, err := t.AddParseTree(part.Name(), part.Tree.Copy()); err != nil {
			return nil, fmt.Errorf("page %s: %w", name, err)
		}
	}
	first, _ := p.ready.LoadOrStore(view{lang, name}, t)
	return first.(*template.Template), nil
}

// speech are the functions a template may call.
func speech(v voice) template.FuncMap {
	return template.FuncMap{
		"lang": func() string { return v.lang },
		"t":    v.t, "num": v.num, "day": v.day, "when": v.when,
	}
}

// part executes one named part of a page by itself.
func (p *pages) part(lang, page, name string, data any) ([]byte, error) {
	t, err := p.page(lang, page)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := t.ExecuteTemplate(&out, name, data); err != nil {
		return nil, fmt.Errorf("fill part %s of %s: %w", name, page, err)
	}
	return out.Bytes(), nil
}

// fill executes a page into memory, so that a failing template never leaves
// half a page behind.
func (p *pages) fill(lang, name string, data any) ([]byte, error) {
	t, err := p.page(lang, name)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := t.ExecuteTemplate(&out, "layout", data); err != nil {
		return nil, fmt.Errorf("fill page %s: %w", name, err)
	}
	return out.Bytes(), nil
}
