//! The fixture of ../behaviours.ts in Rust, with its standard library: HTTP by hand, on one connection.
use std::collections::HashMap;
use std::env;
use std::io::{BufRead, BufReader, Error, Read, Write};
use std::net::TcpStream;
use std::process::exit;
use std::thread::park;
use std::time::{SystemTime, UNIX_EPOCH};

type Headers = HashMap<String, String>;

struct Api {
    host: String,
    connection: BufReader<TcpStream>,
}

fn main() -> Result<(), Error> {
    let host = env::var("AWS_LAMBDA_RUNTIME_API").expect("AWS_LAMBDA_RUNTIME_API");
    let connection = BufReader::new(TcpStream::connect(&host)?);
    let mut api = Api { host, connection };
    if env::var("INIT").map_or(false, |init| init == "fail") {
        let error = br#"{"errorType":"Fixture.InitFailed","errorMessage":"as asked"}"#;
        api.post("init/error", error, "Lambda-Runtime-Function-Error-Type: Fixture.InitFailed\r\n")?;
        exit(1);
    }
    loop {
        let (headers, event) = api.call("GET", "invocation/next", &[], "")?;
        handle(&mut api, &headers, event)?;
    }
}

fn handle(api: &mut Api, headers: &Headers, event: Vec<u8>) -> Result<(), Error> {
    let invocation = format!("invocation/{}", header(headers, "lambda-runtime-aws-request-id", ""));
    let answer = match field(&event, "op").as_str() {
        "fail" => {
            let error = br#"{"errorType":"Fixture.Failed","errorMessage":"as asked","stackTrace":["first line","second line"]}"#;
            let error_type = "Lambda-Runtime-Function-Error-Type: Fixture.Failed\r\n";
            return api.post(&format!("{invocation}/error"), error, error_type);
        }
        "exit" => exit(field(&event, "code").parse().expect("code")),
        "hang" => loop {
            park()
        },
        "context" => context(headers).into_bytes(),
        "big" => {
            let length: usize = field(&event, "bytes").parse().expect("bytes");
            format!("\"{}\"", "x".repeat(length - 2)).into_bytes()
        }
        "print" => {
            println!("stdout of {}", field(&event, "line"));
            eprintln!("stderr of {}", field(&event, "line"));
            event
        }
        _ => event,
    };
    api.post(&format!("{invocation}/response"), &answer, "")
}

fn context(headers: &Headers) -> String {
    let deadline: i128 = header(headers, "lambda-runtime-deadline-ms", "").parse().expect("a deadline");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time").as_millis() as i128;
    format!(
        r#"{{"deadlineMs":{},"remainingMs":{},"functionArn":"{}","traceId":"{}","tenantId":"{}","clientContext":{},"cognitoIdentity":{}}}"#,
        deadline,
        deadline - now,
        header(headers, "lambda-runtime-invoked-function-arn", ""),
        header(headers, "lambda-runtime-trace-id", ""),
        header(headers, "lambda-runtime-aws-tenant-id", ""),
        header(headers, "lambda-runtime-client-context", "null"),
        header(headers, "lambda-runtime-cognito-identity", "null"),
    )
}

impl Api {
    fn post(&mut self, path: &str, body: &[u8], more_headers: &str) -> Result<(), Error> {
        self.call("POST", path, body, more_headers).map(|_| ())
    }

    fn call(&mut self, method: &str, path: &str, body: &[u8], more_headers: &str) -> Result<(Headers, Vec<u8>), Error> {
        let host = &self.host;
        let length = body.len();
        let head = format!(
            "{method} /2018-06-01/runtime/{path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\n{more_headers}\r\n"
        );
        self.connection.get_mut().write_all(&[head.as_bytes(), body].concat())?;

        let status = self.line()?;
        let mut headers = Headers::new();
        loop {
            let line = self.line()?;
            match line.split_once(':') {
                Some((name, value)) => headers.insert(name.to_ascii_lowercase(), value.trim().to_string()),
                None => break,
            };
        }
        let length: usize = header(&headers, "content-length", "").parse().expect("a length");
        let mut reply = vec![0; length];
        self.connection.read_exact(&mut reply)?;
        assert!(status.contains(" 20"), "{method} {path}: {status}");
        Ok((headers, reply))
    }

    fn line(&mut self) -> Result<String, Error> {
        let mut line = String::new();
        self.connection.read_line(&mut line)?;
        Ok(line.trim_end().to_string())
    }
}

fn header<'a>(headers: &'a Headers, name: &str, otherwise: &'a str) -> &'a str {
    headers.get(name).map_or(otherwise, String::as_str)
}

fn field(event: &[u8], name: &str) -> String {
    let text = String::from_utf8_lossy(event);
    let rest = text.split_once(&format!("\"{name}\":")).map_or("", |(_, rest)| rest.trim_start_matches('"'));
    rest.chars().take_while(|character| character.is_ascii_alphanumeric() || *character == '-').collect()
}
