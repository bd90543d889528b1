package notice

import (
	"bytes"
	"time"
)

// Composed is a mail as it would be sent.
func Composed(m *Mails, s Subscription, ds []Delivery) (string, error) {
	msg, err := m.compose(s, ds, time.Unix(0, 0))
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	_, err = msg.WriteTo(&b)
	return b.String(), err
}
