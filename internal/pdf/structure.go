package pdf

import (
	"fmt"
	"strconv"
)

// Node is an element of the structure: its role ("Document", "H1", "P",
// "Table", "TR", "TH", "TD", "Figure"), the text that stands for it when it is
// no text, and of a cell how many columns and rows it spans (0 and 1 are one).
type Node struct {
	Role       string
	Alt        string
	Cols, Rows int
	kids       []kid
}

// kid is a child: an element, or marked content id of a page (from 1).
type kid struct {
	node     *Node
	page, id int32
}

// Add gives a node a child and returns the child.
func (n *Node) Add(child *Node) *Node {
	n.kids = append(n.kids, kid{node: child})
	return child
}

// Mark makes marked content id of a page part of the node.
func (n *Node) Mark(page, id int) {
	n.kids = append(n.kids, kid{page: int32(page), id: int32(id)})
}

// Marked tells whether marked content is part of the node itself.
func (n *Node) Marked() bool { return n.page() > 0 }

// count is the number of elements, the node included.
func (n *Node) count() int {
	all := 1
	for _, k := range n.kids {
		if k.node != nil {
			all += k.node.count()
		}
	}
	return all
}

// tree writes elements as objects; parents holds, per page, the element of each
// marked content.
type tree struct {
	w       *writer
	next    int
	parents [][]int
}

// structure writes the tree from object first on: its root, then the elements,
// of which there are as many as count says. The parent tree stands in the root.
func (w *writer) structure(first int, root *Node, pages int) {
	t := &tree{w: w, next: first + 1, parents: make([][]int, pages)}
	t.element(root, first)
	var nums []byte
	for page, ids := range t.parents {
		nums = append(strconv.AppendInt(nums, int64(page), 10), '[')
		for _, id := range ids {
			nums = reference(nums, id)
		}
		nums = append(nums, ']')
	}
	w.setf(first, "<</Type/StructTreeRoot/K %d 0 R/ParentTree<</Nums[%s]>>/ParentTreeNextKey %d>>", first+1, nums, pages)
}

// element writes a node and what is below it, and returns its number.
func (t *tree) element(n *Node, parent int) int {
	me := t.next
	t.next++
	b := append(make([]byte, 0, elementSize), "<</S/"...)
	b = append(append(b, n.Role...), "/P "...)
	b = reference(b, parent)
	if n.Alt != "" {
		b = append(b, "/Alt "+textString(n.Alt)...)
	}
	b = append(b, n.attributes()...)
	page := n.page()
	if page > 0 {
		b = reference(append(b, "/Pg "...), pageObject(int(page)))
	}
	b = append(b, "/K["...)
	for _, k := range n.kids {
		switch {
		case k.node != nil:
			b = reference(b, t.element(k.node, me))
		case k.page == page:
			b = append(strconv.AppendInt(b, int64(k.id), 10), ' ')
			t.belongs(k, me)
		default:
			b = fmt.Appendf(b, "<</Type/MCR/Pg %d 0 R/MCID %d>>", pageObject(int(k.page)), k.id)
			t.belongs(k, me)
		}
	}
	t.w.set(me, append(b, "]>>\n"...))
	return me
}

// reference appends a reference to object n and a space.
func reference(b []byte, n int) []byte {
	return append(strconv.AppendInt(b, int64(n), 10), " 0 R "...)
}

// belongs notes that marked content is part of element me.
func (t *tree) belongs(k kid, me int) {
	ids := &t.parents[k.page-1]
	for len(*ids) <= int(k.id) {
		*ids = append(*ids, 0)
	}
	(*ids)[k.id] = me
}

// page is the page of the first marked content, 0 when there is none.
func (n *Node) page() int32 {
	for _, k := range n.kids {
		if k.node == nil {
			return k.page
		}
	}
	return 0
}

// attributes are those of a cell.
func (n *Node) attributes() string {
	if n.Role != "TH" && n.Role != "TD" {
		return ""
	}
	a := ""
	if n.Role == "TH" {
		a = "/Scope/Column"
	}
	if n.Cols > 1 {
		a += fmt.Sprintf("/ColSpan %d", n.Cols)
	}
	if n.Rows > 1 {
		a += fmt.Sprintf("/RowSpan %d", n.Rows)
	}
	if a == "" {
		return ""
	}
	return "/A<</O/Table" + a + ">>"
}
