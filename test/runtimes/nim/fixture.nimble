version = "1.0.0"
author = "The lambda-runtime-harness authors"
description = "A runtime for the tests"
license = "MIT"
bin = @["fixture"]

requires "nim >= 1.6.10"
