package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"capdo/fixtures"
	"capdo/internal/approval"
	"capdo/internal/law"
)

// reorganiseCommand carries out the shipped reorganisations up to a day, each
// in one transaction, and proposes the systems that may now stand twice.
func reorganiseCommand(ctx context.Context, w world) (err error) {
	f := flags(w, "reorganise", "--data DIR [--until DAY] [--duplicates]")
	data := f.String("data", "capdo-data", "folder of the register (CAPDO_DATA)")
	until := f.String("until", string(w.today()), "carry out what took effect by this day, YYYY-MM-DD")
	duplicates := f.Bool("duplicates", false, "list like-named systems that came from different predecessors; nothing is decided")
	if _, err := w.parse(f, 0); err != nil {
		return err
	}
	day, err := law.ParseDay(*until)
	if err != nil {
		return fmt.Errorf("--until: %w", err)
	}
	p, err := openExisting(ctx, w, *data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	steps, err := reorganisations()
	if err != nil {
		return err
	}
	for _, r := range steps {
		if r.On > day {
			continue
		}
		done, err := p.office.Reorganise(ctx, keeper(), r)
		if err != nil {
			return fmt.Errorf("reorganisation of %s: %w", r.On, err)
		}
		fmt.Fprintf(w.out, "%s: %d bodies founded, %d ended, %d systems moved; approvals inherited, to be reviewed\n", r.On, done.Founded, done.Ended, done.Moved)
	}
	named, err := renamings(day)
	if err != nil {
		return err
	}
	if n, err := p.office.Rename(ctx, keeper(), named); err != nil {
		return fmt.Errorf("names: %w", err)
	} else if n > 0 {
		fmt.Fprintf(w.out, "%d changes of name or specialised unit of bodies that live on\n", n)
	}
	if *duplicates {
		return p.printDuplicates(ctx, w)
	}
	return nil
}

// reorganisations are those of fixtures, one a day, oldest first. Transfers of
// duties that name no system are left out.
func reorganisations() ([]approval.Reorganisation, error) {
	successors, err := fixtures.Successors()
	if err != nil {
		return nil, err
	}
	successions, err := fixtures.Successions()
	if err != nil {
		return nil, err
	}
	var steps []approval.Reorganisation
	of := func(on string) *approval.Reorganisation {
		i := slices.IndexFunc(steps, func(r approval.Reorganisation) bool { return string(r.On) == on })
		if i < 0 {
			steps = append(steps, approval.Reorganisation{On: law.Day(on), Source: "fixtures"})
			i = len(steps) - 1
		}
		return &steps[i]
	}
	for _, s := range successors {
		r := of(s.FoundedOn)
		r.Successors = append(r.Successors, agency(s.Agency))
	}
	for _, s := range successions {
		if s.Kind == string(approval.SuccessionTransfer) {
			continue
		}
		r := of(s.On)
		r.Successions = append(r.Successions, approval.Succession{From: s.From, To: s.To, On: law.Day(s.On), Kind: approval.SuccessionKind(s.Kind), Scope: s.Scope, Cites: s.Cites})
	}
	slices.SortFunc(steps, func(a, b approval.Reorganisation) int { return a.On.Time().Compare(b.On.Time()) })
	return steps, nil
}

// renamings are those of fixtures up to a day, oldest first.
func renamings(until law.Day) ([]approval.Renaming, error) {
	all, err := fixtures.Renamings()
	var out []approval.Renaming
	for _, r := range all {
		if law.Day(r.On) <= until {
			out = append(out, approval.Renaming{Code: r.Agency, AgencyName: approval.AgencyName{On: law.Day(r.On), Name: r.Name, NameEN: r.NameEN, Kind: r.Kind,
				SpecialisedUnit: r.SpecialisedUnit, Cites: r.Cites, Confidence: r.Confidence}})
		}
	}
	return out, err
}

// printDuplicates prints the pairs of systems that may be one.
func (p *program) printDuplicates(ctx context.Context, w world) error {
	pairs, err := p.duplicates(ctx, auditor())
	if err != nil {
		return err
	}
	for _, d := range pairs {
		fmt.Fprintf(w.out, "%s  %s  %s | %s  %s\n", d.Owner, d.A, d.NameA, d.B, d.NameB)
	}
	fmt.Fprintf(w.out, "%d pairs proposed\n", len(pairs))
	return nil
}

// duplicates proposes pairs of systems in the actor's scope that may be one.
func (p *program) duplicates(ctx context.Context, a approval.Actor) ([]approval.Pair, error) {
	agencies, err := p.office.AgencyList(ctx, a)
	if err != nil {
		return nil, err
	}
	var systems []approval.System
	err = p.store.Each(ctx, a, func(s approval.System) error {
		if len(s.Transfers) > 0 && s.Retirement == nil {
			systems = append(systems, s)
		}
		return nil
	})
	return approval.Duplicates(systems, agencies), err
}
