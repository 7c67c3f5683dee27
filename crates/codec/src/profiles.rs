//! Conversions by profiles that were met before.
//!
//! Making one takes half a millisecond, as long as a small picture takes altogether; a picture is asked about its profile when
//! it is probed and again when it is read; and most pictures carry one of a few profiles. So the last ones are kept, with the
//! bytes that they were made of: what comes out is the same as without.

use std::sync::{Arc, Mutex, PoisonError};

use moxcms::Transform8BitExecutor;

/// Conversions that are kept.
const MAX_PROFILES: usize = 8;

/// Larger profiles are not kept: those with tables, for the most part of printers and scanners.
const MAX_PROFILE_BYTES: usize = 16 << 10;

/// A conversion to sRGB; absent if the profile changes nothing, or makes no sense.
type ToSrgb = Option<Arc<Transform8BitExecutor>>;

/// The conversions of the process.
pub(crate) static PROFILES: Profiles = Profiles(Mutex::new(Vec::new()));

/// The last conversions, the latest at the end.
pub(crate) struct Profiles(Mutex<Vec<(Box<[u8]>, ToSrgb)>>);

impl Profiles {
    /// Returns the conversion of a profile; `make` makes it if it is not known.
    pub(crate) fn to_srgb(&self, profile: &[u8], make: impl FnOnce() -> ToSrgb) -> ToSrgb {
        if profile.len() > MAX_PROFILE_BYTES {
            return make();
        }
        if let Some(known) = self.find(profile) {
            return known;
        }
        let made = make();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_PROFILES {
            known.remove(0);
        }
        known.push((profile.into(), made.clone()));
        made
    }

    /// Finds a conversion, and makes it the latest.
    fn find(&self, profile: &[u8]) -> Option<ToSrgb> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = known.iter().position(|(bytes, _)| **bytes == *profile)?;
        known[at..].rotate_left(1);
        known.last().map(|(_, to_srgb)| to_srgb.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_are_made_once_and_the_last_ones_kept() {
        let profiles = Profiles(Mutex::new(Vec::new()));
        let is_made = |profile: &[u8]| {
            let mut is_made = false;
            let to_srgb = profiles.to_srgb(profile, || {
                is_made = true;
                None
            });
            assert!(to_srgb.is_none());
            is_made
        };
        let names: Vec<[u8; 1]> = (0..=u8::try_from(MAX_PROFILES).unwrap()).map(|name| [name]).collect();
        assert!(names[..MAX_PROFILES].iter().all(|name| is_made(name)));
        assert!(!is_made(&names[0]));
        // The second one is the oldest now.
        assert!(is_made(&names[MAX_PROFILES]));
        assert!(!is_made(&names[0]) && is_made(&names[1]));
        let large = vec![7; MAX_PROFILE_BYTES + 1];
        assert!(is_made(&large) && is_made(&large));
    }
}
