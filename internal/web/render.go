package web

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"strings"

	"capdo/templates"
)

// pages are the parsed templates by language and name.
type pages map[string]map[string]*template.Template

// shared are the template files that every page may use.
func shared() []string { return []string{"layout.html", "parts.html", "form.html"} }

// parsePages parses every page in every language; one broken page fails all.
func parsePages(words catalogue) (pages, error) {
	names, err := pageNames()
	if err != nil {
		return nil, err
	}
	all := pages{}
	for _, lang := range []string{vietnamese, english} {
		all[lang] = map[string]*template.Template{}
		for _, name := range names {
			t, err := parsePage(voice{lang, words}, name)
			if err != nil {
				return nil, err
			}
			all[lang][name] = t
		}
	}
	return all, nil
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

// parsePage parses one page with the shared parts.
func parsePage(v voice, name string) (*template.Template, error) {
	t := template.New(name).Option("missingkey=error").Funcs(speech(v))
	t, err := t.ParseFS(templates.Files, append(shared(), name+".html")...)
	if err != nil {
		return nil, fmt.Errorf("parse page %s: %w", name, err)
	}
	return t, nil
}

// speech are the functions a template may call.
func speech(v voice) template.FuncMap {
	return template.FuncMap{
		"lang": func() string { return v.lang },
		"t":    v.t, "num": v.num, "day": v.day, "when": v.when,
	}
}

// part executes one named part of a page by itself.
func (p pages) part(lang, page, name string, data any) ([]byte, error) {
	t, ok := p[lang][page]
	if !ok {
		return nil, fmt.Errorf("no page %s in %s", page, lang)
	}
	var out bytes.Buffer
	if err := t.ExecuteTemplate(&out, name, data); err != nil {
		return nil, fmt.Errorf("fill part %s of %s: %w", name, page, err)
	}
	return out.Bytes(), nil
}

// fill executes a page into memory, so that a failing template never leaves
// half a page behind.
func (p pages) fill(lang, name string, data any) ([]byte, error) {
	t, ok := p[lang][name]
	if !ok {
		return nil, fmt.Errorf("no page %s in %s", name, lang)
	}
	var out bytes.Buffer
	if err := t.ExecuteTemplate(&out, "layout", data); err != nil {
		return nil, fmt.Errorf("fill page %s: %w", name, err)
	}
	return out.Bytes(), nil
}
