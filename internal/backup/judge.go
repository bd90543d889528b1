package backup

import (
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// Policy are the numbers Judge compares with; see gate.yaml, policy.
type Policy struct {
	FreshDays    int // a copy counts while its archive is at most this old
	DrillMonths  int // a drill counts this long
	RestoreHours int // a restore should take at most this long
}

// The numbers of the 3-2-1 rule. The register itself is one copy, on a disk.
const (
	wantCopies  = 3
	wantMedia   = 2
	wantOffline = 1
)

// Protection is how well a register is protected.
type Protection struct {
	Copies  int     `json:"copies"`  // fresh ones, the register itself included
	Media   int     `json:"media"`   // kinds of medium among them
	Offline int     `json:"offline"` // of them off line
	Newest  *Backup `json:"newest,omitempty"`
	Drilled *Drill  `json:"drilled,omitempty"` // the last drill that found nothing wrong
	// Lacks says what is wanting; none: protected.
	Lacks []approval.Finding `json:"lacks"`
}

// Judge tells how well the register is protected at an instant by the backups on
// record. Several archives in one place are one copy.
func Judge(bs []Backup, p Policy, at time.Time) Protection {
	out := Protection{Copies: 1}
	media, places, fresh := map[string]bool{Disk: true}, map[string]bool{}, at.AddDate(0, 0, -p.FreshDays)
	for i := range bs {
		b := &bs[i]
		if out.Newest == nil || b.Made.At.After(out.Newest.Made.At) {
			out.Newest = b
		}
		for k := range b.Drills {
			d := &b.Drills[k]
			if d.Violations == 0 && (out.Drilled == nil || d.At.After(out.Drilled.At)) {
				out.Drilled = d
			}
		}
		if b.Made.At.Before(fresh) {
			continue
		}
		for _, c := range b.Copies {
			if c.End != nil || places[c.Place] {
				continue
			}
			places[c.Place] = true
			out.Copies++
			media[c.Medium] = true
			if c.Offline {
				out.Offline++
			}
		}
	}
	out.Media = len(media)
	lack := func(rule, vi, en string) {
		out.Lacks = append(out.Lacks, approval.Finding{Rule: rule, Says: law.Text{VI: vi, EN: en}})
	}
	if out.Newest == nil || out.Newest.Made.At.Before(fresh) {
		lack("backup-stale", "Chưa có bản sao lưu nào còn mới.", "There is no fresh backup.")
	}
	if out.Copies < wantCopies {
		lack("backup-copies", "Chưa đủ ba bản dữ liệu (kể cả bản đang chạy).", "There are fewer than three copies (the running one included).")
	}
	if out.Media < wantMedia {
		lack("backup-media", "Các bản sao nằm trên cùng một loại vật lưu trữ.", "All copies lie on one kind of medium.")
	}
	if out.Offline < wantOffline {
		lack("backup-offline", "Chưa có bản sao nào tách khỏi mạng.", "No copy is off line.")
	}
	switch {
	case out.Drilled == nil:
		lack("drill-none", "Chưa diễn tập khôi phục lần nào đạt.", "No restore drill has succeeded yet.")
	case out.Drilled.At.AddDate(0, p.DrillMonths, 0).Before(at):
		lack("drill-old", "Lần diễn tập khôi phục gần nhất đã quá hạn.", "The last restore drill is overdue.")
	case out.Drilled.Took > time.Duration(p.RestoreHours)*time.Hour:
		lack("drill-slow", "Lần diễn tập gần nhất khôi phục quá lâu.", "The last drill took too long to restore.")
	}
	return out
}
