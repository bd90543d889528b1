package controls

import (
	"maps"
	"slices"

	"capdo/internal/law"
)

// rawLegend is legend.yaml.
type rawLegend struct {
	Sources []struct {
		Key   mark   `yaml:"key"`
		What  string `yaml:"what"`
		Trust mark   `yaml:"trust"`
	} `yaml:"sources"`
	Plan   []rawWord `yaml:"plan"`
	Proofs []rawWord `yaml:"proofs"`
}

// rawWord is a key with its words.
type rawWord struct {
	Key      mark `yaml:"key"`
	law.Text `yaml:",inline"`
}

// legend checks the words that the catalogues share.
func (l *loader) legend(raw rawLegend) {
	for _, s := range raw.Sources {
		if _, twice := l.sources[s.Key.Value]; twice || s.What == "" {
			l.Add(s.Key.Line, "source %q is given twice or says nothing", s.Key.Value)
		}
		l.Word(s.Key, s.Trust, "trust", "high", "medium", "low")
		l.sources[s.Key.Value] = false
		l.out.sources = append(l.out.sources, Source{s.Key.Value, s.What, s.Trust.Value})
	}
	for _, w := range raw.Plan {
		if slices.Contains(l.parts, w.Key.Value) {
			l.Add(w.Key.Line, "plan part %q is given twice", w.Key.Value)
		}
		l.parts = append(l.parts, w.Key.Value)
		l.out.parts = append(l.out.parts, PlanPart{w.Key.Value, l.text(w.Key, w.Text)})
	}
	for _, w := range raw.Proofs {
		if _, twice := l.proofs[w.Key.Value]; twice {
			l.Add(w.Key.Line, "proof %q is given twice", w.Key.Value)
		}
		l.proofs[w.Key.Value] = proof{title: l.text(w.Key, w.Text)}
	}
}

// unused notes words of the legend that nothing uses.
func (l *loader) unused() {
	l.File = "legend.yaml"
	for _, key := range slices.Sorted(maps.Keys(l.sources)) {
		if !l.sources[key] {
			l.Add(1, "source %q is cited by nothing", key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(l.proofs)) {
		if !l.proofs[key].used {
			l.Add(1, "proof %q proves nothing", key)
		}
	}
}
