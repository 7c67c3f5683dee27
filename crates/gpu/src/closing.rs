//! The end of a device, which nobody waits for.
//!
//! To close a device the driver waits until it is idle, without a limit: on one that does not answer any more, for ever. So
//! a device that was lost is closed on a thread of its own. Whatever a driver does to that thread, and if it panics in there,
//! no request is held up by it for more than a moment. Most need less than that, and it is better to be sure: a driver must not
//! be closing a device while the process ends.

use std::ops::Deref;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use crate::device::Gpu;

/// A device that is closed when this is dropped.
#[derive(Debug)]
pub(crate) struct Closing(
    /// Absent only while it is dropped.
    Option<Gpu>,
);

impl Closing {
    /// How long a lost device may take to close before it is left to its thread.
    const PATIENCE: Duration = Duration::from_millis(200);

    pub(crate) const fn new(gpu: Gpu) -> Self {
        Self(Some(gpu))
    }
}

impl Deref for Closing {
    type Target = Gpu;

    fn deref(&self) -> &Gpu {
        self.0.as_ref().expect("only dropping takes it away")
    }
}

impl Drop for Closing {
    fn drop(&mut self) {
        let Some(gpu) = self.0.take().filter(|gpu| gpu.is_lost()) else { return };
        let (closed, is_closed) = channel::<()>();
        let close = move || {
            // It goes last, also in a panic.
            let _closed = closed;
            drop(gpu);
        };
        match thread::Builder::new().name("palmette-gpu-close".to_owned()).spawn(close) {
            // Nothing is ever sent: the end of the thread ends the wait.
            Ok(_) => drop(is_closed.recv_timeout(Self::PATIENCE)),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::error!(error, "no thread can be started to close the device");
            }
        }
    }
}
