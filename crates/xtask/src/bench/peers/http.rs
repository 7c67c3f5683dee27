//! As much of HTTP as a bench needs: one request a connection, to this machine.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

/// How long a server may take to start.
const START: Duration = Duration::from_secs(20);
/// What stands between the parts of a form; nothing of it is in the pictures of a bench.
const BOUNDARY: &str = "palmette-bench-5f0c1ad2";

/// Finds a port that nobody listens on.
///
/// # Errors
///
/// Those of the machine.
pub(super) fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Waits until somebody listens on a port.
///
/// # Errors
///
/// The last refusal, after a while.
pub(super) fn wait_for(port: u16) -> io::Result<()> {
    let start = Instant::now();
    loop {
        match TcpStream::connect((Ipv4Addr::LOCALHOST, port)) {
            Ok(_) => return Ok(()),
            Err(error) if start.elapsed() > START => return Err(error),
            Err(_) => std::thread::sleep(Duration::from_millis(20)),
        }
    }
}

/// Asks for a path.
///
/// # Errors
///
/// Those of the connection, and whatever is not 200.
pub(super) fn get(port: u16, path: &str) -> io::Result<Vec<u8>> {
    exchange(port, format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").as_bytes())
}

/// Sends a form.
///
/// # Errors
///
/// Those of the connection, and whatever is not 200.
pub(super) fn post(port: u16, path: &str, form: &[u8]) -> io::Result<Vec<u8>> {
    let mut request = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {}\r\n\
         content-type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n",
        form.len()
    )
    .into_bytes();
    request.extend_from_slice(form);
    exchange(port, &request)
}

/// Makes a form of parts: a name, and bytes, of a file or not.
pub(super) fn form(parts: &[(&str, bool, &[u8])]) -> Vec<u8> {
    let mut form = Vec::new();
    for (name, is_file, bytes) in parts {
        let file = if *is_file { "; filename=\"picture\"" } else { "" };
        form.extend_from_slice(
            format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n\r\n").as_bytes(),
        );
        form.extend_from_slice(bytes);
        form.extend_from_slice(b"\r\n");
    }
    form.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    form
}

/// Sends bytes and returns the body of what comes back until the end.
fn exchange(port: u16, request: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
    stream.write_all(request)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    body(answer)
}

/// Cuts the body out of an answer.
fn body(mut answer: Vec<u8>) -> io::Result<Vec<u8>> {
    let wrong = |message: String| io::Error::new(io::ErrorKind::InvalidData, message);
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n");
    let end = end.ok_or_else(|| wrong("an answer without a head".to_owned()))?;
    let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
    let status = head.lines().next().unwrap_or_default().to_owned();
    answer.drain(..end + 4);
    if !status.contains(" 200") {
        let text = String::from_utf8_lossy(&answer);
        return Err(wrong(format!("{status}: {}", text.chars().take(200).collect::<String>())));
    }
    // The chunks of an answer of several parts are left as they are.
    if head.lines().any(|line| line == "transfer-encoding: chunked") {
        return if answer.ends_with(b"\r\n0\r\n\r\n") {
            Ok(answer)
        } else {
            Err(wrong("an answer broke off".to_owned()))
        };
    }
    let length: Option<usize> = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    match length {
        Some(length) if answer.len() == length => Ok(answer),
        length => Err(wrong(format!("{} bytes where {length:?} were announced", answer.len()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn body_is_what_was_announced() {
        let answer = |text: &str| body(text.as_bytes().to_vec());
        assert_eq!(answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").unwrap(), b"ok");
        assert!(answer("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nok").is_err());
        assert!(answer("HTTP/1.1 200 OK\r\n\r\nok").is_err());
        let chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n";
        assert!(answer(chunks).is_err() && answer(&format!("{chunks}0\r\n\r\n")).is_ok());
        let refused = answer("HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\nno").unwrap_err();
        assert_eq!(refused.to_string(), "http/1.1 400 bad request: no");
    }

    #[test]
    fn form_has_its_parts() {
        let form = String::from_utf8(form(&[("image", true, b"1"), ("output_format", false, b"2")])).unwrap();
        assert!(form.contains("name=\"image\"; filename=\"picture\"\r\n\r\n1\r\n--palmette"), "{form}");
        assert!(form.ends_with("name=\"output_format\"\r\n\r\n2\r\n--palmette-bench-5f0c1ad2--\r\n"), "{form}");
    }
}
