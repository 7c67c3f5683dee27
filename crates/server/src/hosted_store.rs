//! The store of hosted pictures, as requests use it: opened when the first of them needs it, and asked off the async threads.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use palmette_store::hosted::{Hosted, HostedError};

use crate::Error;
use crate::routes::hosted::HostedFailure;

/// A store, open or not yet.
#[derive(Debug)]
pub(crate) struct HostedStore {
    folder: PathBuf,
    open: Arc<Mutex<Option<Arc<Hosted>>>>,
}

impl HostedStore {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder, open: Arc::default() }
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
        let (folder, open, span) = (self.folder.clone(), Arc::clone(&self.open), tracing::Span::current());
        let task = tokio::task::spawn_blocking(move || -> Result<T, HostedFailure> {
            let _in_span = span.enter();
            let hosted = {
                let mut open = open.lock().unwrap_or_else(PoisonError::into_inner);
                match open.clone() {
                    Some(hosted) => hosted,
                    None => {
                        let hosted = Arc::new(opened(&folder)?);
                        *open = Some(Arc::clone(&hosted));
                        hosted
                    }
                }
            };
            work(&hosted).map_err(Into::into)
        });
        match task.await {
            Ok(outcome) => outcome.map_err(Error::Hosted),
            Err(error) => Err(Error::Panicked { message: error.to_string() }),
        }
    }
}

/// Opens a store, and removes what was left over in it.
fn opened(folder: &std::path::Path) -> Result<Hosted, HostedError> {
    let hosted = Hosted::open(folder)?;
    match hosted.sweep() {
        Ok(0) => {}
        Ok(count) => tracing::info!(hosted.files = count, "removed files that uploads had left over"),
        Err(error) => tracing::warn!("files that uploads left over cannot be removed: {error}"),
    }
    Ok(hosted)
}
