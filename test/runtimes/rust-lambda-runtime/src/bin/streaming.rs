//! Streams the `chunks` of the event; then does what `ending` says: `end`, `fail` or `hang`.
use lambda_runtime::streaming::Response;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde::Deserialize;
use std::pin::Pin;
use tokio_stream::{Stream, StreamExt, iter, pending};

#[derive(Deserialize)]
struct Script {
    chunks: Vec<String>,
    ending: String,
}

type Chunks = Pin<Box<dyn Stream<Item = Result<String, Error>> + Send>>;

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(play)).await
}

async fn play(event: LambdaEvent<Script>) -> Result<Response<Chunks>, Error> {
    let Script { chunks, ending } = event.payload;
    let chunks = iter(chunks.into_iter().map(Ok));
    let stream: Chunks = match ending.as_str() {
        "end" => Box::pin(chunks),
        "fail" => Box::pin(chunks.chain(iter([Err("lost the thread".into())]))),
        "hang" => Box::pin(chunks.chain(pending())),
        _ => return Err(format!("no such end: {ending}").into()),
    };
    Ok(stream.into())
}
