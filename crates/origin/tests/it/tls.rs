//! TLS: whom to trust, and no way back from it.

use std::sync::Arc;

use palmette_origin::{Authorities, Error, Settings};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::support::{PUBLIC, Server, Streets, file, get, redirect, settings};

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

#[tokio::test]
async fn tls_trusts_a_listed_authority_for_the_right_name() {
    let (ca_pem, acceptor) = authority_and_acceptor("files.example");
    let server = Server::start_with("127.0.0.2", Some(acceptor), |_| file("", "file")).await;
    let streets = || {
        Streets::default().name("files.example", &[&[PUBLIC]]).name("other.example", &[&[PUBLIC]]).road(PUBLIC, &server)
    };
    let trusting = Settings { authorities: Authorities::from_pem(ca_pem.as_bytes()).unwrap(), ..settings() };
    let (fetcher, _) = streets().fetcher(&trusting);
    assert_eq!(get(&fetcher, "https://files.example/").await.unwrap().bytes, "file");
    assert_eq!(get(&fetcher, "https://files.example./x").await.unwrap().bytes, "file", "with a dot behind the name");
    let error = get(&fetcher, "https://other.example/").await.unwrap_err();
    assert!(matches!(error, Error::Tls { .. }), "{error}");
    let (fetcher, _) = streets().fetcher(&settings());
    let error = get(&fetcher, "https://files.example/").await.unwrap_err();
    assert!(matches!(error, Error::Tls { .. }), "{error}");
}

#[tokio::test]
async fn tls_with_something_else_fails() {
    let server = Server::start("127.0.0.2", |_| file("", "file")).await;
    let (fetcher, _) = crate::support::one_street(&server).fetcher(&settings());
    let error = get(&fetcher, "https://files.example/").await.unwrap_err();
    assert!(matches!(error, Error::Tls { .. } | Error::TimedOut { .. } | Error::Broken { .. }), "{error}");
}

#[tokio::test]
async fn tls_is_not_left_by_a_redirect() {
    let (ca_pem, acceptor) = authority_and_acceptor("secure.example");
    let secure = Server::start_with("127.0.0.2", Some(acceptor), |head| match head.split(' ').nth(1).unwrap() {
        "/down" => redirect("http://plain.example/file"),
        _ => file("", "secure"),
    })
    .await;
    let plain = Server::start("127.0.0.3", |head| match head.split(' ').nth(1).unwrap() {
        "/up" => redirect("https://secure.example/file"),
        "/up-down" => redirect("https://secure.example/down"),
        _ => file("", "plain"),
    })
    .await;
    let streets = Streets::default().name("secure.example", &[&[PUBLIC]]).name("plain.example", &[&["8.8.8.8"]]);
    let trusting = Settings { authorities: Authorities::from_pem(ca_pem.as_bytes()).unwrap(), ..settings() };
    let (fetcher, _) = streets.road(PUBLIC, &secure).road("8.8.8.8", &plain).fetcher(&trusting);
    assert_eq!(get(&fetcher, "http://plain.example/up").await.unwrap().bytes, "secure");
    for url in ["https://secure.example/down", "http://plain.example/up-down"] {
        assert!(matches!(get(&fetcher, url).await, Err(Error::Downgrade { .. })), "{url}");
    }
}

#[test]
fn tls_settings_must_be_certificates() {
    let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for text in ["nonsense", "", "-----BEGIN CERTIFICATE-----\n", pem] {
        assert!(Authorities::from_pem(text.as_bytes()).is_err(), "{text}");
    }
}
