//! The command in the foreground: it has the terminal, it gets the signals, and its exit status is ours.

use std::io;
use std::process::{ExitCode, ExitStatus};
use std::time::Duration;

use tokio::process::Command;
use tokio::time::{MissedTickBehavior, interval};

use super::report::Report;
use super::signals::Signals;

/// Time between two looks at what Node processes reported.
const LOOK: Duration = Duration::from_millis(100);

/// Runs a command to its end, hands signals on, and says what its Node processes report.
pub(super) async fn run(mut command: Command, report: &mut Report) -> io::Result<ExitStatus> {
    // From here on they do not end this process any more; the command begins with the usual ones.
    let mut signals = Signals::catch()?;
    let mut child = command.spawn()?;
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            status = child.wait() => return status,
            signal = signals.next() => if let Some(id) = child.id() { signal.send(id) },
            _ = looks.tick() => report.tell(),
        }
    }
}

/// Returns what the shell sees: the command's own status, or 128 and the number of the signal that ended it.
pub(super) fn exit_code(status: ExitStatus) -> ExitCode {
    #[cfg(unix)]
    let by_signal = std::os::unix::process::ExitStatusExt::signal(&status).map(|signal| 128 + signal);
    #[cfg(not(unix))]
    let by_signal = None;
    let code = status.code().or(by_signal).unwrap_or(1);
    // Windows has larger ones, which are failures.
    u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from)
}
