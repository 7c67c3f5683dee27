//! What a fetcher is told by its operator.

use std::time::Duration;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject};

use crate::{HostRule, OriginRule, Via};

/// How, and from where, to fetch.
///
/// A proxy of the environment (`HTTP_PROXY` and its kin) is not used: behind one, the guard would judge the proxy's address in place
/// of the one that is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Origins that may be asked although their addresses are not public. Default: none.
    pub allow: Vec<OriginRule>,
    /// The only hosts that may be asked, beside [`allow`](Self::allow); if empty, all. Default: empty.
    pub allow_hosts: Vec<HostRule>,
    /// Time for the look-up and the connection, without TLS; breach [`Error::TimedOut`](crate::Error::TimedOut). Default 5 s.
    pub connect_timeout: Duration,
    /// Time for all, redirects and the body included; breach [`Error::TimedOut`](crate::Error::TimedOut). Default 10 s.
    pub timeout: Duration,
    /// Redirects that are followed; breach [`Error::TooManyRedirects`](crate::Error::TooManyRedirects). Default 5.
    pub max_redirects: u32,
    /// Bytes of answers that are kept in memory, as long as their own headers allow; 0 keeps none. Default 64 MB.
    pub cache_bytes: u64,
    /// Time for which a failure of a server is the answer to the same question, without another try; 0 tries every time. Default 0.
    pub failure_time: Duration,
    /// Requests to servers at once; one more waits for its place, within its time. Default 64.
    pub max_running: usize,
    /// Bytes of whole files that are on their way at once; what would be more fails with [`Error::Full`](crate::Error::Full).
    /// What has arrived is its caller's to count. Default 128 MB. Fetchers that [share](crate::Fetcher::sharing) have these two in common.
    pub max_arriving_bytes: u64,
    /// Authorities that are trusted beside those of Mozilla's list. Default: none.
    pub authorities: Authorities,
    /// The name in the header `via` of requests, by which a loop is found; all servers of a group have the same. Default
    /// `palmette`.
    pub via: Via,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            allow: Vec::new(),
            allow_hosts: Vec::new(),
            connect_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(10),
            max_redirects: 5,
            cache_bytes: 64_000_000,
            failure_time: Duration::ZERO,
            max_running: 64,
            max_arriving_bytes: 128_000_000,
            authorities: Authorities::default(),
            via: Via::default(),
        }
    }
}

/// Authorities of an operator, whose certificates are trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authorities(pub(crate) Vec<CertificateDer<'static>>);

impl Authorities {
    /// Reads certificates in PEM.
    ///
    /// # Errors
    ///
    /// [`AuthoritiesError`] if there are none, or one is damaged.
    pub fn from_pem(pem: &[u8]) -> Result<Self, AuthoritiesError> {
        let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        let certificates = certificates.map_err(AuthoritiesError::Pem)?;
        if certificates.is_empty() {
            return Err(AuthoritiesError::None);
        }
        let mut roots = RootCertStore::empty();
        for certificate in &certificates {
            roots.add(certificate.clone()).map_err(AuthoritiesError::Certificate)?;
        }
        Ok(Self(certificates))
    }
}

/// What is wrong with certificates.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthoritiesError {
    /// Occurs when there is none.
    #[error("no certificate in PEM")]
    None,
    /// Occurs when the text around one is damaged.
    #[error("not PEM: {0}")]
    Pem(#[source] pem::Error),
    /// Occurs when one cannot be that of an authority.
    #[error("not the certificate of an authority: {0}")]
    Certificate(#[source] rustls::Error),
}
