package notice

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"capdo/internal/law"
)

// Mails sends mail through one SMTP server.
type Mails struct {
	Host     string
	Port     int
	TLS      string // "starttls" (compulsory), "tls" from the first byte, "none"
	User     string // "" = no sign-in
	Password string
	From     string
	Base     string // https address of the pages, for links; "" = none
}

// Check refuses settings that cannot be meant. A password never goes over an
// open line.
func (m *Mails) Check() error {
	switch m.TLS {
	case "starttls", "tls":
	case "none":
		if m.User != "" {
			return fmt.Errorf("smtp: a password is not sent without TLS")
		}
	default:
		return fmt.Errorf("smtp: TLS %q is none of starttls, tls, none", m.TLS)
	}
	if err := gomail.NewMsg().From(m.From); err != nil {
		return fmt.Errorf("smtp: sender: %w", err)
	}
	return nil
}

// Send implements Sender.
func (m *Mails) Send(ctx context.Context, s Subscription, ds []Delivery, now time.Time) error {
	msg, err := m.compose(s, ds, now)
	if err != nil {
		return err
	}
	opts := []gomail.Option{gomail.WithPort(m.Port), gomail.WithTimeout(10 * time.Second), gomail.WithHELO("localhost")}
	switch m.TLS {
	case "tls":
		opts = append(opts, gomail.WithSSL())
	case "none":
		opts = append(opts, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if m.User != "" {
		opts = append(opts, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(m.User), gomail.WithPassword(m.Password))
	}
	c, err := gomail.NewClient(m.Host, opts...)
	if err != nil {
		return fmt.Errorf("smtp: %w", err)
	}
	if err := c.DialAndSendWithContext(ctx, msg); err != nil {
		return fmt.Errorf("smtp: %w", err)
	}
	return nil
}

// compose writes a mail in both languages. Its Message-ID follows from what it
// tells, so that a repeated one is known.
func (m *Mails) compose(s Subscription, ds []Delivery, now time.Time) (*gomail.Msg, error) {
	msg := gomail.NewMsg(gomail.WithCharset(gomail.CharsetUTF8), gomail.WithEncoding(gomail.EncodingQP))
	if err := msg.From(m.From); err != nil {
		return nil, fmt.Errorf("sender: %w", err)
	}
	if err := msg.To(s.Address); err != nil {
		return nil, fmt.Errorf("receiver: %w", err)
	}
	h := sha256.New()
	for _, d := range ds {
		fmt.Fprintln(h, d.ID())
	}
	msg.SetMessageIDWithValue(hex.EncodeToString(h.Sum(nil)[:16]) + "@capdo.invalid")
	msg.SetDateWithValue(now.In(law.Zone()))
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.Subject(subject(s, ds))
	msg.SetBodyString(gomail.TypeTextPlain, m.body(s, ds))
	return msg, nil
}

// subject says the one thing, or how many.
func subject(s Subscription, ds []Delivery) string {
	if s.Mode != Digest || slices.Contains(Ways(), ds[0].Event.Kind) {
		return fmt.Sprintf("[capdo] %s: %s", ds[0].Event.System, Says(ds[0].Event.Kind).VI)
	}
	return fmt.Sprintf("[capdo] %d việc trong ngày", len(ds))
}

// body lists what happened, Vietnamese first.
func (m *Mails) body(s Subscription, ds []Delivery) string {
	var b strings.Builder
	for _, d := range ds {
		e := d.Event
		says := Says(e.Kind)
		fmt.Fprintf(&b, "%s  %s\n", e.At.In(law.Zone()).Format("15:04 02/01/2006"), e.System)
		fmt.Fprintf(&b, "  %s\n  %s\n", says.VI, says.EN)
		if e.Number != "" {
			fmt.Fprintf(&b, "  Số/No.: %s\n", e.Number)
		}
		if base := strings.TrimSuffix(m.Base, "/"); base != "" {
			fmt.Fprintf(&b, "  %s%s\n", base, e.Path())
		}
		b.WriteString("\n")
	}
	if slices.Contains(Ways(), ds[0].Event.Kind) {
		b.WriteString("Nếu không phải bạn làm, báo ngay cho quản trị dịch vụ và kết thúc mọi phiên đăng nhập.\n")
		b.WriteString("If it was not you, tell an administrator of the service at once and end every session.\n")
		return b.String()
	}
	b.WriteString("Thư gửi tự động theo đăng ký thông báo của bạn; tên và nội dung hồ sơ chỉ xem được sau khi đăng nhập.\n")
	b.WriteString("Sent automatically by your subscription; names and contents are shown after signing in only.\n")
	return b.String()
}

// Says is what happened, in a sentence.
func Says(kind string) law.Text {
	switch kind {
	case Submitted:
		return law.Text{VI: "Hồ sơ đề xuất cấp độ đã được gửi", EN: "The level dossier was submitted"}
	case Returned:
		return law.Text{VI: "Hồ sơ được trả lại để bổ sung", EN: "The dossier was returned for completion"}
	case Appraised:
		return law.Text{VI: "Hồ sơ được thẩm định là phù hợp", EN: "The dossier was appraised as fit"}
	case Approved:
		return law.Text{VI: "Có quyết định phê duyệt", EN: "A decision to approve was recorded"}
	case Refused:
		return law.Text{VI: "Hồ sơ không được chấp thuận", EN: "The dossier was found unfit or refused"}
	case Confirmed:
		return law.Text{VI: "Phê duyệt đã được xác nhận", EN: "The approval was confirmed"}
	case Revoked:
		return law.Text{VI: "Phê duyệt đã bị thu hồi", EN: "The approval was revoked"}
	case Suspended:
		return law.Text{VI: "Việc kết nối bị đình chỉ", EN: "Connecting was suspended"}
	case Reinstated:
		return law.Text{VI: "Việc kết nối được khôi phục", EN: "Connecting was reinstated"}
	case LinkShut:
		return law.Text{VI: "Một kết nối bị tạm đình chỉ", EN: "A connection was suspended"}
	case LinkOpened:
		return law.Text{VI: "Một kết nối được khôi phục", EN: "A connection was reinstated"}
	case Consulted:
		return law.Text{VI: "Cơ quan bạn được lấy ý kiến về một hồ sơ", EN: "Your body is asked for its opinion on a dossier"}
	case Answered:
		return law.Text{VI: "Cơ quan được lấy ý kiến đã trả lời về một hồ sơ", EN: "A body that was consulted gave its opinion on a dossier"}
	case Lapsed:
		return law.Text{VI: "Phê duyệt đã hết hiệu lực", EN: "The approval has lapsed"}
	case PlanLapsed:
		return law.Text{VI: "Phương án không còn được thực hiện như đã khai", EN: "The plan is no longer deployed as declared"}
	case Due:
		return law.Text{VI: "Có việc sắp đến hạn", EN: "Something falls due soon"}
	case Overdue:
		return law.Text{VI: "Có việc đã quá hạn", EN: "Something is overdue"}
	case WayAdded:
		return law.Text{VI: "Tài khoản của bạn có thêm một cách đăng nhập", EN: "A way to sign in was added to your account"}
	case WayRemoved:
		return law.Text{VI: "Một cách đăng nhập của tài khoản bạn đã bị gỡ", EN: "A way to sign in was removed from your account"}
	case PasswordSet:
		return law.Text{VI: "Mật khẩu của tài khoản bạn đã được đặt hoặc đổi", EN: "The password of your account was set or changed"}
	case RecoveryUsed:
		return law.Text{VI: "Một mã khôi phục của tài khoản bạn đã được dùng", EN: "A recovery code of your account was used"}
	case WaysReset:
		return law.Text{VI: "Hai quản trị đã gỡ mọi cách đăng nhập của tài khoản bạn để ghi danh lại", EN: "Two administrators removed every way to sign in to your account, for you to enrol anew"}
	case LinkMade:
		return law.Text{VI: "Một liên kết ghi danh đã được tạo cho tài khoản của bạn", EN: "An enrolment link was made for your account"}
	}
	return law.Text{VI: kind, EN: kind}
}
