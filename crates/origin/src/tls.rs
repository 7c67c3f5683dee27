//! TLS over the connections of [`Connector`].
//!
//! Trusted are Mozilla's roots, which are part of the program: a server in an empty container has no others, and two servers of one
//! version trust the same. What a company adds is a setting. The arithmetic is ring's, which needs a C compiler and nothing else.

use std::sync::Arc;

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use rustls::{ClientConfig, RootCertStore};

use crate::connect::Connector;
use crate::settings::Authorities;

/// Puts TLS over a connector, for URLs that want it.
pub(crate) fn over(connector: Connector, authorities: &Authorities) -> HttpsConnector<Connector> {
    let mut roots: RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
    roots.add_parsable_certificates(authorities.0.iter().cloned());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring knows both versions of TLS")
        .with_root_certificates(roots)
        .with_no_client_auth();
    HttpsConnectorBuilder::new().with_tls_config(config).https_or_http().enable_http1().wrap_connector(connector)
}
