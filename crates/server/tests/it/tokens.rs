//! Tokens: who is let through, to what, and how they are changed while the server runs.

use std::fs;
use std::path::PathBuf;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use palmette_server::Config;
use tempfile::TempDir;
use tokio::net::TcpStream;

use crate::sockets::{chunk, chunked_head, send};
use crate::support::{BOUNDARY, Form, Server, app_with, call, form, get, png, transform};

/// A request, its status if it is let through, and whether it is let through without a token.
struct Ask {
    method: Method,
    path: &'static str,
    status: u16,
    is_free: bool,
}

const fn ask(method: Method, path: &'static str, status: u16, is_free: bool) -> Ask {
    Ask { method, path, status, is_free }
}

const ASKS: [Ask; 19] = [
    ask(Method::POST, "/transform", 200, false),
    ask(Method::POST, "/info", 200, false),
    // It says nothing of what to forget.
    ask(Method::POST, "/purge", 400, false),
    ask(Method::GET, "/options", 200, false),
    ask(Method::HEAD, "/options", 200, false),
    ask(Method::GET, "/openapi.json", 200, false),
    ask(Method::GET, "/metrics", 200, false),
    ask(Method::GET, "/nowhere", 404, false),
    ask(Method::GET, "/transform", 405, false),
    ask(Method::OPTIONS, "/transform", 405, false),
    ask(Method::GET, "/live/", 404, false),
    ask(Method::GET, "//live", 404, false),
    ask(Method::GET, "/playground/", 404, false),
    ask(Method::GET, "/playground/../metrics", 404, false),
    ask(Method::GET, "/live", 200, true),
    ask(Method::GET, "/ready", 200, true),
    ask(Method::GET, "/", 200, true),
    ask(Method::GET, "/playground/app.js", 200, true),
    ask(Method::POST, "/", 405, true),
];

/// A folder with a file of tokens, and a configuration that names it.
struct Tokens {
    _folder: TempDir,
    path: PathBuf,
}

impl Tokens {
    fn write(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens");
        fs::write(&path, text).unwrap();
        Self { _folder: folder, path }
    }

    fn config(&self) -> Config {
        let mut config = Config::default();
        config.server.token_files = vec![self.path.clone()];
        config
    }
}

/// The form that a path takes.
fn body_of(path: &str) -> Vec<u8> {
    match path {
        "/transform" => form(&png(4, 4), "[]", "image/png").bytes(),
        "/info" => Form::new().file("image", &png(4, 4)).bytes(),
        _ => Vec::new(),
    }
}

/// Sends one request over a connection of its own, and returns its answer.
async fn exchange(server: &Server, ask: &Ask, token: Option<&str>) -> String {
    let body = body_of(ask.path);
    let authorization = token.map_or_else(String::new, |token| format!("authorization: Bearer {token}\r\n"));
    let head = format!(
        "{} {} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{authorization}content-length: {}\r\n\
         content-type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n",
        ask.method,
        ask.path,
        body.len()
    );
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    send(&mut stream, &[head.as_bytes(), &body].concat()).await
}

/// Asks for everything with a token, which is taken or not.
async fn assert_all(server: &Server, token: Option<&str>, is_taken: bool) {
    for ask in &ASKS {
        let answer = exchange(server, ask, token).await;
        let what = format!("{} {} with {token:?}: {answer}", ask.method, ask.path);
        let status: u16 = answer.split(' ').nth(1).unwrap().parse().unwrap();
        if is_taken || ask.is_free {
            assert_eq!(status, ask.status, "{what}");
            continue;
        }
        assert_eq!(status, 401, "{what}");
        // Without a token the scheme alone is sent, and blanks at the end of a header do not count.
        let challenge =
            if token.is_some_and(|token| !token.is_empty()) { "Bearer error=\"invalid_token\"" } else { "Bearer" };
        assert!(answer.contains(&format!("\r\nwww-authenticate: {challenge}\r\n")), "{what}");
        assert!(answer.contains("\r\ncf-images-binding: err=9401\r\n"), "{what}");
        if ask.method != Method::HEAD {
            assert!(answer.contains("\r\n\r\nERROR 9401: ") && answer.contains("token"), "{what}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_asked_for_on_every_route_and_changed_without_a_stop() {
    let tokens = Tokens::write("# one\nold\n");
    let server = Server::start(tokens.config()).await;
    let change = |text: &str| {
        fs::write(&tokens.path, text).unwrap();
        server.credentials.reread();
    };
    let assert_taken = async |old: bool, new: bool| {
        assert_all(&server, Some("old"), old).await;
        assert_all(&server, Some("new"), new).await;
        assert_all(&server, None, false).await;
        assert_all(&server, Some("olde"), false).await;
        assert_all(&server, Some(""), false).await;
    };
    assert_taken(true, false).await;
    change("old\nnew\n");
    assert_taken(true, true).await;
    change("new\n");
    assert_taken(false, true).await;
    change("a token\n");
    assert_taken(false, true).await;
    change("");
    assert_taken(false, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_asked_for_wherever_the_server_says_that_it_serves() {
    let text = get(&app_with(Config::default()), "/nowhere").await.text();
    let served: Vec<_> =
        text.split_once("try ").unwrap().1.split([',', ' ']).filter(|word| word.starts_with('/')).collect();
    assert!(served.len() >= 7, "{text}");
    for path in served {
        assert!(ASKS.iter().any(|ask| ask.path == path), "{path} is not tried with tokens");
    }
}

#[tokio::test]
async fn tokens_are_for_nobody_without_a_file() {
    let app = app_with(Config::default());
    let request = Request::get("/options").header("authorization", "Bearer any").body(Body::empty()).unwrap();
    assert_eq!(call(&app, request).await.status, StatusCode::OK);
    assert_eq!(transform(&app, form(&png(4, 4), "[]", "image/png")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn tokens_count_in_the_proxied_form() {
    let tokens = Tokens::write("secret");
    let app = app_with(tokens.config());
    let ask = async |name: &'static str, token: &'static str| {
        let request = Request::post("/")
            .header("MF-URL", "https://js.images.cloudflare.com/info")
            .header("MF-Header-content-type", format!("multipart/form-data; boundary={BOUNDARY}"))
            .header(name, token)
            .body(Body::from(body_of("/info")))
            .unwrap();
        call(&app, request).await.status
    };
    assert_eq!(ask("authorization", "Bearer secret").await, StatusCode::OK);
    assert_eq!(ask("MF-Header-authorization", "Bearer secret").await, StatusCode::OK);
    assert_eq!(ask("MF-Header-authorization", "Bearer other").await, StatusCode::UNAUTHORIZED);
    assert_eq!(ask("x-other", "Bearer secret").await, StatusCode::UNAUTHORIZED);
    let free = Request::post("/transform").header("MF-URL", "https://a/live").body(Body::empty()).unwrap();
    assert_eq!(call(&app, free).await.status, StatusCode::METHOD_NOT_ALLOWED, "it goes to /live, and to nothing else");
}

/// A client that sends everything before it reads anything, as most do, sees why it was refused.
#[tokio::test(flavor = "multi_thread")]
async fn tokens_refusal_is_seen_behind_a_large_body() {
    let tokens = Tokens::write("secret");
    let server = Server::start(tokens.config()).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let mut request = chunked_head("/transform").into_bytes();
    for _ in 0..100 {
        request.extend(chunk(&[7; 100_000]));
    }
    request.extend(b"0\r\n\r\n");
    let answer = send(&mut stream, &request).await;
    assert!(answer.starts_with("HTTP/1.1 401 ") && answer.contains("ERROR 9401: a token is needed"), "{answer}");
}

#[tokio::test]
async fn tokens_refusals_are_counted() {
    let tokens = Tokens::write("secret");
    let app = app_with(tokens.config());
    assert_eq!(transform(&app, form(&png(4, 4), "[]", "image/png")).await.status, StatusCode::UNAUTHORIZED);
    let request = Request::get("/metrics").header("authorization", "Bearer secret").body(Body::empty()).unwrap();
    let metrics = call(&app, request).await.text();
    let line = r#"palmette_requests_total{route="/transform",status="401",code="9401"} 1"#;
    assert!(metrics.lines().any(|found| found == line), "{metrics}");
    let request = Request::get("/metrics").body(Body::empty()).unwrap();
    assert!(!call(&app, request).await.text().contains("palmette_"));
}
