// Package templates carries the pages officials read and their one style
// sheet, and its one script. It knows nothing but the files; package web parses and fills them.
package templates

import "embed"

// Files holds every page (*.html), the style sheet (app.css) and the script (app.js).
//
//go:embed *.html app.css app.js
var Files embed.FS
