//! The store of hosted pictures, as requests use it: opened when the first of them needs it, and asked off the async threads.

use std::sync::{Arc, OnceLock};

use palmette_store::hosted::Hosted;

use crate::Error;
use crate::config::HostedConfig;
use crate::routes::hosted::HostedFailure;

/// A store, open or not yet.
#[derive(Debug)]
pub(crate) struct HostedStore {
    config: HostedConfig,
    open: Arc<OnceLock<Arc<Hosted>>>,
}

impl HostedStore {
    pub(crate) fn new(config: HostedConfig) -> Self {
        Self { config, open: Arc::default() }
    }

    /// Does something with the store.
    ///
    /// # Errors
    ///
    /// What the work fails with, and what opening the store fails with.
    pub(crate) async fn run<T: Send + 'static, E: Into<HostedFailure> + Send + 'static>(
        &self,
        work: impl FnOnce(&Hosted) -> Result<T, E> + Send + 'static,
    ) -> Result<T, Error> {
        let (config, open, span) = (self.config.clone(), Arc::clone(&self.open), tracing::Span::current());
        let task = tokio::task::spawn_blocking(move || -> Result<T, HostedFailure> {
            let _in_span = span.enter();
            let hosted = match open.get() {
                Some(hosted) => hosted,
                // Several may do so at once, so that nobody waits for others who wait for a database in vain.
                None => {
                    let hosted = opened(&config)?;
                    open.get_or_init(|| {
                        let swept = Arc::clone(&hosted);
                        tokio::task::spawn_blocking(move || sweep(&swept));
                        hosted
                    })
                }
            };
            work(hosted).map_err(Into::into)
        });
        match task.await {
            Ok(outcome) => outcome.map_err(Error::Hosted),
            Err(error) => Err(Error::Panicked { message: error.to_string() }),
        }
    }
}

/// Opens the store of a configuration.
fn opened(config: &HostedConfig) -> Result<Arc<Hosted>, HostedFailure> {
    let place = config.place()?.ok_or(HostedFailure::Off)?;
    Ok(Arc::new(Hosted::open_at(&place)?))
}

/// Removes what was left over in a store, which takes long where there are many pictures.
fn sweep(hosted: &Hosted) {
    match hosted.sweep() {
        Ok(0) => {}
        Ok(count) => tracing::info!(hosted.pictures = count, "removed pictures that uploads had left over"),
        Err(error) => tracing::warn!("pictures that uploads left over cannot be removed: {error}"),
    }
}
