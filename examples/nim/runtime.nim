## A custom runtime for AWS Lambda: asks for events, calls the handler, posts what it returns or raises.
import std/[httpclient, json, nativesockets, net, os]

type Handler* = proc (event: JsonNode): JsonNode

# Without a timeout, as by default: the next event may be hours away.
let client = newHttpClient()
let api = "http://" & getEnv("AWS_LAMBDA_RUNTIME_API") & "/2018-06-01/runtime/invocation/"

proc post(path: string, body: JsonNode) =
  let reply = client.request(api & path, HttpPost, $body, newHttpHeaders({"Content-Type": "application/json"}))
  if reply.code != Http202: quit("POST " & path & ": " & reply.status & " " & reply.body)

proc report(error: ref Exception): JsonNode =
  %*{"errorType": $error.name, "errorMessage": error.msg}

proc serve*(handler: Handler) =
  while true:
    let next = client.get(api & "next")
    # The client sends the headers of an answer, then its body: TCP would hold the body back, for 40 ms.
    client.getSocket.setSockOpt(OptNoDelay, true, level = IPPROTO_TCP.toInt)
    let invocation = string(next.headers["Lambda-Runtime-Aws-Request-Id"])
    # Only the handler's errors are reported: whatever goes wrong with the answer itself ends the runtime.
    var path = "/response"
    let answer =
      try: handler(next.body.parseJson)
      except Exception as error:
        path = "/error"
        report(error)
    post(invocation & path, answer)
