"""The fixture of ../behaviours.ts in Python, with its standard library."""
import http.client
import json
import os
import re
import sys
import threading
import time

connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
prefix = "/2018-06-01/runtime"


def main():
    if os.environ.get("INIT") == "fail":
        post("init/error", b'{"errorType":"Fixture.InitFailed","errorMessage":"as asked"}', "Fixture.InitFailed")
        sys.exit(1)
    while True:
        connection.request("GET", f"{prefix}/invocation/next")
        response = connection.getresponse()
        handle(response.headers, response.read())


def handle(headers, event):
    invocation = f"invocation/{headers['Lambda-Runtime-Aws-Request-Id']}"
    answer = event
    op = field(event, "op")
    if op == "fail":
        error = b'{"errorType":"Fixture.Failed","errorMessage":"as asked","stackTrace":["first line","second line"]}'
        post(f"{invocation}/error", error, "Fixture.Failed")
        return
    if op == "exit":
        sys.exit(int(field(event, "code")))
    if op == "hang":
        threading.Event().wait()
    if op == "context":
        answer = json.dumps(context(headers)).encode()
    if op == "big":
        answer = b'"' + b"x" * (int(field(event, "bytes")) - 2) + b'"'
    if op == "print":
        print("stdout of", field(event, "line"), flush=True)
        print("stderr of", field(event, "line"), file=sys.stderr, flush=True)
    post(f"{invocation}/response", answer)


def context(headers):
    deadline = int(headers["Lambda-Runtime-Deadline-Ms"])
    return {
        "deadlineMs": deadline,
        "remainingMs": deadline - time.time_ns() // 1_000_000,
        "functionArn": headers["Lambda-Runtime-Invoked-Function-Arn"],
        "traceId": headers["Lambda-Runtime-Trace-Id"],
        "tenantId": headers.get("Lambda-Runtime-Aws-Tenant-Id", ""),
        "clientContext": json.loads(headers.get("Lambda-Runtime-Client-Context", "null")),
        "cognitoIdentity": json.loads(headers.get("Lambda-Runtime-Cognito-Identity", "null")),
    }


def post(path, body, error_type=None):
    headers = {"Content-Type": "application/json"}
    if error_type:
        headers["Lambda-Runtime-Function-Error-Type"] = error_type
    connection.request("POST", f"{prefix}/{path}", body, headers)
    response = connection.getresponse()
    response.read()
    if response.status != 202:
        sys.exit(f"POST {path}: {response.status}")


def field(event, name):
    match = re.search(rb'"%s":"?([A-Za-z0-9-]+)' % name.encode(), event)
    return match and match[1].decode()


main()
