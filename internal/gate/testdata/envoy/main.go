// Command envoyclient asks an ext_authz server as Envoy does, through the real
// protobufs of go-control-plane and grpc-go. It is a module of its own, so that
// the program does not carry them. It reads one case a line from standard input,
// as JSON, and writes one answer a line.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	auth "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// question is one check.
type question struct {
	Empty      bool              // CheckRequest{} without attributes
	Principal  string            // source.principal
	Headers    map[string]string // request.http.headers
	HeaderMap  [][2]string       // request.http.header_map
	Extensions map[string]string // context_extensions
}

// answer is what came back.
type answer struct {
	Code    int32
	Allowed bool // ok_response is there
	Denied  int32
	Headers map[string]string
	Error   string
}

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(addr string) error {
	conn, err := grpc.NewClient(addr, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer conn.Close()
	client := auth.NewAuthorizationClient(conn)
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for in.More() {
		var q question
		if err := in.Decode(&q); err != nil {
			return err
		}
		if err := out.Encode(ask(client, q)); err != nil {
			return err
		}
	}
	return nil
}

func ask(client auth.AuthorizationClient, q question) (a answer) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	req := &auth.CheckRequest{}
	if !q.Empty {
		http := &auth.AttributeContext_HttpRequest{Method: "GET", Path: "/data?x=1", Host: "provider", Headers: q.Headers, Size: -1, Body: strings.Repeat("x", 100)}
		if q.HeaderMap != nil {
			http.HeaderMap = &core.HeaderMap{}
			for _, h := range q.HeaderMap {
				http.HeaderMap.Headers = append(http.HeaderMap.Headers, &core.HeaderValue{Key: h[0], RawValue: []byte(h[1])})
			}
		}
		req.Attributes = &auth.AttributeContext{
			Source:            &auth.AttributeContext_Peer{Principal: q.Principal, Address: &core.Address{Address: &core.Address_SocketAddress{SocketAddress: &core.SocketAddress{Address: "10.0.0.1", PortSpecifier: &core.SocketAddress_PortValue{PortValue: 1}}}}},
			Request:           &auth.AttributeContext_Request{Http: http},
			ContextExtensions: q.Extensions,
		}
	}
	resp, err := client.Check(ctx, req)
	if err != nil {
		return answer{Error: err.Error()}
	}
	a = answer{Code: resp.GetStatus().GetCode(), Headers: map[string]string{}, Allowed: resp.GetOkResponse() != nil, Denied: int32(resp.GetDeniedResponse().GetStatus().GetCode())}
	for _, h := range append(resp.GetOkResponse().GetHeaders(), resp.GetDeniedResponse().GetHeaders()...) {
		if h.GetAppendAction() != core.HeaderValueOption_OVERWRITE_IF_EXISTS_OR_ADD {
			a.Error = "a header is not overwritten"
		}
		a.Headers[h.GetHeader().GetKey()] = h.GetHeader().GetValue()
	}
	return a
}
