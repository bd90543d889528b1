package approval

import (
	"context"
	"fmt"

	"capdo/internal/law"
)

// Once is the token of a form or of a request: whatever is done under it is done
// once, however often it is sent.
type Once struct {
	Token string // 16 to 128 characters, chosen at random by whoever drew the form
	Body  string // digest of what was sent with it
}

// onceKey is the place of a Once in a context.
type onceKey struct{}

// WithOnce makes the first transaction under ctx bear the token. A token that is
// too short or too long is none.
func WithOnce(ctx context.Context, o Once) context.Context {
	if len(o.Token) < 16 || len(o.Token) > 128 {
		return ctx
	}
	return context.WithValue(ctx, onceKey{}, o)
}

// OnceOf returns the token of ctx.
func OnceOf(ctx context.Context) (Once, bool) {
	o, ok := ctx.Value(onceKey{}).(Once)
	return o, ok
}

// Repeated is the error of an act that was done already under the same token.
// Nothing was written again.
type Repeated struct {
	Object string // what the act was about, as the ledger names it
}

// Error says that it was done before.
func (r *Repeated) Error() string { return fmt.Sprintf("done already: %s", r.Object) }

// OtherBody refuses a token that comes again with other content.
func OtherBody() *Refusal {
	return &Refusal{Invalid, []Finding{{Rule: "token-used", Says: law.Text{
		VI: "Biểu mẫu này đã được gửi với nội dung khác. Tải lại trang rồi gửi lại.", EN: "This form was sent already with other content. Load the page again and send it."}}}}
}
