package attachment

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// Scanner looks for malware in a stream. found names it, "" when nothing was
// found. An error means that it could not look; the file is then held.
type Scanner interface {
	Scan(ctx context.Context, r io.Reader) (found string, err error)
}

// Clamd is a scanner behind clamd's INSTREAM command, over a unix socket
// (Network "unix") or TCP. Its StreamMaxLength must not be below Limits.File,
// else large files stay held.
type Clamd struct {
	Network, Address string
	Timeout          time.Duration // of one scan; 0: as the context says
}

// ParseClamd reads the address of a scanner: "unix:/path" or "tcp:host:port".
func ParseClamd(s string) (Clamd, error) {
	network, address, ok := strings.Cut(s, ":")
	if !ok || address == "" || network != "unix" && network != "tcp" {
		return Clamd{}, fmt.Errorf("scanner %q: want unix:/path/of/socket or tcp:host:port", s)
	}
	return Clamd{Network: network, Address: address}, nil
}

// chunk is how much is sent to the scanner at once.
const chunk = 64 << 10

// Scan implements Scanner.
func (c Clamd) Scan(ctx context.Context, r io.Reader) (found string, err error) {
	if c.Timeout > 0 {
		var cancel func()
		ctx, cancel = context.WithTimeout(ctx, c.Timeout)
		defer cancel()
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, c.Network, c.Address)
	if err != nil {
		return "", fmt.Errorf("reach scanner: %w", err)
	}
	defer conn.Close() // its answer is read in full, or the scan failed
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return "", fmt.Errorf("reach scanner: %w", err)
		}
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	sent := send(conn, r)
	// clamd may answer and hang up before all is sent: at its size limit.
	answer, err := bufio.NewReader(io.LimitReader(conn, 4<<10)).ReadString(0)
	if err != nil {
		return "", errors.Join(fmt.Errorf("hear scanner: %w", err), sent)
	}
	answer = strings.TrimSuffix(answer, "\x00")
	if name, ok := strings.CutSuffix(answer, " FOUND"); ok {
		return strings.TrimPrefix(name, "stream: "), nil
	}
	if answer == "stream: OK" && sent == nil {
		return "", nil
	}
	return "", errors.Join(fmt.Errorf("scanner says %q", answer), sent)
}

// send streams r: zINSTREAM, then chunks behind their length (4 bytes, big
// endian), then a length of 0.
func send(w io.Writer, r io.Reader) error {
	if _, err := io.WriteString(w, "zINSTREAM\x00"); err != nil {
		return fmt.Errorf("send to scanner: %w", err)
	}
	buf := make([]byte, 4+chunk)
	for {
		n, err := io.ReadFull(r, buf[4:])
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return fmt.Errorf("read file for scanner: %w", err)
		}
		binary.BigEndian.PutUint32(buf, uint32(n))
		if _, err := w.Write(buf[:4+n]); err != nil {
			return fmt.Errorf("send to scanner: %w", err)
		}
		if n == 0 {
			return nil
		}
	}
}
