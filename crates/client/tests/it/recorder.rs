//! A listener that takes requests down as they are on the wire.

use palmette_client::Images;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The answer of a server that has nothing to say against a request.
pub(crate) const PICTURE: &str = "HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: 7\r\n\r\npicture";

/// The answer of a server that was asked to explain.
pub(crate) const PLAN: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";

/// A request as it came.
#[derive(Debug)]
pub(crate) struct Recorded {
    /// The request line and the headers, without line breaks, names in lower case.
    pub(crate) head: Vec<String>,
    /// The body, without its chunking.
    pub(crate) body: Vec<u8>,
    /// Whether the body was ended as a body is.
    pub(crate) is_whole: bool,
}

impl Recorded {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// Listens for one connection, takes one request down, and answers it once it is over.
pub(crate) async fn record(answer: &'static str) -> (String, JoinHandle<Recorded>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let recorded = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let recorded = read_request(&mut stream).await;
        // A client that has cut the connection does not read it.
        let _ = stream.write_all(answer.as_bytes()).await;
        recorded
    });
    (url, recorded)
}

/// Starts a recorder and a client of it.
pub(crate) async fn recorded_images(answer: &'static str) -> (Images, JoinHandle<Recorded>) {
    let (url, recorded) = record(answer).await;
    (Images::new(&url).unwrap(), recorded)
}

pub(crate) async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Recorded {
    let mut bytes = Vec::new();
    let mut body = Vec::new();
    let find = |bytes: &[u8], needle: &[u8]| bytes.windows(needle.len()).position(|window| window == needle);
    let head_end = loop {
        if let Some(end) = find(&bytes, b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            // A client that gives up early enough sends not even that.
            return Recorded { head: Vec::new(), body, is_whole: false };
        }
    };
    let head = String::from_utf8(bytes.drain(..head_end + 4).take(head_end).collect()).unwrap();
    let is_whole = loop {
        // A chunk is the number of its bytes, a line break, its bytes, a line break; the last one has none.
        if let Some(line_end) = find(&bytes, b"\r\n") {
            let length = usize::from_str_radix(std::str::from_utf8(&bytes[..line_end]).unwrap(), 16).unwrap();
            if bytes.len() >= line_end + length + 4 {
                body.extend_from_slice(&bytes[line_end + 2..line_end + 2 + length]);
                bytes.drain(..line_end + length + 4);
                if length == 0 {
                    break true;
                }
                continue;
            }
        }
        if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            break false;
        }
    };
    Recorded { head: head.split("\r\n").map(str::to_owned).collect(), body, is_whole }
}
