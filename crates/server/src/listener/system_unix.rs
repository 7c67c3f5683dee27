//! Unix sockets, and the sockets that systemd hands over.

use std::fmt;
use std::fs;
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use listenfd::ListenFd;
use tokio::net::{TcpListener, UnixListener};

use super::{Socket, Stream};

/// A socket that processes of this machine reach by a path.
#[derive(Debug)]
pub(super) struct UnixSocket {
    listener: UnixListener,
    /// Unless systemd made it, which keeps it for the next process.
    _file: Option<SocketFile>,
}

impl UnixSocket {
    /// Makes a socket. The file of one that nobody listens at any more is replaced.
    pub(super) fn bind(path: &Path) -> io::Result<Self> {
        let listener = match UnixListener::bind(path) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                remove_stale(path)?;
                UnixListener::bind(path)?
            }
            bound => bound?,
        };
        Ok(Self { listener, _file: Some(SocketFile::of(path)?) })
    }

    pub(super) async fn accept(&self) -> io::Result<Box<dyn Stream>> {
        let (stream, _) = self.listener.accept().await?;
        Ok(Box::new(stream))
    }
}

/// As the setting has it.
impl fmt::Display for UnixSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.listener.local_addr().ok();
        match address.as_ref().and_then(|address| address.as_pathname()) {
            Some(path) => write!(f, "unix:{}", path.display()),
            None => f.write_str("a Unix socket without a name"),
        }
    }
}

/// Removes the file of a socket that a process left behind.
fn remove_stale(path: &Path) -> io::Result<()> {
    if !fs::symlink_metadata(path)?.file_type().is_socket() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "there is a file that is not a socket"));
    }
    match UnixStream::connect(path) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => fs::remove_file(path),
        Err(error) => Err(error),
        Ok(_) => Err(io::Error::new(io::ErrorKind::AddrInUse, "another process listens there")),
    }
}

/// The file of a socket, which is removed when nobody listens any more.
#[derive(Debug)]
struct SocketFile {
    path: PathBuf,
    /// The device and the number that tell it from another one at the same path.
    identity: (u64, u64),
}

impl SocketFile {
    fn of(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), identity: identity(path)? })
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if identity(&self.path).is_ok_and(|identity| identity == self.identity) {
            // One that stays is replaced at the next start.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn identity(path: &Path) -> io::Result<(u64, u64)> {
    let metadata = fs::symlink_metadata(path)?;
    Ok((metadata.dev(), metadata.ino()))
}

/// The sockets that systemd handed over to this process, if it did.
pub struct Inherited {
    sockets: ListenFd,
    next: usize,
}

impl Inherited {
    /// Takes them, and the variables that tell of them out of the environment: call it before there are threads, and once.
    #[must_use]
    pub fn take() -> Self {
        Self { sockets: ListenFd::from_env(), next: 0 }
    }

    /// Takes none.
    #[must_use]
    pub fn none() -> Self {
        Self { sockets: ListenFd::empty(), next: 0 }
    }

    /// Returns the next one.
    pub(super) fn next(&mut self) -> io::Result<Socket> {
        let index = self.next;
        self.next += 1;
        let count = self.sockets.len();
        if index >= count {
            let text = match count {
                0 => "no socket was handed over to this process (LISTEN_FDS)".to_owned(),
                _ => {
                    format!("only {count} of the sockets that are needed were handed over to this process (LISTEN_FDS)")
                }
            };
            return Err(io::Error::new(io::ErrorKind::NotFound, text));
        }
        if let Ok(Some(listener)) = self.sockets.take_tcp_listener(index) {
            listener.set_nonblocking(true)?;
            return TcpListener::from_std(listener).map(Socket::Tcp);
        }
        let listener = self.sockets.take_unix_listener(index)?.ok_or(io::ErrorKind::NotFound)?;
        listener.set_nonblocking(true)?;
        Ok(Socket::Unix(UnixSocket { listener: UnixListener::from_std(listener)?, _file: None }))
    }
}

impl fmt::Debug for Inherited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inherited").field("sockets", &self.sockets.len()).field("next", &self.next).finish()
    }
}
