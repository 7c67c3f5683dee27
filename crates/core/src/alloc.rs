//! Allocation that reports failure instead of aborting: sizes come from requests.

use crate::Error;

/// Allocates a vector of `len` copies of `value`.
///
/// # Errors
///
/// [`Error::OutOfMemory`] if the allocator refuses.
pub fn try_filled<T: Clone>(len: usize, value: T) -> Result<Vec<T>, Error> {
    let mut vec = try_with_capacity(len)?;
    vec.resize(len, value);
    Ok(vec)
}

/// Allocates an empty vector with room for `capacity` values.
///
/// # Errors
///
/// [`Error::OutOfMemory`] if the allocator refuses.
pub fn try_with_capacity<T>(capacity: usize) -> Result<Vec<T>, Error> {
    let mut vec = Vec::new();
    vec.try_reserve_exact(capacity)
        .map_err(|_| Error::OutOfMemory { bytes: capacity.saturating_mul(size_of::<T>()) as u64 })?;
    Ok(vec)
}
