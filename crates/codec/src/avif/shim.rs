//! The Rust face of `shim.c`: an opened picture, and an encoded file.
#![expect(unsafe_code, reason = "calls into libavif, through shim.c")]

use std::ffi::{CStr, c_char, c_int};
use std::marker::PhantomData;
use std::ptr::{self, NonNull};
use std::slice;

use palmette_core::{Pixmap, alloc};

use crate::cicp::Cicp;
use crate::{Cause, Error};

/// Bytes for the text of an error; `PALMETTE_AVIF_ERROR_BYTES` of shim.h.
const ERROR_BYTES: usize = 512;

/// What the container says of a picture; `palmette_avif_info` of shim.h.
#[derive(Debug)]
#[repr(C)]
struct RawInfo {
    width: u32,
    height: u32,
    frames: u32,
    crop_x: u32,
    crop_y: u32,
    crop_width: u32,
    crop_height: u32,
    quarter_turns_ccw: u32,
    mirror_x: u32,
    mirror_y: u32,
    is_gray: u32,
    color_primaries: u32,
    transfer: u32,
    icc: *const u8,
    icc_len: usize,
}

/// How to encode; `palmette_avif_params` of shim.h.
#[derive(Debug)]
#[repr(C)]
struct RawParams {
    quantizer: u32,
    full_chroma: u32,
    has_alpha: u32,
}

/// A picture of the shim, never looked into.
#[repr(C)]
struct RawAvif {
    _opaque: [u8; 0],
}

unsafe extern "C" {
    fn palmette_avif_open(
        data: *const u8,
        len: usize,
        max_area_px: u32,
        info: *mut RawInfo,
        error: *mut c_char,
    ) -> *mut RawAvif;
    fn palmette_avif_decode(avif: *mut RawAvif, rgba: *mut u8, row_bytes: usize, error: *mut c_char) -> c_int;
    fn palmette_avif_close(avif: *mut RawAvif);
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

/// What the container says of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Info {
    /// Pixels from left to right, as stored.
    pub(super) width: u32,
    /// Pixels from top to bottom, as stored.
    pub(super) height: u32,
    /// Frames; 1 for a still picture.
    pub(super) frames: u32,
    /// The part to show.
    pub(super) crop: Crop,
    /// Quarter turns anti-clockwise after the crop, 0 to 3.
    pub(super) quarter_turns_ccw: u8,
    /// Whether left and right are exchanged after the turn.
    pub(super) mirror_x: bool,
    /// Whether top and bottom are exchanged after the turn.
    pub(super) mirror_y: bool,
    /// Whether there is no chroma.
    pub(super) is_gray: bool,
    /// Whether there is a profile.
    pub(super) has_profile: bool,
    /// The primaries by their number in CICP; 2 if unspecified.
    pub(super) color_primaries: u32,
    /// The transfer function by its number in CICP; 2 if unspecified.
    pub(super) transfer: u32,
}

impl Info {
    /// Returns the colours that the numbers name.
    pub(super) fn cicp(&self) -> Cicp {
        let [primaries, transfer] = [self.color_primaries, self.transfer].map(|code| u8::try_from(code).unwrap_or(0));
        Cicp { primaries, transfer }
    }
}

/// A rectangle inside a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Crop {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// A picture whose container was read.
pub(super) struct Picture<'a> {
    avif: NonNull<RawAvif>,
    info: RawInfo,
    bytes: PhantomData<&'a [u8]>,
}

impl<'a> Picture<'a> {
    /// Reads the container; a bitstream that claims more than `max_area_px` is refused.
    pub(super) fn open(bytes: &'a [u8], max_area_px: u32) -> Result<Self, Cause> {
        let mut info = RawInfo {
            width: 0,
            height: 0,
            frames: 0,
            crop_x: 0,
            crop_y: 0,
            crop_width: 0,
            crop_height: 0,
            quarter_turns_ccw: 0,
            mirror_x: 0,
            mirror_y: 0,
            is_gray: 0,
            color_primaries: 0,
            transfer: 0,
            icc: ptr::null(),
            icc_len: 0,
        };
        let mut error = ErrorText::new();
        // SAFETY: the bytes outlive the picture by its lifetime; `info` and `error` are whole and as large as the shim
        // expects.
        let avif =
            unsafe { palmette_avif_open(bytes.as_ptr(), bytes.len(), max_area_px, &raw mut info, error.as_mut_ptr()) };
        match NonNull::new(avif) {
            Some(avif) => Ok(Self { avif, info, bytes: PhantomData }),
            None => Err(error.into_cause()),
        }
    }

    /// Returns what the container says.
    pub(super) fn info(&self) -> Info {
        let raw = &self.info;
        Info {
            width: raw.width,
            height: raw.height,
            frames: raw.frames,
            crop: Crop { x: raw.crop_x, y: raw.crop_y, width: raw.crop_width, height: raw.crop_height },
            quarter_turns_ccw: u8::try_from(raw.quarter_turns_ccw).unwrap_or(0),
            mirror_x: raw.mirror_x != 0,
            mirror_y: raw.mirror_y != 0,
            is_gray: raw.is_gray != 0,
            has_profile: !raw.icc.is_null(),
            color_primaries: raw.color_primaries,
            transfer: raw.transfer,
        }
    }

    /// Returns the profile.
    pub(super) fn icc(&self) -> Option<&[u8]> {
        // SAFETY: where it is not null, the pointer and the length are those of memory that the picture owns until it
        // is closed, and nothing changes it before the picture is decoded, for which it is borrowed mutably.
        (!self.info.icc.is_null()).then(|| unsafe { slice::from_raw_parts(self.info.icc, self.info.icc_len) })
    }

    /// Decodes the first frame as stored: neither cut nor turned.
    ///
    /// # Panics
    ///
    /// If `target` has not the stored size.
    pub(super) fn decode(&mut self, target: &mut Pixmap) -> Result<(), Cause> {
        assert_eq!((target.width(), target.height()), (self.info.width, self.info.height), "room for the stored size");
        let row_bytes = target.row_bytes();
        let mut error = ErrorText::new();
        // The profile may move when the frame is read.
        (self.info.icc, self.info.icc_len) = (ptr::null(), 0);
        // SAFETY: the picture is open; the target has `height` rows of `row_bytes` bytes for the stored size, which the
        // shim compares with the size of the bitstream before it writes.
        let decoded = unsafe {
            palmette_avif_decode(self.avif.as_ptr(), target.data_mut().as_mut_ptr(), row_bytes, error.as_mut_ptr())
        };
        if decoded == 0 { Err(error.into_cause()) } else { Ok(()) }
    }
}

impl Drop for Picture<'_> {
    fn drop(&mut self) {
        // SAFETY: opened by the shim, closed once.
        unsafe { palmette_avif_close(self.avif.as_ptr()) };
    }
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
