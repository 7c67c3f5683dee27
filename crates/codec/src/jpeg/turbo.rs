//! libjpeg-turbo behind a safe face: a decoder bound to its file.
//!
//! The bare bindings, because the `turbojpeg` crate does not reach what hostile files ask for: stopping on a warning,
//! telling a warning from a fatal error, and files with a chroma layout that has no name.
#![expect(unsafe_code, reason = "calls into libjpeg-turbo")]

use std::ffi::{CStr, c_int};

use palmette_core::Size;
use turbojpeg_sys as sys;

use crate::Cause;

/// What the samples of a file mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Model {
    /// Lightness alone.
    Gray,
    /// Red, green and blue, or their luma and chroma.
    Rgb,
    /// Four inks, or the luma and chroma of three and the fourth.
    Cmyk,
}

/// The parameters that are set or read.
#[derive(Clone, Copy)]
#[repr(u32)]
enum Param {
    StopOnWarning = sys::TJPARAM_TJPARAM_STOPONWARNING,
    Width = sys::TJPARAM_TJPARAM_JPEGWIDTH,
    Height = sys::TJPARAM_TJPARAM_JPEGHEIGHT,
    ColorSpace = sys::TJPARAM_TJPARAM_COLORSPACE,
    ScanLimit = sys::TJPARAM_TJPARAM_SCANLIMIT,
    SaveMarkers = sys::TJPARAM_TJPARAM_SAVEMARKERS,
}

/// A failed call: what the library said, and whether it could have gone on.
#[derive(Debug)]
pub(super) struct Failure {
    /// The last thing the library had to say.
    message: String,
    /// Whether it was a warning, after which pixels are complete, though perhaps not right.
    is_warning: bool,
}

impl Failure {
    /// Tells whether what the library minded first is something that no pixel depends on.
    ///
    /// Bytes between two segments that belong to neither, and version numbers from the future: cameras and editors
    /// write both, and every browser shows such a file. What comes after is not known: the library words its first
    /// warning only, so going on would hide worse ones.
    pub(super) fn is_harmless(&self) -> bool {
        const HARMLESS: [&str; 4] = [
            "extraneous bytes before marker",
            "unknown JFIF revision",
            "Unknown Adobe color transform",
            "bad ICC marker",
        ];
        self.is_warning && HARMLESS.iter().any(|text| self.message.contains(text))
    }
}

impl From<Failure> for Cause {
    fn from(failure: Failure) -> Self {
        Self::library(&failure.message)
    }
}

/// A decoder that has read the header of a file; the first warning ends its work.
pub(super) struct Decoder<'a> {
    turbo: Turbo,
    bytes: &'a [u8],
    size: Size,
}

impl<'a> Decoder<'a> {
    /// Reads the header of a file.
    pub(super) fn open(bytes: &'a [u8], max_scans: c_int) -> Result<Self, Failure> {
        let turbo = Turbo::new(sys::TJINIT_TJINIT_DECOMPRESS)?;
        turbo.set(Param::StopOnWarning, 1)?;
        turbo.set(Param::ScanLimit, max_scans)?;
        // The profile and the EXIF are read elsewhere.
        turbo.set(Param::SaveMarkers, 0)?;
        // SAFETY: pointer and length are those of a slice that outlives the call.
        let status = unsafe { sys::tj3DecompressHeader(turbo.0, bytes.as_ptr(), bytes.len() as sys::size_t) };
        turbo.check(status)?;
        match (u32::try_from(turbo.get(Param::Width)), u32::try_from(turbo.get(Param::Height))) {
            (Ok(width @ 1..), Ok(height @ 1..)) => Ok(Self { turbo, bytes, size: Size::new(width, height) }),
            _ => Err(Failure { message: "it holds tables, but no picture".to_owned(), is_warning: false }),
        }
    }

    /// Returns the size as stored, sides of 1 to 65,535.
    pub(super) const fn size(&self) -> Size {
        self.size
    }

    /// Returns what the samples mean.
    pub(super) fn model(&self) -> Model {
        const GRAY: c_int = sys::TJCS_TJCS_GRAY.cast_signed();
        const CMYK: c_int = sys::TJCS_TJCS_CMYK.cast_signed();
        const YCCK: c_int = sys::TJCS_TJCS_YCCK.cast_signed();
        match self.turbo.get(Param::ColorSpace) {
            GRAY => Model::Gray,
            CMYK | YCCK => Model::Cmyk,
            _ => Model::Rgb,
        }
    }

    /// Decodes into `pixels`, four bytes each: RGBA of alpha 255, or the inks of a CMYK file as they are stored.
    ///
    /// # Panics
    ///
    /// If `pixels` is not width × height × 4 bytes long.
    pub(super) fn decode(self, pixels: &mut [u8]) -> Result<(), Failure> {
        assert_eq!(pixels.len() as u64, self.size.area() * 4, "four bytes a pixel");
        let layout = if self.model() == Model::Cmyk { sys::TJPF_TJPF_CMYK } else { sys::TJPF_TJPF_RGBA };
        // SAFETY: the library parses the header again, from the same bytes, so it comes to the same size. It then
        // writes width × 4 bytes into each of height rows, tightly packed (pitch 0), which is the length of `pixels` as
        // just checked.
        let status = unsafe {
            sys::tj3Decompress8(
                self.turbo.0,
                self.bytes.as_ptr(),
                self.bytes.len() as sys::size_t,
                pixels.as_mut_ptr(),
                0,
                layout,
            )
        };
        self.turbo.check(status)
    }
}

/// An instance of the library.
struct Turbo(sys::tjhandle);

impl Turbo {
    /// Makes an instance for one direction.
    fn new(direction: sys::TJINIT) -> Result<Self, Failure> {
        // SAFETY: the call takes a number and returns a new instance or null.
        let turbo = Self(unsafe { sys::tj3Init(direction.cast_signed()) });
        if turbo.0.is_null() { Err(turbo.failure()) } else { Ok(turbo) }
    }

    /// Sets a parameter.
    fn set(&self, param: Param, value: c_int) -> Result<(), Failure> {
        // SAFETY: the handle lives as long as `self`; the library refuses values it does not know.
        let status = unsafe { sys::tj3Set(self.0, (param as u32).cast_signed(), value) };
        self.check(status)
    }

    /// Reads a parameter; -1 if it is not known.
    fn get(&self, param: Param) -> c_int {
        // SAFETY: the handle lives as long as `self`; the call only reads.
        unsafe { sys::tj3Get(self.0, (param as u32).cast_signed()) }
    }

    /// Turns a status into a result.
    fn check(&self, status: c_int) -> Result<(), Failure> {
        if status == 0 { Ok(()) } else { Err(self.failure()) }
    }

    /// Asks the library what went wrong.
    ///
    /// Its code tells of warnings of the whole call, not of what ended it. Both are the same here, because each decoder
    /// stops at the first warning: no error can come behind one.
    fn failure(&self) -> Failure {
        // SAFETY: the handle is live or null, both of which the calls take; the text is never null, ends in a zero, and
        // is copied before another call could change it.
        unsafe {
            let message = CStr::from_ptr(sys::tj3GetErrorStr(self.0)).to_string_lossy().into_owned();
            let is_warning = sys::tj3GetErrorCode(self.0) == sys::TJERR_TJERR_WARNING.cast_signed();
            Failure { message, is_warning }
        }
    }
}

impl Drop for Turbo {
    fn drop(&mut self) {
        // SAFETY: the handle was made by this type and is dropped once; null is taken too.
        unsafe { sys::tj3Destroy(self.0) };
    }
}

#[cfg(test)]
mod tests {
    use palmette_jpeg::encode::{Coding, Encoder, Options, Sampling};

    use super::*;

    /// A progressive file of 64 × 64 pixels, with a version of JFIF that gives a warning, or with one that does not.
    fn file(major_version: u8) -> Vec<u8> {
        let options = Options { sampling: Sampling::S444, coding: Coding::Progressive, ..Options::default() };
        let mut encoder = Encoder::new(Vec::new(), 64, 64, &options).unwrap();
        let rgba: Vec<u8> = (0..64 * 64_u32).flat_map(|i| [i, i / 3, i / 64].map(|v| v.to_le_bytes()[0])).collect();
        let rgba: Vec<u8> = rgba.chunks(3).flat_map(|rgb| [rgb[0], rgb[1], rgb[2], 255]).collect();
        for band in rgba.chunks(4 * 64 * encoder.band_rows()) {
            encoder.write_rgba_band(band).unwrap();
        }
        let mut file = encoder.finish().unwrap();
        file[11] = major_version;
        file
    }

    /// Finds the content of the nth segment of a kind.
    fn content(file: &[u8], marker: u8, nth: usize) -> usize {
        file.windows(2).enumerate().filter(|(_, pair)| *pair == [0xff, marker]).nth(nth).unwrap().0 + 4
    }

    /// What comes of a file.
    fn decode(file: &[u8]) -> Result<(), Failure> {
        let decoder = Decoder::open(file, 100)?;
        let mut pixels = vec![0; usize::try_from(decoder.size().area() * 4).unwrap()];
        decoder.decode(&mut pixels)
    }

    #[test]
    fn turbo_warning_before_an_error_of_the_header_is_what_counts() {
        assert!(decode(&file(1)).is_ok());
        let with_error = |major_version| {
            let mut file = file(major_version);
            // There is no table of this number.
            let table = content(&file, 0xdb, 0);
            file[table] = 9;
            file
        };
        let error = decode(&with_error(1)).unwrap_err();
        assert!(!error.is_warning && !error.is_harmless() && error.message.contains("DQT"), "{error:?}");
        let warning = decode(&with_error(9)).unwrap_err();
        assert!(warning.is_warning && warning.is_harmless() && warning.message.contains("JFIF"), "{warning:?}");
    }

    #[test]
    fn turbo_warning_before_an_error_of_a_later_scan_is_what_counts() {
        let with_error = |is_cut: bool| {
            let mut file = file(1);
            // A second scan of a component that the frame does not have.
            let second = content(&file, 0xda, 1);
            file[second + 1] = 77;
            if is_cut {
                // The first scan lacks its second half: a warning.
                let start = content(&file, 0xda, 0);
                let len = file[start..].windows(2).position(|pair| pair[0] == 0xff && pair[1] != 0).unwrap();
                file.drain(start + len / 2..start + len);
            }
            file
        };
        let error = decode(&with_error(false)).unwrap_err();
        assert!(!error.is_warning && error.message.contains("component"), "{error:?}");
        let warning = decode(&with_error(true)).unwrap_err();
        assert!(warning.is_warning && !warning.is_harmless(), "{warning:?}");
        assert!(warning.message.contains("Corrupt JPEG data"), "{warning:?}");
    }
}
