//! Memory seen as vectors: the only pointers of the vector modules.
//!
//! A vector is loaded from an array and stored into one, and that an array is as long as the vector is seen when the crate is
//! compiled, so nothing can go wrong there. Only [`store_at`] takes a place that its caller vouches for: it is looked at
//! where [`CHECKED`] says so.

#![expect(unsafe_code, reason = "arrays are seen as vectors")]

#[cfg(target_arch = "aarch64")]
pub(crate) mod neon;

#[cfg(target_arch = "aarch64")]
use std::arch::aarch64::{int16x8_t, uint8x8_t, uint8x16_t, uint16x8_t};
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{__m128i, __m256i, __m512i};

/// Whether [`store_at`] checks the places for which its callers vouch.
///
/// So it is in builds for development, those that tests and the fuzzer run, and anywhere with the feature `checked`.
#[cfg(target_arch = "x86_64")]
const CHECKED: bool = cfg!(any(debug_assertions, feature = "checked"));

/// Types for which any bits are a value.
///
/// # Safety
///
/// The type has no padding, and every pattern of bits is a value of it.
pub(crate) unsafe trait Bits: Copy {}

/// Says so of some types.
macro_rules! bits {
    ($($type:ty)*) => {
        // SAFETY (all): numbers, and vectors of them.
        $(unsafe impl Bits for $type {})*
    };
}

bits!(u8 i8 u16 i16 u32 u64);
#[cfg(target_arch = "x86_64")]
bits!(__m128i __m256i __m512i);
#[cfg(target_arch = "aarch64")]
bits!(int16x8_t uint8x8_t uint8x16_t uint16x8_t);

// SAFETY: nor is there anything between the elements of an array.
unsafe impl<T: Bits, const N: usize> Bits for [T; N] {}

/// Loads a vector.
#[inline(always)]
pub(crate) fn load<V: Bits, T: Bits, const N: usize>(numbers: &[T; N]) -> V {
    const { assert!(size_of::<V>() == size_of::<[T; N]>(), "as long as the vector") };
    // SAFETY: reads the bytes of the array, at any alignment; both types are nothing but bits.
    unsafe { numbers.as_ptr().cast::<V>().read_unaligned() }
}

/// Stores a vector.
#[inline(always)]
pub(crate) fn store<V: Bits, T: Bits, const N: usize>(numbers: &mut [T; N], vector: V) {
    const { assert!(size_of::<V>() == size_of::<[T; N]>(), "as long as the vector") };
    // SAFETY: writes the bytes of the array, at any alignment; both types are nothing but bits.
    unsafe { numbers.as_mut_ptr().cast::<V>().write_unaligned(vector) }
}

/// Returns numbers of a slice from a place on, to be loaded from.
///
/// # Panics
///
/// If there are not as many.
#[inline(always)]
pub(crate) fn part<const N: usize>(bytes: &[u8], at: usize) -> &[u8; N] {
    bytes[at..at + N].first_chunk().expect("as many bytes")
}

/// Returns numbers of a slice from a place on, to be stored into.
///
/// # Panics
///
/// If there are not as many.
#[inline(always)]
pub(crate) fn part_mut<const N: usize>(bytes: &mut [u8], at: usize) -> &mut [u8; N] {
    bytes[at..at + N].first_chunk_mut().expect("as many bytes")
}

/// Stores a vector, or a number, over the bytes from a place on.
///
/// # Safety
///
/// As many bytes must lie in `out` from there on.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub(crate) unsafe fn store_at<V: Bits>(out: &mut [u8], at: usize, vector: V) {
    if CHECKED {
        let end = at.checked_add(size_of::<V>());
        assert!(end.is_some_and(|end| end <= out.len()), "{} bytes at {at} of {}", size_of::<V>(), out.len());
    }
    // SAFETY: the caller vouches for the bytes, at any alignment; the type is nothing but bits.
    unsafe { out.as_mut_ptr().add(at).cast::<V>().write_unaligned(vector) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vector_loads_what_was_stored() {
        let mut bytes = [0; 10];
        store(part_mut::<8>(&mut bytes, 1), 0x0807_0605_0403_0201_u64.to_le());
        assert_eq!(bytes, [0, 1, 2, 3, 4, 5, 6, 7, 8, 0]);
        assert_eq!(load::<u64, _, _>(part::<8>(&bytes, 2)).to_le(), 0x0008_0706_0504_0302);
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn vector_that_does_not_fit_is_found_out() {
        // In a build without checks this would write behind the slice.
        if !CHECKED {
            return;
        }
        for at in [1, 8, usize::MAX] {
            let result = std::panic::catch_unwind(|| {
                let mut bytes = [0; 8];
                // SAFETY: none, but the check comes first.
                unsafe { store_at(&mut bytes, at, 1_u64) };
            });
            assert!(result.is_err(), "{at}");
        }
    }
}
