//! The same in buckets of S3, as the server of the package moto keeps them.
#![cfg(all(feature = "buckets", unix))]

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{count, draw, files};
use crate::support::{EX_UNAVAILABLE, EX_USAGE, Folder, palmette, png};

const COUNT: u32 = 90;
const FLAGS: [&str; 4] = ["--width", "20", "--format", "webp"];

/// Whoever asks says who it is, or moto takes it for a stranger; it believes everybody.
const AUTHORIZATION: &str =
    "AWS4-HMAC-SHA256 Credential=a/20261127/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0";

/// A server with the bucket `pictures`.
pub(crate) struct S3 {
    child: Child,
    port: u16,
}

impl S3 {
    pub(crate) fn start() -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.venv/bin/moto_server");
        let program = if installed.exists() { installed } else { "moto_server".into() };
        let mut command = Command::new(program);
        command.args(["-p", &port.to_string()]).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().expect("`scripts/setup check` installs moto");
        let server = Self { child, port };
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(began.elapsed() < Duration::from_secs(30), "moto does not listen");
            sleep(Duration::from_millis(50));
        }
        assert!(server.ask("PUT", "/pictures", b"").starts_with("HTTP/1.1 200"));
        server
    }

    /// Puts an object with headers, each ended by `\r\n`.
    pub(crate) fn put(&self, key: &str, headers: &str, body: &[u8]) {
        let answer = self.exchange_with("PUT", &format!("/pictures/{key}"), headers, body);
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{key}");
    }

    /// Sends a request, and returns the whole answer with its bytes as characters.
    pub(crate) fn ask(&self, method: &str, path: &str, body: &[u8]) -> String {
        self.exchange(method, path, body).iter().copied().map(char::from).collect()
    }

    fn exchange(&self, method: &str, path: &str, body: &[u8]) -> Vec<u8> {
        self.exchange_with(method, path, "", body)
    }

    fn exchange_with(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: x\r\nauthorization: {AUTHORIZATION}\r\ncontent-length: {length}\r\n{headers}"
        );
        stream.write_all(format!("{head}connection: close\r\n\r\n").as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        answer
    }

    /// Gets an object.
    fn get(&self, key: &str) -> Vec<u8> {
        let answer = self.exchange("GET", &format!("/pictures/{key}"), b"");
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{key}");
        answer[end..].to_vec()
    }

    /// Returns a batch that reaches the server as the environment says.
    fn batch(&self, folder: &Folder, args: &[&str]) -> Command {
        let mut command = palmette();
        command.current_dir(folder.path()).arg("batch").args(args).args(FLAGS);
        self.lead(&mut command);
        command
    }

    /// Has a command find the server.
    pub(crate) fn lead(&self, command: &mut Command) {
        command
            .env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", self.port))
            .env("AWS_ALLOW_HTTP", "true")
            .envs([("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b"), ("AWS_REGION", "us-east-1")]);
    }

    /// Runs a batch, and returns its report.
    fn run(&self, folder: &Folder, args: &[&str]) -> (Output, BTreeMap<String, Value>) {
        let output = self.batch(folder, args).args(["--report", "-"]).output().unwrap();
        let lines = String::from_utf8(output.stdout.clone()).unwrap();
        let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let report = lines.map(|line| (line["target"].as_str().unwrap().to_owned(), line)).collect();
        (output, report)
    }

    /// Runs a batch, which has to succeed; returns how many were made and how many skipped.
    fn succeed(&self, folder: &Folder, args: &[&str]) -> [usize; 2] {
        let (output, report) = self.run(folder, args);
        assert!(output.status.success(), "{args:?}: {output:?}");
        [count(&report, "made"), count(&report, "skipped")]
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Draws pictures, puts them into the bucket below `in`, and makes the results that are expected in the folder `expected`.
fn prepare(server: &S3) -> (Folder, BTreeMap<String, Vec<u8>>) {
    let folder = Folder::new();
    draw(&folder, "in", COUNT);
    for (name, bytes) in files(&folder.path().join("in")) {
        assert!(server.ask("PUT", &format!("/pictures/in/{name}"), &bytes).starts_with("HTTP/1.1 200"));
    }
    assert_eq!(server.succeed(&folder, &["in", "-o", "expected"]), [COUNT as usize, 0]);
    let expected = files(&folder.path().join("expected"));
    (folder, expected)
}

#[test]
fn batch_in_a_bucket_goes_on_after_it_was_killed() {
    let server = S3::start();
    let (folder, expected) = prepare(&server);
    let mut command = server.batch(&folder, &["s3://pictures/in", "-o", "s3://pictures/out", "--jobs", "2"]);
    let mut child = command.args(["--report", "report.jsonl"]).stderr(Stdio::null()).spawn().unwrap();
    let told = || fs::read_to_string(folder.path().join("report.jsonl")).unwrap_or_default().lines().count();
    while told() < COUNT as usize / 4 {
        assert!(child.try_wait().unwrap().is_none(), "it ended too soon");
        sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let before = told();

    let arguments = ["s3://pictures/in", "-o", "s3://pictures/out", "--skip-existing"];
    let [made, skipped] = server.succeed(&folder, &arguments);
    assert_eq!(made + skipped, COUNT as usize);
    assert!(skipped >= before && made > 0, "{before} were made before, {skipped} were skipped");
    for (name, bytes) in &expected {
        assert!(server.get(&format!("out/{name}")) == *bytes, "{name}");
    }
    assert_eq!(server.succeed(&folder, &arguments), [0, COUNT as usize]);
    let head = server.ask("HEAD", "/pictures/out/0/0.webp", b"").to_ascii_lowercase();
    assert!(head.contains("content-type: image/webp") && head.contains("x-amz-meta-palmette-mark: "), "{head}");

    server.ask("DELETE", "/pictures/out/0/0.webp", b"");
    server.ask("PUT", "/pictures/out/1/1.webp", b"somebody else's");
    server.ask("PUT", "/pictures/in/2/2.png", &png(9, 9, [1, 2, 3, 255]));
    let (_, report) = server.run(&folder, &arguments);
    let made = report.iter().filter(|(_, line)| line["outcome"] == "made").map(|(target, _)| target.as_str());
    assert_eq!(
        made.collect::<Vec<_>>(),
        ["out/0/0", "out/1/1", "out/2/2"].map(|name| format!("s3://pictures/{name}.webp"))
    );
}

#[test]
fn batch_between_buckets_and_folders() {
    let server = S3::start();
    let (folder, expected) = prepare(&server);
    let all = COUNT as usize;
    assert_eq!(server.succeed(&folder, &["s3://pictures/in/**/*.png", "-o", "out", "--skip-existing"]), [all, 0]);
    assert_eq!(files(&folder.path().join("out")), expected);
    assert_eq!(server.succeed(&folder, &["s3://pictures/in/", "-o", "out", "--skip-existing"]), [0, all]);

    for shard in ["0/2", "1/2"] {
        let [made, skipped] =
            server.succeed(&folder, &["in", "-o", "s3://pictures/up", "--skip-existing", "--shard", shard]);
        assert!(made > 20 && skipped == 0, "{shard}: {made}");
    }
    assert_eq!(server.succeed(&folder, &["in", "-o", "s3://pictures/up/", "--skip-existing"]), [0, all]);
    assert_eq!(server.get("up/1/1.webp"), expected["1/1.webp"]);

    // One that is inside of what is read is left out, and one object is found by its name.
    let into = ["s3://pictures/up", "-o", "s3://pictures/up/small"];
    assert_eq!(server.succeed(&folder, &into), [all, 0]);
    assert_eq!(server.succeed(&folder, &into), [all, 0]);
    let one = png(5, 5, [7, 7, 7, 255]);
    server.ask("PUT", "/pictures/a%20b/%C3%BC.png", &one);
    let (output, report) = server.run(&folder, &["s3://pictures/a b/ü.png", "-o", "s3://pictures/ö"]);
    assert!(output.status.success() && report.contains_key("s3://pictures/ö/ü.webp"), "{output:?}");

    // A list names objects, and keeps their names in the bucket.
    let mut child = server.batch(&folder, &["-", "-o", "listed", "--report", "-"]);
    let mut child = child.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all("s3://pictures/a b/ü.png\ns3://pictures/in/0/0.png\n".as_bytes()).unwrap();
    assert!(child.wait_with_output().unwrap().status.success());
    assert_eq!(super::names(&folder.path().join("listed")), ["a b/ü.webp", "in/0/0.webp"]);
}

#[test]
fn batch_says_why_a_bucket_cannot_be_used() {
    let server = S3::start();
    let folder = Folder::new();
    for (args, status, words) in [
        (&["s3://nowhere/in", "-o", "out"][..], EX_UNAVAILABLE, &["s3://nowhere/in", "NoSuchBucket"][..]),
        (&["s3://pictures/in", "-o", "out"], 66, &["s3://pictures/in", "no picture"]),
        (&["grey.png", "-o", "s3://nowhere/out"], EX_UNAVAILABLE, &["s3://nowhere/out/grey.webp", "NoSuchBucket"]),
        (&["s3://pictures/in", "-o", "s3://pictures/in/"], EX_USAGE, &["s3://pictures/in", "--out"]),
    ] {
        let (output, _) = server.run(&folder, args);
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{args:?}: {text}");
        for word in words {
            assert!(text.contains(word), "{args:?}: `{word}` is not in: {text}");
        }
    }
    let output =
        server.batch(&folder, &["grey.png", "-o", "s3://pictures"]).env_remove("AWS_ALLOW_HTTP").output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("AWS_ALLOW_HTTP=true"), "{output:?}");
    // Neither a region nor a key, and nobody who would give one.
    let mut command = server.batch(&folder, &["grey.png", "-o", "gs://pictures"]);
    let output = command.env("GOOGLE_PROXY_URL", "http://127.0.0.1:1").output().unwrap();
    assert_eq!(output.status.code(), Some(EX_UNAVAILABLE));
    assert!(String::from_utf8_lossy(&output.stderr).contains("proxies are not supported"), "{output:?}");
}
