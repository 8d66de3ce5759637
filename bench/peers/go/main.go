// SPDX-License-Identifier: Apache-2.0

// Does with OpenTelemetry for Go what compare.py asks for.
package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/propagation"
)

type fields = propagation.MapCarrier

// Written so that the compiler must read.
var valueRead string

type row struct {
	operation string
	request   fields
}

func readRows(path string) []row {
	text, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	var rows []row
	for _, paragraph := range strings.Split(strings.TrimSpace(string(text)), "\n\n")[1:] {
		lines := strings.Split(paragraph, "\n")
		operation, _, _ := strings.Cut(lines[0], ": ")
		request := fields{}
		for _, line := range lines[1:] {
			name, value, _ := strings.Cut(line, ": ")
			request[name] = value
		}
		rows = append(rows, row{operation, request})
	}
	return rows
}

func extract(request fields) context.Context {
	return otel.GetTextMapPropagator().Extract(context.Background(), request)
}

// Returns the fields that tell what was read.
func run(r row, count int) fields {
	propagator := otel.GetTextMapPropagator()
	sent := fields{}
	switch r.operation {
	case "extract":
		for range count {
			propagator.Extract(context.Background(), r.request)
		}
		propagator.Inject(extract(r.request), sent)
	case "read":
		for range count {
			ctx := propagator.Extract(context.Background(), r.request)
			for _, member := range baggage.FromContext(ctx).Members() {
				valueRead = member.Value()
			}
		}
		propagator.Inject(extract(r.request), sent)
	case "inject":
		ctx := extract(r.request)
		for name, value := range r.request {
			sent[name] = value
		}
		for range count {
			propagator.Inject(ctx, sent)
		}
	case "request":
		for range count {
			// A context is passed on, so there is nothing to attach.
			sent = fields{}
			otel.GetTextMapPropagator().Inject(extract(r.request), sent)
		}
	}
	return sent
}

func main() {
	rows := readRows(os.Args[1])
	otel.SetTextMapPropagator(propagation.NewCompositeTextMapPropagator(
		propagation.TraceContext{}, propagation.Baggage{}))
	input := bufio.NewReader(os.Stdin)
	for {
		var index, count int
		if _, err := fmt.Fscanln(input, &index, &count); err != nil {
			return
		}
		var line []string
		for name, value := range run(rows[index], count) {
			line = append(line, name+": "+value)
		}
		fmt.Println(strings.Join(line, "\t"))
	}
}
