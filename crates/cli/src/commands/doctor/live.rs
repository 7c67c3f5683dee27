//! `palmette doctor --live`: the health check of a container, which has no other program that could ask.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use palmette_server::Config;
use palmette_server::config::Listen;

use crate::{error, remote};

/// Time that a server has to take the connection, and to answer.
const TIMEOUT: Duration = Duration::from_secs(3);

/// The most that is read of an answer; it is smaller than this.
const MAX_ANSWER_BYTES: u64 = 4096;

/// Where a server is asked.
enum Place {
    /// At this address.
    Address(SocketAddr),
    /// At this Unix socket.
    Unix(PathBuf),
}

/// Asks the server that has this configuration for `/live`. The exit status is 0 if it is alive, or else 1.
pub(super) fn ask(config: &Config) -> ExitCode {
    let place = match Place::of(config) {
        Ok(place) => place,
        Err(reason) => return fail(reason),
    };
    match place.status_line() {
        Ok(line) if line.starts_with("HTTP/1.1 200 ") => ExitCode::SUCCESS,
        Ok(line) => fail(&format!("{place}: answered {line:?}")),
        Err(error) => fail(&format!("{place}: {error}")),
    }
}

fn fail(text: &str) -> ExitCode {
    error::report(text);
    ExitCode::FAILURE
}

impl Place {
    /// Chooses where to ask: the address of metrics has `/live`, too, and never TLS, whose certificate is seldom for this machine's
    /// own name.
    fn of(config: &Config) -> Result<Self, &'static str> {
        let server = &config.server;
        if server.metrics_listen.is_none() && server.tls_cert.is_some() {
            return Err("the server speaks TLS only; give it --metrics-listen, where it can be asked without");
        }
        match server.metrics_listen.as_ref().unwrap_or(&server.listen) {
            Listen::Address(address) => Ok(Self::Address(remote::reachable(*address))),
            Listen::Unix(path) => Ok(Self::Unix(path.clone())),
            Listen::Systemd => Err("only systemd knows the address of the server; systemd watches it as well"),
        }
    }

    /// Sends the request, and returns the first line of the answer.
    fn status_line(&self) -> io::Result<String> {
        match self {
            Self::Address(address) => {
                let stream = TcpStream::connect_timeout(address, TIMEOUT)?;
                stream.set_read_timeout(Some(TIMEOUT))?;
                stream.set_write_timeout(Some(TIMEOUT))?;
                exchange(stream)
            }
            #[cfg(unix)]
            Self::Unix(path) => {
                let stream = std::os::unix::net::UnixStream::connect(path)?;
                stream.set_read_timeout(Some(TIMEOUT))?;
                stream.set_write_timeout(Some(TIMEOUT))?;
                exchange(stream)
            }
            #[cfg(not(unix))]
            Self::Unix(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => write!(f, "http://{address}/live"),
            Self::Unix(path) => write!(f, "unix:{}, /live", path.display()),
        }
    }
}

/// Asks over a connection.
fn exchange(mut stream: impl Read + Write) -> io::Result<String> {
    stream.write_all(b"GET /live HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(MAX_ANSWER_BYTES).read_to_end(&mut answer)?;
    let text = String::from_utf8_lossy(&answer);
    Ok(text.lines().next().unwrap_or_default().to_owned())
}
