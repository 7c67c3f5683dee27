//! libwebp behind a safe face: the size of a bitstream, decoding, encoding.
#![expect(unsafe_code, reason = "calls into libwebp")]

use std::ffi::c_int;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ptr::{self, NonNull};

use libwebp_sys as sys;
use palmette_core::{Deadline, Pixmap, Size, alloc};

use crate::{Cause, Error};

/// Reads the size of a file, or of the bitstream of a frame, from its first bytes.
pub(super) fn read_size(bytes: &[u8]) -> Result<Size, Cause> {
    let mut features = MaybeUninit::<sys::WebPBitstreamFeatures>::uninit();
    // SAFETY: pointer and length are those of a slice; the library fills all features before it returns "ok".
    let features = unsafe {
        match sys::WebPGetFeatures(bytes.as_ptr(), bytes.len(), features.as_mut_ptr()) {
            sys::VP8StatusCode::VP8_STATUS_OK => features.assume_init(),
            status => return Err(Cause::new(status_text(status))),
        }
    };
    match (u32::try_from(features.width), u32::try_from(features.height)) {
        (Ok(width), Ok(height)) => Ok(Size::new(width, height)),
        _ => Err(Cause::new("its size is negative")),
    }
}

/// How much of a bitstream was decoded.
#[derive(Debug)]
pub(super) enum Rows {
    /// All rows, whatever is wrong behind them.
    All,
    /// The first rows.
    Some {
        /// How many.
        count: u32,
        /// Why there are no more.
        damage: Cause,
    },
}

/// Decodes a bitstream of `size` pixels to straight RGBA, row by row without padding, as far as it goes.
///
/// It is handed to the library piece by piece, with a look at the clock between two.
///
/// # Errors
///
/// [`Error::Core`] if the deadline passes.
pub(super) fn decode_into(target: &mut [u8], size: Size, bytes: &[u8], deadline: Deadline) -> Result<Rows, Error> {
    let nothing = |damage| Ok(Rows::Some { count: 0, damage });
    match read_size(bytes) {
        Ok(found) if found == size => {}
        Ok(_) => return nothing(Cause::new("a frame has another size than its bitstream")),
        Err(cause) => return nothing(cause),
    }
    let Some(decoder) = Decoder::new(target, size) else {
        return nothing(Cause::new(status_text(sys::VP8StatusCode::VP8_STATUS_OUT_OF_MEMORY)));
    };
    let mut status = sys::VP8StatusCode::VP8_STATUS_SUSPENDED;
    let mut end = 0;
    while status == sys::VP8StatusCode::VP8_STATUS_SUSPENDED && end < bytes.len() {
        deadline.check()?;
        end = bytes.len().min(end + PIECE_BYTES);
        status = decoder.update(&bytes[..end]);
    }
    let count = decoder.rows();
    if status == sys::VP8StatusCode::VP8_STATUS_OK || count >= size.height {
        return Ok(Rows::All);
    }
    Ok(Rows::Some { count, damage: Cause::new(status_text(status)) })
}

/// Bytes of a bitstream that are decoded between two looks at the clock.
const PIECE_BYTES: usize = 64 << 10;

/// A decoder of the library that is fed piece by piece, and the pixels that it writes to.
struct Decoder<'a> {
    handle: NonNull<sys::WebPIDecoder>,
    target: PhantomData<&'a mut [u8]>,
}

impl<'a> Decoder<'a> {
    /// Makes a decoder of a picture of `size` pixels; nothing if memory runs out.
    fn new(target: &'a mut [u8], size: Size) -> Option<Self> {
        let stride = c_int::try_from(size.width.checked_mul(4)?).ok()?;
        // SAFETY: the library checks the target's length against the size of the bitstream and the stride before it writes.
        // The target outlives the decoder, whose lifetime says so.
        let handle =
            unsafe { sys::WebPINewRGB(sys::WEBP_CSP_MODE::MODE_RGBA, target.as_mut_ptr(), target.len(), stride) };
        Some(Self { handle: NonNull::new(handle)?, target: PhantomData })
    }

    /// Decodes as much as can be of a bitstream of which the beginning is known.
    fn update(&self, bytes: &[u8]) -> sys::VP8StatusCode {
        // SAFETY: the decoder is alive; pointer and length are those of a slice. The decoder keeps the pointer until the next
        // call, and reads behind it only then, when it is given another.
        unsafe { sys::WebPIUpdate(self.handle.as_ptr(), bytes.as_ptr(), bytes.len()) }
    }

    /// Returns the number of rows that are written.
    fn rows(&self) -> u32 {
        let mut rows = 0;
        // SAFETY: the decoder is alive; results that are not asked for may be null.
        unsafe {
            sys::WebPIDecGetRGB(self.handle.as_ptr(), &raw mut rows, ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
        }
        u32::try_from(rows).unwrap_or(0)
    }
}

impl Drop for Decoder<'_> {
    fn drop(&mut self) {
        // SAFETY: the decoder was made by the library and is deleted once.
        unsafe { sys::WebPIDelete(self.handle.as_ptr()) };
    }
}

/// How to encode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Lossy.
    Lossy {
        /// On the library's own scale, 0 to 100.
        quality: u8,
    },
    /// Lossless, with the colours of clear pixels kept.
    Lossless,
}

/// What is encoded.
#[derive(Clone, Copy, Debug)]
pub(super) enum Samples<'a> {
    /// Pixels.
    Pixels {
        /// Their colours and alpha.
        pixmap: &'a Pixmap,
        /// Whether alpha is left out.
        is_opaque: bool,
    },
    /// Planes of the range of a studio, chroma of half the size along both axes.
    Planes {
        /// The size of the picture.
        size: Size,
        /// Y, Cb and Cr, row by row without padding; as many as the size asks for.
        planes: [&'a [u8]; 3],
    },
}

impl Samples<'_> {
    /// Returns the size of the picture.
    const fn size(&self) -> Size {
        match self {
            Self::Pixels { pixmap, .. } => pixmap.size(),
            Self::Planes { size, .. } => *size,
        }
    }
}

/// Encodes a picture.
///
/// # Errors
///
/// Outer: memory for the file ran out, or the deadline passed. Inner: what the library said.
pub(super) fn encode(
    samples: Samples<'_>,
    encoding: Encoding,
    deadline: Deadline,
) -> Result<Result<Vec<u8>, Cause>, Error> {
    let mut output = Output::new();
    if let Err(cause) = encode_into(&mut output, samples, encoding, deadline) {
        // It may have been stopped.
        deadline.check()?;
        return Ok(Err(cause));
    }
    let mut file = alloc::try_with_capacity(output.bytes().len())?;
    file.extend_from_slice(output.bytes());
    Ok(Ok(file))
}

/// Encodes into memory of the library.
fn encode_into(
    output: &mut Output,
    samples: Samples<'_>,
    encoding: Encoding,
    mut deadline: Deadline,
) -> Result<(), Cause> {
    let bad_size = || Cause::new(encoding_error_text(sys::WebPEncodingError::VP8_ENC_ERROR_BAD_DIMENSION));
    let side = |px: u32| c_int::try_from(px).map_err(|_| bad_size());
    let Size { width, height } = samples.size();
    let config = config(encoding)?;
    let mut picture = Picture::new()?;
    picture.0.use_argb = config.lossless;
    (picture.0.width, picture.0.height) = (side(width)?, side(height)?);
    picture.0.writer = Some(sys::WebPMemoryWrite);
    picture.0.custom_ptr = (&raw mut output.0).cast();
    picture.0.progress_hook = Some(go_on);
    picture.0.user_data = (&raw mut deadline).cast();
    let is_imported = match samples {
        Samples::Pixels { pixmap, is_opaque } => {
            let stride = c_int::try_from(pixmap.row_bytes()).map_err(|_| bad_size())?;
            let import = if is_opaque { sys::WebPPictureImportRGBX } else { sys::WebPPictureImportRGBA };
            // SAFETY: the pixels are height rows of `stride` bytes, as told; the picture copies them.
            unsafe { import(&raw mut picture.0, pixmap.data().as_ptr(), stride) != 0 }
        }
        Samples::Planes { size, planes: [y, blue, red] } => {
            let chroma = Size::new(size.width.div_ceil(2), size.height.div_ceil(2));
            let is_whole = |plane: &[u8], size: Size| plane.len() as u64 == size.area();
            if !is_whole(y, size) || !is_whole(blue, chroma) || !is_whole(red, chroma) {
                return Err(bad_size());
            }
            // The picture owns no memory then, and the library only reads these.
            (picture.0.y, picture.0.y_stride) = (y.as_ptr().cast_mut(), side(width)?);
            (picture.0.u, picture.0.v) = (blue.as_ptr().cast_mut(), red.as_ptr().cast_mut());
            picture.0.uv_stride = side(chroma.width)?;
            true
        }
    };
    // SAFETY: the picture has its samples: a copy of pixels, or planes of as many bytes as its size asks for, which live during
    // the call. The writer gets `output` and the hook `deadline`, which outlive the encoding.
    let encoded = is_imported && unsafe { sys::WebPEncode(&raw const config, &raw mut picture.0) != 0 };
    if encoded { Ok(()) } else { Err(Cause::new(encoding_error_text(picture.0.error_code))) }
}

/// Tells the encoder, which asks now and then, whether there is time left.
///
/// # Safety
///
/// The picture is alive, and its `user_data` points to a [`Deadline`].
unsafe extern "C" fn go_on(_percent: c_int, picture: *const sys::WebPPicture) -> c_int {
    // SAFETY: as promised; the encoder hands over the picture that it was called with.
    let deadline = unsafe { *(*picture).user_data.cast::<Deadline>() };
    c_int::from(deadline.check().is_ok())
}

/// Makes the settings of the encoder.
fn config(encoding: Encoding) -> Result<sys::WebPConfig, Cause> {
    let refused = |()| Cause::new("the library is of another version than its header");
    match encoding {
        Encoding::Lossy { quality } => {
            let mut config = sys::WebPConfig::new_with_preset(sys::WebPPreset::WEBP_PRESET_DEFAULT, quality.into())
                .map_err(refused)?;
            config.method = super::LOSSY_METHOD;
            Ok(config)
        }
        Encoding::Lossless => {
            let mut config = sys::WebPConfig::new().map_err(refused)?;
            // SAFETY: the settings are whole and live during the call.
            unsafe { sys::WebPConfigLosslessPreset(&raw mut config, super::LOSSLESS_LEVEL) };
            config.exact = 1;
            Ok(config)
        }
    }
}

/// A picture of the library, which owns its copy of pixels, but no planes that it was given.
struct Picture(sys::WebPPicture);

impl Picture {
    fn new() -> Result<Self, Cause> {
        sys::WebPPicture::new().map(Self).map_err(|()| Cause::new("the library is of another version than its header"))
    }
}

impl Drop for Picture {
    fn drop(&mut self) {
        // SAFETY: the picture was initialised by the library and is freed once.
        unsafe { sys::WebPPictureFree(&raw mut self.0) };
    }
}

/// A growing file in memory of the library.
struct Output(sys::WebPMemoryWriter);

impl Output {
    fn new() -> Self {
        let mut writer = MaybeUninit::uninit();
        // SAFETY: the call fills the whole writer.
        unsafe {
            sys::WebPMemoryWriterInit(writer.as_mut_ptr());
            Self(writer.assume_init())
        }
    }

    /// Returns what was written.
    fn bytes(&self) -> &[u8] {
        if self.0.mem.is_null() {
            return &[];
        }
        // SAFETY: the library has written `size` bytes there, which live until the drop.
        unsafe { std::slice::from_raw_parts(self.0.mem, self.0.size) }
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        // SAFETY: the writer was initialised by the library and is cleared once.
        unsafe { sys::WebPMemoryWriterClear(&raw mut self.0) };
    }
}

/// Puts a status of the decoder into words.
const fn status_text(status: sys::VP8StatusCode) -> &'static str {
    match status {
        sys::VP8StatusCode::VP8_STATUS_OK => "nothing is wrong",
        sys::VP8StatusCode::VP8_STATUS_OUT_OF_MEMORY => "the decoder ran out of memory",
        sys::VP8StatusCode::VP8_STATUS_INVALID_PARAM => "the decoder was called wrongly",
        sys::VP8StatusCode::VP8_STATUS_BITSTREAM_ERROR => "its bitstream is damaged",
        sys::VP8StatusCode::VP8_STATUS_UNSUPPORTED_FEATURE => "it uses a feature that does not exist",
        sys::VP8StatusCode::VP8_STATUS_SUSPENDED | sys::VP8StatusCode::VP8_STATUS_NOT_ENOUGH_DATA => "it is cut off",
        sys::VP8StatusCode::VP8_STATUS_USER_ABORT => "the decoder was stopped",
    }
}

/// Puts an error of the encoder into words.
const fn encoding_error_text(error: sys::WebPEncodingError) -> &'static str {
    match error {
        sys::WebPEncodingError::VP8_ENC_ERROR_OUT_OF_MEMORY
        | sys::WebPEncodingError::VP8_ENC_ERROR_BITSTREAM_OUT_OF_MEMORY => "the encoder ran out of memory",
        sys::WebPEncodingError::VP8_ENC_ERROR_BAD_DIMENSION => "a side is longer than the 16,383 pixels of WebP",
        sys::WebPEncodingError::VP8_ENC_ERROR_PARTITION0_OVERFLOW
        | sys::WebPEncodingError::VP8_ENC_ERROR_PARTITION_OVERFLOW => "a partition of the file overflowed",
        sys::WebPEncodingError::VP8_ENC_ERROR_FILE_TOO_BIG => "the file is over 4 GB",
        sys::WebPEncodingError::VP8_ENC_ERROR_USER_ABORT => "the encoder was stopped",
        _ => "the encoder was called wrongly",
    }
}
