//! Ctrl-C: running pictures are finished, none is begun. A second one ends at once, which leaves nothing half written either.

use std::process::{ExitCode, exit};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread;

use palmette_server::shutdown::Signals;
use tokio::runtime::Builder;

use crate::error::{Error, report};

/// What shells see of a process that SIGINT ended: 128 and its number.
const EXIT_INTERRUPTED: u8 = 130;
/// What they see of one that SIGTERM ended.
const EXIT_TERMINATED: u8 = 143;

/// Whether a signal has come.
#[derive(Clone, Debug)]
pub(super) struct Stop {
    /// The exit status that it means; 0 before it comes.
    status: Arc<AtomicU8>,
}

impl Stop {
    /// Catches signals from here on.
    pub(super) fn on_signals() -> Result<Self, Error> {
        let stop = Self { status: Arc::default() };
        let status = Arc::clone(&stop.status);
        let runtime = Builder::new_current_thread().enable_all().build().map_err(Error::Start)?;
        let mut signals = runtime.block_on(async { Signals::catch() }).map_err(Error::Start)?;
        let wait = move || {
            let mut next = || match runtime.block_on(signals.next()) {
                "SIGTERM" => EXIT_TERMINATED,
                _ => EXIT_INTERRUPTED,
            };
            status.store(next(), Ordering::Relaxed);
            report("stopping when the running pictures are finished; Ctrl-C again ends at once");
            exit(next().into());
        };
        thread::Builder::new().name("signals".to_owned()).spawn(wait).map_err(Error::Start)?;
        Ok(stop)
    }

    /// Tells whether no picture is to be begun any more.
    pub(super) fn is_wanted(&self) -> bool {
        self.status.load(Ordering::Relaxed) != 0
    }

    /// Returns what the shell is to see, if a signal has come.
    pub(super) fn exit_code(&self) -> Option<ExitCode> {
        let status = self.status.load(Ordering::Relaxed);
        (status != 0).then(|| status.into())
    }
}
