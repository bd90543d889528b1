package web

import (
	"fmt"
	"net/http"
	"slices"

	"capdo/internal/backup"
)

// BackupsPage is how well the register is protected, as far as it is on record.
type BackupsPage struct {
	Page
	State Tag
	Lacks []string
	Facts []Fact
	Rows  []BackupRow
}

// BackupRow is one archive in words.
type BackupRow struct {
	ID, At, Size, Holds string
	Copies              []string // where copies of it lie now
	Drills              []string
}

// backupsShown is how many archives the page lists, the newest first.
const backupsShown = 20

// backupsShow shows it to who administers.
func (s *site) backupsShow(v *visit) error {
	if s.Vault == nil {
		return s.absent(v)
	}
	bs, err := s.Vault.Store.Backups(v.r.Context())
	if err != nil {
		return err
	}
	policy := s.Vault.Policy()
	now := backup.Judge(bs, policy, v.now)
	p := BackupsPage{Page: v.page(v.t("bk.title")), State: Tag{v.t("bk.protected"), "green"}}
	for _, f := range now.Lacks {
		p.Lacks = append(p.Lacks, v.say(f.Says))
	}
	if len(p.Lacks) > 0 {
		p.State = Tag{v.t("bk.lacks", v.num(len(p.Lacks))), "red"}
	}
	newest, drilled := v.t("none"), v.t("none")
	if now.Newest != nil {
		newest = v.when(now.Newest.Made.At)
	}
	if d := now.Drilled; d != nil {
		drilled = v.t("bk.drill.was", v.when(d.At), d.Took.Round(1e8).String(), v.dated(d.At.AddDate(0, policy.DrillMonths, 0)))
	}
	p.Facts = []Fact{{Label: v.t("bk.newest"), Value: newest}, {Label: v.t("bk.copies"), Value: v.t("bk.of", v.num(now.Copies), v.num(3))}, {Label: v.t("bk.media"), Value: v.t("bk.of", v.num(now.Media), v.num(2))},
		{Label: v.t("bk.offline"), Value: v.t("bk.of", v.num(now.Offline), v.num(1))}, {Label: v.t("bk.drill"), Value: drilled},
		{Label: v.t("bk.policy"), Value: v.t("bk.policy.is", v.num(policy.FreshDays), v.num(policy.DrillMonths), v.num(policy.RestoreHours))}}
	for _, b := range slices.Backward(bs) {
		if len(p.Rows) == backupsShown {
			break
		}
		p.Rows = append(p.Rows, v.backupRow(&b))
	}
	return v.show(http.StatusOK, "backups", p)
}

func (v *visit) backupRow(b *backup.Backup) BackupRow {
	r := BackupRow{ID: b.ID, At: v.when(b.Made.At), Size: fmt.Sprintf("%.1f MiB", float64(b.Made.Bytes)/(1<<20)), Holds: v.t("bk.holds", v.num(int(b.Made.Entries)), v.num(b.Made.Files))}
	for _, c := range b.Copies {
		if c.End != nil {
			continue
		}
		where := c.Place + " · " + v.t("bk.medium."+c.Medium)
		if c.Offline {
			where += " · " + v.t("bk.apart")
		}
		r.Copies = append(r.Copies, where)
	}
	for _, d := range b.Drills {
		r.Drills = append(r.Drills, v.t("bk.drilled", v.when(d.At), d.Took.Round(1e8).String(), v.num(d.Violations)))
	}
	return r
}
