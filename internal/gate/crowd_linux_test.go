package gate

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// crowd asks one server from many connections at once, on one thread and with as
// little work as can be, so that what is measured is the server: it writes a
// request, waits for whoever is answered, and reads of an answer its status and
// its length.
type crowd struct {
	epoll   int
	callers []*caller
	at      map[int32]*caller // by file
	took    []time.Duration
	wrong   error
}

// caller is one connection.
type caller struct {
	file *os.File
	fd   int
	next int       // of the requests
	sent time.Time // when its request was due
	head []byte    // of an answer, until all of it has come
	body int       // bytes still to come; -1 = the head has not come to its end
}

// gather opens connections.
func gather(address string, many int, from func() int) (c *crowd, err error) {
	c = &crowd{at: map[int32]*caller{}}
	if c.epoll, err = syscall.EpollCreate1(0); err != nil {
		return nil, err
	}
	for range many {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			return c, err
		}
		f, err := conn.(*net.TCPConn).File() // its own, which blocks
		if err == nil {
			err = conn.Close()
		}
		if err != nil {
			return c, err
		}
		x := &caller{file: f, fd: int(f.Fd()), next: from(), body: -1}
		c.callers, c.at[int32(x.fd)] = append(c.callers, x), x
		if err := syscall.EpollCtl(c.epoll, syscall.EPOLL_CTL_ADD, x.fd, &syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(x.fd)}); err != nil {
			return c, err
		}
	}
	return c, nil
}

func (c *crowd) close() {
	for _, x := range c.callers {
		_ = x.file.Close() // nothing is lost
	}
	_ = syscall.Close(c.epoll)
}

// ask sends the next of the prints.
func (x *caller) ask(prints [][]byte, due time.Time) error {
	b := prints[x.next%len(prints)]
	x.next, x.sent = x.next+1, due
	for len(b) > 0 {
		n, err := syscall.Write(x.fd, b)
		if err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

// hear reads what has come; true when it was the end of an answer.
func (x *caller) hear(buf []byte) (whole bool, err error) {
	n, err := syscall.Read(x.fd, buf)
	if n <= 0 || err != nil {
		return false, fmt.Errorf("the connection ended: %w", err)
	}
	b := buf[:n]
	if x.body < 0 {
		if len(x.head) > 0 { // rarely: it came in pieces
			x.head = append(x.head, b...)
			b = x.head
		}
		end := bytes.Index(b, []byte("\r\n\r\n"))
		if end < 0 {
			x.head = append(x.head[:0], b...)
			return false, nil
		}
		if x.body, err = lengthOf(b[:end+2]); err != nil {
			return false, err
		}
		b = b[end+4:]
	}
	if x.body -= len(b); x.body < 0 {
		return false, fmt.Errorf("%d bytes too many", -x.body)
	}
	if x.body > 0 {
		return false, nil
	}
	x.body, x.head = -1, x.head[:0]
	return true, nil
}

// lengthOf is the length of the body that a head announces.
func lengthOf(head []byte) (int, error) {
	if !bytes.HasPrefix(head, []byte("HTTP/1.1 200")) && !bytes.HasPrefix(head, []byte("HTTP/1.1 403")) {
		return 0, fmt.Errorf("%.80s", head)
	}
	const name = "\r\nContent-Length: "
	_, val, ok := bytes.Cut(head, []byte(name))
	if !ok {
		return 0, fmt.Errorf("no length: %.400s", head)
	}
	val, _, _ = bytes.Cut(val, []byte("\r\n"))
	return strconv.Atoi(string(val))
}

// rush asks as fast as answers come, for a span.
func (c *crowd) rush(prints [][]byte, span time.Duration) {
	began := time.Now()
	for _, x := range c.callers {
		if c.wrong = x.ask(prints, time.Now()); c.wrong != nil {
			return
		}
	}
	for waiting := len(c.callers); waiting > 0 && c.wrong == nil; {
		c.wrong = c.each(-1, func(x *caller, now time.Time) error {
			if now.Sub(began) < span {
				return x.ask(prints, now)
			}
			waiting--
			return nil
		})
	}
}

// march asks so many times a second, whatever the answers: an answer's time counts
// from when its request was due.
func (c *crowd) march(prints [][]byte, span time.Duration, pace int) {
	began, sent, free := time.Now(), 0, slices.Clone(c.callers)
	last := int(span.Seconds() * float64(pace))
	for (sent < last || len(free) < len(c.callers)) && c.wrong == nil {
		due := began.Add(time.Duration(sent) * time.Second / time.Duration(pace))
		if sent < last && len(free) > 0 && !time.Now().Before(due) {
			x := free[0]
			free, sent = free[1:], sent+1
			c.wrong = x.ask(prints, due)
			continue
		}
		c.wrong = c.each(0, func(x *caller, _ time.Time) error {
			free = append(free, x)
			return nil
		})
	}
}

// each waits, for ever or not at all, and calls f for whoever was answered.
func (c *crowd) each(wait int, f func(x *caller, now time.Time) error) error {
	var events [64]syscall.EpollEvent
	n, err := syscall.EpollWait(c.epoll, events[:], wait)
	if err == syscall.EINTR {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range events[:n] {
		x := c.at[e.Fd]
		whole, err := x.hear(crowdBuffer[:])
		if err != nil {
			return err
		}
		if !whole {
			continue
		}
		now := time.Now()
		c.took = append(c.took, now.Sub(x.sent))
		if err := f(x, now); err != nil {
			return err
		}
	}
	return nil
}

// crowdBuffer is what one thread reads into.
var crowdBuffer [256 << 10]byte

// TestCrowd: it counts what a server answers, in whatever pieces it comes.
func TestCrowd(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				in := make([]byte, 1)
				for n := 0; ; n++ {
					if _, err := conn.Read(in); err != nil {
						return
					}
					for _, part := range [][]string{{"HTTP/1.1 200 OK\r\nContent-", "Length: 3\r\n\r", "\nabc"}, {"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"}}[n%2] {
						if _, err := conn.Write([]byte(part)); err != nil {
							return
						}
						time.Sleep(time.Millisecond)
					}
				}
			}()
		}
	}()
	c, err := gather(l.Addr().String(), 4, func() int { return 0 })
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	c.rush([][]byte{[]byte("x")}, 50*time.Millisecond)
	rushed := len(c.took)
	c.march([][]byte{[]byte("x")}, 100*time.Millisecond, 200)
	if c.wrong != nil || rushed < 4 || len(c.took)-rushed != 20 {
		t.Errorf("%d answers, then %d: %v", rushed, len(c.took)-rushed, c.wrong)
	}
}
