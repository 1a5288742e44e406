// The fixture of ../behaviours.ts with the official client. `_HANDLER` says which of its handlers is started.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"math"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

func main() {
	if os.Getenv("INIT") == "fail" {
		log.Fatal("as asked")
	}
	switch name := os.Getenv("_HANDLER"); name {
	case "function.handler":
		lambda.Start(handle)
	case "WithUseNumber":
		lambda.StartWithOptions(echoAny, lambda.WithUseNumber(true))
	case "WithEnableSIGTERM":
		lambda.StartWithOptions(echoAny, lambda.WithEnableSIGTERM(func() { fmt.Println("asked to end") }))
	case "WithEnableSIGTERM, exits":
		lambda.StartWithOptions(echoAny, lambda.WithEnableSIGTERM(func() {
			fmt.Println("asked to end, and ends")
			os.Exit(0)
		}))
	default:
		handler, isKnown := handlers[name]
		if !isKnown {
			log.Fatal("there is no handler ", name)
		}
		lambda.Start(handler)
	}
}

// Failed is an error of the function's own: Lambda is told the name of its type.
type Failed struct{ reason string }

func (failed Failed) Error() string { return failed.reason }

type request struct {
	Op    string
	Code  int
	Bytes int
	Line  string
}

func handle(ctx context.Context, event json.RawMessage) (any, error) {
	// What is no such object has no op, and is echoed.
	var asked request
	_ = json.Unmarshal(event, &asked)
	switch asked.Op {
	case "fail":
		return nil, Failed{"as asked"}
	case "exit":
		os.Exit(asked.Code)
	case "hang":
		time.Sleep(math.MaxInt64)
	case "context":
		return describe(ctx), nil
	case "big":
		return strings.Repeat("x", asked.Bytes-2), nil
	case "print":
		fmt.Println("stdout of", asked.Line)
		fmt.Fprintln(os.Stderr, "stderr of", asked.Line)
	}
	return event, nil
}

func describe(ctx context.Context) map[string]any {
	deadline, _ := ctx.Deadline()
	invocation, _ := lambdacontext.FromContext(ctx)
	return map[string]any{
		"deadlineMs":  deadline.UnixMilli(),
		"remainingMs": deadline.UnixMilli() - time.Now().UnixMilli(),
		"functionArn": invocation.InvokedFunctionArn,
		"traceId":     os.Getenv("_X_AMZN_TRACE_ID"),
		"tenantId":    invocation.TenantID,
		"clientContext": map[string]any{
			"client": invocation.ClientContext.Client,
			"custom": invocation.ClientContext.Custom,
		},
		"cognitoIdentity": map[string]any{
			"cognitoIdentityId":     invocation.Identity.CognitoIdentityID,
			"cognitoIdentityPoolId": invocation.Identity.CognitoIdentityPoolID,
		},
	}
}
