//! The Rust face of `shim.c`: an encoded file.
#![expect(unsafe_code, reason = "calls into libavif, through shim.c")]

use std::ffi::{CStr, c_char};
use std::slice;

use palmette_core::{Pixmap, alloc};

use crate::{Cause, Error};

/// Bytes for the text of an error; `PALMETTE_AVIF_ERROR_BYTES` of shim.h.
const ERROR_BYTES: usize = 512;

/// How to encode; `palmette_avif_params` of shim.h.
#[derive(Debug)]
#[repr(C)]
struct RawParams {
    quantizer: u32,
    full_chroma: u32,
    has_alpha: u32,
}

unsafe extern "C" {
    fn palmette_avif_encode(
        rgba: *const u8,
        width: u32,
        height: u32,
        params: *const RawParams,
        file_len: *mut usize,
        error: *mut c_char,
    ) -> *mut u8;
    fn palmette_avif_free(file: *mut u8);
}

/// Encodes a picture.
///
/// # Errors
///
/// Outer: memory for the file cannot be had. Inner: what the library said.
pub(super) fn encode(
    pixmap: &Pixmap,
    quantizer: u8,
    full_chroma: bool,
    has_alpha: bool,
) -> Result<Result<Vec<u8>, Cause>, Error> {
    let params =
        RawParams { quantizer: quantizer.into(), full_chroma: full_chroma.into(), has_alpha: has_alpha.into() };
    let mut error = ErrorText::new();
    let mut len = 0;
    // SAFETY: the pixels are height rows of width × 4 bytes, tightly packed, and are only read; `params`, `len` and
    // `error` live during the call.
    let file = OwnedFile(unsafe {
        palmette_avif_encode(
            pixmap.data().as_ptr(),
            pixmap.width(),
            pixmap.height(),
            &raw const params,
            &raw mut len,
            error.as_mut_ptr(),
        )
    });
    if file.0.is_null() {
        return Ok(Err(error.into_cause()));
    }
    // SAFETY: not null, so `len` bytes were written there; they live until `file` is dropped.
    let written = unsafe { slice::from_raw_parts(file.0, len) };
    let mut copy = alloc::try_with_capacity(len)?;
    copy.extend_from_slice(written);
    Ok(Ok(copy))
}

/// A file in memory of the library.
struct OwnedFile(*mut u8);

impl Drop for OwnedFile {
    fn drop(&mut self) {
        // SAFETY: null or allocated by the library, and freed once.
        unsafe { palmette_avif_free(self.0) };
    }
}

/// Room for the text of an error.
struct ErrorText([u8; ERROR_BYTES]);

impl ErrorText {
    const fn new() -> Self {
        Self([0; ERROR_BYTES])
    }

    const fn as_mut_ptr(&mut self) -> *mut c_char {
        self.0.as_mut_ptr().cast()
    }

    fn into_cause(self) -> Cause {
        let text = CStr::from_bytes_until_nul(&self.0).unwrap_or(c"no reason given");
        Cause::library(&text.to_string_lossy())
    }
}
