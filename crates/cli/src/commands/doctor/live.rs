//! `palmette doctor --live`: the health check of a container, which has no other program that could ask.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use palmette_server::Config;

use crate::error;

/// Time that a server has to take the connection, and to answer.
const TIMEOUT: Duration = Duration::from_secs(3);

/// The most that is read of an answer; it is smaller than this.
const MAX_ANSWER_BYTES: u64 = 4096;

/// Asks the server that has this configuration for `/live`. The exit status is 0 if it is alive, or else 1.
pub(super) fn ask(config: &Config) -> ExitCode {
    let address = reachable(config.server.listen);
    match status_line(address) {
        Ok(line) if line.starts_with("HTTP/1.1 200 ") => ExitCode::SUCCESS,
        Ok(line) => fail(&format!("http://{address}/live: answered {line:?}")),
        Err(error) => fail(&format!("http://{address}/live: {error}")),
    }
}

fn fail(text: &str) -> ExitCode {
    error::report(text);
    ExitCode::FAILURE
}

/// Sends the request, and returns the first line of the answer.
fn status_line(address: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    stream.write_all(b"GET /live HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(MAX_ANSWER_BYTES).read_to_end(&mut answer)?;
    let text = String::from_utf8_lossy(&answer);
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

/// Returns the address at which this machine reaches a server that listens at `address`.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
