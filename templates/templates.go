// Package templates carries the pages officials read and their one style
// sheet. It knows nothing but the files; package web parses and fills them.
package templates

import "embed"

// Files holds every page (*.html) and the style sheet (app.css).
//
//go:embed *.html app.css
var Files embed.FS
