package store

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"capdo/internal/job"
	"capdo/internal/law"
)

// jobRow is a report being made, without its file.
type jobRow struct {
	bun.BaseModel `bun:"table:job,alias:j"`

	ID    string    `bun:"id,pk"`
	Login string    `bun:"login"`
	Kind  string    `bun:"kind"`
	Code  string    `bun:"code"`
	Day   string    `bun:"day"`
	Known time.Time `bun:"known,nullzero"`
	At    time.Time `bun:"at"`
	Beat  time.Time `bun:"beat"`
	Rows  int64     `bun:"rows_set"`
	State string    `bun:"state"`
	WhyVI string    `bun:"why_vi"`
	WhyEN string    `bun:"why_en"`
}

func (r jobRow) job() job.Job {
	return job.Job{ID: r.ID, Login: r.Login, Kind: r.Kind, Code: r.Code, Day: law.Day(r.Day), Known: r.Known.UTC(), At: r.At.UTC(), Beat: r.Beat.UTC(), Rows: r.Rows, State: job.State(r.State), Why: law.Text{VI: r.WhyVI, EN: r.WhyEN}}
}

// jobColumns are those of a row.
const jobColumns = "j.id, j.login, j.kind, j.code, j.day, j.known, j.at, j.beat, j.rows_set, j.state, j.why_vi, j.why_en"

// AddJob implements job.Store. Like sessions, jobs are no acts on the register: they
// leave no entry.
func (s *Store) AddJob(ctx context.Context, j job.Job) (added bool, err error) {
	err = s.alone(ctx, func(ctx context.Context, tx bun.Tx) error {
		w := s.hand(ctx, tx)
		if _, err := tx.NewDelete().Model((*jobRow)(nil)).Where("at < ?", j.At.Add(-job.Kept)).Exec(ctx); err != nil {
			return fmt.Errorf("forget jobs: %w", err)
		}
		var all []jobRow
		if err := w.shared(&all).ColumnExpr(jobColumns).OrderExpr("j.at").Scan(ctx); err != nil {
			return fmt.Errorf("load jobs: %w", err)
		}
		mine, whole := 0, len(all)
		for _, r := range all {
			if r.Login == j.Login {
				mine++
			}
		}
		for _, r := range all {
			if r.Login == j.Login && mine >= job.Each && r.job().Now(j.At).Over() {
				if _, err := tx.NewDelete().Model((*jobRow)(nil)).Where("id = ?", r.ID).Exec(ctx); err != nil {
					return fmt.Errorf("forget job %s: %w", r.ID, err)
				}
				mine, whole = mine-1, whole-1
			}
		}
		if added = mine < job.Each && whole < job.All; !added {
			return nil
		}
		return insert(w, []jobRow{{ID: j.ID, Login: j.Login, Kind: j.Kind, Code: j.Code, Day: string(j.Day), Known: j.Known, At: j.At, Beat: j.Beat, State: string(j.State)}})
	})
	return added && err == nil, err
}

// JobsOf implements job.Store.
func (s *Store) JobsOf(ctx context.Context, login string) (all []job.Job, err error) {
	err = s.read(ctx, asker(), func(c *scope) error {
		var rows []jobRow
		if err := c.shared(&rows).ColumnExpr(jobColumns).Where("j.login = ?", storable(login)).OrderExpr("j.at DESC, j.id").Scan(c.ctx); err != nil {
			return fmt.Errorf("load jobs of %s: %w", login, err)
		}
		for _, r := range rows {
			all = append(all, r.job())
		}
		return nil
	})
	return all, err
}

// BeatJob implements job.Store. One that is gone was stopped.
func (s *Store) BeatJob(ctx context.Context, j job.Job) (stopped bool, err error) {
	err = s.alone(ctx, func(ctx context.Context, tx bun.Tx) error {
		res, err := tx.NewUpdate().Model((*jobRow)(nil)).Set("beat = ?, rows_set = ?, state = ?", j.Beat.UTC(), j.Rows, string(j.State)).Where("id = ? AND state IN ('waits', 'runs')", j.ID).Exec(ctx)
		if err != nil {
			return fmt.Errorf("say how job %s is: %w", j.ID, err)
		}
		n, err := res.RowsAffected()
		stopped = n == 0
		return err
	})
	return stopped && err == nil, err
}

// aboutJob is what the file of a job is bound to.
func aboutJob(id string) string { return "job:" + id }

// EndJob implements job.Store. The file lies sealed: it shows what whoever asked for
// it may see.
func (s *Store) EndJob(ctx context.Context, j job.Job, file []byte) error {
	var sealed []byte // none of a job that failed
	if file != nil {
		if s.safe == nil {
			return errKeys
		}
		text, err := s.safe.Seal(doorKey, "", aboutJob(j.ID), file)
		if err != nil {
			return fmt.Errorf("seal the file of job %s: %w", j.ID, err)
		}
		sealed = []byte(text)
	}
	return s.alone(ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewUpdate().Model((*jobRow)(nil)).Set("beat = ?, rows_set = ?, state = ?, why_vi = ?, why_en = ?, file = ?", j.Beat.UTC(), j.Rows, string(j.State), j.Why.VI, j.Why.EN, sealed).
			Where("id = ? AND state IN ('waits', 'runs')", j.ID).Exec(ctx)
		if err != nil {
			return fmt.Errorf("end job %s: %w", j.ID, err)
		}
		return nil
	})
}

// StopJob implements job.Store.
func (s *Store) StopJob(ctx context.Context, login, id string) error {
	return s.alone(ctx, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewUpdate().Model((*jobRow)(nil)).Set("state = 'stopped', file = NULL").Where("id = ? AND login = ?", storable(id), storable(login)).Exec(ctx); err != nil {
			return fmt.Errorf("stop job %s: %w", id, err)
		}
		return nil
	})
}

// JobFile implements job.Store.
func (s *Store) JobFile(ctx context.Context, login, id string) (file []byte, err error) {
	err = s.read(ctx, asker(), func(c *scope) error {
		var files [][]byte
		if err := c.shared((*jobRow)(nil)).ColumnExpr("j.file").Where("j.id = ? AND j.login = ? AND j.state = 'ready'", storable(id), storable(login)).Scan(c.ctx, &files); err != nil {
			return fmt.Errorf("load the file of job %s: %w", id, err)
		}
		switch {
		case len(files) != 1:
			return nil
		case s.safe == nil:
			return errKeys
		}
		var err error
		if file, err = s.safe.Unseal(string(files[0]), aboutJob(id)); err != nil {
			return fmt.Errorf("open the file of job %s: %w", id, err)
		}
		return nil
	})
	return file, err
}
