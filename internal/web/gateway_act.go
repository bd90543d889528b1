package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"capdo/forms"
	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/machine"
)

// gatewayActs are the acts on a gateway on record, as their addresses name them.
func gatewayActs() []string { return []string{"pin", "unpin", "reach", "revoke"} }

// gatewayForms are the papers of these pages.
func gatewayForms() []string {
	all := []string{"gateway_add"}
	for _, act := range gatewayActs() {
		all = append(all, "gateway_"+act)
	}
	return all
}

// keepsGateways refuses who does not keep the list of gateways.
func (s *site) keepsGateways(v *visit) error {
	if s.Machines.MayKeep(v.actor(), v.today()) {
		return nil
	}
	return &approval.Refusal{Kind: approval.Forbidden, Findings: []approval.Finding{{Rule: "gateway-keeper", Says: law.Text{VI: s.words["msg.notnow"].vi, EN: s.words["msg.notnow"].en}}}}
}

// gatewaySheet is the form that the address names: of a new gateway, or of an act
// on one within the actor's reach.
func (s *site) gatewaySheet(v *visit) (d linkSheet, g machine.Gateway, err error) {
	name, act := v.r.PathValue("name"), v.r.PathValue("act")
	if s.Machines == nil {
		return d, g, approval.ErrNotFound()
	}
	d = linkSheet{form: "gateway_add", action: "/gateways/new", cancel: "/gateways", status: http.StatusOK, in: url.Values{"platforms": {machine.NDXP}}}
	if act == "" {
		return d, g, s.keepsGateways(v)
	}
	gs, err := s.Machines.List(v.r.Context(), v.actor())
	if err != nil {
		return d, g, err
	}
	i := slices.IndexFunc(gs, func(g machine.Gateway) bool { return g.Name == name })
	if i < 0 || !slices.Contains(gatewayActs(), act) {
		return d, g, machine.ErrNoGateway()
	}
	g = gs[i]
	d.form, d.action, d.version, d.ends = "gateway_"+act, "/gateways/"+url.PathEscape(name)+"/"+act, g.Version, act == "unpin" || act == "revoke"
	d.in = url.Values{"platforms": g.Reach.Platforms, "systems": {strings.Join(g.Reach.Systems, " ")}, "agencies": {strings.Join(g.Reach.Agencies, " ")}, "spki": v.r.URL.Query()["spki"]}
	if g.Reach.All {
		d.in.Set("all", "yes")
	}
	return d, g, s.keepsGateways(v)
}

// gatewayActShow shows the form.
func (s *site) gatewayActShow(v *visit) error {
	d, _, err := s.gatewaySheet(v)
	if err != nil {
		return err
	}
	return s.linkPage(v, d)
}

// gatewayActDo carries the act out.
func (s *site) gatewayActDo(v *visit) error {
	d, g, err := s.gatewaySheet(v)
	if err != nil {
		return err
	}
	return s.linkDo(v, d, func(a forms.Answers) (string, error) {
		version, _ := strconv.ParseInt(v.r.PostForm.Get("version"), 10, 64) // not a number: version 0, which is stale
		act, ctx, who := v.r.PathValue("act"), v.r.Context(), v.actor()
		var err error
		switch act {
		case "":
			act = "add"
			var pin *machine.PinInput
			if pin, err = pinOf(a); err == nil {
				_, err = s.Machines.Register(ctx, who, machine.Registration{Name: a.Text("name"), Title: a.Text("title"), Body: a.Text("body"), SAN: a.Text("san"), Reach: reachOf(a), Pin: pin})
			}
		case "pin":
			var pin *machine.PinInput
			if pin, err = pinOf(a); err == nil {
				_, err = s.Machines.Pin(ctx, who, g.Name, version, *pin)
			}
		case "unpin":
			_, err = s.Machines.Unpin(ctx, who, g.Name, version, a.Text("spki"), a.Text("ground"))
		case "reach":
			_, err = s.Machines.SetReach(ctx, who, g.Name, version, reachOf(a))
		case "revoke":
			_, err = s.Machines.Revoke(ctx, who, g.Name, version, a.Text("ground"))
		}
		return "/gateways?done=gw-" + act, atCertificate(d.form, err)
	})
}

// reachOf is the reach that was entered.
func reachOf(a forms.Answers) machine.Reach {
	all, _ := a.Bool("all")
	return machine.Reach{All: all, Systems: codesIn(a.Text("systems")), Agencies: codesIn(a.Text("agencies")), Platforms: a.List("platforms")}
}

// codesIn are the codes in a text, between which stand spaces, commas or lines.
func codesIn(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ,;\t\r\n", r) })
}

// pinOf is the key that was pasted; nil when none was.
func pinOf(a forms.Answers) (*machine.PinInput, error) {
	text := a.Text("certificate")
	if text == "" {
		return nil, nil
	}
	pin, err := machine.ReadPin([]byte(text + "\n"))
	if err != nil {
		return nil, &approval.Refusal{Kind: approval.Invalid, Findings: []approval.Finding{{Field: "certificate", Rule: "pin-unreadable", Says: law.Text{
			VI: "Dán một chứng thư hoặc khóa công khai dạng PEM, khóa ECDSA P-256 hoặc Ed25519", EN: "Paste one certificate or public key as PEM, with a key of ECDSA on P-256 or Ed25519"}}}}
	}
	return &pin, nil
}

// atCertificate shows what is wrong with a key at the field it was pasted into.
func atCertificate(form string, err error) error {
	r := (*approval.Refusal)(nil)
	if !errors.As(err, &r) || form != "gateway_add" && form != "gateway_pin" {
		return err
	}
	for i := range r.Findings {
		if slices.Contains([]string{"spki", "key", "from", "until"}, r.Findings[i].Field) {
			r.Findings[i].Field = "certificate"
		}
	}
	return r
}

// Lists is how the signing of lists and snapshots goes.
type Lists struct {
	Signed, Ends time.Time // of what was signed last; zero: nothing yet
	Failing      bool      // nothing newer can be signed
	Half         bool      // and half of the usable time of what is out is over
	Sourced      bool      // the clock is held against a time source
}

// ListsLine is that in words.
type ListsLine struct {
	State Tag
	Text  string
	Clock string // said when the clock is held against nothing
}

// lists puts the state of the signed lists into words; nil when there are none.
func (s *site) lists(v *visit) *ListsLine {
	if s.Lists == nil {
		return nil
	}
	x := s.Lists()
	line := &ListsLine{State: Tag{v.t("gw.lists.good"), "green"}, Text: v.t("gw.lists.until", v.when(x.Signed), v.when(x.Ends))}
	switch {
	case x.Signed.IsZero() && x.Failing:
		line.State, line.Text = Tag{v.t("gw.lists.stopped"), "red"}, v.t("gw.lists.none")
	case x.Signed.IsZero():
		line.State, line.Text = Tag{v.t("gw.notyet"), "grey"}, v.t("gw.lists.none")
	case x.Half:
		line.State, line.Text = Tag{v.t("gw.lists.stopped"), "red"}, v.t("gw.lists.half", v.when(x.Signed), v.when(x.Ends))
	case x.Failing:
		line.State, line.Text = Tag{v.t("gw.lists.stopped"), "yellow"}, v.t("gw.lists.late", v.when(x.Signed), v.when(x.Ends))
	}
	if !x.Sourced {
		line.Clock = v.t("gw.lists.clock")
	}
	return line
}
