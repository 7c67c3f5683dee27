//! How servers are reached, with TLS where the address asks for it.
//!
//! Trusted are Mozilla's roots, which are part of the program, and authorities that the caller names: a certificate of one's own is
//! usual where a server is reached by few. The arithmetic is ring's, as in all of Palmette.

use std::sync::Arc;

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// Opens connections to servers of `http` and `https` addresses.
///
/// # Errors
///
/// What is wrong with `authorities`, certificates in PEM that are trusted besides Mozilla's.
pub(crate) fn connector(authorities: &[Vec<u8>]) -> Result<HttpsConnector<HttpConnector>, &'static str> {
    let mut roots: RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
    for pem in authorities {
        let known = roots.len();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|_| "its text is damaged")?;
            roots.add(certificate).map_err(|_| "one of them is not that of an authority")?;
        }
        if roots.len() == known {
            return Err("there is no certificate in PEM (BEGIN CERTIFICATE)");
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring knows both versions of TLS")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut connector = HttpConnector::new();
    // The address decides between http and https.
    connector.enforce_http(false);
    // Forms end with small pieces, which must not wait for an acknowledgement.
    connector.set_nodelay(true);
    Ok(HttpsConnectorBuilder::new().with_tls_config(config).https_or_http().enable_http1().wrap_connector(connector))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authorities_are_checked() {
        let key = rcgen::generate_simple_self_signed(["a".to_owned()]).unwrap();
        assert!(connector(&[key.cert.pem().into_bytes()]).is_ok());
        for (pem, word) in [
            (Vec::new(), "no certificate"),
            (key.signing_key.serialize_pem().into_bytes(), "no certificate"),
            (b"-----BEGIN CERTIFICATE-----\n!".to_vec(), "damaged"),
            (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_vec(), "authority"),
        ] {
            let reason = connector(std::slice::from_ref(&pem)).unwrap_err();
            assert!(reason.contains(word), "{word}: {reason}");
        }
    }
}
