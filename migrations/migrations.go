// Package migrations is the shelf of schema changes: numbered SQL, one folder a
// dialect, the same names in each. It knows no Go type of the house.
package migrations

import (
	"embed"
	"io/fs"
)

//go:embed sqlite/*.sql
var files embed.FS

// For returns the migrations of a dialect ("sqlite").
func For(dialect string) (fs.FS, error) { return fs.Sub(files, dialect) }
