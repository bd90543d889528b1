package approval

import (
	"context"
	"fmt"
	"strings"
	"time"

	"capdo/internal/law"
)

// ReceiptInput is what the receiving body finds on the round with that digest.
type ReceiptInput struct {
	Complete bool
	Lacks    string // compulsory unless complete
	Digest   string
}

// Receive is the check of a valid dossier: the body that appraises says whether
// the round it received is complete. If it is, the clock of the appraisal
// starts; if not, the dossier goes back with what is lacking.
func (o *Office) Receive(ctx context.Context, a Actor, code string, version int64, in ReceiptInput) (System, error) {
	if !in.Complete && strings.TrimSpace(in.Lacks) == "" {
		return System{}, refuseField("lacks", "lacks-missing", "", "Nhập nội dung còn thiếu hoặc chưa đúng", "Enter what is lacking or wrong")
	}
	return o.act(ctx, a, ActReceive, code, version, func(s *System, now time.Time) (map[string]string, error) {
		if err := o.guard(ActReceive, a, s, s.Standing(now), today(now)); err != nil {
			return nil, err
		}
		d := s.Open()
		if d.Digest != in.Digest {
			return nil, ErrStale()
		}
		r := Receipt{Round: d.LastRound(), Complete: in.Complete, Lacks: in.Lacks, Digest: d.Digest, By: a.Who(), At: now}
		d.Receipts = append(d.Receipts, r)
		if !r.Complete {
			d.State = Returned
		}
		return map[string]string{"dossier": fmt.Sprint(d.No), "round": fmt.Sprint(r.Round), "complete": fmt.Sprint(r.Complete), "lacks": r.Lacks, "digest": d.Digest}, nil
	})
}

// guardReceipt: by whom the law names to appraise, once for each round, before
// the appraisal.
func guardReceipt(a Actor, s *System, d *Dossier, c law.Competence) *Refusal {
	if c.InvalidReply.Days == 0 {
		return refuse(Conflict, "no-check", c.Cites, "Quy định này không đặt bước kiểm tra tiếp nhận hồ sơ.", "These rules know no check of the valid dossier.")
	}
	if d.Received() != nil {
		return refuse(Conflict, "already-checked", c.Cites, "Lần gửi này đã được kiểm tra tiếp nhận hồ sơ.", "This round has been checked already.")
	}
	return guardAppraisal(a, s, d, c)
}
