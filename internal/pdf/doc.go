// Package pdf finishes the files that gofpdf sets: it makes of one a file for
// the archive (PDF/A-1b, ISO 19005-1) with a language, bookmarks and the
// structure that readers aloud need (ISO 32000-1, 14.7 and 14.8), seals it
// (Draft.Seal, Open), and signs it (Signing). It knows the form of files and not
// what papers say.
//
// # What it reads
//
// Only what gofpdf writes: one classic cross-reference table, objects 1 (pages)
// and 2 (resources), page n as object 2n+1. Anything else is an error.
//
// # The seal
//
// The last object of a sealed file is a form XObject that draws a QR code of an
// address and holds that address in /Capdo. The address is a prefix that ends on
// a slash, and a token. The digest of the file (Draft.Digest) is the SHA-256 of
// everything before that object, of the cross-reference table but for that
// object's line, of the trailer, and of the prefix, so that the token may be what
// was said of the digest. Open takes a file only when the object is, to the
// last pixel, what its address draws, so that nothing in the file escapes both
// the digest and the address.
//
// The same input gives the same bytes.
package pdf
