//! The bytes of pictures, each under a name that nobody else has, in a folder or in a bucket.
//!
//! The bytes are there, whole, before a row of the database names them, and go after their row went. If a process ends in between, they are
//! left over; [`Pictures::sweep`] removes them. Because that removes what no row names, a place has the pictures of one store only, which
//! is written down there ([`Pictures::claim`]).

mod bucket;
mod folder;

use std::collections::HashSet;
use std::time::{Duration, SystemTime};

use bytes::Bytes;

use self::bucket::PictureBucket;
use self::folder::PictureFolder;
use super::HostedError;
use super::id::{is_uuid, new_id};
use crate::Place;

pub(super) use folder::failed;

/// The name of what tells whose pictures are in a place.
const OWNER: &str = "palmette-store";

/// The pictures of a store.
#[derive(Debug)]
pub(super) enum Pictures {
    Folder(PictureFolder),
    Bucket(PictureBucket),
}

impl Pictures {
    pub(super) fn open(place: &Place) -> Result<Self, HostedError> {
        match (place.bucket(), place.path()) {
            (Some((bucket, prefix)), _) => Ok(Self::Bucket(PictureBucket::new(bucket.clone(), prefix.to_owned()))),
            (None, path) => PictureFolder::open(path.unwrap_or(".".as_ref()).to_owned()).map(Self::Folder),
        }
    }

    /// Makes sure that pictures of no other store are here; `owner` is the name of this one.
    pub(super) fn claim(&self, owner: &str) -> Result<(), HostedError> {
        let found = match self {
            Self::Folder(folder) => folder.claim(owner)?,
            Self::Bucket(bucket) => bucket.claim(owner)?,
        };
        match found {
            Some((place, found)) if found != owner => {
                Err(HostedError::OtherStore { place, found: super::id::excerpt(&found), expected: owner.to_owned() })
            }
            _ => Ok(()),
        }
    }

    /// Writes a picture, and returns its name. It is there then, whatever ends the process.
    pub(super) fn write(&self, bytes: Bytes) -> Result<String, HostedError> {
        let name = new_id();
        match self {
            Self::Folder(folder) => folder.write(&name, &bytes)?,
            Self::Bucket(bucket) => bucket.write(&name, bytes)?,
        }
        Ok(name)
    }

    /// Reads a picture; nothing if it has gone.
    pub(super) fn read(&self, name: &str) -> Result<Option<Bytes>, HostedError> {
        match self {
            Self::Folder(folder) => folder.read(name),
            Self::Bucket(bucket) => bucket.read(name),
        }
    }

    /// Removes a picture that no row names; tells whether it went. If it did not, a later sweep removes it.
    pub(super) fn remove(&self, name: &str) -> bool {
        match self {
            Self::Folder(folder) => folder.remove(name).is_ok(),
            Self::Bucket(bucket) => bucket.remove(name).is_ok(),
        }
    }

    /// Removes pictures that are older than that and not known; returns how many. `known` tells which of some names are, after they were
    /// listed.
    pub(super) fn sweep(
        &self,
        age: Duration,
        known: impl Fn(&[String]) -> Result<HashSet<String>, HostedError>,
    ) -> Result<usize, HostedError> {
        /// The names that are asked for at once.
        const BATCH: usize = 200;
        let old = match self {
            Self::Folder(folder) => folder.list_old(age)?,
            Self::Bucket(bucket) => bucket.list_old(age)?,
        };
        let mut count = 0;
        for names in old.chunks(BATCH) {
            let known = known(names)?;
            count += names.iter().filter(|name| !known.contains(*name) && self.remove(name)).count();
        }
        Ok(count)
    }
}

/// Tells whether something is a picture that was written so long ago. What somebody else put here is theirs.
fn is_old(name: &str, written: SystemTime, min_age: Duration) -> bool {
    is_uuid(name) && written.elapsed().is_ok_and(|age| age > min_age)
}
