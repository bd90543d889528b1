package store_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"testing"
	"time"

	"capdo/internal/job"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

// jobDir names the register of the program that makes reports in the test below.
const jobDir = "CAPDO_TEST_JOBS"

// made is a bench over a register of its own handle, and that handle.
func made(t *testing.T, dir string) (*job.Bench, job.Store) {
	t.Helper()
	s := storetest.OpenIn(t, dir)
	return job.NewBench(s, time.Now, func(err error) law.Text { return law.Text{VI: "Không được: " + err.Error()} }), s
}

// until waits until a job of a person's stands as wanted, as another program sees it.
func until(t *testing.T, s job.Store, id string, want job.State) job.Job {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		all, err := s.JobsOf(t.Context(), "an")
		if err != nil {
			t.Fatal(err)
		}
		for _, j := range all {
			if j.ID == id && j.State == want {
				return j
			}
		}
		if time.Now().After(end) {
			t.Fatalf("job %s never was %s: %+v", id, want, all)
		}
	}
}

// TestJobsOfTwoPrograms: two programs on one register. Each tells how the reports of
// the other stand, hands their files out and stops them; one that is killed leaves a
// job that says so.
func TestJobsOfTwoPrograms(t *testing.T) {
	if storetest.OnPostgres() {
		t.Skip("SKIPPED: a second program finds a register by its folder; TestJobs tries what it does there")
	}
	dir := os.Getenv(jobDir)
	if dir != "" { // the other program
		bench, _ := made(t, dir)
		stopped := make(chan error, 1)
		for id, make := range map[string]job.Make{
			"short": func(_ context.Context, out *bytes.Buffer, row func() error) error {
				out.WriteString("a file")
				return row()
			},
			"wrong": func(context.Context, *bytes.Buffer, func() error) error { return errors.New("hỏng") },
		} {
			if ok, err := bench.Start(t.Context(), job.Job{ID: id, Login: "an", Kind: "national"}, make); err != nil || !ok {
				t.Fatal(ok, err)
			}
			until(t, bench.Store, id, map[string]job.State{"short": job.Ready, "wrong": job.Failed}[id])
		}
		long := func(ctx context.Context, _ *bytes.Buffer, row func() error) error {
			err := row()
			<-ctx.Done()
			stopped <- ctx.Err()
			return err
		}
		if ok, err := bench.Start(t.Context(), job.Job{ID: "long", Login: "an", Kind: "national"}, long); err != nil || !ok {
			t.Fatal(ok, err)
		}
		<-stopped
		os.Stdout.WriteString("stopped\n")
		if ok, err := bench.Start(t.Context(), job.Job{ID: "last", Login: "an", Kind: "national"}, long); err != nil || !ok {
			t.Fatal(ok, err)
		}
		<-stopped // it is killed here
		return
	}
	dir = t.TempDir()
	bench, s := made(t, dir)
	other := exec.Command(os.Args[0], "-test.run", "^TestJobsOfTwoPrograms$")
	other.Env = append(os.Environ(), jobDir+"="+dir)
	said, err := other.StdoutPipe()
	if err == nil {
		err = other.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	defer other.Process.Kill()
	until(t, s, "long", job.Runs)
	if file, err := s.JobFile(t.Context(), "an", "short"); err != nil || string(file) != "a file" {
		t.Errorf("the file made there: %q, %v", file, err)
	}
	if file, err := s.JobFile(t.Context(), "binh", "short"); err != nil || file != nil {
		t.Errorf("another's file: %q, %v", file, err)
	}
	if j := until(t, s, "wrong", job.Failed); j.Why.VI != "Không được: hỏng" {
		t.Errorf("why it failed: %+v", j.Why)
	}
	if err := s.StopJob(t.Context(), "binh", "long"); err != nil {
		t.Fatal(err)
	}
	until(t, s, "long", job.Runs) // who is not its person stops nothing
	if err := s.StopJob(t.Context(), "an", "long"); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(said).ReadString('\n'); err != nil || line != "stopped\n" {
		t.Fatalf("the other program says %q, %v", line, err)
	}
	last := until(t, s, "last", job.Runs)
	if err := other.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = other.Wait() // it was killed
	if got := last.Now(last.Beat.Add(job.Lease)); got != job.Runs {
		t.Errorf("within its lease: %s", got)
	}
	if got := last.Now(last.Beat.Add(job.Lease + time.Second)); got != job.Lost {
		t.Errorf("after its lease: %s", got)
	}
	ok, err := bench.Start(t.Context(), job.Job{ID: "again", Login: "an", Kind: "national"}, func(_ context.Context, out *bytes.Buffer, row func() error) error { return row() })
	if err != nil || !ok {
		t.Fatalf("nothing more can be asked for: %v, %v", ok, err)
	}
	until(t, s, "again", job.Ready)
}

// TestJobs: how many there may be, and what gives way.
func TestJobs(t *testing.T) {
	s := storetest.OpenIn(t, t.TempDir())
	at := law.Day("2026-11-22").Time()
	add := func(id, login string) bool {
		t.Helper()
		at = at.Add(time.Second)
		ok, err := s.AddJob(t.Context(), job.Job{ID: id, Login: login, Kind: "national", Day: "2026-11-22", Known: at, At: at, Beat: at, State: job.Waits})
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	if !add("1", "an") || !add("2", "an") || !add("3", "an") || add("4", "an") || !add("5", "binh") {
		t.Error("a person waits for more or fewer than three reports")
	}
	j := job.Job{ID: "1", Rows: 7, Beat: at, State: job.Runs}
	if stopped, err := s.BeatJob(t.Context(), j); err != nil || stopped {
		t.Error(stopped, err)
	}
	if err := s.StopJob(t.Context(), "an", "1"); err != nil {
		t.Fatal(err)
	}
	if stopped, err := s.BeatJob(t.Context(), j); err != nil || !stopped {
		t.Error(stopped, err)
	}
	j.State = job.Ready
	if err := s.EndJob(t.Context(), j, []byte("x")); err != nil {
		t.Fatal(err)
	}
	if file, err := s.JobFile(t.Context(), "an", "1"); err != nil || file != nil {
		t.Errorf("what was stopped has a file: %q %v", file, err)
	}
	if !add("4", "an") {
		t.Error("what is over does not give way")
	}
	all, err := s.JobsOf(t.Context(), "an")
	if err != nil || len(all) != 3 || all[0].ID != "4" || all[2].ID != "2" || !all[0].Known.Equal(at) {
		t.Errorf("%+v %v", all, err)
	}
	if at = at.Add(job.Kept + time.Minute); !add("9", "chi") {
		t.Error("refused")
	}
	if all, err := s.JobsOf(t.Context(), "an"); err != nil || len(all) != 0 {
		t.Errorf("kept for ever: %+v %v", all, err)
	}
}
