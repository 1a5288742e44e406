package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
)

// client speaks to the Runtime API: one method per call.
type client struct {
	base string
	http http.Client
}

func newClient() (*client, error) {
	address := os.Getenv("AWS_LAMBDA_RUNTIME_API")
	if address == "" {
		return nil, errors.New("AWS_LAMBDA_RUNTIME_API is not set")
	}
	// A transport of its own asks no proxy, and the wait for an event has no end.
	return &client{base: "http://" + address + "/2018-06-01/runtime/", http: http.Client{Transport: &http.Transport{}}}, nil
}

func (c *client) next() (http.Header, []byte, error) {
	request, err := http.NewRequest("GET", c.base+"invocation/next", nil)
	if err != nil {
		return nil, nil, err
	}
	return c.send(request, http.StatusOK)
}

func (c *client) respond(requestID string, payload []byte) error {
	return c.post("invocation/"+requestID+"/response", payload, nil)
}

func (c *client) fail(requestID string, failure *Error) error {
	return c.postError("invocation/"+requestID+"/error", failure)
}

func (c *client) failInit(failure *Error) error {
	return c.postError("init/error", failure)
}

func (c *client) postError(path string, failure *Error) error {
	body, err := json.Marshal(failure)
	if err != nil {
		return err
	}
	return c.post(path, body, http.Header{"Lambda-Runtime-Function-Error-Type": {failure.Type}})
}

func (c *client) post(path string, body []byte, header http.Header) error {
	request, err := http.NewRequest("POST", c.base+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	if header != nil {
		request.Header = header
	}
	request.Header.Set("Content-Type", "application/json")
	_, _, err = c.send(request, http.StatusAccepted)
	return err
}

// Reads the body to its end, also where nobody wants it: only then is the connection used again.
func (c *client) send(request *http.Request, wanted int) (http.Header, []byte, error) {
	response, err := c.http.Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, nil, err
	}
	if response.StatusCode != wanted {
		return nil, nil, fmt.Errorf("%s %s: %s: %s", request.Method, request.URL, response.Status, body)
	}
	return response.Header, body, nil
}
