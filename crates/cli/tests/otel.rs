//! Traces over OTLP, as a collector receives them from the command. Only built with the feature; `cargo xtask check otel` runs it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

/// The trace and the span of a caller.
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0b990217";

/// The fields of a protobuf message that are bytes, texts or messages, by number; numbers are not needed here.
fn fields(mut message: &[u8]) -> Vec<(u64, &[u8])> {
    let mut fields = Vec::new();
    while !message.is_empty() {
        let key = varint(&mut message);
        match key & 7 {
            0 => _ = varint(&mut message),
            1 => message = &message[8..],
            2 => {
                let len = usize::try_from(varint(&mut message)).unwrap();
                let (bytes, rest) = message.split_at(len);
                fields.push((key >> 3, bytes));
                message = rest;
            }
            5 => message = &message[4..],
            wire => panic!("wire type {wire}"),
        }
    }
    fields
}

fn varint(message: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..).step_by(7) {
        let byte = message[0];
        *message = &message[1..];
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
    }
    value
}

/// Follows a path of fields through a message, and through all that are there more than once.
fn at<'a>(message: &'a [u8], path: &[u64]) -> Vec<&'a [u8]> {
    let [number, path @ ..] = path else { return vec![message] };
    fields(message).into_iter().filter(|(found, _)| found == number).flat_map(|(_, inner)| at(inner, path)).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A span, as `opentelemetry/proto/trace/v1/trace.proto` has it.
#[derive(Clone, Debug)]
struct Span {
    trace: String,
    id: String,
    parent: String,
    name: String,
    attributes: Vec<String>,
}

impl Span {
    fn read(message: &[u8]) -> Self {
        let one = |number| at(message, &[number]).first().copied().unwrap_or_default();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Self {
            trace: hex(one(1)),
            id: hex(one(2)),
            parent: hex(one(4)),
            name: text(one(5)),
            attributes: at(message, &[9, 1]).into_iter().map(text).collect(),
        }
    }
}

/// Listens like a collector; the body of each request comes out.
fn collector() -> (SocketAddr, Receiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let mut head = Vec::new();
            loop {
                let mut line = String::new();
                stream.read_line(&mut line).unwrap();
                if line.trim().is_empty() {
                    break;
                }
                head.push(line.trim().to_ascii_lowercase());
            }
            assert_eq!(head[0], "post /v1/traces http/1.1");
            assert!(head.contains(&"content-type: application/x-protobuf".to_owned()), "{head:?}");
            let length = head.iter().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            let mut body = vec![0; length.parse().unwrap()];
            stream.read_exact(&mut body).unwrap();
            stream.get_mut().write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
            sender.send(body).unwrap();
        }
    });
    (address, receiver)
}

/// A server in a process of its own, which sends its traces somewhere.
struct Server(Child, SocketAddr);

impl Server {
    fn start(endpoint: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_palmette"));
        command.env_clear().env("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint).env("OTEL_RESOURCE_ATTRIBUTES", "zone=here");
        command.args(["serve", "--listen", "127.0.0.1:0", "--engine", "cpu", "--log-filter", "warn"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://").unwrap().parse().unwrap();
        Self(child, address)
    }

    /// Sends a request and returns the answer.
    fn exchange(&self, head: &str, body: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.1).unwrap();
        let length = body.len();
        write!(stream, "{head}\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n").unwrap();
        stream.write_all(body).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Ends the server, which then sends what it has, and returns its log.
    fn stop(mut self) -> String {
        let id = self.0.id().to_string();
        assert!(Command::new("kill").arg(id).status().unwrap().success());
        let mut log = String::new();
        self.0.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        assert!(self.0.wait().unwrap().success(), "{log}");
        log
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A form that makes a picture of two pixels smaller.
fn form() -> Vec<u8> {
    let picture = b"P6 2 2 255\n0123456789ab";
    let mut body = Vec::new();
    for (name, bytes) in
        [("image", &picture[..]), ("transforms", br#"[{"imageIndex":0,"width":1}]"#), ("output_format", b"image/png")]
    {
        body.extend(format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n").bytes());
        body.extend(bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--b--\r\n");
    body
}

#[test]
fn otel_traces_follow_the_caller() {
    let (address, bodies) = collector();
    let server = Server::start(&format!("http://{address}"));
    let head = format!(
        "POST /transform HTTP/1.1\r\ntraceparent: 00-{TRACE}-{CALLER}-01\r\ncontent-type: multipart/form-data; boundary=b"
    );
    let answer = server.exchange(&head, &form());
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    // A caller that does not want to be traced, and one whose header is none.
    let unwanted = head.replace("-01\r\n", "-00\r\n");
    assert!(server.exchange(&unwanted, &form()).starts_with("HTTP/1.1 200"));
    assert!(server.exchange("GET /nowhere HTTP/1.1\r\ntraceparent: 00-zz", b"").starts_with("HTTP/1.1 404"));
    server.exchange("GET /live HTTP/1.1", b"");
    let log = server.stop();
    assert_eq!(log, "", "nothing to complain about");

    let bodies: Vec<Vec<u8>> = std::iter::from_fn(|| bodies.recv_timeout(Duration::from_secs(1)).ok()).collect();
    let resource: Vec<String> = bodies
        .iter()
        .flat_map(|body| at(body, &[1, 1, 1]))
        .map(|attribute| String::from_utf8_lossy(attribute).into_owned())
        .collect();
    for word in ["palmette", "zone"] {
        assert!(resource.iter().any(|attribute| attribute.contains(word)), "{resource:?}");
    }
    let spans: Vec<Span> = bodies.iter().flat_map(|body| at(body, &[1, 2, 2])).map(Span::read).collect();
    let by_id: BTreeMap<&str, &Span> = spans.iter().map(|span| (span.id.as_str(), span)).collect();

    let roots: Vec<&Span> = spans.iter().filter(|span| !by_id.contains_key(span.parent.as_str())).collect();
    let names: Vec<&str> = roots.iter().map(|span| span.name.as_str()).collect();
    assert_eq!(names, ["POST /transform", "GET"], "probes are not among them, nor who does not want to be traced");
    assert_eq!((roots[0].trace.as_str(), roots[0].parent.as_str()), (TRACE, CALLER));
    assert!(roots[0].attributes.contains(&"http.response.status_code".to_owned()), "{:?}", roots[0]);
    assert_eq!(roots[1].parent, "", "{:?}", roots[1]);

    let of_trace: Vec<&str> = spans.iter().filter(|span| span.trace == TRACE).map(|span| span.name.as_str()).collect();
    for stage in ["collect", "parse", "fetch", "probe", "lower", "select", "wait", "run", "decode", "encode"] {
        assert!(of_trace.contains(&stage), "{stage}: {of_trace:?}");
    }
    // The stage that encodes pulls the rows of the others.
    let parent = |name: &str| {
        let span = spans.iter().find(|span| span.name == name).unwrap();
        by_id[span.parent.as_str()].name.as_str()
    };
    assert_eq!((parent("run"), parent("encode")), ("POST /transform", "run"));
}

#[test]
fn otel_collector_that_is_away_costs_no_request() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let server = Server::start(&format!("http://{address}"));
    let head = "POST /transform HTTP/1.1\r\ncontent-type: multipart/form-data; boundary=b";
    assert!(server.exchange(head, &form()).starts_with("HTTP/1.1 200"));
    let log = server.stop();
    assert!(log.contains("WARN") || log.contains("ERROR"), "the log says that traces are lost: {log}");
}
