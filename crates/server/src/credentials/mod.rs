//! What a server proves and asks for: the tokens of its clients, and the certificate of its own.
//!
//! Both are in files, and both are changed from time to time while the server runs: `certbot` and Kubernetes replace files without
//! a word to the process, and an operator sends SIGHUP. So the files are read again in both ways ([`reread`]).

mod reread;
mod tls;
mod tokens;

use std::sync::Arc;
use std::time::Duration;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls;

use self::reread::Reread;
pub use self::tls::TlsError;
pub use self::tokens::Refusal;
pub(crate) use self::tokens::Tokens;
use crate::config::{ConfigError, Listen, ServerConfig};

/// Time between two looks at the files: a change needs no signal, and this long at most.
const LOOK_INTERVAL: Duration = Duration::from_secs(10);

/// The tokens and the certificate of a server. Clones are the same ones.
#[derive(Clone, Debug)]
pub struct Credentials {
    tokens: Arc<Reread<Tokens>>,
    tls: Option<Arc<Reread<rustls::ServerConfig>>>,
}

impl Credentials {
    /// Reads the files that a configuration names.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Exposed`] if other machines reach the server, and neither a token nor the setting `insecure` is there;
    /// [`ConfigError::Unreadable`], [`ConfigError::TokenLine`] and [`ConfigError::NoToken`] for files of tokens;
    /// [`ConfigError::TlsHalf`] and [`ConfigError::Tls`] for those of TLS.
    pub fn read(config: &ServerConfig) -> Result<Self, ConfigError> {
        if let Listen::Address(address) = config.listen {
            config.check_exposure(address)?;
        }
        let tls = match (&config.tls_cert, &config.tls_key) {
            (None, None) => None,
            (Some(cert), Some(key)) => {
                Some(Arc::new(Reread::read("TLS certificate", vec![cert.clone(), key.clone()], tls::parse)?))
            }
            (Some(_), None) => {
                return Err(ConfigError::TlsHalf { given: "server.tls_cert", missing: "server.tls_key" });
            }
            (None, Some(_)) => {
                return Err(ConfigError::TlsHalf { given: "server.tls_key", missing: "server.tls_cert" });
            }
        };
        let tokens = Arc::new(Reread::read("tokens", config.token_files.clone(), Tokens::parse)?);
        Ok(Self { tokens, tls })
    }

    /// Returns one of the tokens that a configuration names, for a client of a server that is started beside it.
    ///
    /// # Errors
    ///
    /// Those of [`Credentials::read`] for files of tokens.
    pub fn read_one_token(config: &ServerConfig) -> Result<Option<String>, ConfigError> {
        tokens::read_one(&config.token_files)
    }

    /// Reads the files again, because somebody says that they have changed. What is wrong is logged, and the old ones stay.
    pub fn reread(&self) {
        self.look(true);
    }

    /// Tells whether there is a file that may change.
    #[must_use]
    pub fn are_in_files(&self) -> bool {
        self.tls.is_some() || self.tokens.has_files()
    }

    /// Returns the scheme of the server's URLs.
    #[must_use]
    pub const fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "https" } else { "http" }
    }

    pub(crate) fn tokens(&self) -> Arc<Tokens> {
        self.tokens.current()
    }

    /// Returns what makes a connection one of TLS, if they are to be that, with the certificate of this moment.
    pub(crate) fn acceptor(&self) -> Option<TlsAcceptor> {
        self.tls.as_ref().map(|tls| TlsAcceptor::from(tls.current()))
    }

    /// Looks at the files now and then, for ever.
    pub(crate) async fn watch(self) {
        while self.are_in_files() {
            tokio::time::sleep(LOOK_INTERVAL).await;
            let credentials = self.clone();
            // Only a panic keeps it from its end, and that is logged.
            let _ = tokio::task::spawn_blocking(move || credentials.look(false)).await;
        }
    }

    fn look(&self, is_asked: bool) {
        self.tokens.look(is_asked);
        if let Some(tls) = &self.tls {
            tls.look(is_asked);
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;
    use axum::http::header::AUTHORIZATION;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn credentials_change_without_a_signal() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens");
        std::fs::write(&path, "old").unwrap();
        let config = ServerConfig { token_files: vec![path.clone()], ..Default::default() };
        let credentials = Credentials::read(&config).unwrap();
        let watcher = tokio::spawn(credentials.clone().watch());
        let takes = |token: &str| {
            let headers = HeaderMap::from_iter([(AUTHORIZATION, format!("Bearer {token}").parse().unwrap())]);
            credentials.tokens().admit(&headers).is_ok()
        };
        std::fs::write(&path, "new").unwrap();
        assert_eq!((takes("old"), takes("new")), (true, false));
        tokio::time::sleep(2 * LOOK_INTERVAL).await;
        assert_eq!((takes("old"), takes("new")), (false, true));
        watcher.abort();
    }

    #[tokio::test]
    async fn credentials_without_files_are_not_watched() {
        let credentials = Credentials::read(&ServerConfig::default()).unwrap();
        assert!(!credentials.are_in_files());
        credentials.watch().await;
    }
}
