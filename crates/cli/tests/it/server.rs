//! A server in a process of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};

use crate::support::palmette;

/// Returns a `POST /transform` of these parts, which asks for the end of the connection.
pub(crate) fn transform_request(parts: &[(&str, &[u8])]) -> Vec<u8> {
    const BOUNDARY: &str = "boundary";
    let mut body = Vec::new();
    for (name, bytes) in parts {
        body.extend(format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n").bytes());
        body.extend(*bytes);
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

/// A server in a process of its own, which ends with the test.
pub(crate) struct Server {
    pub(crate) child: Child,
    pub(crate) address: SocketAddr,
    pub(crate) has_tls: bool,
}

impl Server {
    pub(crate) fn start(args: &[&str]) -> Self {
        let mut command = palmette();
        command.stderr(Stdio::piped());
        Self::start_with(command, args)
    }

    /// Starts a server with an environment, and a place for its log.
    pub(crate) fn start_with(mut command: Command, args: &[&str]) -> Self {
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(args);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let (scheme, address) = line.trim().strip_prefix("listening on ").unwrap().split_once("://").unwrap();
        Self { child, address: address.parse().unwrap(), has_tls: scheme == "https" }
    }

    pub(crate) fn url(&self) -> String {
        format!("{}://{}", if self.has_tls { "https" } else { "http" }, self.address)
    }

    /// Sends a whole request, which has to ask for the end of the connection, and returns all that comes back.
    pub(crate) fn exchange(&self, request: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.write_all(request).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        answer
    }

    /// As [`exchange`](Self::exchange), with a server that may end meanwhile.
    pub(crate) fn try_exchange(&self, request: &[u8]) -> Option<Vec<u8>> {
        let mut stream = TcpStream::connect(self.address).ok()?;
        stream.write_all(request).ok()?;
        let mut answer = Vec::new();
        // What has come has come.
        let _ = stream.read_to_end(&mut answer);
        Some(answer)
    }

    /// Gets what is text.
    pub(crate) fn get(&self, path: &str) -> String {
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        String::from_utf8(self.exchange(request.as_bytes())).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
