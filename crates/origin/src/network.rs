//! The way to other machines: names and connections. Tests have their own.

use std::fmt::Debug;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;

use tokio::net::TcpStream;

/// What a look-up will give.
pub type Resolving = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// What an attempt to connect will give.
pub type Connecting = Pin<Box<dyn Future<Output = io::Result<TcpStream>> + Send>>;

/// Looks names up and connects to addresses. It judges nothing.
pub trait Network: Debug + Send + Sync + 'static {
    /// Looks a name up, once, and returns the addresses in the order in which to try them.
    fn resolve(&self, name: &str) -> Resolving;

    /// Connects to an address.
    fn connect(&self, address: SocketAddr) -> Connecting {
        Box::pin(TcpStream::connect(address))
    }
}

/// The resolver of the system, and its sockets.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemNetwork;

impl Network for SystemNetwork {
    fn resolve(&self, name: &str) -> Resolving {
        let name = name.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}
