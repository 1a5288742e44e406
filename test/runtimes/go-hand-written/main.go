// The fixture of ../behaviours.ts in Go, with its standard library.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"math"
	"net/http"
	"os"
	"strconv"
	"time"
)

var api = "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/"

type request struct {
	Op    string
	Code  int
	Bytes int
	Line  string
}

func main() {
	if os.Getenv("INIT") == "fail" {
		post("init/error", []byte(`{"errorType":"Fixture.InitFailed","errorMessage":"as asked"}`), "Fixture.InitFailed")
		os.Exit(1)
	}
	for {
		reply, err := http.Get(api + "invocation/next")
		if err != nil {
			log.Fatal(err)
		}
		handle(reply.Header, read(reply))
	}
}

func handle(headers http.Header, event []byte) {
	invocation := "invocation/" + headers.Get("Lambda-Runtime-Aws-Request-Id")
	// What is no such object has no op, and is echoed.
	var asked request
	_ = json.Unmarshal(event, &asked)
	answer := event
	switch asked.Op {
	case "fail":
		failure := `{"errorType":"Fixture.Failed","errorMessage":"as asked","stackTrace":["first line","second line"]}`
		post(invocation+"/error", []byte(failure), "Fixture.Failed")
		return
	case "exit":
		os.Exit(asked.Code)
	case "hang":
		time.Sleep(math.MaxInt64)
	case "context":
		answer = context(headers)
	case "big":
		answer = append(append([]byte{'"'}, bytes.Repeat([]byte{'x'}, asked.Bytes-2)...), '"')
	case "print":
		fmt.Println("stdout of", asked.Line)
		fmt.Fprintln(os.Stderr, "stderr of", asked.Line)
	}
	post(invocation+"/response", answer, "")
}

func context(headers http.Header) []byte {
	deadline, err := strconv.ParseInt(headers.Get("Lambda-Runtime-Deadline-Ms"), 10, 64)
	if err != nil {
		log.Fatal(err)
	}
	answer, err := json.Marshal(map[string]any{
		"deadlineMs":      deadline,
		"remainingMs":     deadline - time.Now().UnixMilli(),
		"functionArn":     headers.Get("Lambda-Runtime-Invoked-Function-Arn"),
		"traceId":         headers.Get("Lambda-Runtime-Trace-Id"),
		"tenantId":        headers.Get("Lambda-Runtime-Aws-Tenant-Id"),
		"clientContext":   jsonOrNull(headers.Get("Lambda-Runtime-Client-Context")),
		"cognitoIdentity": jsonOrNull(headers.Get("Lambda-Runtime-Cognito-Identity")),
	})
	if err != nil {
		log.Fatal(err)
	}
	return answer
}

func jsonOrNull(text string) json.RawMessage {
	if text == "" {
		return json.RawMessage("null")
	}
	return json.RawMessage(text)
}

func post(path string, body []byte, errorType string) {
	message, err := http.NewRequest("POST", api+path, bytes.NewReader(body))
	if err != nil {
		log.Fatal(err)
	}
	message.Header.Set("Content-Type", "application/json")
	if errorType != "" {
		message.Header.Set("Lambda-Runtime-Function-Error-Type", errorType)
	}
	reply, err := http.DefaultClient.Do(message)
	if err != nil {
		log.Fatal(err)
	}
	read(reply)
	if reply.StatusCode != 202 {
		log.Fatal("POST ", path, ": ", reply.Status)
	}
}

func read(reply *http.Response) []byte {
	defer reply.Body.Close()
	body, err := io.ReadAll(reply.Body)
	if err != nil {
		log.Fatal(err)
	}
	return body
}
