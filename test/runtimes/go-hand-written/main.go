// The fixture of ../behaviours.ts as a runtime of its own, with Go's standard library: a client of the Runtime API
// (client.go), an event loop (loop.go), and here the function.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"time"
)

func main() {
	if os.Getenv("INIT") == "fail" {
		Refuse(&Error{Type: "Fixture.InitFailed", Message: "as asked"})
	}
	Start(handle)
}

type request struct {
	Op    string
	Code  int
	Bytes int
	Line  string
}

func handle(ctx context.Context, event []byte) ([]byte, error) {
	// What is no such object has no op, and is echoed.
	var asked request
	_ = json.Unmarshal(event, &asked)
	switch asked.Op {
	case "fail":
		return nil, &Error{"Fixture.Failed", "as asked", []string{"first line", "second line"}}
	case "return an error":
		return nil, errors.New("as asked")
	case "panic":
		panic("as asked")
	case "wait":
		<-ctx.Done()
		return nil, ctx.Err()
	case "exit":
		os.Exit(asked.Code)
	case "hang":
		time.Sleep(math.MaxInt64)
	case "context":
		return describe(ctx)
	case "big":
		return bytes.Join([][]byte{{'"'}, bytes.Repeat([]byte{'x'}, asked.Bytes-2), {'"'}}, nil), nil
	case "print":
		fmt.Println("stdout of", asked.Line)
		fmt.Fprintln(os.Stderr, "stderr of", asked.Line)
	}
	return event, nil
}

func describe(ctx context.Context) ([]byte, error) {
	invocation := InvocationOf(ctx)
	deadline, _ := ctx.Deadline()
	return json.Marshal(map[string]any{
		"deadlineMs":      deadline.UnixMilli(),
		"remainingMs":     deadline.UnixMilli() - time.Now().UnixMilli(),
		"functionArn":     invocation.FunctionARN,
		"traceId":         invocation.TraceID,
		"tenantId":        invocation.TenantID,
		"clientContext":   orNull(invocation.ClientContext),
		"cognitoIdentity": orNull(invocation.CognitoIdentity),
	})
}

func orNull(text json.RawMessage) json.RawMessage {
	if len(text) == 0 {
		return nil
	}
	return text
}
