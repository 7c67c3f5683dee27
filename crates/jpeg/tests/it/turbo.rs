//! libjpeg-turbo behind a safe face, for comparison: encode, decode to planes at any scale, decode to pixels.
//!
//! Everything is as its defaults are, apart from what an [`Encode`] says: the accurate DCT, "fancy" upsampling.
#![expect(unsafe_code, reason = "calls into libjpeg-turbo")]

use std::ffi::{CStr, c_int};
use std::ptr;

use turbojpeg_sys as sys;

/// The chroma layouts that have a name, with their sampling factors of luma.
pub(crate) const SAMPLINGS: [(Sampling, (u8, u8)); 7] = [
    (Sampling::S444, (1, 1)),
    (Sampling::S422, (2, 1)),
    (Sampling::S420, (2, 2)),
    (Sampling::S440, (1, 2)),
    (Sampling::S411, (4, 1)),
    (Sampling::S441, (1, 4)),
    (Sampling::Gray, (1, 1)),
];

/// How the texts of warnings start; all others are errors.
const WARNINGS: [&str; 6] = [
    "Corrupt JPEG data: ",
    "Inconsistent progression sequence ",
    "Invalid SOS parameters for sequential JPEG",
    "Premature end of JPEG file",
    "Unknown Adobe color transform code ",
    "Warning: ",
];

/// How chroma is sampled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub(crate) enum Sampling {
    S444 = sys::TJSAMP_TJSAMP_444,
    S422 = sys::TJSAMP_TJSAMP_422,
    S420 = sys::TJSAMP_TJSAMP_420,
    S440 = sys::TJSAMP_TJSAMP_440,
    S411 = sys::TJSAMP_TJSAMP_411,
    S441 = sys::TJSAMP_TJSAMP_441,
    Gray = sys::TJSAMP_TJSAMP_GRAY,
}

/// What the samples of a file mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Space {
    Rgb = sys::TJCS_TJCS_RGB,
    YCbCr = sys::TJCS_TJCS_YCbCr,
    Gray = sys::TJCS_TJCS_GRAY,
    Cmyk = sys::TJCS_TJCS_CMYK,
    Ycck = sys::TJCS_TJCS_YCCK,
}

/// How to encode.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Encode {
    /// 1 to 100.
    pub(crate) quality: u8,
    /// How chroma is sampled.
    pub(crate) sampling: Sampling,
    /// What the file holds; absent: what fits the pixels and the sampling.
    pub(crate) space: Option<Space>,
    /// Whether the Huffman tables are made for the picture.
    pub(crate) optimize: bool,
    /// Whether the file comes in scans of growing detail.
    pub(crate) progressive: bool,
    /// Whether entropy is coded arithmetically.
    pub(crate) arithmetic: bool,
    /// MCUs between restart markers, or 0.
    pub(crate) restart_blocks: u16,
    /// Rows of MCUs between restart markers, or 0.
    pub(crate) restart_rows: u16,
}

impl Encode {
    /// Baseline with standard tables.
    pub(crate) const fn new(quality: u8, sampling: Sampling) -> Self {
        Self {
            quality,
            sampling,
            space: None,
            optimize: false,
            progressive: false,
            arithmetic: false,
            restart_blocks: 0,
            restart_rows: 0,
        }
    }

    /// Encodes RGBA, whose fourth byte is ignored.
    pub(crate) fn rgba(self, pixels: &[u8], width: usize, height: usize) -> Vec<u8> {
        self.rgba_with(pixels, width, height, <[u8]>::to_vec)
    }

    /// Encodes RGBA, and lets `read` have the file where the library left it.
    pub(crate) fn rgba_with<T>(self, pixels: &[u8], width: usize, height: usize, read: impl FnOnce(&[u8]) -> T) -> T {
        self.pixels(sys::TJPF_TJPF_RGBA, pixels, width, height, read)
    }

    /// Encodes four inks, as CMYK or YCCK.
    pub(crate) fn cmyk(self, pixels: &[u8], width: usize, height: usize) -> Vec<u8> {
        self.pixels(sys::TJPF_TJPF_CMYK, pixels, width, height, <[u8]>::to_vec)
    }

    /// Encodes planes as [`Planes`] has them.
    pub(crate) fn planes(self, planes: &Planes, width: usize, height: usize) -> Vec<u8> {
        self.planes_with(planes, width, height, <[u8]>::to_vec)
    }

    /// Encodes planes, and lets `read` have the file where the library left it.
    pub(crate) fn planes_with<T>(
        self,
        planes: &Planes,
        width: usize,
        height: usize,
        read: impl FnOnce(&[u8]) -> T,
    ) -> T {
        let turbo = self.turbo();
        let strides: Vec<c_int> = planes.0.iter().map(|plane| int(plane.width)).collect();
        let mut starts: Vec<*const u8> = planes.0.iter().map(|plane| plane.samples.as_ptr()).collect();
        for (i, plane) in planes.0.iter().enumerate() {
            let size = plane_size(i, width, height, self.sampling);
            assert_eq!((plane.width, plane.height), size, "size of plane {i}");
            assert_eq!(plane.samples.len(), plane.width * plane.height, "samples of plane {i}");
        }
        assert_eq!(starts.len(), if self.sampling == Sampling::Gray { 1 } else { 3 }, "planes");
        let mut file = OwnedFile::new();
        // SAFETY: there are as many planes as the sampling has, each as large as the library expects it, as just
        // checked; the library allocates the file.
        let status = unsafe {
            sys::tj3CompressFromYUVPlanes8(
                turbo.0,
                starts.as_mut_ptr().cast(),
                int(width),
                strides.as_ptr(),
                int(height),
                &raw mut file.start,
                &raw mut file.len,
            )
        };
        turbo.check(status).expect("it encodes");
        read(file.bytes())
    }

    /// Encodes pixels of four bytes.
    fn pixels<T>(
        self,
        format: sys::TJPF,
        pixels: &[u8],
        width: usize,
        height: usize,
        read: impl FnOnce(&[u8]) -> T,
    ) -> T {
        assert_eq!(pixels.len(), width * height * 4, "four bytes a pixel");
        let turbo = self.turbo();
        let mut file = OwnedFile::new();
        // SAFETY: `pixels` has height rows of width × 4 bytes, tightly packed (pitch 0); the library allocates the file.
        let status = unsafe {
            sys::tj3Compress8(
                turbo.0,
                pixels.as_ptr(),
                int(width),
                0,
                int(height),
                format,
                &raw mut file.start,
                &raw mut file.len,
            )
        };
        turbo.check(status).expect("it encodes");
        read(file.bytes())
    }

    /// Makes an encoder with these options.
    fn turbo(self) -> Turbo {
        let turbo = Turbo::new(sys::TJINIT_TJINIT_COMPRESS);
        turbo.set(sys::TJPARAM_TJPARAM_QUALITY, self.quality.into());
        turbo.set(sys::TJPARAM_TJPARAM_SUBSAMP, self.sampling as c_int);
        turbo.set(sys::TJPARAM_TJPARAM_OPTIMIZE, self.optimize.into());
        turbo.set(sys::TJPARAM_TJPARAM_PROGRESSIVE, self.progressive.into());
        turbo.set(sys::TJPARAM_TJPARAM_ARITHMETIC, self.arithmetic.into());
        if let Some(space) = self.space {
            turbo.set(sys::TJPARAM_TJPARAM_COLORSPACE, (space as u32).cast_signed());
        }
        // Setting one of the two resets the other.
        if self.restart_blocks > 0 {
            turbo.set(sys::TJPARAM_TJPARAM_RESTARTBLOCKS, self.restart_blocks.into());
        }
        if self.restart_rows > 0 {
            turbo.set(sys::TJPARAM_TJPARAM_RESTARTROWS, self.restart_rows.into());
        }
        turbo
    }
}

/// Samples of one component, rows tightly packed.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Plane {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) samples: Vec<u8>,
}

impl std::fmt::Debug for Plane {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}×{} samples", self.width, self.height)
    }
}

/// The planes of a picture: Y, or Y, Cb and Cr (or whatever the file's first three components are).
///
/// A plane of a subsampled picture has as many samples as its MCU-less size rounded up to whole chroma samples, which may
/// be one more in a luma row than the picture is wide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Planes(pub(crate) Vec<Plane>);

/// What decoding gave: the result, and what the library warned about, if it did.
#[derive(Debug)]
pub(crate) struct Decoded<T> {
    pub(crate) result: T,
    pub(crate) warning: Option<String>,
}

/// What the header of a file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Absent: a layout without a name.
    pub(crate) sampling: Option<Sampling>,
    pub(crate) space: Space,
    pub(crate) progressive: bool,
}

/// Reads the header of a file.
///
/// # Errors
///
/// What the library said.
pub(crate) fn header(file: &[u8]) -> Result<Header, String> {
    open(file).map(|(_, header)| header)
}

/// Decodes to planes at full size over 1, 2, 4 or 8, each plane by itself, with the accurate (reduced) IDCT.
///
/// # Errors
///
/// What the library said, unless it was a warning; a layout that has no name is refused.
pub(crate) fn decode_planes(file: &[u8], denominator: u8) -> Result<Decoded<Planes>, String> {
    let (turbo, header) = open(file)?;
    let sampling = header.sampling.ok_or("chroma layout without a name")?;
    let factor = sys::tjscalingfactor { num: 1, denom: denominator.into() };
    // SAFETY: the handle is live, the factor is passed by value.
    turbo.check(unsafe { sys::tj3SetScalingFactor(turbo.0, factor) })?;
    let scaled = |side: usize| side.div_ceil(denominator.into());
    let (width, height) = (scaled(header.width), scaled(header.height));
    let count = if sampling == Sampling::Gray { 1 } else { 3 };
    let mut planes: Vec<Plane> = (0..count)
        .map(|i| {
            let (width, height) = plane_size(i, width, height, sampling);
            Plane { width, height, samples: vec![0; width * height] }
        })
        .collect();
    let mut starts: Vec<*mut u8> = planes.iter_mut().map(|plane| plane.samples.as_mut_ptr()).collect();
    // SAFETY: every plane has the size that the library states for the scaled picture, tightly packed (null strides).
    let status = unsafe {
        sys::tj3DecompressToYUVPlanes8(
            turbo.0,
            file.as_ptr(),
            file.len() as sys::size_t,
            starts.as_mut_ptr(),
            ptr::null_mut(),
        )
    };
    let warning = turbo.check_but_warnings(status)?;
    Ok(Decoded { result: Planes(planes), warning })
}

/// Decodes to RGBA, or to the inks of a CMYK or YCCK file as they are stored; four bytes a pixel.
///
/// # Errors
///
/// What the library said, unless it was a warning.
pub(crate) fn decode_pixels(file: &[u8]) -> Result<Decoded<Vec<u8>>, String> {
    decode_pixels_at(file, 1)
}

/// Decodes to pixels as [`decode_pixels`] does, at full size over 1, 2, 4 or 8.
///
/// # Errors
///
/// What the library said, unless it was a warning.
pub(crate) fn decode_pixels_at(file: &[u8], denominator: u8) -> Result<Decoded<Vec<u8>>, String> {
    let (turbo, header) = open(file)?;
    let is_cmyk = matches!(header.space, Space::Cmyk | Space::Ycck);
    let format = if is_cmyk { sys::TJPF_TJPF_CMYK } else { sys::TJPF_TJPF_RGBA };
    let factor = sys::tjscalingfactor { num: 1, denom: denominator.into() };
    // SAFETY: the handle is live, the factor is passed by value.
    turbo.check(unsafe { sys::tj3SetScalingFactor(turbo.0, factor) })?;
    let scaled = |side: usize| side.div_ceil(denominator.into());
    let mut pixels = vec![0; scaled(header.width) * scaled(header.height) * 4];
    // SAFETY: the library parses the same header again; it writes scaled width × 4 bytes into each row of the scaled
    // height, tightly packed (pitch 0).
    let status = unsafe {
        sys::tj3Decompress8(turbo.0, file.as_ptr(), file.len() as sys::size_t, pixels.as_mut_ptr(), 0, format)
    };
    let warning = turbo.check_but_warnings(status)?;
    Ok(Decoded { result: pixels, warning })
}

/// Returns the size of a plane as the library has it.
pub(crate) fn plane_size(plane: usize, width: usize, height: usize, sampling: Sampling) -> (usize, usize) {
    let (plane, sampling) = (int(plane), sampling as c_int);
    // SAFETY: plain functions of numbers.
    let (width, height) = unsafe {
        (sys::tj3YUVPlaneWidth(plane, int(width), sampling), sys::tj3YUVPlaneHeight(plane, int(height), sampling))
    };
    let size = |side: c_int| side.try_into().expect("a size of a plane");
    (size(width), size(height))
}

/// Makes a decoder and reads the header.
fn open(file: &[u8]) -> Result<(Turbo, Header), String> {
    let turbo = Turbo::new(sys::TJINIT_TJINIT_DECOMPRESS);
    // SAFETY: pointer and length are those of a slice.
    let status = unsafe { sys::tj3DecompressHeader(turbo.0, file.as_ptr(), file.len() as sys::size_t) };
    turbo.check_but_warnings(status)?;
    let space = turbo.get(sys::TJPARAM_TJPARAM_COLORSPACE).cast_unsigned();
    let sampling = turbo.get(sys::TJPARAM_TJPARAM_SUBSAMP);
    let header = Header {
        width: turbo.get(sys::TJPARAM_TJPARAM_JPEGWIDTH).try_into().map_err(|_| "no picture")?,
        height: turbo.get(sys::TJPARAM_TJPARAM_JPEGHEIGHT).try_into().map_err(|_| "no picture")?,
        sampling: SAMPLINGS.into_iter().map(|(it, _)| it).find(|&it| it as c_int == sampling),
        space: [Space::Rgb, Space::YCbCr, Space::Gray, Space::Cmyk, Space::Ycck]
            .into_iter()
            .find(|&it| it as u32 == space)
            .ok_or("unknown colour space")?,
        progressive: turbo.get(sys::TJPARAM_TJPARAM_PROGRESSIVE) == 1,
    };
    Ok((turbo, header))
}

/// A size as the library takes it.
fn int(size: usize) -> c_int {
    size.try_into().expect("a size below 2^31")
}

/// A file in memory of the library.
struct OwnedFile {
    start: *mut u8,
    len: sys::size_t,
}

impl OwnedFile {
    /// No file yet.
    const fn new() -> Self {
        Self { start: ptr::null_mut(), len: 0 }
    }

    /// Returns what was written.
    fn bytes(&self) -> &[u8] {
        assert!(!self.start.is_null(), "a file was written");
        // SAFETY: not null, so the library has allocated it and set the length to what it wrote.
        unsafe { std::slice::from_raw_parts(self.start, self.len.try_into().expect("a length in memory")) }
    }
}

impl Drop for OwnedFile {
    fn drop(&mut self) {
        // SAFETY: null or allocated by the library, and not used again.
        unsafe { sys::tj3Free(self.start.cast()) };
    }
}

/// An instance of the library.
struct Turbo(sys::tjhandle);

impl Turbo {
    /// Makes an instance for one direction.
    fn new(direction: sys::TJINIT) -> Self {
        // SAFETY: the call takes a number and returns a new instance or null.
        let turbo = Self(unsafe { sys::tj3Init(direction.cast_signed()) });
        assert!(!turbo.0.is_null(), "an instance of the library");
        turbo
    }

    /// Sets a parameter.
    fn set(&self, param: sys::TJPARAM, value: c_int) {
        // SAFETY: the handle is live; the library refuses values that it does not know.
        let status = unsafe { sys::tj3Set(self.0, param.cast_signed(), value) };
        self.check(status).expect("a parameter of the library");
    }

    /// Reads a parameter.
    fn get(&self, param: sys::TJPARAM) -> c_int {
        // SAFETY: the handle is live; the call only reads.
        unsafe { sys::tj3Get(self.0, param.cast_signed()) }
    }

    /// Turns a status into a result.
    fn check(&self, status: c_int) -> Result<(), String> {
        if status == 0 { Ok(()) } else { Err(self.message()) }
    }

    /// Turns a status into a result that holds a warning, if there was one.
    ///
    /// An error that comes behind a warning has the code of a warning; its text tells.
    fn check_but_warnings(&self, status: c_int) -> Result<Option<String>, String> {
        // SAFETY: the handle is live; the call only reads.
        let is_warning = unsafe { sys::tj3GetErrorCode(self.0) } == sys::TJERR_TJERR_WARNING.cast_signed();
        match self.check(status) {
            Ok(()) => Ok(None),
            Err(message) if is_warning && WARNINGS.iter().any(|it| message.starts_with(it)) => Ok(Some(message)),
            Err(message) => Err(message),
        }
    }

    /// Asks the library what went wrong.
    fn message(&self) -> String {
        // SAFETY: the handle is live; the text is never null, ends in a zero, and is copied.
        unsafe { CStr::from_ptr(sys::tj3GetErrorStr(self.0)) }.to_string_lossy().into_owned()
    }
}

impl Drop for Turbo {
    fn drop(&mut self) {
        // SAFETY: the handle was made by this type and is dropped once.
        unsafe { sys::tj3Destroy(self.0) };
    }
}
