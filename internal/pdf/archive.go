package pdf

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Meta is what a file says of itself. Lang is a language tag (RFC 3066).
type Meta struct {
	Title, Author, Producer, Lang string
	Made                          time.Time
}

// Bookmark is a line of the outline: level 1 and deeper, the page from 1, and
// the place on it in points from its lower edge.
type Bookmark struct {
	Level int
	Title string
	Page  int
	Top   float64
}

// Matter is what a file is finished with beside its pages.
type Matter struct {
	Meta
	Bookmarks []Bookmark
	Structure *Node  // root
	Seal      string // what the address of the seal begins with; "": the pages draw no /Seal

	// Contents are what stands on the pages, pressed (zlib); nil: what gofpdf set
	// there. They call the fonts T0, T1, … in the order in which gofpdf's first page
	// names them.
	Contents [][]byte
}

// elementSize is about what an element of the structure takes in the file.
const elementSize = 100

// pageSize is about what a page takes beside its contents.
const pageSize = 500

// header marks a binary file of PDF 1.4, as ISO 19005-1, 6.1.2 wants it.
const header = "%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"

// Finish makes a file for the archive of one that gofpdf set.
func Finish(raw []byte, m Matter) (*Draft, error) {
	f, err := read(raw)
	if err != nil {
		return nil, fmt.Errorf("finish file: %w", err)
	}
	w := &writer{}
	size := len(raw)
	for _, c := range m.Contents {
		size += len(c) + pageSize
	}
	w.Grow(size + elementSize*m.Structure.count() + 64<<10)
	w.WriteString(header)
	info, catalog := len(f.objects)-2, len(f.objects)-1 // gofpdf's order
	next := len(f.objects)
	take := func(n int) int { next += n; return next - n }
	meta, profile := take(1), take(1)
	outline, seal := 0, 0
	if len(m.Bookmarks) > 0 {
		outline = take(1 + len(m.Bookmarks))
	}
	tree := take(1 + m.Structure.count())
	if m.Seal != "" {
		seal = take(1)
	}
	if m.Contents != nil {
		if err := f.fill(m.Contents); err != nil {
			return nil, fmt.Errorf("finish file: %w", err)
		}
	}
	for n := 1; n < info; n++ {
		w.set(n, f.adjusted(n, seal))
	}
	w.setf(info, "<</Producer %s/Title %s/Author %s/CreationDate %s/ModDate %[4]s>>", textString(m.Producer), textString(m.Title), textString(m.Author), date(m.Made))
	entries := fmt.Sprintf("/MarkInfo<</Marked true>>/StructTreeRoot %d 0 R/Metadata %d 0 R/Lang %s/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)/Info(sRGB)/DestOutputProfile %d 0 R>>]/ViewerPreferences<</DisplayDocTitle true>>",
		tree, meta, literal(m.Lang), profile)
	if outline > 0 {
		entries += fmt.Sprintf("/Outlines %d 0 R/PageMode/UseOutlines", outline)
	}
	w.setf(catalog, "<</Type/Catalog/Pages 1 0 R%s>>", entries)
	w.set(meta, stream("/Type/Metadata/Subtype/XML", packet(m.Meta)))
	w.set(profile, stream("/N 3", sRGB()))
	if outline > 0 {
		w.outline(outline, m.Bookmarks)
	}
	w.structure(tree, m.Structure, f.pages)
	id := sha256.Sum256(w.Bytes())
	trailer := fmt.Sprintf("trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%x><%[4]x>]>>\n", next, catalog, info, id[:16])
	return &Draft{w: w, trailer: trailer, seal: seal, prefix: m.Seal}, nil
}

// adjusted is object n as the finished file has it: pages point into the
// structure, the resources hold the seal.
func (f *file) adjusted(n, seal int) []byte {
	body := f.objects[n]
	if rest, ok := bytes.CutPrefix(body, []byte("<</Type /Page\n")); ok {
		return append(fmt.Appendf(nil, "<</Type /Page\n/StructParents %d\n", n/2-1), rest...)
	}
	if n == 2 && seal > 0 {
		return bytes.Replace(body, []byte("/XObject <<\n"), fmt.Appendf(nil, "/XObject <<\n/Seal %d 0 R\n", seal), 1)
	}
	return body
}

// fill puts contents on the pages and renames the fonts as they call them.
func (f *file) fill(contents [][]byte) error {
	if len(contents) != f.pages {
		return fmt.Errorf("%d contents for %d pages", len(contents), f.pages)
	}
	resources, seen := string(f.objects[2]), map[string]bool{}
	for _, m := range fontSet().FindAllSubmatch(f.objects[pageObject(1)+1], -1) {
		if name := string(m[1]); !seen[name] {
			resources = strings.Replace(resources, name+" ", fmt.Sprintf("/T%d ", len(seen)), 1)
			seen[name] = true
		}
	}
	f.objects[2] = []byte(resources)
	for i, c := range contents {
		f.objects[pageObject(i+1)+1] = stream("/Filter/FlateDecode", c)
	}
	return nil
}

// fontSet finds where gofpdf sets a font.
func fontSet() *regexp.Regexp { return regexp.MustCompile(`BT (/F[0-9a-f]+) [0-9.]+ Tf ET`) }

// packet is the XMP packet. What it says is what the information dictionary
// says (ISO 19005-1, 6.7.3).
func packet(m Meta) []byte {
	at := m.Made.Format(time.RFC3339)
	return []byte(strings.NewReplacer("{title}", escaped(m.Title), "{author}", escaped(m.Author), "{producer}", escaped(m.Producer), "{lang}", escaped(m.Lang), "{at}", at).Replace(
		"<?xpacket begin=\"\uFEFF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n" + `<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:language><rdf:Bag><rdf:li>{lang}</rdf:li></rdf:Bag></dc:language>
<xmp:CreateDate>{at}</xmp:CreateDate>
<xmp:ModifyDate>{at}</xmp:ModifyDate>
<xmp:MetadataDate>{at}</xmp:MetadataDate>
<pdf:Producer>{producer}</pdf:Producer>
<pdfaid:part>1</pdfaid:part>
<pdfaid:conformance>B</pdfaid:conformance>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>`))
}
