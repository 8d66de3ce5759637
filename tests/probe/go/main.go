// SPDX-License-Identifier: Apache-2.0

// A service with OpenTelemetry for Go: net/http, with otelhttp on both sides.
//
// POST /test has a list [{"url": …, "arguments": …}]; the service posts the arguments to each URL.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/contrib/propagators/autoprop"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/sdk/trace"
)

type call struct {
	URL       string          `json:"url"`
	Arguments json.RawMessage `json:"arguments"`
}

var client = http.Client{Timeout: 5 * time.Second, Transport: otelhttp.NewTransport(http.DefaultTransport)}

func post(request *http.Request, c call) error {
	sent, err := http.NewRequestWithContext(request.Context(), http.MethodPost, c.URL, bytes.NewReader(c.Arguments))
	if err != nil {
		return err
	}
	sent.Header.Set("Content-Type", "application/json")
	response, err := client.Do(sent)
	if err != nil {
		return err
	}
	return response.Body.Close()
}

func serve(answer http.ResponseWriter, request *http.Request) {
	var calls []call
	if err := json.NewDecoder(request.Body).Decode(&calls); err != nil {
		http.Error(answer, err.Error(), http.StatusBadRequest)
		return
	}
	for _, c := range calls {
		if err := post(request, c); err != nil {
			http.Error(answer, err.Error(), http.StatusBadGateway)
			return
		}
	}
	fmt.Fprint(answer, "[]")
}

func main() {
	otel.SetTracerProvider(trace.NewTracerProvider())
	otel.SetTextMapPropagator(autoprop.NewTextMapPropagator())
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("listening on http://%s\n", listener.Addr())
	handler := otelhttp.NewHandler(http.HandlerFunc(serve), "test")
	fmt.Fprintln(os.Stderr, http.Serve(listener, handler))
	os.Exit(1)
}
