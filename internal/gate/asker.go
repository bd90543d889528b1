package gate

import (
	"context"
	"net/http"
	"time"

	"capdo/internal/law"
)

// asking is the key under which a context carries what its asker may ask.
type asking struct{}

// Limited returns a context whose questions are limited: one that may does not
// let through is a denial F04, at every door.
func Limited(ctx context.Context, may func(Question) bool) context.Context {
	return context.WithValue(ctx, asking{}, may)
}

// limit is what the asker may ask; nil when nothing limits it.
func limit(ctx context.Context) func(Question) bool {
	may, _ := ctx.Value(asking{}).(func(Question) bool)
	return may
}

// Limit is what the asker of a context may ask; nil when nothing limits it.
func Limit(ctx context.Context) func(Question) bool { return limit(ctx) }

// proving is the key under which a context carries which gateway its asker
// proved to be.
type proving struct{}

// Named returns a context whose asker proved to be a gateway: a log it returns
// is that gateway's.
func Named(ctx context.Context, gateway string) context.Context {
	return context.WithValue(ctx, proving{}, gateway)
}

// proved is which gateway the asker proved to be; "" when it proved nothing.
func proved(ctx context.Context) string {
	name, _ := ctx.Value(proving{}).(string)
	return name
}

// within refuses a question that its asker may not ask.
func within(may func(Question) bool, q Question) Question {
	if may != nil && q.check().code == "" && !may(q) {
		q.bad = ground{"F04", "beyond-reach", law.Text{VI: "Máy cổng không được hỏi về các hệ thống hoặc nền tảng này.", EN: "The gateway may not ask about these systems or this platform."}}
	}
	return q
}

// Anonymous tells whether an address answers a machine that did not prove who
// it is with a denial in its own form; every other address answers 401.
func Anonymous(path string) bool {
	return subrequest(path) != "" || path == envoyPath
}

// Unknown answers a machine that did not prove who it is.
func Unknown(w http.ResponseWriter) {
	complain(w, http.StatusUnauthorized, law.Text{VI: "Máy hỏi chưa chứng minh được mình là máy cổng đã đăng ký.", EN: "The asking machine did not prove to be a registered gateway."})
}

// limited refuses the questions that their asker may not ask.
func limited(ctx context.Context, qs []Question) []Question {
	may := limit(ctx)
	if may == nil {
		return qs
	}
	out := make([]Question, len(qs))
	for i, q := range qs {
		out[i] = within(may, q)
	}
	return out
}

// Ours tells whether an address is the gate's, known to it or not.
func Ours(path string) bool { return ours(path) }

// Now reads the gate's clock, which does not run back.
func (g *Gate) Now() time.Time {
	t, _ := g.now()
	return t
}
