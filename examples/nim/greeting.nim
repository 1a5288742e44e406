## A function that greets.
import std/[json, os]
import runtime

type NameMissing = object of ValueError

proc greet(event: JsonNode): JsonNode =
  let name = event{"name"}.getStr
  if name == "": raise newException(NameMissing, "the event has no name")
  sleep(event{"pauseMs"}.getInt)
  echo "greeting ", name
  stdout.flushFile
  %*{"text": "Hello " & name & "!"}

serve(greet)
