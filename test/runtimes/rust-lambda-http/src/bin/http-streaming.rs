//! Streams the body of the request back, by lines; the path `/abort` gives up in the middle, `/hang` never ends.
use lambda_http::http::header::{CONTENT_TYPE, SET_COOKIE};
use lambda_http::{Error, Request, Response, run_with_streaming_response, service_fn};
use lambda_runtime::streaming::{Body, channel};
use std::future::pending;

#[tokio::main]
async fn main() -> Result<(), Error> {
    run_with_streaming_response(service_fn(stream)).await
}

async fn stream(request: Request) -> Result<Response<Body>, Error> {
    let path = request.uri().path().to_string();
    let lines = String::from_utf8(request.body().to_vec())?;
    let (mut sender, body) = channel();
    tokio::spawn(async move {
        for line in lines.split_inclusive('\n') {
            sender.send_data(line.to_string().into()).await?;
        }
        match path.as_str() {
            "/abort" => sender.abort(),
            "/hang" => pending().await,
            _ => {}
        }
        Ok::<(), Error>(())
    });
    Ok(Response::builder()
        .status(418)
        .header(CONTENT_TYPE, "text/plain")
        .header(SET_COOKIE, "a=1")
        .body(body)?)
}
