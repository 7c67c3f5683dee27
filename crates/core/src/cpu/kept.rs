//! The values that are kept as whole pictures, from the first result that depends on them to the last.

use crate::plan::{Plan, Stay, ValueId};
use crate::{Error, Picture, alloc};

/// The values of a plan that are kept.
pub(super) struct Kept {
    stays: Vec<Option<Stay>>,
    pictures: Vec<Option<Picture>>,
}

impl Kept {
    /// Prepares for a plan.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfMemory`] if the allocator refuses.
    pub(super) fn new(plan: &Plan) -> Result<Self, Error> {
        let mut pictures = alloc::try_with_capacity(plan.value_count())?;
        pictures.resize_with(plan.value_count(), || None);
        Ok(Self { stays: plan.stays(), pictures })
    }

    /// Returns a value that is kept at the moment.
    pub(super) fn get(&self, id: ValueId) -> Option<&Picture> {
        self.pictures[id.index()].as_ref()
    }

    /// Tells whether a value has to be made before a result, and is not there yet.
    pub(super) fn is_due(&self, id: ValueId, result: usize) -> bool {
        self.get(id).is_none() && self.stays[id.index()].is_some_and(|stay| stay.first == result)
    }

    /// Keeps a value.
    pub(super) fn put(&mut self, id: ValueId, picture: Picture) {
        self.pictures[id.index()] = Some(picture);
    }

    /// Frees what nothing behind a result takes.
    pub(super) fn free(&mut self, result: usize) {
        for (stay, picture) in self.stays.iter().zip(&mut self.pictures) {
            if stay.is_some_and(|stay| stay.last == result) {
                *picture = None;
            }
        }
    }
}
