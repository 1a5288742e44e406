//! Answers HTTP requests: says what it saw, or does what the path says.
use lambda_http::http::header::{CONTENT_TYPE, SET_COOKIE};
use lambda_http::{Body, Error, Request, RequestExt, RequestPayloadExt, Response, run, service_fn};
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(route)).await
}

async fn route(request: Request) -> Result<Response<Body>, Error> {
    match request.uri().path() {
        "/fail" => Err("no database".into()),
        "/panic" => panic!("at my wits end"),
        "/cookies" => Ok(Response::builder()
            .status(204)
            .header(SET_COOKIE, "a=1")
            .header(SET_COOKIE, "b=2")
            .body(Body::Empty)?),
        "/image" => Ok(Response::builder()
            .header(CONTENT_TYPE, "image/png")
            .body(Body::Binary(vec![0x89, 0x50, 0xff, 0x00]))?),
        _ => describe(&request),
    }
}

fn describe(request: &Request) -> Result<Response<Body>, Error> {
    let seen = json!({
        "method": request.method().as_str(),
        "uri": request.uri().to_string(),
        "tag": request.headers().get("x-tag").map(|tag| tag.to_str()).transpose()?,
        "query": request.query_string_parameters().all("q"),
        "pathParameter": request.path_parameters().first("id"),
        "json": request.payload::<Value>()?,
        "bytes": request.body().as_ref(),
        "requestId": request.lambda_context().request_id,
    });
    Ok(Response::builder()
        .status(201)
        .header(CONTENT_TYPE, "application/json")
        .header("x-seen", "yes")
        .body(seen.to_string().into())?)
}
