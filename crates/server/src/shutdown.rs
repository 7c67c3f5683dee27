//! The signals that end the process.

use std::io;

pub use system::Signals;

#[cfg(unix)]
mod system {
    use super::io;
    use tokio::signal::unix::{Signal, SignalKind, signal};

    /// SIGTERM and SIGINT, caught from here on.
    #[derive(Debug)]
    pub struct Signals {
        terminate: Signal,
        interrupt: Signal,
    }

    impl Signals {
        /// Starts to catch signals, which then no longer end the process by themselves.
        ///
        /// # Errors
        ///
        /// Whatever the system says.
        pub fn catch() -> io::Result<Self> {
            Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
        }

        /// Waits for the next one and returns its name.
        pub async fn next(&mut self) -> &'static str {
            tokio::select! {
                _ = self.terminate.recv() => "SIGTERM",
                _ = self.interrupt.recv() => "SIGINT",
            }
        }
    }
}

#[cfg(windows)]
mod system {
    use super::io;
    use tokio::signal::windows::{CtrlBreak, CtrlC, ctrl_break, ctrl_c};

    /// Ctrl-C and Ctrl-Break, caught from here on: Windows has no other way to ask a program of a console to end.
    #[derive(Debug)]
    pub struct Signals {
        c: CtrlC,
        r#break: CtrlBreak,
    }

    impl Signals {
        /// Starts to catch signals, which then no longer end the process by themselves.
        ///
        /// # Errors
        ///
        /// Whatever the system says.
        pub fn catch() -> io::Result<Self> {
            Ok(Self { c: ctrl_c()?, r#break: ctrl_break()? })
        }

        /// Waits for the next one and returns its name.
        pub async fn next(&mut self) -> &'static str {
            tokio::select! {
                _ = self.c.recv() => "Ctrl-C",
                _ = self.r#break.recv() => "Ctrl-Break",
            }
        }
    }
}
