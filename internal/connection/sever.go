package connection

import (
	"capdo/internal/approval"
)

// Sever closes, in the transaction that retires a system, every connection of
// which it is a side: what waits for a grant is refused, what was granted is
// ended. Each step has an entry of its own, by who retired the system, with
// retired's ground, time and law.
func Sever(tx Tx, code string, retired *approval.Entry) error {
	all, err := tx.Connections(Filter{System: code})
	if err != nil {
		return err
	}
	for i := len(all) - 1; i >= 0; i-- { // in the order of their ids
		c := &all[i]
		s := Step{Act: ActEnd, Ground: "Hệ thống " + code + " kết thúc vận hành: " + retired.Detail["ground"], From: retired.At, By: retired.By, At: retired.At}
		switch broken := !c.Link(retired.At).Broken.IsZero(); c.StateAt(retired.At) {
		case Ended:
			continue
		case Refused:
			if !broken {
				continue
			}
		case Requested:
			if !broken { // else it is open, under break-glass
				s.Act = ActRefuse
			}
		}
		before, err := c.Digest()
		if err != nil {
			return err
		}
		c.Steps = append(c.Steps, s)
		if err := tx.PutConnection(c); err != nil {
			return err
		}
		if err := enter(tx, c, before, retired.Law); err != nil {
			return err
		}
	}
	return nil
}
