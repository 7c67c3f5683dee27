//! `--shard I/N`: one of N shares of the work, for jobs that are started N times with different numbers.
//!
//! The share of a picture is decided by the name of its result below OUT: the first eight bytes of the SHA-256 of that name, as a number,
//! most significant byte first, modulo N. So it does not depend on the order of a listing, on the machine, or on which other
//! pictures there are; and two sources that would write the same result are in the same share, where they are found out.

use std::num::NonZeroU64;
use std::str::FromStr;

use palmette_store::Key;
use sha2::{Digest, Sha256};

/// One of several shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shard {
    index: u64,
    count: NonZeroU64,
}

impl Shard {
    /// Tells whether a result belongs to this share.
    pub(super) fn has(self, target: &Key) -> bool {
        let digest = Sha256::digest(target.as_str());
        let start = digest.first_chunk().expect("SHA-256 has 32 bytes");
        u64::from_be_bytes(*start) % self.count == self.index
    }

    /// Returns a word for the names of files that only this share writes.
    pub(super) fn word(self) -> String {
        format!("{}-of-{}", self.index, self.count)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/').and_then(|(index, count)| Some((index.parse().ok()?, count.parse().ok()?)));
        let (index, count): (u64, NonZeroU64) = parts.ok_or("must be I/N, as in 0/8")?;
        if index >= count.get() {
            return Err(format!("I counts from 0, so with N = {count} it is at most {}", count.get() - 1));
        }
        Ok(Self { index, count })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(text: &str) -> Key {
        Key::parse(text).unwrap()
    }

    #[test]
    fn shards_are_written_as_fractions() {
        assert_eq!("3/8".parse::<Shard>().unwrap().word(), "3-of-8");
        for text in ["", "3", "3/", "/8", "3/0", "-1/8", "1.5/8", "8/8"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
        assert!("8/8".parse::<Shard>().unwrap_err().contains("at most 7"));
    }

    #[test]
    fn shards_are_those_of_the_documentation() {
        // printf %s 2026/lake.webp | sha256sum
        let share = |count: u64| {
            (0..count).find(|index| format!("{index}/{count}").parse::<Shard>().unwrap().has(&key("2026/lake.webp")))
        };
        assert_eq!([share(2), share(8), share(1000)], [Some(1), Some(1), Some(433)]);
    }

    proptest! {
        #[test]
        fn shards_are_disjoint_and_whole(name in "[^/\\x00\\\\:]{1,20}", count in 1_u64..50) {
            prop_assume!(name != "." && name != "..");
            let shares = (0..count).filter(|index| format!("{index}/{count}").parse::<Shard>().unwrap().has(&key(&name)));
            prop_assert_eq!(shares.count(), 1);
        }
    }
}
