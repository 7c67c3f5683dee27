//! The signals that end the process, and the one that makes it read its files again.

use std::io;

pub use system::{Hangups, Signals};

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

    /// SIGHUP, caught from here on; before, it ends the process.
    #[derive(Debug)]
    pub struct Hangups(Signal);

    impl Hangups {
        /// Starts to catch the signal.
        ///
        /// # Errors
        ///
        /// Whatever the system says.
        pub fn catch() -> io::Result<Self> {
            Ok(Self(signal(SignalKind::hangup())?))
        }

        /// Waits for the next one.
        pub async fn next(&mut self) {
            self.0.recv().await;
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

    /// There is no such signal on Windows.
    #[derive(Debug)]
    pub struct Hangups(());

    impl Hangups {
        /// Does nothing.
        ///
        /// # Errors
        ///
        /// None.
        pub const fn catch() -> io::Result<Self> {
            Ok(Self(()))
        }

        /// Waits for ever.
        pub async fn next(&mut self) {
            std::future::pending().await
        }
    }
}
