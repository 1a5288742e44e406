"""Handlers that do what handlers ought not to do."""
import decimal
import logging
import os
import signal
import sys


def raises(event, context):
    class Überfall(Exception):
        pass

    kinds = {
        "builtin": lambda: 1 // 0,
        "without a message": lambda: throw(ValueError()),
        "unicode": lambda: throw(Überfall("añb 漢字 🦊\n\"quoted\" \\ \x7f")),
        "chained": lambda: chain(),
        "deep": lambda: recurse(0),
        "huge": lambda: throw(ValueError("x" * event["length"])),
    }
    return kinds[event["kind"]]()


def throw(error):
    raise error


def chain():
    try:
        raise KeyError("inner")
    except KeyError as error:
        raise RuntimeError("outer") from error


def recurse(depth):
    return recurse(depth + 1)


def returns(event, context):
    kinds = {
        "none": lambda: None,
        "tuple": lambda: (1, "two"),
        "decimal": lambda: decimal.Decimal("0.10"),
        "bytes": lambda: b"\x00\xff",
        "nan": lambda: float("nan"),
        "object": lambda: object(),
        "set": lambda: {1, 2},
        "circle": lambda: circle(),
    }
    return kinds[event["kind"]]()


def circle():
    itself = []
    itself.append(itself)
    return itself


def ends(event, context):
    kinds = {
        "sys.exit()": lambda: sys.exit(),
        "sys.exit('a message')": lambda: sys.exit("a message"),
        "os._exit(7)": lambda: os._exit(7),
        "KeyboardInterrupt": lambda: throw(KeyboardInterrupt()),
        "SIGKILL": lambda: os.kill(os.getpid(), signal.SIGKILL),
    }
    return kinds[event["kind"]]()


def logs(event, context):
    logging.getLogger().warning("careful")


not_callable = 42
