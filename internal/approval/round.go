package approval

import (
	"fmt"
	"maps"
	"strconv"
	"time"

	"capdo/forms"
	"capdo/internal/law"
)

// Submission is what is decided on, in its canonical form: the JSON of these
// fields in this order. Its digest is the one that every review and decision
// names. Round counts how often the dossier had been judged before.
type Submission struct {
	System        string             `json:"system"`
	No            int                `json:"no"`
	Round         int                `json:"round"`
	Rules         law.RuleSet        `json:"rules"`
	Level         law.Level          `json:"level"`
	Statement     forms.Answers      `json:"statement"`
	Facts         *law.Facts         `json:"facts"`
	Determination *law.Determination `json:"determination"`
	Documents     []Enclosure        `json:"documents,omitempty"`
}

// Enclosure is a document handed in with a dossier: its name and the SHA-256 of
// its bytes, hex.
type Enclosure struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

// Round is one submission as it was handed in: final, kept beside those that
// follow it. No counts from 1 within the dossier.
type Round struct {
	No         int        `json:"no"`
	Digest     string     `json:"digest"` // of Submission
	Edition    string     `json:"edition"`
	Submission Submission `json:"submission"`
	By         Who        `json:"by"`
	At         time.Time  `json:"at"`
}

// Receipt is the word of the receiving body on one round: complete and valid,
// so that the clock of the appraisal starts, or not (NĐ 331 Điều 23 khoản 2).
type Receipt struct {
	Round    int       `json:"round"`
	Complete bool      `json:"complete"`
	Lacks    string    `json:"lacks"` // what is to be added; "" when complete
	Digest   string    `json:"digest"`
	By       Who       `json:"by"`
	At       time.Time `json:"at"`
}

// submission is the dossier as it would be handed in now.
func (d *Dossier) submission(code string) Submission {
	return Submission{System: code, No: d.No, Round: len(d.Reviews) + len(d.Receipts), Rules: d.Rules, Level: d.Level,
		Statement: maps.Clone(d.Statement), Facts: d.Facts, Determination: d.Determination, Documents: d.Documents}
}

// freeze computes the digest of the submission.
func (d *Dossier) freeze(code string) error {
	var err error
	d.Digest, err = Digest(d.submission(code))
	return err
}

// handIn freezes the dossier and keeps the round.
func (d *Dossier) handIn(code string, by Who, at time.Time) error {
	if err := d.freeze(code); err != nil {
		return fmt.Errorf("freeze dossier: %w", err)
	}
	d.Rounds = append(d.Rounds, Round{No: len(d.Rounds) + 1, Digest: d.Digest, Edition: d.Edition, Submission: d.submission(code), By: by, At: at})
	return nil
}

// enclose takes the documents attached to the dossier into what is submitted,
// each by its name and hash; one found to be harmful stops the submission.
func (d *Dossier) enclose(tx Tx, code string, held bool) ([]Finding, error) {
	all, err := tx.Attached(code, "dossier:"+strconv.Itoa(d.No))
	if err != nil {
		return nil, fmt.Errorf("enclose documents: %w", err)
	}
	d.Documents = nil
	for _, x := range all {
		d.Documents = append(d.Documents, Enclosure{Name: x.Name, SHA256: x.SHA256})
	}
	return documentFindings(all, held), nil
}

// documentFindings are the documents with which a dossier cannot go out; those
// that wait for the scanner are among them where the book says so (held).
func documentFindings(all []Attached, held bool) []Finding {
	var fs []Finding
	for _, x := range all {
		switch {
		case x.State == "held" && held:
			fs = append(fs, heldFinding(x))
		case x.State == "quarantined":
			fs = append(fs, Finding{Rule: "document-quarantined", Says: law.Text{VI: "Bỏ tài liệu «" + x.Name + "»: chương trình quét thấy nội dung gây hại.", EN: "Remove the document “" + x.Name + "”: the scanner found it harmful."}})
		}
	}
	return fs
}

// heldFinding says that a document waits for the scanner.
func heldFinding(x Attached) Finding {
	return Finding{Rule: "document-held", Says: law.Text{VI: "Tài liệu «" + x.Name + "» đang chờ quét mã độc; người thẩm định chưa mở được.", EN: "The document “" + x.Name + "” waits for the malware scanner; reviewers cannot open it yet."}}
}

// LastRound is the number of the latest round; 1 for a dossier handed in before
// rounds were kept, 0 for one never handed in.
func (d *Dossier) LastRound() int {
	if len(d.Rounds) == 0 && d.Digest != "" {
		return 1
	}
	return len(d.Rounds)
}

// RoundOf returns the round with that digest, 0 when none is kept.
func (d *Dossier) RoundOf(digest string) int {
	for _, r := range d.Rounds {
		if r.Digest == digest {
			return r.No
		}
	}
	return 0
}

// Received is the receipt of the round in hand, nil when it was not checked yet.
func (d *Dossier) Received() *Receipt {
	if n := len(d.Receipts); n > 0 && d.Receipts[n-1].Digest == d.Digest {
		return &d.Receipts[n-1]
	}
	return nil
}

// arrival is when a round reached its appraiser: when it was handed in, or when
// the professional opinion on it was given.
type arrival struct {
	digest string
	at     time.Time
}

// arrivals lists when each round reached its appraiser.
func (d *Dossier) arrivals() []arrival {
	var all []arrival
	for _, r := range d.Rounds {
		all = append(all, arrival{r.Digest, r.At})
	}
	if len(all) == 0 && d.Digest != "" {
		all = append(all, arrival{d.Digest, d.SubmittedAt})
	}
	for i := range all {
		for _, r := range d.Reviews {
			if r.Kind == Opinion && r.Digest == all[i].digest {
				all[i].at = r.At
			}
		}
	}
	return all
}

// Clock is the run of the appraisal's clock. It starts when the body received a
// complete dossier: on the day its check said so, or, where it never said
// otherwise, on the day the dossier reached it. It stands still from a return
// until a complete dossier is back.
func (d *Dossier) Clock(limit law.Limit) law.ClockRun {
	run := law.ClockRun{Limit: limit}
	for _, a := range d.arrivals() {
		in, complete := law.DayOf(a.at), true
		for _, r := range d.Receipts {
			if r.Digest == a.digest {
				in, complete = law.DayOf(r.At), r.Complete
			}
		}
		if !complete {
			continue
		}
		if run.Start == "" {
			run.Start = in
		} else if n := len(run.Pauses); n > 0 && run.Pauses[n-1].Until == "" {
			run.Pauses[n-1].Until = in
		}
		for _, r := range d.Reviews {
			if r.Digest == a.digest && r.Outcome == SendBack {
				run.Pauses = append(run.Pauses, law.Pause{From: law.DayOf(r.At)})
			}
		}
	}
	return run
}

// Run is the run of the clock of the act that a dossier waits for: of the
// appraisal, of the check before it, of any other since it waits.
func (d *Dossier) Run(act string, limit law.Limit) law.ClockRun {
	switch act {
	case ActReview:
		return d.Clock(limit)
	case ActReceive:
		return d.checkClock(limit)
	}
	return law.ClockRun{Start: law.DayOf(since(d)), Limit: limit}
}

// checkClock is the run of the clock in which the receiving body says whether
// the dossier in hand is complete.
func (d *Dossier) checkClock(limit law.Limit) law.ClockRun {
	run := law.ClockRun{Limit: limit}
	if as := d.arrivals(); len(as) > 0 {
		run.Start = law.DayOf(as[len(as)-1].at)
	}
	return run
}
