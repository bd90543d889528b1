package controls

import (
	"fmt"
	"testing"
)

func TestTmp(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for l := 1; l <= 5; l++ {
		fmt.Println(l, len(c.For("R85", levels()[l-1])), len(c.For("R331", levels()[l-1])))
		met := map[string]bool{}
		for _, x := range c.For("R85", levels()[l-1]) {
			met[x.Key] = true
		}
		g := c.Carry("R85", levels()[l-1], "R331", levels()[l-1], met)
		fmt.Println("  ", len(g.Covered), len(g.Partly), len(g.New), len(g.Idle))
		for _, k := range g.Covered {
			fmt.Print(" ", k.Control.Key)
		}
		fmt.Print(" IDLE")
		for _, k := range g.Idle {
			fmt.Print(" ", k.Key)
		}
		fmt.Println()
	}
}
