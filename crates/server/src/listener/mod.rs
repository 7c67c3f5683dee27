//! The sockets that connections come from: of TCP or of this machine, made here or handed over by systemd.
//!
//! Whatever they are, what they accept is a [`Stream`], and nothing beyond this module knows the difference.

#[cfg_attr(unix, path = "system_unix.rs")]
#[cfg_attr(not(unix), path = "system_other.rs")]
mod system;

use std::fmt;
use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;

use crate::config::{ConfigError, Listen, ServerConfig};

pub use system::Inherited;
use system::UnixSocket;

/// Both directions of a connection.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// The sockets of a server.
#[derive(Debug)]
pub struct Listeners {
    /// For requests.
    pub main: Listener,
    /// For `/metrics` alone, and for the paths that say how the server is.
    pub metrics: Option<Listener>,
}

impl Listeners {
    /// Binds the sockets that a configuration names. Those of systemd are taken in its order, the one for requests first.
    ///
    /// # Errors
    ///
    /// [`ListenError::Socket`] for a socket that cannot be bound; [`ListenError::Config`] if systemd's is open to other machines and
    /// the configuration does not allow that.
    pub async fn bind(config: &ServerConfig, mut inherited: Inherited) -> Result<Self, ListenError> {
        let main = Listener::bind(&config.listen, &mut inherited).await?;
        if let Some(address) = main.address() {
            config.check_exposure(address)?;
        }
        let metrics = match &config.metrics_listen {
            Some(listen) => Some(Listener::bind(listen, &mut inherited).await?),
            None => None,
        };
        Ok(Self { main, metrics })
    }
}

/// A socket for requests alone, made by somebody else.
impl From<TcpListener> for Listeners {
    fn from(listener: TcpListener) -> Self {
        Self { main: Listener(Socket::Tcp(listener)), metrics: None }
    }
}

/// A socket that waits for connections. The file of a Unix socket that was made here goes with it.
#[derive(Debug)]
pub struct Listener(Socket);

#[derive(Debug)]
enum Socket {
    Tcp(TcpListener),
    Unix(UnixSocket),
}

impl Listener {
    async fn bind(listen: &Listen, inherited: &mut Inherited) -> Result<Self, ListenError> {
        let socket = match listen {
            Listen::Address(address) => TcpListener::bind(address).await.map(Socket::Tcp),
            Listen::Unix(path) => UnixSocket::bind(path).map(Socket::Unix),
            Listen::Systemd => inherited.next(),
        };
        socket.map(Self).map_err(|source| ListenError::Socket { listen: listen.clone(), source })
    }

    /// Returns the address, with the port that was taken; a Unix socket has none.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        match &self.0 {
            Socket::Tcp(listener) => listener.local_addr().ok(),
            Socket::Unix(_) => None,
        }
    }

    /// Returns where a client finds it: a URL of this scheme, or `unix:PATH`.
    #[must_use]
    pub fn url(&self, scheme: &str) -> String {
        match self.address() {
            Some(address) => format!("{scheme}://{address}"),
            None => self.to_string(),
        }
    }

    /// Waits for the next connection.
    pub(crate) async fn accept(&self) -> io::Result<Box<dyn Stream>> {
        match &self.0 {
            Socket::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                // Answers are written in as few pieces as possible, so there is nothing for the kernel to wait for.
                let _ = stream.set_nodelay(true);
                Ok(Box::new(stream))
            }
            Socket::Unix(socket) => socket.accept().await,
        }
    }
}

/// As the setting has it.
impl fmt::Display for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.0, self.address()) {
            (Socket::Tcp(_), Some(address)) => address.fmt(f),
            (Socket::Tcp(_), None) => f.write_str("an unknown address"),
            (Socket::Unix(socket), _) => socket.fmt(f),
        }
    }
}

/// A failure to listen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListenError {
    /// Occurs when a socket cannot be bound, or is not there.
    #[error("cannot listen on {listen}: {source}")]
    Socket {
        /// Where.
        listen: Listen,
        /// Why.
        source: io::Error,
    },
    /// Occurs when the socket is not one that the configuration allows.
    #[error(transparent)]
    Config(#[from] ConfigError),
}
