//! How much memory this process may use, and its shares.
//!
//! A limit that is larger than the memory is none: the kernel ends the process before a request is refused. So the budgets
//! are, unless an operator says otherwise, shares of the memory that the control group of the process allows, or else
//! of the machine. The rest is for the process itself, and for memory that the allocator keeps after it was given back.

use std::fmt;
use std::path::{Path, PathBuf};

use super::Config;
use crate::connection;

/// A budget of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MaxBytes {
    /// A share of the memory.
    Auto,
    /// So many.
    Exactly(u64),
}

impl MaxBytes {
    /// Returns the number, given the share.
    const fn or(self, share: u64) -> u64 {
        match self {
            Self::Auto => share,
            Self::Exactly(bytes) => bytes,
        }
    }
}

/// The memory that this process may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// How much.
    pub bytes: u64,
    /// Who says so.
    pub source: MemorySource,
}

/// Who says how much memory there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemorySource {
    /// A control group, which allows less than the machine has.
    Cgroup,
    /// The machine.
    Machine,
    /// Nobody: it is a guess.
    Guess,
}

impl fmt::Display for MemorySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cgroup => "cgroup",
            Self::Machine => "machine",
            Self::Guess => "guess",
        })
    }
}

impl Memory {
    /// Assumed where the system does not say.
    const GUESS: Self = Self { bytes: 4_000_000_000, source: MemorySource::Guess };

    /// Asks the system.
    #[must_use]
    pub fn find() -> Self {
        Self::find_below(Path::new("/"))
    }

    /// Asks the files of a system whose root is elsewhere.
    fn find_below(root: &Path) -> Self {
        let cgroup = cgroup_limits(root).min().map(|bytes| Self { bytes, source: MemorySource::Cgroup });
        let machine = machine_bytes(root).map(|bytes| Self { bytes, source: MemorySource::Machine });
        // A group without a limit has a very large one, so the machine decides.
        machine.into_iter().chain(cgroup).min_by_key(|memory| memory.bytes).unwrap_or(Self::GUESS)
    }
}

/// Returns the memory of the machine.
fn machine_bytes(root: &Path) -> Option<u64> {
    let text = std::fs::read_to_string(root.join("proc/meminfo")).ok()?;
    let total = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: u64 = total.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

/// Returns the limits of the groups that this process is in, and of those around them.
fn cgroup_limits(root: &Path) -> impl Iterator<Item = u64> {
    let groups = std::fs::read_to_string(root.join("proc/self/cgroup")).unwrap_or_default();
    let places: Vec<PathBuf> = groups.lines().filter_map(|line| limit_files(root, line)).flatten().collect();
    places.into_iter().filter_map(|place| std::fs::read_to_string(place).ok()?.trim().parse().ok())
}

/// Returns the files that may hold the limit of a group, given its line, such as `0::/system.slice/palmette.service`.
///
/// In a container the path may be that of the host, which cannot be seen from within: then the group is at the root.
fn limit_files(root: &Path, line: &str) -> Option<Vec<PathBuf>> {
    let (controllers, path) = line.split_once(':')?.1.split_once(':')?;
    let (mount, file) = match controllers {
        "" => ("sys/fs/cgroup", "memory.max"),
        _ if controllers.split(',').any(|controller| controller == "memory") => {
            ("sys/fs/cgroup/memory", "memory.limit_in_bytes")
        }
        _ => return None,
    };
    let mount = root.join(mount);
    let path = Path::new(path.trim_start_matches('/'));
    Some(path.ancestors().map(|group| mount.join(group).join(file)).collect())
}

/// The shares of the memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budgets {
    /// The memory that they are shares of.
    pub memory: Memory,
    /// For the buffers of all connections; the shares are of the rest.
    pub connection_bytes: u64,
    /// For bodies.
    pub body_bytes: u64,
    /// For decoded pictures.
    pub pixel_bytes: u64,
    /// For answers that wait for their readers.
    pub answer_bytes: u64,
    /// For fetched files that are kept.
    pub fetch_cache_bytes: u64,
    /// For files that are being fetched; part of that for bodies.
    pub fetch_arriving_bytes: u64,
    /// For results that are kept.
    pub result_cache_bytes: u64,
}

impl Budgets {
    /// Percent of the memory that is for pictures.
    const PIXEL_PERCENT: u64 = 55;
    /// Percent for bodies, and as much for answers.
    const PASSING_PERCENT: u64 = 15;
    /// Percent for fetched files, at most.
    const FETCH_PERCENT: u64 = 5;
    /// The share of the budget of bodies, as a divisor, that files may take while they are being fetched: slow servers must not keep forms out.
    const ARRIVING_SHARE: u64 = 2;
    /// Percent for results that are kept, and the most for them, unless an operator says how much.
    const RESULT_PERCENT: u64 = 5;
    const RESULT_BYTES: u64 = 256_000_000;

    /// Divides memory up as a configuration wants it.
    #[must_use]
    pub fn of(config: &Config, memory: Memory) -> Self {
        let connections = config.server.max_connections as u64;
        let connection_bytes = connections.saturating_mul(connection::buffer_bytes(&config.server));
        // With more connections than there is memory for, something has to be left all the same.
        let divided = memory.bytes - connection_bytes.min(memory.bytes / 2);
        let share = |percent: u64| (divided / 100 * percent).max(1);
        let body_bytes = config.admission.max_body_bytes.or(share(Self::PASSING_PERCENT));
        Self {
            memory,
            connection_bytes,
            body_bytes,
            pixel_bytes: config.admission.max_pixel_bytes.or(share(Self::PIXEL_PERCENT)),
            answer_bytes: config.admission.max_answer_bytes.or(share(Self::PASSING_PERCENT)),
            fetch_cache_bytes: config.fetch.fetcher.cache_bytes.min(share(Self::FETCH_PERCENT)),
            fetch_arriving_bytes: config.fetch.fetcher.max_arriving_bytes.min(body_bytes / Self::ARRIVING_SHARE),
            result_cache_bytes: config.cache.memory_bytes.or(share(Self::RESULT_PERCENT).min(Self::RESULT_BYTES)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes a system of a few files, and asks it.
    fn find(files: &[(&str, &str)]) -> (u64, MemorySource) {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let Memory { bytes, source } = Memory::find_below(root.path());
        (bytes, source)
    }

    const MACHINE: (&str, &str) = ("proc/meminfo", "MemFree:  10 kB\nMemTotal:       8000000 kB\nMemAvailable: 9 kB\n");
    const MACHINE_BYTES: u64 = 8_192_000_000;

    #[test]
    fn memory_is_that_of_the_machine_without_a_limit() {
        assert_eq!(find(&[MACHINE]), (MACHINE_BYTES, MemorySource::Machine));
        let groups = ("proc/self/cgroup", "0::/\n");
        assert_eq!(find(&[MACHINE, groups, ("sys/fs/cgroup/memory.max", "max\n")]).1, MemorySource::Machine);
        let groups = ("proc/self/cgroup", "9:name=systemd:/\n4:memory:/a\n0::/\n");
        let no_limit = ("sys/fs/cgroup/memory/a/memory.limit_in_bytes", "9223372036854771712\n");
        assert_eq!(find(&[MACHINE, groups, no_limit]), (MACHINE_BYTES, MemorySource::Machine));
        assert_eq!(find(&[]).1, MemorySource::Guess);
    }

    #[test]
    fn memory_is_the_least_limit_of_the_groups_around() {
        let groups = ("proc/self/cgroup", "0::/a/b\n");
        let outer = ("sys/fs/cgroup/a/memory.max", "500000000\n");
        let inner = ("sys/fs/cgroup/a/b/memory.max", "max\n");
        assert_eq!(find(&[MACHINE, groups, outer, inner]), (500_000_000, MemorySource::Cgroup));
    }

    #[test]
    fn memory_in_a_container_is_at_the_root() {
        let groups = ("proc/self/cgroup", "12:cpu,cpuacct:/docker/0a\n4:memory:/docker/0a\n");
        let limit = ("sys/fs/cgroup/memory/memory.limit_in_bytes", "268435456\n");
        assert_eq!(find(&[MACHINE, groups, limit]), (268_435_456, MemorySource::Cgroup));
    }

    #[test]
    fn budgets_leave_room_for_connections() {
        let memory = Memory { bytes: 1_000_000_000, source: MemorySource::Cgroup };
        let mut config = Config::default();
        let budgets = Budgets::of(&config, memory);
        let divided = memory.bytes - 1024 * connection::buffer_bytes(&config.server);
        assert_eq!((budgets.pixel_bytes, budgets.body_bytes), (divided / 100 * 55, divided / 100 * 15));
        assert_eq!(budgets.fetch_cache_bytes, divided / 100 * 5);
        assert_eq!(budgets.fetch_arriving_bytes, budgets.body_bytes / 2);
        assert_eq!(budgets.result_cache_bytes, divided / 100 * 5);
        config.fetch.fetcher.cache_bytes = 0;
        config.cache.memory_bytes = MaxBytes::Exactly(0);
        let budgets = Budgets::of(&config, memory);
        assert_eq!((budgets.fetch_cache_bytes, budgets.result_cache_bytes), (0, 0));
        config.server.max_connections = 1_000_000;
        config.admission.max_answer_bytes = MaxBytes::Exactly(7);
        let budgets = Budgets::of(&config, memory);
        assert_eq!((budgets.pixel_bytes, budgets.answer_bytes), (275_000_000, 7));
    }
}
