// Package oscal says in OSCAL 1.1.3 (NIST's exchange format for security
// controls) what the register knows already: the catalogue of controls, the
// security plan of a system (SSP), and what lacks in it (POA&M). It is a
// by-product that nobody fills in. Pure; the same record and day give the same
// bytes.
//
// Ids of controls are the keys of package controls. What OSCAL has no word for
// stands in props of our namespace. Names of persons never leave the house:
// whoever is responsible is a role.
package oscal

import (
	"crypto/sha1" //#nosec G505 -- RFC 9562 builds version 5 UUIDs on it; nothing is secured by it
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"capdo/internal/controls"
	"capdo/internal/law"
)

// Version is the version of OSCAL that is written.
const Version = "1.1.3"

// namespace is that of our props.
const namespace = "urn:capdo:oscal"

// uuid is the name-based UUID (RFC 9562, version 5) of what the parts name, so
// that one thing has one id in every file.
func uuid(parts ...string) string {
	h := sha1.Sum([]byte(namespace + "\x00" + strings.Join(parts, "\x00")))
	h[6], h[8] = h[6]&0x0F|0x50, h[8]&0x3F|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[0:4], h[4:6], h[6:8], h[8:10], h[10:16])
}

// prop is a property; OSCAL takes one line that is not blank.
type prop struct {
	Name  string `json:"name"`
	NS    string `json:"ns"`
	Value string `json:"value"`
}

// props builds the properties whose values say something.
func props(pairs ...string) []prop {
	var out []prop
	for i := 0; i+1 < len(pairs); i += 2 {
		if v := strings.Join(strings.Fields(pairs[i+1]), " "); v != "" {
			out = append(out, prop{pairs[i], namespace, v})
		}
	}
	return out
}

type metadata struct {
	Title        string `json:"title"`
	LastModified string `json:"last-modified"`
	Version      string `json:"version"`
	OSCAL        string `json:"oscal-version"`
	Props        []prop `json:"props,omitempty"`
	Remarks      string `json:"remarks,omitempty"`
}

// Stamp is what every file says of its making.
type Stamp struct {
	At   time.Time
	Law  string // digest of the book
	Root string // of the ledger, "" where none is concerned
	Size int64
}

func (s Stamp) metadata(title, version string) metadata {
	m := metadata{Title: title, LastModified: s.At.In(law.Zone()).Format(time.RFC3339), Version: version, OSCAL: Version, Props: props("law-digest", s.Law)}
	if s.Root != "" {
		m.Props = append(m.Props, props("ledger-size", fmt.Sprint(s.Size), "ledger-root", s.Root)...)
	}
	return m
}

// resource is what a file refers to.
type resource struct {
	UUID   string  `json:"uuid"`
	Title  string  `json:"title"`
	Rlinks []rlink `json:"rlinks"`
}

type rlink struct {
	Href string `json:"href"`
}

type backMatter struct {
	Resources []resource `json:"resources"`
}

type part struct {
	ID    string `json:"id,omitempty"`
	Name  string `json:"name"`
	Prose string `json:"prose"`
}

type control struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Props []prop `json:"props,omitempty"`
	Parts []part `json:"parts,omitempty"`
}

type group struct {
	ID       string    `json:"id"`
	Title    string    `json:"title"`
	Controls []control `json:"controls"`
}

type catalog struct {
	UUID     string   `json:"uuid"`
	Metadata metadata `json:"metadata"`
	Groups   []group  `json:"groups"`
}

// CatalogName is the name of the file with a list of controls.
func CatalogName(rules law.RuleSet, level law.Level) string {
	return fmt.Sprintf("catalog-%s-%d.json", rules, level)
}

// Catalog writes the list of controls of a level under a rule set.
func Catalog(w io.Writer, lists *controls.Catalogues, rules law.RuleSet, level law.Level, s Stamp) error {
	title := fmt.Sprintf("Danh mục biện pháp bảo đảm an toàn, cấp độ %d, bộ quy tắc %s", level, rules)
	c := catalog{UUID: uuid("catalog", string(rules), fmt.Sprint(level)), Metadata: s.metadata(title, lists.Digest()[:16])}
	titles := map[string]law.Text{}
	for _, g := range lists.Groups(rules) {
		titles[g.Key] = g.Title
	}
	for _, x := range lists.For(rules, level) {
		if n := len(c.Groups); n == 0 || c.Groups[n-1].ID != x.Group {
			c.Groups = append(c.Groups, group{ID: x.Group, Title: orKey(titles[x.Group].VI, x.Group)})
		}
		g := &c.Groups[len(c.Groups)-1]
		g.Controls = append(g.Controls, controlOf(x))
	}
	if len(c.Groups) == 0 {
		return fmt.Errorf("no controls are known at level %d of %s", level, rules)
	}
	return write(w, "catalog", c)
}

func controlOf(x controls.Control) control {
	c := control{ID: x.Key, Title: x.Title.VI, Props: props("label", x.Clause, "standard", x.Standard, "title-en", x.Title.EN, "confidence", x.Confidence)}
	c.Parts = []part{{ID: x.Key + "_smt", Name: "statement", Prose: x.Title.VI}}
	if x.Condition.VI != "" {
		c.Parts = append(c.Parts, part{ID: x.Key + "_cond", Name: "guidance", Prose: x.Condition.VI})
	}
	for i, p := range x.Proof {
		c.Parts = append(c.Parts, part{ID: fmt.Sprintf("%s_proof.%d", x.Key, i+1), Name: "assessment-objective", Prose: p.VI})
	}
	for _, t := range x.Thresholds {
		c.Props = append(c.Props, props("threshold", t.Name.VI+": "+t.Value)...)
	}
	return c
}

func orKey(s, key string) string {
	if s == "" {
		return key
	}
	return s
}

// write writes a document under its root.
func write(w io.Writer, root string, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	return enc.Encode(map[string]any{root: v})
}
