// Package templates carries the pages officials read and their one style
// sheet, and its scripts. It knows nothing but the files; package web parses and fills them.
package templates

import "embed"

// Files holds every page (*.html), the style sheet (app.css) and the scripts (app*.js).
//
//go:embed *.html app.css app.js app.keys.js app.session.js app.passkey.js
var Files embed.FS
