package pdf

import "fmt"

// outlined is a bookmark with its place in the tree: indexes of other
// bookmarks, -1 where there is none; an index of -1 as parent is the root.
type outlined struct {
	Bookmark
	parent, prev, next, first, last int
	shown                           int // bookmarks below, all of them open
}

// outline writes the bookmarks from object first on: the root, then each.
func (w *writer) outline(first int, marks []Bookmark) {
	object := func(i int) int { return first + 1 + i }
	root, lines := linked(marks)
	w.setf(first, "<</Type/Outlines/First %d 0 R/Last %d 0 R/Count %d>>", object(root.first), object(root.last), root.shown)
	for i, l := range lines {
		b := fmt.Appendf(nil, "<</Title %s/Parent %d 0 R/Dest[%d 0 R/XYZ 0 %.2f null]", textString(l.Title), object(l.parent), pageObject(l.Page), l.Top)
		if l.prev >= 0 {
			b = fmt.Appendf(b, "/Prev %d 0 R", object(l.prev))
		}
		if l.next >= 0 {
			b = fmt.Appendf(b, "/Next %d 0 R", object(l.next))
		}
		if l.shown > 0 {
			b = fmt.Appendf(b, "/First %d 0 R/Last %d 0 R/Count %d", object(l.first), object(l.last), l.shown)
		}
		w.set(object(i), append(b, ">>\n"...))
	}
}

// linked makes a tree of bookmarks: each belongs under the last one before it
// that is of a higher level.
func linked(marks []Bookmark) (root outlined, lines []outlined) {
	root = outlined{first: -1, last: -1}
	lines = make([]outlined, len(marks))
	at := func(i int) *outlined {
		if i < 0 {
			return &root
		}
		return &lines[i]
	}
	for i, m := range marks {
		parent := i - 1
		for parent >= 0 && lines[parent].Level >= m.Level {
			parent = lines[parent].parent
		}
		above := at(parent)
		lines[i] = outlined{Bookmark: m, parent: parent, prev: above.last, next: -1, first: -1, last: -1}
		if above.last >= 0 {
			lines[above.last].next = i
		} else {
			above.first = i
		}
		above.last = i
		for at(parent).shown++; parent >= 0; at(parent).shown++ {
			parent = lines[parent].parent
		}
	}
	return root, lines
}
