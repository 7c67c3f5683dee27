//! Signals, where there is only Ctrl-C, which the system sends to every process of a console.

use std::io;

/// What this process is told to end by.
pub(super) struct Signals(());

/// A signal to hand on; there is none.
pub(super) enum Signal {}

impl Signals {
    /// Keeps Ctrl-C from ending this process before the command.
    pub(super) fn catch() -> io::Result<Self> {
        tokio::spawn(async { while tokio::signal::ctrl_c().await.is_ok() {} });
        Ok(Self(()))
    }

    /// Waits for one to hand on, for ever.
    pub(super) async fn next(&mut self) -> Signal {
        std::future::pending().await
    }
}

impl Signal {
    /// Sends it.
    pub(super) fn send(self, _id: u32) {
        match self {}
    }
}
