package notice

import (
	"strconv"
	"time"

	"capdo/internal/law"
)

// waits is how long after a try that failed the next one is made (Standard
// Webhooks 1.0.0, its recommended schedule). After the last line a delivery is
// given up.
func waits() []time.Duration {
	const h = time.Hour
	return []time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * h, 5 * h, 10 * h, 14 * h, 20 * h, 24 * h}
}

// wait is the time from the n-th try, counted from 1, to the one after it;
// false when there is none.
func wait(n int) (time.Duration, bool) {
	ws := waits()
	if n < 1 || n > len(ws) {
		return 0, false
	}
	return ws[n-1], true
}

// Longest is for how long a delivery is put off at most: to the next try, or to
// the next mail of the day. One that is put off further was so by a clock that was
// ahead, and is due.
const Longest = 24 * time.Hour

// digestHour is the hour in Viet Nam at which the mail of the day goes out.
const digestHour = 7

// first is when a new delivery is due: at once, or with the next mail of the
// day.
func first(s Subscription, now time.Time) time.Time {
	if s.Channel == Webhook || s.Mode != Digest {
		return now
	}
	day := law.DayOf(now)
	at := day.Time().Add(digestHour * time.Hour)
	if now.Before(at) {
		return at.UTC()
	}
	return day.AddDays(1).Time().Add(digestHour * time.Hour).UTC()
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
