// Package report writes the official papers of the product as PDF: the national
// report on approval and deployment (National), the standing of one system
// (System), and the papers the decrees prescribe (Form), whose blanks are data
// of package forms.
//
// All follow the layout of Decree 30/2020/NĐ-CP, Appendix I: A4, margins
// 20/20/30/15 mm, a Times-metric face, the national head with its rules, the
// page number in the top margin from page 2, annexes numbered by themselves.
// Wide tables stand in annexes on landscape pages.
//
// The package computes no law and keeps no state. It is handed plain values and
// the day they speak of; the same values give the same bytes. Any string may be
// handed in: what the typeface cannot show is printed as □, never dropped
// silently and never a reason to fail.
//
// Figures that were printed elsewhere are shown as printed, beside what they
// give when computed again; package reconcile says where the two part.
package report
