package approval

import "time"

// Merge puts into a draft what does not clash.
func Merge(d *Dossier, in []FieldInput, by Who, at time.Time) ([]string, []Clash, error) {
	return d.merge(in, by, at)
}
