//! Where a server listens, and whether others can reach it there.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

use super::settings::Expected;

/// Where a server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listen {
    /// At an address and port; port 0 takes a free one.
    Address(SocketAddr),
    /// At a Unix socket with this path.
    Unix(PathBuf),
    /// At a socket that systemd made and handed over.
    Systemd,
}

impl Listen {
    /// Returns a port that only this machine reaches.
    pub(super) const fn at_port(port: u16) -> Self {
        Self::Address(SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), port))
    }
}

/// A port alone is one of loopback, and `localhost` is 127.0.0.1, whatever the machine's list of hosts says: nobody listens to the
/// network without having said so.
impl FromStr for Listen {
    type Err = Expected;

    fn from_str(text: &str) -> Result<Self, Expected> {
        if text == "systemd" {
            return Ok(Self::Systemd);
        }
        if let Some(path) = text.strip_prefix("unix:") {
            return if path.is_empty() { Err(Expected::Address) } else { Ok(Self::Unix(path.into())) };
        }
        let port = text.strip_prefix("localhost:").unwrap_or(text);
        if let Ok(port) = port.parse() {
            return Ok(Self::at_port(port));
        }
        text.parse().map(Self::Address).map_err(|_| Expected::Address)
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::Systemd => f.write_str("systemd"),
        }
    }
}

/// Tells whether only this machine reaches an address.
pub(super) fn is_loopback(address: SocketAddr) -> bool {
    // An IPv4 address may come as one of IPv6.
    address.ip().to_canonical().is_loopback()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listen_is_read_and_written() {
        for (text, written) in [
            ("127.0.0.1:9901", "127.0.0.1:9901"),
            ("[::]:80", "[::]:80"),
            ("0.0.0.0:0", "0.0.0.0:0"),
            ("9901", "127.0.0.1:9901"),
            ("0", "127.0.0.1:0"),
            ("localhost:8080", "127.0.0.1:8080"),
            ("unix:/run/palmette/a b.sock", "unix:/run/palmette/a b.sock"),
            ("unix:palmette.sock", "unix:palmette.sock"),
            ("systemd", "systemd"),
        ] {
            assert_eq!(text.parse::<Listen>().unwrap().to_string(), written, "{text}");
        }
        for text in
            ["", "here", "localhost", "localhost:", "localhost:x", "127.0.0.1", ":9901", "*:9901", "65536", "-1"]
        {
            assert_eq!(text.parse::<Listen>(), Err(Expected::Address), "{text}");
        }
        assert_eq!("unix:".parse::<Listen>(), Err(Expected::Address));
    }

    #[test]
    fn listen_knows_loopback() {
        for (address, expected) in [
            ("127.0.0.1:1", true),
            ("127.8.8.8:1", true),
            ("[::1]:1", true),
            ("[::ffff:127.0.0.1]:1", true),
            ("0.0.0.0:1", false),
            ("[::]:1", false),
            ("[::ffff:0.0.0.0]:1", false),
            ("10.0.0.1:1", false),
            ("[fe80::1]:1", false),
        ] {
            assert_eq!(is_loopback(address.parse().unwrap()), expected, "{address}");
        }
    }
}
