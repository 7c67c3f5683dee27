//! A system without Unix sockets and without systemd.

use std::fmt;
use std::io;
use std::path::Path;

use super::{Socket, Stream};

/// There is none.
#[derive(Debug)]
pub(super) enum UnixSocket {}

impl UnixSocket {
    /// Refuses.
    pub(super) fn bind(_path: &Path) -> io::Result<Self> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "Unix sockets are not supported on this system"))
    }

    pub(super) async fn accept(&self) -> io::Result<Box<dyn Stream>> {
        match *self {}
    }
}

impl fmt::Display for UnixSocket {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

/// The sockets that systemd handed over: none.
#[derive(Debug)]
pub struct Inherited;

impl Inherited {
    /// Takes none.
    #[must_use]
    pub const fn take() -> Self {
        Self
    }

    /// Takes none.
    #[must_use]
    pub const fn none() -> Self {
        Self
    }

    /// Refuses.
    pub(super) fn next(&mut self) -> io::Result<Socket> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "there is no systemd on this system"))
    }
}
