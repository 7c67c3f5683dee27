//! Signals that are handed on to the command.
//!
//! The command is in the process group of this process, so that the terminal is its own, with job control and all. What a terminal sends
//! (Ctrl-C) therefore reaches both, and is not sent on: the command would get it twice, and many tools take a second one for
//! impatience. What another process sends to this one alone is sent on. The system says which it was; `sudo` does the same.

use std::ffi::c_int;
use std::fs;
use std::io::{self, IsTerminal};
use std::thread;

use rustix::process::{Pid, Signal as Number, kill_process};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::SignalsInfo;
use signal_hook::iterator::exfiltrator::WithOrigin;
use signal_hook::low_level::siginfo::{Cause, Origin};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Those that would end a process.
const CAUGHT: [c_int; 4] = [SIGHUP, SIGINT, SIGQUIT, SIGTERM];

/// Signals that another process sent to this one.
pub(super) struct Signals(UnboundedReceiver<Signal>);

/// One of them.
pub(super) struct Signal(Number);

impl Signals {
    /// Catches signals from here on, except those that this process was told to ignore: `nohup` holds for the command, too.
    pub(super) fn catch() -> io::Result<Self> {
        let ignored = ignored();
        let wanted = CAUGHT.into_iter().filter(|signal| ignored & (1 << (signal - 1)) == 0);
        let mut caught = SignalsInfo::<WithOrigin>::new(wanted)?;
        let (sender, receiver) = unbounded_channel();
        thread::Builder::new().name("signals".to_owned()).spawn(move || {
            for origin in caught.forever().filter(|origin| !is_from_terminal(origin)) {
                // Nobody takes them any more when the command has ended.
                let _ = Number::from_named_raw(origin.signal).map(|number| sender.send(Signal(number)));
            }
        })?;
        Ok(Self(receiver))
    }

    /// Waits for the next one.
    pub(super) async fn next(&mut self) -> Signal {
        match self.0.recv().await {
            Some(signal) => signal,
            None => std::future::pending().await,
        }
    }
}

impl Signal {
    /// Sends it to a process that has not been waited for.
    pub(super) fn send(self, id: u32) {
        let process = i32::try_from(id).ok().and_then(Pid::from_raw);
        // It may have ended a moment ago, which the caller learns next.
        let _ = process.map(|process| kill_process(process, self.0));
    }
}

/// Returns the signals that are ignored, a bit each from the lowest on, as far as the system says.
fn ignored() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
}

/// Returns whether the command has got a signal already.
fn is_from_terminal(origin: &Origin) -> bool {
    match origin.cause {
        Cause::Kernel => true,
        Cause::Sent(_) => false,
        // Not every system says it.
        _ => origin.process.is_none() && io::stdin().is_terminal(),
    }
}
