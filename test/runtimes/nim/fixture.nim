## The fixture of ../behaviours.ts in Nim, with its standard library.
import std/[httpclient, json, nativesockets, net, os, strutils, times]

let api = "http://" & getEnv("AWS_LAMBDA_RUNTIME_API") & "/2018-06-01/runtime/"
# Without a timeout, as by default: the next event may be hours away.
let client = newHttpClient()

proc post(path, body: string, errorType = "") =
  let headers = newHttpHeaders({"Content-Type": "application/json"})
  if errorType != "": headers["Lambda-Runtime-Function-Error-Type"] = errorType
  let reply = client.request(api & path, HttpPost, body, headers)
  if reply.code != Http202: quit("POST " & path & ": " & reply.status)

proc context(headers: HttpHeaders): string =
  proc header(name: string, otherwise = ""): string = headers.getOrDefault(name, HttpHeaderValues(@[otherwise]))
  let deadlineMs = header("Lambda-Runtime-Deadline-Ms").parseBiggestInt
  let nowMs = int64(epochTime() * 1000)
  $ %*{
    "deadlineMs": deadlineMs,
    "remainingMs": deadlineMs - nowMs,
    "functionArn": header("Lambda-Runtime-Invoked-Function-Arn"),
    "traceId": header("Lambda-Runtime-Trace-Id"),
    "tenantId": header("Lambda-Runtime-Aws-Tenant-Id"),
    "clientContext": header("Lambda-Runtime-Client-Context", "null").parseJson,
    "cognitoIdentity": header("Lambda-Runtime-Cognito-Identity", "null").parseJson,
  }

proc parse(event: string): JsonNode =
  ## What is no object has no op, and is echoed.
  try:
    result = event.parseJson
    if result.kind != JObject: result = newJObject()
  except JsonParsingError, ValueError:
    result = newJObject()

proc print(line: string) =
  stdout.writeLine("stdout of " & line)
  stdout.flushFile
  stderr.writeLine("stderr of " & line)

proc handle(headers: HttpHeaders, event: string) =
  let invocation = "invocation/" & headers["Lambda-Runtime-Aws-Request-Id"]
  let asked = event.parse
  var answer = event
  case asked{"op"}.getStr
  of "fail":
    let report = %*{"errorType": "Fixture.Failed", "errorMessage": "as asked",
        "stackTrace": ["first line", "second line"]}
    post(invocation & "/error", $report, "Fixture.Failed")
    return
  of "exit": quit(asked["code"].getInt)
  of "hang":
    while true: sleep(high(int32))
  of "context": answer = context(headers)
  of "big": answer = '"' & 'x'.repeat(asked["bytes"].getInt - 2) & '"'
  of "print": print(asked["line"].getStr)
  else: discard
  post(invocation & "/response", answer)

if getEnv("INIT") == "fail":
  post("init/error", $ %*{"errorType": "Fixture.InitFailed", "errorMessage": "as asked"}, "Fixture.InitFailed")
  quit(1)
while true:
  let reply = client.get(api & "invocation/next")
  # The client sends the headers of an answer, then its body: TCP would hold the body back, for 40 ms.
  client.getSocket.setSockOpt(OptNoDelay, true, level = IPPROTO_TCP.toInt)
  handle(reply.headers, reply.body)
