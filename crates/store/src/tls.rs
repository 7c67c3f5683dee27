//! Whom connections with TLS trust: Mozilla's roots, which are part of the program, and the certificates of the file that `SSL_CERT_FILE`
//! names, as it does for OpenSSL.

use std::sync::Arc;
use std::{env, io};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// Names a file with certificates that are trusted as well.
pub(crate) const AUTHORITIES: &str = "SSL_CERT_FILE";

/// Makes what clients say about TLS.
///
/// # Errors
///
/// That of reading the certificates of [`AUTHORITIES`].
pub(crate) fn config() -> io::Result<ClientConfig> {
    let mut roots: RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
    if let Some(file) = env::var_os(AUTHORITIES) {
        let certificates = CertificateDer::pem_file_iter(file).and_then(|found| found.collect::<Result<Vec<_>, _>>());
        roots.add_parsable_certificates(certificates.map_err(io::Error::other)?);
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring knows both versions of TLS")
        .with_root_certificates(roots)
        .with_no_client_auth())
}
