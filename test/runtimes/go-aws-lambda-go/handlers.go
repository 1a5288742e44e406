package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime/debug"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambdaurl"
)

// The handlers that lambda.Start() takes, and some that it does not. Most have their signature for a name.
var handlers = map[string]any{
	"func()":       func() { fmt.Println("called") },
	"func() error": func() error { fmt.Println("called"); return nil },
	"func() (U, error)": func() (string, error) {
		return "Hello!", nil
	},
	"func(T)":       func(who person) { fmt.Println("called by", who.Name) },
	"func(T) error": func(who person) error { return who.check() },
	"func(T) (U, error)": func(who person) (greeting, error) {
		return who.greet()
	},
	"func(context.Context)":       func(ctx context.Context) { fmt.Println("called") },
	"func(context.Context) error": func(ctx context.Context) error { return ctx.Err() },
	"func(context.Context) (U, error)": func(ctx context.Context) (string, error) {
		return "Hello!", ctx.Err()
	},
	"func(context.Context, T)":       func(ctx context.Context, who person) { fmt.Println("called by", who.Name) },
	"func(context.Context, T) error": func(ctx context.Context, who person) error { return who.check() },
	"func(context.Context, T) (U, error)": func(ctx context.Context, who person) (greeting, error) {
		return who.greet()
	},
	"func(any) (any, error)": echoAny,
	"lambda.Handler":         echoBytes{},

	"io.Reader": func(text string) (io.Reader, error) {
		return strings.NewReader(text), nil
	},
	"io.Reader with a content type": func(text string) (io.Reader, error) {
		return &page{strings.NewReader(text)}, nil
	},
	"io.Reader that fails": func(text string) (io.Reader, error) {
		return io.MultiReader(strings.NewReader(text), broken{}), nil
	},

	"errors.New":  func(length int) error { return errors.New(strings.Repeat("é", length)) },
	"fmt.Errorf":  func() error { return fmt.Errorf("wrapped: %w", Failed{"as asked"}) },
	"*Failed":     func() error { return &Failed{"as asked"} },
	"a channel":   func() (any, error) { return make(chan int), nil },
	"panics":      panics,
	"a goroutine": panicsInGoroutine,
	"waits for its deadline": func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	},
	"waits for stdin": func() error {
		_, err := io.Copy(io.Discard, os.Stdin)
		return err
	},
	"dependencies": dependencies,

	"nil":           nil,
	"no function":   "text",
	"func() string": func() string { return "" },
	"func() (U, U, error)": func() (string, string, error) {
		return "", "", nil
	},
	"func(T, U)":                  func(person, person) {},
	"func(context.Context, T, U)": func(context.Context, person, person) {},

	"lambdaurl": lambdaurl.Wrap(http.HandlerFunc(serve)),

	"events.APIGatewayV2HTTPRequest": answerHTTP,
	"events.SQSEvent":                echo[events.SQSEvent],
	"events.S3Event":                 echo[events.S3Event],
	"events.DynamoDBEvent":           echo[events.DynamoDBEvent],
	"events.CloudWatchEvent":         echo[events.CloudWatchEvent],
}

type person struct {
	Name string `json:"name"`
}

type greeting struct {
	Text string `json:"text"`
}

func (who person) check() error {
	if who.Name == "" {
		return Failed{"nobody is there"}
	}
	return nil
}

func (who person) greet() (greeting, error) {
	return greeting{"Hello " + who.Name + "!"}, who.check()
}

func echo[T any](event T) (T, error) { return event, nil }

func echoAny(event any) (any, error) { return event, nil }

type echoBytes struct{}

func (echoBytes) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	return bytes.Clone(event), nil
}

type page struct{ *strings.Reader }

func (*page) ContentType() string { return "text/html" }

func (*page) Close() error {
	fmt.Println("closed")
	return nil
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, Failed{"as asked"} }

func panics(value string) {
	switch value {
	case "index":
		_ = value[len(value)+len(os.Args):]
	case "error":
		panic(Failed{"as asked"})
	default:
		panic(value)
	}
}

func panicsInGoroutine() {
	go panic("out of reach")
	select {}
}

func dependencies() (map[string]string, error) {
	info, _ := debug.ReadBuildInfo()
	versions := map[string]string{}
	for _, module := range info.Deps {
		versions[module.Path] = module.Version
	}
	return versions, nil
}

func answerHTTP(request events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	return events.APIGatewayV2HTTPResponse{
		StatusCode: 201,
		Headers:    map[string]string{"Content-Type": "text/plain"},
		Body:       request.RequestContext.HTTP.Method + " " + request.PathParameters["id"] + ": " + request.Body,
		Cookies:    request.Cookies,
	}, nil
}

func serve(response http.ResponseWriter, request *http.Request) {
	response.Header().Set("Content-Type", "text/plain")
	response.WriteHeader(http.StatusCreated)
	fmt.Fprint(response, request.Method, " ", request.URL, ": ")
	io.Copy(response, request.Body)
}
