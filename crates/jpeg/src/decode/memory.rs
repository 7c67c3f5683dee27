//! Allocations that may fail.

use crate::Error;

/// Makes a vector of equal values.
///
/// # Errors
///
/// [`Error::Memory`].
pub(crate) fn try_filled<T: Clone>(value: T, len: usize) -> Result<Vec<T>, Error> {
    let mut vec = Vec::new();
    vec.try_reserve_exact(len).map_err(|_| Error::Memory { bytes: len.saturating_mul(size_of::<T>()) })?;
    vec.resize(len, value);
    Ok(vec)
}

/// Puts an array into memory of its own.
///
/// # Errors
///
/// [`Error::Memory`].
pub(super) fn try_box<const N: usize>(array: [u8; N]) -> Result<Box<[u8; N]>, Error> {
    let boxed = try_filled(0, N)?.into_boxed_slice();
    let mut boxed: Box<[u8; N]> = boxed.try_into().map_err(|_| Error::Memory { bytes: N })?;
    *boxed = array;
    Ok(boxed)
}
