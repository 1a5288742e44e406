//! The fixture of ../../../behaviours.ts with lambda_runtime.
use lambda_runtime::{Context, Diagnostic, Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};
use std::env;
use std::future::pending;
use std::process::{abort, exit};
use std::time::UNIX_EPOCH;

#[tokio::main]
async fn main() -> Result<(), Error> {
    match env::var("INIT").as_deref() {
        Ok("fail") => Err("as asked".into()),
        Ok("panic") => panic!("as asked"),
        _ => run(service_fn(handle)).await,
    }
}

async fn handle(event: LambdaEvent<Value>) -> Result<Value, Diagnostic> {
    let (event, context) = event.into_parts();
    match event["op"].as_str().unwrap_or_default() {
        "fail" => Err(Diagnostic {
            error_type: "Fixture.Failed".into(),
            error_message: "as asked".into(),
        }),
        "exit" => exit(event["code"].as_i64().expect("code") as i32),
        "abort" => abort(),
        "panic" => panic!("{}", event["message"].as_str().expect("message")),
        "hang" => pending().await,
        "context" => Ok(describe(&context)),
        "big" => {
            let bytes = event["bytes"].as_u64().expect("bytes");
            Ok("x".repeat(bytes as usize - 2).into())
        }
        "print" => {
            let line = event["line"].as_str().expect("line");
            println!("stdout of {line}");
            eprintln!("stderr of {line}");
            Ok(event)
        }
        _ => Ok(event),
    }
}

fn describe(context: &Context) -> Value {
    let now = UNIX_EPOCH.elapsed().expect("a time");
    json!({
        "deadlineMs": context.deadline,
        "remainingMs": context.deadline as i64 - now.as_millis() as i64,
        "functionArn": context.invoked_function_arn,
        "traceId": context.xray_trace_id,
        "traceIdVariable": env::var("_X_AMZN_TRACE_ID").ok(),
        "tenantId": context.tenant_id,
        "clientContext": context.client_context,
        "cognitoIdentity": context.identity,
    })
}
