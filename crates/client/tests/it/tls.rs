//! Addresses of `https`: the same request in TLS, to whom is trusted.

use std::sync::Arc;

use palmette_client::{Error, Images, OutputFormat};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::recorder::{PICTURE, Recorded, read_request};

/// Makes an authority, in PEM, and a server's side of TLS for a name that it vouches for.
fn authority_and_acceptor(name: &str) -> (String, TlsAcceptor) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
        .unwrap();
    (authority.pem(), TlsAcceptor::from(Arc::new(config)))
}

/// Listens for one connection; returns the port, and the request if the client trusts the server.
async fn record(acceptor: TlsAcceptor) -> (u16, JoinHandle<Option<Recorded>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let recorded = tokio::spawn(async move {
        let mut stream = acceptor.accept(listener.accept().await.unwrap().0).await.ok()?;
        let recorded = read_request(&mut stream).await;
        stream.write_all(PICTURE.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        Some(recorded)
    });
    (port, recorded)
}

#[tokio::test]
async fn tls_carries_the_same_request() {
    let (ca_pem, acceptor) = authority_and_acceptor("127.0.0.1");
    let (port, recorded) = record(acceptor).await;
    let images =
        Images::builder(&format!("https://127.0.0.1:{port}")).authorities(ca_pem).token("secret").build().unwrap();
    let picture = images.input(&b"source"[..]).output(OutputFormat::Png).await.unwrap();
    assert_eq!(picture.bytes().await.unwrap(), "picture");
    let recorded = recorded.await.unwrap().unwrap();
    assert_eq!(recorded.head[0], "POST /transform HTTP/1.1");
    assert_eq!(recorded.header("authorization"), Some("Bearer secret"));
    assert!(recorded.is_whole && recorded.body.windows(6).any(|bytes| bytes == b"source"));
}

#[tokio::test]
async fn tls_sends_nothing_to_whom_it_does_not_trust() {
    let (other_pem, _) = authority_and_acceptor("127.0.0.1");
    let (_, acceptor) = authority_and_acceptor("127.0.0.1");
    let (example_pem, example) = authority_and_acceptor("a.example");
    // Nobody is named, another one is, and one that vouches for another name.
    for (authorities, acceptor) in [(None, acceptor.clone()), (Some(other_pem), acceptor), (Some(example_pem), example)]
    {
        let (port, recorded) = record(acceptor).await;
        let mut builder = Images::builder(&format!("https://127.0.0.1:{port}"));
        if let Some(pem) = authorities {
            builder = builder.authorities(pem);
        }
        let error = builder.build().unwrap().input(&b"source"[..]).output(OutputFormat::Png).await.unwrap_err();
        assert!(matches!(&error, Error::Connect { .. }) && error.to_string().contains("certificate"), "{error}");
        assert!(recorded.await.unwrap().is_none(), "no request is sent");
    }
}

#[tokio::test]
async fn tls_does_not_fall_back_to_plain_text() {
    let (url, recorded) = crate::recorder::record(PICTURE).await;
    let images = Images::new(&url.replace("http://", "https://")).unwrap();
    let request = images.input(&b"source"[..]).output(OutputFormat::Png);
    let error = tokio::time::timeout(std::time::Duration::from_millis(500), request).await;
    assert!(!matches!(error, Ok(Ok(_))), "a picture came");
    recorded.abort();
}
