package reconcile

// Groups of reporting bodies.
const (
	Ministry = "ministry"
	Province = "province"
)

// Row is one agency as the table prints it. Percentages are whole numbers.
type Row struct {
	Line        int    `json:"line"`  // line in the file, from 1
	Group       string `json:"group"` // Ministry or Province
	No          int    `json:"no"`    // ordinal printed in the table
	Agency      string `json:"agency"`
	Total       int    `json:"total"`        // systems
	Approved    int    `json:"approved"`     // systems with an approved level
	ApprovedPct int    `json:"approved_pct"` // as printed
	Deployed    int    `json:"deployed"`     // systems whose plan is fully deployed
	DeployedPct int    `json:"deployed_pct"` // as printed
	Reported    bool   `json:"reported"`
	Blank       bool   `json:"blank,omitempty"` // not reported, and nothing printed in its place
}

// Expect is a total stated outside the table, see ExpectNames.
type Expect struct {
	Line  int    `json:"line"`
	Name  string `json:"name"`
	Value int    `json:"value"`
}

// Table is what Read returns: rows and stated totals in file order.
type Table struct {
	Rows    []Row    `json:"rows"`
	Expects []Expect `json:"expects,omitempty"`
}

// Sum adds up one group, or the whole table.
type Sum struct {
	Agencies int `json:"agencies"`
	Reported int `json:"reported"`
	Total    int `json:"total"`
	Approved int `json:"approved"`
	Deployed int `json:"deployed"`
}

func (s *Sum) add(r Row) {
	s.Agencies++
	if r.Reported {
		s.Reported++
	}
	s.Total += r.Total
	s.Approved += r.Approved
	s.Deployed += r.Deployed
}

// Sums holds the column sums per group.
type Sums struct {
	All      Sum `json:"all"`
	Ministry Sum `json:"ministry"`
	Province Sum `json:"province"`
}

// SumOf adds up the rows; a row of an unknown group counts in All only.
func SumOf(rows []Row) Sums {
	var s Sums
	for _, r := range rows {
		s.All.add(r)
		switch r.Group {
		case Ministry:
			s.Ministry.add(r)
		case Province:
			s.Province.add(r)
		}
	}
	return s
}

// ExpectNames lists the accepted names of stated totals.
func ExpectNames() []string {
	return []string{
		"expect_total", "expect_approved", "expect_deployed",
		"expect_ministry_total", "expect_ministry_approved", "expect_ministry_deployed",
		"expect_province_total", "expect_province_approved", "expect_province_deployed",
	}
}

// stated finds the column sum a stated total speaks of.
func (s Sums) stated(name string) (group, field string, value int, ok bool) {
	values := []struct {
		group, field string
		value        int
	}{
		{"", "total", s.All.Total}, {"", "approved", s.All.Approved}, {"", "deployed", s.All.Deployed},
		{Ministry, "total", s.Ministry.Total}, {Ministry, "approved", s.Ministry.Approved},
		{Ministry, "deployed", s.Ministry.Deployed},
		{Province, "total", s.Province.Total}, {Province, "approved", s.Province.Approved},
		{Province, "deployed", s.Province.Deployed},
	}
	for i, n := range ExpectNames() {
		if n == name {
			v := values[i]
			return v.group, v.field, v.value, true
		}
	}
	return "", "", 0, false
}
