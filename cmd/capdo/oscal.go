package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/oscal"
)

// oscalQuery asks for a document in OSCAL: the catalogue of a level, or the
// security plan (ssp) or what lacks in it (poam) of a system.
type oscalQuery struct {
	Kind, System string
	Rules        law.RuleSet
	Level        law.Level
}

// name is the name the document gets by itself.
func (q oscalQuery) name() string {
	if q.Kind == "catalog" {
		return oscal.CatalogName(q.Rules, q.Level)
	}
	return q.System + "-" + q.Kind + ".json"
}

// oscalExport is a document in OSCAL, with the name of its file.
func oscalExport(q oscalQuery) (name string, write written, err error) {
	if (q.Kind == "catalog") != (q.System == "") {
		return "", nil, errors.New("say: --oscal catalog, --oscal ssp SYSTEM, or --oscal poam SYSTEM")
	}
	return q.name(), func(ctx context.Context, p *program, to io.Writer) error { return p.oscal(ctx, to, auditor(), q) }, nil
}

// oscal writes a document in the actor's scope.
func (p *program) oscal(ctx context.Context, w io.Writer, a approval.Actor, q oscalQuery) error {
	st := oscal.Stamp{At: p.clock(), Law: p.book.Digest()}
	if q.Kind == "catalog" {
		return oscal.Catalog(w, p.controls, q.Rules, q.Level, st)
	}
	s, err := p.plans.Sheet(ctx, a, q.System, nil)
	if err != nil {
		return err
	}
	head, err := p.head(ctx)
	if err != nil {
		return err
	}
	st.Root, st.Size = head.Root, head.Size
	switch q.Kind {
	case "ssp":
		err = oscal.SSP(w, s, st)
	case "poam":
		err = oscal.POAM(w, s, st)
	default:
		err = fmt.Errorf("there is no OSCAL document %q: catalog, ssp or poam", q.Kind)
	}
	if errors.Is(err, oscal.ErrNoList) || errors.Is(err, oscal.ErrNothingLacks) {
		return &approval.Refusal{Kind: approval.Conflict, Findings: []approval.Finding{{Rule: "no-oscal", Says: law.Text{VI: "Chưa có gì để ghi ra OSCAL: hệ thống chưa có danh mục biện pháp, hoặc phương án không còn thiếu gì.", EN: strings.ToUpper(err.Error()[:1]) + err.Error()[1:]}}}}
	}
	return err
}

// webOSCAL is the pages' way to the documents of a system.
func (p *program) webOSCAL(ctx context.Context, w io.Writer, a approval.Actor, kind, system string) error {
	return p.oscal(ctx, w, a, oscalQuery{Kind: kind, System: system})
}
