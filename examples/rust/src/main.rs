//! A function that greets.
use lambda_runtime::{Diagnostic, Error, LambdaEvent, run, service_fn};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::time::sleep;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    name: String,
    #[serde(default)]
    pause_ms: u64,
}

#[derive(Serialize)]
struct Greeting {
    text: String,
}

#[derive(Debug)]
struct NameMissing;

/// What callers read. Without it, the errorType would be a type's path.
impl From<NameMissing> for Diagnostic {
    fn from(_: NameMissing) -> Self {
        Diagnostic {
            error_type: "NameMissing".into(),
            error_message: "the event has no name".into(),
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(greet)).await
}

async fn greet(event: LambdaEvent<Event>) -> Result<Greeting, NameMissing> {
    let Event { name, pause_ms } = event.payload;
    if name.is_empty() {
        return Err(NameMissing);
    }
    sleep(Duration::from_millis(pause_ms)).await;
    println!("greeting {name}");
    Ok(Greeting {
        text: format!("Hello {name}!"),
    })
}
