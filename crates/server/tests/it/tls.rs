//! TLS with a real client, and a certificate that changes while requests run.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use palmette_server::{Config, Credentials};
use rcgen::CertifiedKey;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::sockets::{chunk, chunked_head, send};
use crate::support::{Server, form, pixmap, png};

const NAME: &str = "pictures.example";

/// Files of a certificate and its key.
struct Pair {
    _folder: TempDir,
    cert: PathBuf,
    key: PathBuf,
}

impl Pair {
    fn new() -> (Self, CertificateDer<'static>) {
        let folder = tempfile::tempdir().unwrap();
        let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
        let pair = Self { _folder: folder, cert, key };
        let made = pair.renew();
        (pair, made)
    }

    /// Puts another certificate into the files.
    fn renew(&self) -> CertificateDer<'static> {
        let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed([NAME.to_owned()]).unwrap();
        fs::write(&self.cert, cert.pem()).unwrap();
        fs::write(&self.key, signing_key.serialize_pem()).unwrap();
        cert.der().clone()
    }

    fn config(&self) -> Config {
        let mut config = Config::default();
        config.server.tls_cert = Some(self.cert.clone());
        config.server.tls_key = Some(self.key.clone());
        config
    }
}

/// Connects and trusts one certificate alone.
async fn connect(
    server: &Server,
    trusted: &CertificateDer<'static>,
    protocols: &[&str],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    let stream = TcpStream::connect(server.address).await?;
    TlsConnector::from(Arc::new(config)).connect(ServerName::try_from(NAME).unwrap(), stream).await
}

/// Asks for something and leaves the connection open.
async fn ask(stream: &mut TlsStream<TcpStream>) {
    stream.write_all(b"GET /live HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut answer = vec![0; 4096];
    let length = stream.read(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer[..length]).into_owned();
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("live\n"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_carries_pictures_in_both_directions() {
    let (pair, certificate) = Pair::new();
    let server = Server::start(pair.config()).await;
    let mut stream = connect(&server, &certificate, &["h2", "http/1.1"]).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
    let (width, height) = (1500, 1400);
    stream.write_all(chunked_head("/transform").as_bytes()).await.unwrap();
    stream.write_all(&chunk(&form(&png(width, height), "[]", "rgba").bytes())).await.unwrap();
    stream.write_all(b"0\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let head_end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
    assert!(answer[head_end..] == pixmap(width, height).into_vec(), "the bytes differ");
    assert!(connect(&server, &certificate, &["h2"]).await.is_err(), "HTTP/2 is not spoken");
    assert!(connect(&server, &Pair::new().1, &[]).await.is_err(), "the certificate is another one");
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_certificate_changes_while_requests_run() {
    let (pair, old) = Pair::new();
    let server = Server::start(pair.config()).await;
    let mut kept = connect(&server, &old, &[]).await.unwrap();
    ask(&mut kept).await;
    // A request that is half there.
    let mut running = connect(&server, &old, &[]).await.unwrap();
    let body = form(&png(40, 30), "[]", "rgba").bytes();
    let (first, second) = body.split_at(body.len() / 2);
    running.write_all(chunked_head("/transform").as_bytes()).await.unwrap();
    running.write_all(&chunk(first)).await.unwrap();

    let new = pair.renew();
    ask(&mut connect(&server, &old, &[]).await.unwrap()).await;
    server.credentials.reread();
    ask(&mut connect(&server, &new, &[]).await.unwrap()).await;
    assert!(connect(&server, &old, &[]).await.is_err());
    ask(&mut kept).await;
    running.write_all(&chunk(second)).await.unwrap();
    running.write_all(b"0\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    running.read_to_end(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200 ") && answer.ends_with(&pixmap(40, 30).into_vec()));

    // A certificate whose key has not come yet, and then it comes.
    let key = fs::read(&pair.key).unwrap();
    let newest = pair.renew();
    let newest_key = fs::read(&pair.key).unwrap();
    fs::write(&pair.key, key).unwrap();
    server.credentials.reread();
    ask(&mut connect(&server, &new, &[]).await.unwrap()).await;
    fs::write(&pair.key, newest_key).unwrap();
    server.credentials.reread();
    ask(&mut connect(&server, &newest, &[]).await.unwrap()).await;
    ask(&mut kept).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_handshake_has_the_time_of_a_head() {
    let (pair, certificate) = Pair::new();
    let mut config = pair.config();
    config.server.head_timeout = Duration::from_millis(300);
    let server = Server::start(config).await;
    let start = Instant::now();
    for bytes in [&b""[..], b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"] {
        let mut silent = TcpStream::connect(server.address).await.unwrap();
        silent.write_all(bytes).await.unwrap();
        let mut answer = Vec::new();
        let _ = tokio::time::timeout(Duration::from_secs(5), silent.read_to_end(&mut answer)).await.unwrap();
    }
    assert!(start.elapsed() >= Duration::from_millis(500));
    let mut plain = TcpStream::connect(server.address).await.unwrap();
    let answer = send(&mut plain, b"GET /live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(!answer.contains("HTTP"), "{answer}");
    ask(&mut connect(&server, &certificate, &[]).await.unwrap()).await;
}

#[test]
fn tls_files_are_checked_at_the_start() {
    let ((one, _), (other, _)) = (Pair::new(), Pair::new());
    let mut config = one.config().server;
    let error = |config: &palmette_server::config::ServerConfig| Credentials::read(config).unwrap_err().to_string();
    config.tls_key = Some(other.key.clone());
    assert!(error(&config).contains(" is not the key of the first certificate in "), "{}", error(&config));
    config.tls_key = None;
    assert_eq!(error(&config), "`server.tls_cert` is set and `server.tls_key` is not; TLS needs both");
    config.tls_key = config.tls_cert.take();
    assert_eq!(error(&config), "`server.tls_key` is set and `server.tls_cert` is not; TLS needs both");
    config.tls_cert = Some("/nonexistent/cert.pem".into());
    assert!(error(&config).starts_with("cannot read /nonexistent/cert.pem: "), "{}", error(&config));
}
