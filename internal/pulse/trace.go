package pulse

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Traces sends a span for each request to the pages, and those that the rooms
// add beneath it, to an OpenTelemetry collector. A span tells the method, the
// room of the address and the status: no address, no name, no text.
type Traces struct{ provider *sdk.TracerProvider }

// OpenTraces sends to the collector at an address such as
// http://127.0.0.1:4318, where a share of the requests (0 to 1) is traced. A
// collector that does not answer loses spans and stops nothing.
func OpenTraces(ctx context.Context, address, version string, share float64) (*Traces, error) {
	if !strings.HasPrefix(address, "http://") && !strings.HasPrefix(address, "https://") {
		return nil, fmt.Errorf("open traces: %q is no http or https address", address)
	}
	out, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(strings.TrimSuffix(address, "/")+"/v1/traces"))
	if err != nil {
		return nil, fmt.Errorf("open traces: %w", err)
	}
	of := resource.NewSchemaless(attribute.String("service.name", "capdo"), attribute.String("service.version", version))
	return &Traces{sdk.NewTracerProvider(sdk.WithBatcher(out), sdk.WithResource(of), sdk.WithSampler(sdk.ParentBased(sdk.TraceIDRatioBased(share))))}, nil
}

// Before traces the requests to h; rooms as for Pulse.Before.
func (t *Traces) Before(h http.Handler, rooms ...string) http.Handler {
	known := map[string]bool{}
	for _, r := range rooms {
		known[r] = true
	}
	tracer, from := t.provider.Tracer("capdo"), propagation.TraceContext{}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		room, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		if !known[room] {
			room = "other"
		}
		ctx, span := tracer.Start(from.Extract(r.Context(), propagation.HeaderCarrier(r.Header)), r.Method+" "+room, trace.WithSpanKind(trace.SpanKindServer))
		defer span.End()
		seen := &statusSeen{ResponseWriter: w, status: http.StatusOK}
		h.ServeHTTP(seen, r.WithContext(ctx))
		span.SetAttributes(attribute.String("capdo.room", room), attribute.Int("http.response.status_code", seen.status))
	})
}

// Close sends what is still to be sent.
func (t *Traces) Close(ctx context.Context) error { return t.provider.Shutdown(ctx) }
