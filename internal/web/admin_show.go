package web

import (
	"context"
	"net/http"
	"time"
)

// Service is what an administrator sees of the service: how it is set, which keys
// sign, how long its ledger is; nothing of what stands on the register.
type Service struct {
	Settings []Setting
	Keys     []SealKey
	Size     int64  // of the ledger, in entries
	Root     string // of its tree, hex
}

// Setting is a setting by its flag, with its value; a secret is never one.
type Setting struct{ Name, Value string }

// SealKey is a key that signs, by its public part.
type SealKey struct {
	ID, Alg string
	Made    time.Time
	Until   time.Time // zero: it signs
}

// ServiceFunc reads the service as it stands.
type ServiceFunc func(ctx context.Context) (Service, error)

// AdminPage is the administrator's first page.
type AdminPage struct {
	Page
	Settings []Fact
	Keys     []KeyLine
	Size     int
	Root     string
	Links    []Link
	Lists    *ListsLine // nil: none is signed here
}

// KeyLine is a key in words.
type KeyLine struct {
	ID, Alg, Made string
	State         Tag
}

// adminShow shows the service to administrators. To others there is no such page.
func (s *site) adminShow(v *visit) error {
	if !v.administers() || s.Service == nil {
		return s.absent(v)
	}
	now, err := s.Service(v.r.Context())
	if err != nil {
		return err
	}
	p := AdminPage{Page: v.page(v.t("adm.title")), Size: int(now.Size), Root: now.Root, Lists: s.lists(v)}
	for _, x := range now.Settings {
		if x.Value == "" {
			x.Value = v.t("none")
		}
		p.Settings = append(p.Settings, Fact{Label: x.Name, Value: x.Value})
	}
	for _, k := range now.Keys {
		line := KeyLine{ID: k.ID, Alg: k.Alg, Made: v.when(k.Made), State: Tag{v.t("adm.signs"), "green"}}
		if !k.Until.IsZero() {
			line.State = Tag{v.t("adm.retired", v.when(k.Until)), "grey"}
		}
		p.Keys = append(p.Keys, line)
	}
	if s.Machines != nil {
		p.Links = append(p.Links, Link{Href: "/gateways", Text: v.t("gw.title")})
	}
	if s.Vault != nil {
		p.Links = append(p.Links, Link{Href: "/backups", Text: v.t("bk.title")})
	}
	if s.Retention != nil {
		p.Links = append(p.Links, Link{Href: "/retention", Text: v.t("rt.title")})
	}
	return v.show(http.StatusOK, "admin", p)
}
