package web

import (
	"capdo/internal/gate"
	"capdo/internal/law"
)

// Verdict is the gate's answer for people.
type Verdict struct {
	Tone, Head, Line, Foot string
	Reasons                []Ground
}

// Ground is one reason of a verdict. Weak says how sure its basis is when it
// is not sure; Mark is set when the reason does not deny by itself.
type Ground struct {
	Code, Says, Cites, Whose, Weak string
	Mark                           *Tag
}

// verdict puts the gate's answer into words. Anything but a clear allow reads
// as a denial.
func (v voice) verdict(x gate.Verdict) Verdict {
	d := Verdict{Tone: "deny", Head: v.t("gate.deny"), Line: v.t("gate.deny.line"), Foot: v.t("gate.nountil")}
	if x.Decision == gate.Allow {
		d.Tone, d.Head, d.Line = "allow", v.t("gate.allow"), v.t("gate.allow.line")
	}
	if x.ValidUntil != nil {
		d.Foot = v.t("gate.until", v.when(*x.ValidUntil))
	}
	for _, r := range x.Reasons {
		g := Ground{Code: r.Code, Says: v.say(r.Says), Cites: r.Cites}
		if x.Consumer != "" && r.Party != "" {
			g.Whose = v.t("party." + r.Party)
		}
		if r.Confidence != law.ConfidenceHigh && v.has("confidence."+r.Confidence) {
			g.Weak = v.t("weak", v.t("confidence."+r.Confidence))
		}
		if r.Effect == law.EffectWarn || r.Effect == law.EffectLimit {
			g.Mark = &Tag{v.t("effect." + r.Effect), "yellow"}
		}
		d.Reasons = append(d.Reasons, g)
	}
	return d
}
