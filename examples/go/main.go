// A function that greets.
package main

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
)

type Event struct {
	Name    string `json:"name"`
	PauseMs int64  `json:"pauseMs"`
}

type Greeting struct {
	Text string `json:"text"`
}

// NameMissing is what callers read as the errorType.
type NameMissing struct{}

func (NameMissing) Error() string { return "the event has no name" }

func greet(ctx context.Context, event Event) (Greeting, error) {
	if event.Name == "" {
		return Greeting{}, NameMissing{}
	}
	select {
	case <-time.After(time.Duration(event.PauseMs) * time.Millisecond):
		fmt.Println("greeting", event.Name)
		return Greeting{Text: "Hello " + event.Name + "!"}, nil
	case <-ctx.Done():
		return Greeting{}, ctx.Err()
	}
}

func main() {
	lambda.Start(greet)
}
