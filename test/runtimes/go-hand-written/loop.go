package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"time"
)

// Handler answers an event; both are bytes. The context ends at the deadline of the invocation.
type Handler func(ctx context.Context, event []byte) ([]byte, error)

// Error is reported as it is. Any other error is reported as a Handler.Error.
type Error struct {
	Type    string   `json:"errorType"`
	Message string   `json:"errorMessage"`
	Stack   []string `json:"stackTrace,omitempty"`
}

func (failure *Error) Error() string { return failure.Message }

// Invocation is what the Runtime API tells of an invocation besides its event.
type Invocation struct {
	RequestID, FunctionARN, TraceID, TenantID string
	// JSON, or empty where the caller gave none.
	ClientContext, CognitoIdentity json.RawMessage
}

// InvocationOf returns the invocation that a handler was called for.
func InvocationOf(ctx context.Context) Invocation {
	return ctx.Value(invocationKey{}).(Invocation)
}

type invocationKey struct{}

// Start asks for events and has them handled, for ever. A handler that panics has failed; the next event is handled
// by the same process.
func Start(handler Handler) {
	client, err := newClient()
	for err == nil {
		err = handleNext(client, handler)
	}
	log.Fatal(err)
}

// Refuse reports that the function cannot be started, and ends the process.
func Refuse(failure *Error) {
	client, err := newClient()
	if err == nil {
		err = client.failInit(failure)
	}
	if err != nil {
		log.Print(err)
	}
	os.Exit(1)
}

func handleNext(client *client, handler Handler) error {
	header, event, err := client.next()
	if err != nil {
		return err
	}
	invocation := Invocation{
		RequestID:       header.Get("Lambda-Runtime-Aws-Request-Id"),
		FunctionARN:     header.Get("Lambda-Runtime-Invoked-Function-Arn"),
		TraceID:         header.Get("Lambda-Runtime-Trace-Id"),
		TenantID:        header.Get("Lambda-Runtime-Aws-Tenant-Id"),
		ClientContext:   json.RawMessage(header.Get("Lambda-Runtime-Client-Context")),
		CognitoIdentity: json.RawMessage(header.Get("Lambda-Runtime-Cognito-Identity")),
	}
	deadlineMs, err := strconv.ParseInt(header.Get("Lambda-Runtime-Deadline-Ms"), 10, 64)
	if err != nil {
		return fmt.Errorf("invocation %s has no deadline: %w", invocation.RequestID, err)
	}
	ctx, cancel := context.WithDeadline(context.Background(), time.UnixMilli(deadlineMs))
	defer cancel()

	payload, err := call(handler, context.WithValue(ctx, invocationKey{}, invocation), event)
	if err != nil {
		return client.fail(invocation.RequestID, toError(err))
	}
	return client.respond(invocation.RequestID, payload)
}

func call(handler Handler, ctx context.Context, event []byte) (payload []byte, err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &Error{"Handler.Panic", fmt.Sprint(value), strings.Split(strings.TrimSpace(string(debug.Stack())), "\n")}
		}
	}()
	return handler(ctx, event)
}

func toError(err error) *Error {
	var failure *Error
	if errors.As(err, &failure) {
		return failure
	}
	return &Error{Type: "Handler.Error", Message: err.Error()}
}
