//! What the system knows of a process.

use std::fs;
use std::path::PathBuf;

use crate::bench::folder::text;
use crate::error::Error;

/// How many ticks the system counts a second.
///
/// # Errors
///
/// Those of asking for it.
pub(in crate::bench) fn ticks_per_second() -> Result<f64, Error> {
    text(&["getconf", "CLK_TCK"])?.parse().map_err(|_| Error::Unexpected { what: "the ticks of a second" })
}

/// The ticks that all threads of a process have had a processor for, of their own and in the kernel.
///
/// # Errors
///
/// If there is no such process.
pub(in crate::bench) fn ticks(process: u32) -> Result<f64, Error> {
    let path = PathBuf::from(format!("/proc/{process}/stat"));
    let stat = fs::read_to_string(&path).map_err(|source| Error::File { path, source })?;
    fields(&stat, [14, 15]).ok_or(Error::Unexpected { what: "the times of a process" })
}

/// The ticks that all processes have had a processor for that this one started, and that have ended.
///
/// # Errors
///
/// If the system does not say.
pub(in crate::bench) fn ticks_of_children() -> Result<f64, Error> {
    let path = PathBuf::from("/proc/self/stat");
    let stat = fs::read_to_string(&path).map_err(|source| Error::File { path, source })?;
    fields(&stat, [16, 17]).ok_or(Error::Unexpected { what: "the times of processes" })
}

/// The most memory that a process had at once, in bytes.
///
/// # Errors
///
/// If there is no such process.
pub(super) fn peak_bytes(process: u32) -> Result<u64, Error> {
    let path = PathBuf::from(format!("/proc/{process}/status"));
    let status = fs::read_to_string(&path).map_err(|source| Error::File { path, source })?;
    peak_in(&status).ok_or(Error::Unexpected { what: "the memory of a process" })
}

/// Adds two times up in a `stat`: of the process they are the 14th and 15th field, of its children the next two. The second field is a
/// name in parentheses, and may hold anything.
fn fields(stat: &str, numbers: [usize; 2]) -> Option<f64> {
    let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
    let field = |number: usize| fields.get(number - 3)?.parse::<f64>().ok();
    Some(field(numbers[0])? + field(numbers[1])?)
}

/// Finds the peak in a `status`.
fn peak_in(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_behind_any_name() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 90 0 0 0 31 11 5 6 20 0 5 0 100 1 2";
        assert_eq!((fields(stat, [14, 15]), fields(stat, [16, 17])), (Some(42.0), Some(11.0)));
        assert_eq!(peak_in("Name:\tx\nVmHWM:\t   2048 kB\n"), Some(2 << 20));
    }

    #[test]
    fn own_process_is_known() {
        let own = std::process::id();
        assert!(ticks(own).is_ok() && peak_bytes(own).unwrap() > 1 << 20);
    }
}
