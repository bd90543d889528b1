package identity

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// check tells what is wrong with a request on an account as it stands, nil when
// nothing is; it fills in what follows: the person of a new account, the
// successor of a body.
func check(r *Request, was *Account, found bool, bodies []approval.Agency) error {
	if r.Kind != AskCreate && !found {
		return approval.ErrNotFound()
	}
	switch r.Kind {
	case AskCreate:
		return checkNew(r, found, bodies)
	case AskRights:
		return checkRights(r, was, bodies)
	case AskEnable:
		if !was.Disabled() {
			return refuse("", "enabled", "Tài khoản này đang mở.", "This account is enabled.")
		}
	case AskReset:
		if was.Disabled() {
			return refuse("", "disabled", "Tài khoản đang bị khóa: mở khóa trước.", "The account is disabled: enable it first.")
		}
	case AskBind:
		return checkBound(r)
	case AskRebind:
		next := Successor(was.Actor.Body, bodies)
		if next == "" {
			return refuse("", "no-successor", "Cơ quan của tài khoản chưa kết thúc, hoặc không có đúng một cơ quan kế thừa: đề nghị đổi quyền và chọn cơ quan mới.",
				"The account's body has not ended, or not one body took over from it: ask for other rights and choose the new body.")
		}
		r.Change = Change{Body: next}
	default:
		return refuse("", "kind", "Chọn việc đề nghị", "Choose what is asked for")
	}
	return nil
}

func checkNew(r *Request, found bool, bodies []approval.Agency) error {
	c := &r.Change
	c.Name = strings.TrimSpace(c.Name)
	c.Person = orElse(strings.TrimSpace(c.Person), r.Login)
	switch {
	case !ValidLogin(r.Login):
		return badLogin()
	case found:
		return refuse("login", "login-taken", "Tên đăng nhập này đã có", "This sign-in name is taken")
	case c.Name == "":
		return refuse("name", "name-missing", "Nhập chức danh của tài khoản", "Enter the post of the account")
	case !slices.Contains(Capacities(), c.Capacity):
		return refuse("capacity", "capacity", "Chọn vai trò", "Choose a capacity")
	}
	return checkBody(c.Body, bodies)
}

func checkRights(r *Request, was *Account, bodies []approval.Agency) error {
	c := &r.Change
	if c.Capacity != "" && !slices.Contains(Capacities(), c.Capacity) {
		return refuse("capacity", "capacity", "Chọn vai trò", "Choose a capacity")
	}
	if orElse(c.Capacity, was.Actor.Capacity) == was.Actor.Capacity && orElse(c.Body, was.Actor.Body) == was.Actor.Body && orElse(c.Name, was.Name) == was.Name {
		return refuse("capacity", "nothing-changes", "Chọn vai trò, cơ quan hoặc chức danh khác với hiện nay", "Choose another capacity, body or post than now")
	}
	if c.Body == "" || c.Body == was.Actor.Body {
		return nil
	}
	return checkBody(c.Body, bodies)
}

// checkBody refuses a body that is not there, or no more.
func checkBody(code string, bodies []approval.Agency) error {
	i := slices.IndexFunc(bodies, func(b approval.Agency) bool { return b.Code == code })
	if i < 0 {
		return refuse("body", "body", "Chọn cơ quan", "Choose a body")
	}
	if bodies[i].EndedOn != "" {
		return refuse("body", "body-ended", "Cơ quan này đã kết thúc hoạt động; chọn cơ quan kế thừa", "This body has ended; choose the one that took over")
	}
	return nil
}

func checkBound(r *Request) error {
	r.Change.Issuer, r.Change.Subject = strings.TrimSpace(r.Change.Issuer), strings.TrimSpace(r.Change.Subject)
	switch {
	case !strings.HasPrefix(r.Change.Issuer, "https://") && !strings.HasPrefix(r.Change.Issuer, "http://"):
		return refuse("issuer", "issuer", "Nhập địa chỉ nhà cung cấp định danh", "Enter the address of the identity provider")
	case r.Change.Subject == "" || len(r.Change.Subject) > 255:
		return refuse("subject", "subject", "Nhập mã định danh (sub) do nhà cung cấp cấp, tối đa 255 ký tự", "Enter the identifier (sub) that the provider gave, up to 255 characters")
	}
	return nil
}

// BoundID is the id of the factor that an identity at a provider is.
func BoundID(issuer, subject string) string {
	h := sha256.Sum256([]byte("capdo identity\n" + issuer + "\n" + subject))
	return "oidc-" + hex.EncodeToString(h[:16])
}

// bound is the factor of a confirmed binding.
func bound(r *Request, now time.Time) Factor {
	public, _ := json.Marshal(map[string]string{"issuer": r.Change.Issuer}) // of strings: never fails
	return Factor{ID: BoundID(r.Change.Issuer, r.Change.Subject), Login: r.Login, Kind: OIDC, Label: r.Change.Issuer, Public: string(public), AddedAt: now}
}

// Successor is the body that stands for one that ended: its successor, the
// successor's own when that ended too; "" when it has not ended, or not one body
// took everything over.
func Successor(code string, bodies []approval.Agency) string {
	for range bodies { // a chain is no longer than all
		i := slices.IndexFunc(bodies, func(b approval.Agency) bool { return b.Code == code })
		if i < 0 || bodies[i].EndedOn == "" || bodies[i].Successor == "" {
			return ""
		}
		code = bodies[i].Successor
		if slices.ContainsFunc(bodies, func(b approval.Agency) bool { return b.Code == code && b.EndedOn == "" }) {
			return code
		}
	}
	return ""
}

// ValidLogin tells whether a text can be a sign-in name.
func ValidLogin(s string) bool {
	return regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{1,62}[a-z0-9]$`).MatchString(s)
}

func finding(field, rule, vi, en string) []approval.Finding {
	return []approval.Finding{{Field: field, Rule: rule, Says: law.Text{VI: vi, EN: en}}}
}

func refuse(field, rule, vi, en string) error {
	return &approval.Refusal{Kind: approval.Invalid, Findings: finding(field, rule, vi, en)}
}

func badLogin() error {
	return refuse("login", "login", "Tên đăng nhập gồm 3 đến 64 chữ thường không dấu, chữ số, dấu chấm, gạch nối hoặc gạch dưới", "A sign-in name has 3 to 64 lower-case letters without diacritics, digits, dots, dashes or underscores")
}

func notAdministrator() error {
	return &approval.Refusal{Kind: approval.Forbidden, Findings: finding("", "administrators-only", "Chỉ quản trị dịch vụ thực hiện được việc này.", "Only an administrator may do this.")}
}

func aboutOneself() error {
	return &approval.Refusal{Kind: approval.Forbidden, Findings: finding("", "about-oneself", "Không ai đề nghị hoặc xác nhận về tài khoản của chính mình; nhờ một quản trị khác.", "Nobody asks for or confirms anything about their own account; another administrator has to.")}
}

func twoPersons() error {
	return &approval.Refusal{Kind: approval.Forbidden, Findings: finding("", "two-administrators", "Người đề nghị và người được đề nghị không tự xác nhận; một quản trị khác phải xác nhận.", "Neither who asked nor whom it is about may confirm; another administrator has to.")}
}
