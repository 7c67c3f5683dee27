//! The certificate of the server, with its key.
//!
//! Only HTTP/1.1 is offered, because nothing else is spoken. The arithmetic is ring's, as for fetches.

use std::path::PathBuf;
use std::sync::Arc;

use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};

use super::reread::File;
use crate::config::ConfigError;

/// What is wrong with the files of TLS.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// Occurs when a file is not PEM.
    #[error("{} is not PEM: {source}", path.display())]
    Pem {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: pem::Error,
    },
    /// Occurs when the file of the certificate holds none.
    #[error("{} holds no certificate (BEGIN CERTIFICATE)", path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// Occurs when the file of the key holds none that is not encrypted.
    #[error("{} holds no private key (BEGIN PRIVATE KEY, without a password)", path.display())]
    NoKey {
        /// The file.
        path: PathBuf,
    },
    /// Occurs when the key is that of another certificate.
    #[error("{} is not the key of the first certificate in {}", key.display(), cert.display())]
    OtherKey {
        /// The file of the certificate.
        cert: PathBuf,
        /// The file of the key.
        key: PathBuf,
    },
    /// Occurs when the certificate or the key cannot be used.
    #[error("{} with {} cannot be used: {source}", cert.display(), key.display())]
    Unusable {
        /// The file of the certificate.
        cert: PathBuf,
        /// The file of the key.
        key: PathBuf,
        /// Why.
        source: rustls::Error,
    },
}

/// Makes the server's side of TLS of a certificate and its key.
pub(super) fn parse(files: &[File]) -> Result<ServerConfig, ConfigError> {
    let [cert, key] = files else { unreachable!("a certificate and a key are read") };
    Ok(server_config(cert, key)?)
}

fn server_config((cert_path, cert): &File, (key_path, key): &File) -> Result<ServerConfig, TlsError> {
    let certificates = CertificateDer::pem_slice_iter(cert)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|source| TlsError::Pem { path: cert_path.clone(), source })?;
    if certificates.is_empty() {
        return Err(TlsError::NoCertificate { path: cert_path.clone() });
    }
    let key = match PrivateKeyDer::from_pem_slice(key) {
        Ok(key) => key,
        Err(pem::Error::NoItemsFound) => return Err(TlsError::NoKey { path: key_path.clone() }),
        Err(source) => return Err(TlsError::Pem { path: key_path.clone(), source }),
    };
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring knows both versions of TLS")
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .map_err(|source| {
            let (cert, key) = (cert_path.clone(), key_path.clone());
            match source {
                rustls::Error::InconsistentKeys(_) => TlsError::OtherKey { cert, key },
                source => TlsError::Unusable { cert, key, source },
            }
        })?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

#[cfg(test)]
mod tests {
    use rcgen::CertifiedKey;

    use super::*;

    /// Makes a certificate and its key, in PEM.
    fn pair(name: &str) -> (String, String) {
        let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
        (cert.pem(), signing_key.serialize_pem())
    }

    fn parse_texts(cert: &str, key: &str) -> Result<ServerConfig, String> {
        let file = |name: &str, text: &str| (PathBuf::from(name), text.as_bytes().to_vec());
        parse(&[file("cert.pem", cert), file("key.pem", key)]).map_err(|error| error.to_string())
    }

    #[test]
    fn tls_takes_a_certificate_with_its_key_alone() {
        let ((cert, key), (other, _)) = (pair("a.example"), pair("b.example"));
        let config = parse_texts(&cert, &key).unwrap();
        assert_eq!(config.alpn_protocols, [b"http/1.1"]);
        assert!(parse_texts(&format!("{cert}{other}"), &format!("# mine\n{key}")).is_ok(), "a chain, and other lines");
        let broken = cert.replacen("MII", "M!I", 1);
        let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n";
        for (cert, key, text) in [
            (other.as_str(), key.as_str(), "key.pem is not the key of the first certificate in cert.pem"),
            ("", &key, "cert.pem holds no certificate (BEGIN CERTIFICATE)"),
            (&key, &key, "cert.pem holds no certificate (BEGIN CERTIFICATE)"),
            (&cert, &cert, "key.pem holds no private key (BEGIN PRIVATE KEY, without a password)"),
            (&cert, encrypted, "key.pem holds no private key (BEGIN PRIVATE KEY, without a password)"),
            (&broken, &key, "cert.pem is not PEM: "),
            (
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                &key,
                "cert.pem with key.pem cannot be used: ",
            ),
        ] {
            let error = parse_texts(cert, key).unwrap_err();
            assert!(error.starts_with(text), "`{error}` does not begin with `{text}`");
        }
    }
}
