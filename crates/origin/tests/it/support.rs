//! A server whose every byte a test decides, and a network in which public addresses lead to it.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use palmette_origin::network::{Connecting, Network, Resolving};
use palmette_origin::{Error, Fetched, Fetcher, Request, Settings};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// A public address, which leads nowhere in these tests unless one is told.
pub(crate) const PUBLIC: &str = "93.184.215.14";

/// The most that a file may have where a test does not care.
pub(crate) const MANY: u64 = 1 << 20;

/// What a server does, piece by piece.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// Sends bytes.
    Send(Vec<u8>),
    /// Waits.
    Wait(Duration),
    /// Ends the connection.
    Hang,
}

/// Sends a text.
pub(crate) fn send(text: impl AsRef<[u8]>) -> Act {
    Act::Send(text.as_ref().to_vec())
}

/// Sends a file with headers, each ended by `\r\n`.
pub(crate) fn file(headers: &str, body: &str) -> Vec<Act> {
    vec![send(format!("HTTP/1.1 200 OK\r\n{headers}content-length: {}\r\n\r\n{body}", body.len()))]
}

/// Sends the way to somewhere else.
pub(crate) fn redirect(location: &str) -> Vec<Act> {
    vec![send(format!("HTTP/1.1 302 Found\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n"))]
}

/// A server, and the heads of the requests that came.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

/// What came.
#[derive(Debug, Default)]
struct Seen {
    heads: Vec<String>,
    connections: usize,
}

/// A connection, with or without TLS.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

impl Server {
    /// Starts a server on a loopback address; `answer` is given the head of each request.
    pub(crate) async fn start(ip: &str, answer: impl Fn(&str) -> Vec<Act> + Send + Sync + 'static) -> Self {
        Self::start_with(ip, None, answer).await
    }

    /// Starts a server that speaks TLS if it is given how.
    pub(crate) async fn start_with(
        ip: &str,
        tls: Option<TlsAcceptor>,
        answer: impl Fn(&str) -> Vec<Act> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind((ip.parse::<IpAddr>().unwrap(), 0)).await.unwrap();
        let server = Self { address: listener.local_addr().unwrap(), seen: Arc::default() };
        let (seen, answer) = (Arc::clone(&server.seen), Arc::new(answer));
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                seen.lock().unwrap().connections += 1;
                let (seen, answer, tls) = (Arc::clone(&seen), Arc::clone(&answer), tls.clone());
                tokio::spawn(async move {
                    let mut stream: Box<dyn Stream> = match tls {
                        Some(tls) => Box::new(tls.accept(stream).await?),
                        None => Box::new(stream),
                    };
                    serve(&mut *stream, &seen, &*answer).await
                });
            }
        });
        server
    }

    /// Returns the heads of all requests.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.seen.lock().unwrap().heads.clone()
    }

    /// Counts the connections.
    pub(crate) fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }

    /// Returns the origin of the server under its own address, which is not public.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// Answers the requests of a connection.
async fn serve(stream: &mut dyn Stream, seen: &Mutex<Seen>, answer: &dyn Answers) -> io::Result<()> {
    let mut head = Vec::new();
    loop {
        let byte = stream.read_u8().await?;
        head.push(byte);
        if !head.ends_with(b"\r\n\r\n") {
            continue;
        }
        let text = String::from_utf8(std::mem::take(&mut head)).unwrap();
        seen.lock().unwrap().heads.push(text.clone());
        for act in answer(&text) {
            match act {
                Act::Send(bytes) => stream.write_all(&bytes).await?,
                Act::Wait(time) => tokio::time::sleep(time).await,
                Act::Hang => return stream.shutdown().await,
            }
        }
        stream.flush().await?;
    }
}

/// What decides the bytes of a server.
trait Answers: Fn(&str) -> Vec<Act> + Send + Sync {}
impl<T: Fn(&str) -> Vec<Act> + Send + Sync> Answers for T {}

/// A network of a few names and addresses. Nothing leaves the machine.
#[derive(Debug, Default)]
pub(crate) struct Streets {
    names: HashMap<&'static str, Vec<Vec<IpAddr>>>,
    roads: HashMap<IpAddr, SocketAddr>,
    walked: Arc<Mutex<Walked>>,
}

/// What was asked of a network.
#[derive(Debug, Default)]
pub(crate) struct Walked {
    pub(crate) lookups: Vec<String>,
    pub(crate) dialled: Vec<IpAddr>,
}

impl Streets {
    /// Gives a name its addresses: those of the first look-up, of the second, and of all later ones.
    pub(crate) fn name(mut self, name: &'static str, lookups: &[&[&str]]) -> Self {
        let parse = |addresses: &&[&str]| addresses.iter().map(|address| address.parse().unwrap()).collect();
        self.names.insert(name, lookups.iter().map(parse).collect());
        self
    }

    /// Makes an address lead to a server, whatever the port.
    pub(crate) fn road(mut self, address: &str, server: &Server) -> Self {
        self.roads.insert(address.parse().unwrap(), server.address);
        self
    }

    /// Makes a fetcher in this network.
    pub(crate) fn fetcher(self, settings: &Settings) -> (Fetcher, Arc<Mutex<Walked>>) {
        let walked = Arc::clone(&self.walked);
        (Fetcher::with_network(settings, Arc::new(self)), walked)
    }
}

impl Network for Streets {
    fn resolve(&self, name: &str) -> Resolving {
        let mut walked = self.walked.lock().unwrap();
        let earlier = walked.lookups.iter().filter(|asked| *asked == name).count();
        walked.lookups.push(name.to_owned());
        let found = self.names.get(name).map(|lookups| lookups[earlier.min(lookups.len() - 1)].clone());
        Box::pin(async move { found.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound)) })
    }

    fn connect(&self, address: SocketAddr) -> Connecting {
        self.walked.lock().unwrap().dialled.push(address.ip());
        let road = self.roads.get(&address.ip()).copied();
        Box::pin(async move {
            match road {
                Some(server) => TcpStream::connect(server).await,
                None => Err(io::Error::from(io::ErrorKind::ConnectionRefused)),
            }
        })
    }
}

/// A network in which `files.example` is a server behind a public address.
pub(crate) fn one_street(server: &Server) -> Streets {
    Streets::default().name("files.example", &[&[PUBLIC]]).road(PUBLIC, server)
}

/// Makes settings with short times.
pub(crate) fn settings() -> Settings {
    Settings {
        timeout: Duration::from_millis(2000),
        connect_timeout: Duration::from_millis(1000),
        ..Settings::default()
    }
}

/// Fetches a file of any size.
pub(crate) async fn get(fetcher: &Fetcher, url: &str) -> Result<Fetched, Error> {
    fetcher.get(&Request::new(url, MANY)).await
}
