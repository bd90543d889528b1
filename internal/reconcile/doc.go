// Package reconcile checks a table of reported figures against itself.
//
// The table is the statistical annex by which ministries and provinces report,
// per agency, how many information systems they run, how many have an approved
// level and how many have deployed the whole security plan. Such tables are
// typed by hand, and three things go wrong in them: a percentage is taken over
// another denominator than its neighbours, a body that sent nothing is printed
// as 0 %, and the column sums part from the totals quoted in the text.
//
// The package finds every such difference and corrects none: both figures are
// kept, and the reader is told which rule they break.
//
//	t, err := reconcile.Read(file)   // every bad cell is named in err
//	res := reconcile.Check(t)        // findings in file order, sums, counts
//
// # File format
//
// UTF-8 CSV, with or without byte order mark, LF or CRLF, fields separated by
// "," or (as spreadsheets with Vietnamese settings write it) ";". The header is
//
//	group,no,agency,total,approved,approved_pct_printed,deployed,deployed_pct_printed,reported
//
// group is ministry or province; reported is yes or no. Counts are whole
// numbers and may carry dots between thousands ("1.539"); percentages are whole
// numbers and may end in "%". A row with reported=no prints zeroes, or nothing.
//
// A row whose first cell starts with expect_ states a total quoted elsewhere:
//
//	expect_total,7206      expect_ministry_total,1539      expect_province_total,5667
//	expect_approved,5515   expect_ministry_approved,1093   expect_province_approved,4422
//	expect_deployed,4068   expect_ministry_deployed,793    expect_province_deployed,3275
//
// The package is pure: standard library only, no clock, no files, no network.
package reconcile
