"""The fixture of ../behaviours.ts as a handler of AWS's own client."""
import os
import sys
import threading


class Failed(Exception):
    pass


if os.environ.get("INIT") == "fail":
    # The client reports the name of the class. Lambda wants one of the form Category.Reason.
    raise type("Fixture.InitFailed", (Exception,), {})("as asked")


def handler(event, context):
    op = event.get("op") if isinstance(event, dict) else None
    if op == "fail":
        raise Failed("as asked")
    if op == "exit":
        sys.exit(event["code"])
    if op == "hang":
        threading.Event().wait()
    if op == "context":
        return describe(context)
    if op == "big":
        return "x" * (event["bytes"] - 2)
    if op == "print":
        print("stdout of", event["line"])
        print("stderr of", event["line"], file=sys.stderr)
    return event


def describe(context):
    client_context = context.client_context
    identity = context.identity
    return {
        "remainingMs": context.get_remaining_time_in_millis(),
        "functionArn": context.invoked_function_arn,
        "traceId": os.environ["_X_AMZN_TRACE_ID"],
        "tenantId": context.tenant_id,
        "clientContext": client_context
        and {"client": {"app_title": client_context.client.app_title}, "custom": client_context.custom},
        "cognitoIdentity": {
            "cognitoIdentityId": identity.cognito_identity_id,
            "cognitoIdentityPoolId": identity.cognito_identity_pool_id,
        },
    }
