//! A request of many kinds of steps, and its answer.

use std::sync::atomic::{AtomicUsize, Ordering};

use palmette::codec::{EncodeFormat, EncodeOptions, encode};
use palmette::core::{Pixmap, Size};

use super::machine::Machine;
use crate::server::Server;

const BOUNDARY: &str = "boundary";

/// A list that uploads, measures and computes.
const LIST: &str = r#"[{"imageIndex":0,"width":90,"height":60,"fit":"cover","gravity":"entropy","blur":3,"rotate":90},
    {"imageIndex":1,"width":20,"sharpen":2,"saturation":0.3},
    {"drawImageIndex":1,"targetImageIndex":0,"repeat":true,"opacity":0.5,"composite":"lighter"}]"#;

/// A list that has a net run, for a picture of so few pixels that it takes a second.
const NET_LIST: &str = r#"[{"imageIndex":0,"width":80,"height":60,"fit":"squeeze","upscale":"generate"},
    {"drawImageIndex":1,"targetImageIndex":0,"opacity":0.5}]"#;

/// A request and the pixels that the CPU answers it with.
pub(crate) struct Scene {
    request: Vec<u8>,
    expected: Vec<u8>,
}

/// What a request was answered with, the pixels being right.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The engine that it names.
    pub(crate) engine: String,
}

impl Scene {
    /// Makes a scene of pictures of a size, which decides what buffers it needs, and has the CPU compute it.
    pub(crate) fn new(machine: &Machine, width: u32, height: u32) -> Self {
        Self::of(machine, LIST, &[], width, height)
    }

    /// Makes a scene that a net is run for, of a folder of models.
    pub(crate) fn of_net(machine: &Machine, models: &str) -> Self {
        Self::of(machine, NET_LIST, &["--models", models], 40, 30)
    }

    fn of(machine: &Machine, list: &str, args: &[&str], width: u32, height: u32) -> Self {
        let form = |engine| post(list, &[("engine", engine), ("output_format", "rgba")], width, height);
        let server = machine.serve(&[&["--engine", "cpu"], args].concat());
        let (head, expected) = split(&server.exchange(&form("cpu")));
        assert!(head.starts_with("HTTP/1.1 200"), "{head}: {}", String::from_utf8_lossy(&expected));
        Self { request: form("auto"), expected }
    }

    /// Sends the request; whatever becomes of the device, the pixels have to be right.
    pub(crate) fn send(&self, server: &Server) -> Answer {
        let (head, body) = split(&server.exchange(&self.request));
        assert!(head.starts_with("HTTP/1.1 200"), "a request was lost: {head}: {}", String::from_utf8_lossy(&body));
        assert!(body == self.expected, "a wrong picture: {head}");
        let engine = head.lines().find_map(|line| line.strip_prefix("palmette-engine: ")).unwrap();
        Answer { engine: engine.to_owned() }
    }

    /// Sends many requests, some at once, until enough were begun.
    pub(crate) fn send_while(&self, server: &Server, goes_on: impl Fn(usize) -> bool + Sync) {
        const CLIENTS: usize = 6;
        let begun = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..CLIENTS {
                scope.spawn(|| {
                    while goes_on(begun.fetch_add(1, Ordering::Relaxed)) {
                        self.send(server);
                    }
                });
            }
        });
    }
}

/// Asks how a scene would be made.
pub(crate) fn explain(server: &Server) -> serde_json::Value {
    let form = post(LIST, &[("explain", "true"), ("output_format", "rgba")], 100, 80);
    let (head, body) = split(&server.exchange(&form));
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    serde_json::from_slice(&body).unwrap()
}

/// Writes a request.
fn post(list: &str, fields: &[(&str, &str)], width: u32, height: u32) -> Vec<u8> {
    let (canvas, mark) = (png(width, height), png(30, 20));
    let mut parts = vec![("image", &canvas[..]), ("draw_image", &mark), ("transforms", list.as_bytes())];
    parts.extend(fields.iter().map(|(name, value)| (*name, value.as_bytes())));
    let mut body = Vec::new();
    for (name, bytes) in parts {
        body.extend(format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n").bytes());
        body.extend(bytes);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{BOUNDARY}--\r\n").bytes());
    let mut request = format!(
        "POST /transform HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\
         content-type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    request.extend(body);
    request
}

/// Draws something that no step leaves as it is.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut pixmap = Pixmap::filled(Size::new(width, height), [0; 4]).unwrap();
    for (index, byte) in pixmap.data_mut().iter_mut().enumerate() {
        *byte = u8::try_from(index * index / 7 % 251).unwrap();
    }
    encode(pixmap, &EncodeOptions::new(EncodeFormat::Png)).unwrap().bytes
}

/// Cuts an answer into its head and its body.
fn split(answer: &[u8]) -> (String, Vec<u8>) {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    (String::from_utf8(answer[..end].to_vec()).unwrap(), answer[end + 4..].to_vec())
}
