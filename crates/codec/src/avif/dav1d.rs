//! The Rust face of dav1d: one frame of AV1 becomes planes.
//!
//! One thread: the service works on as many pictures as there are cores. dav1d decodes a frame in one call, which cannot be
//! stopped; deadlines count between frames.
#![expect(unsafe_code, reason = "calls into dav1d")]

use std::borrow::Cow;
use std::mem::MaybeUninit;
use std::ptr::{self, NonNull};
use std::slice;

use libdav1d_sys as ffi;
use palmette_core::Size;

use crate::Cause;
use crate::cicp::Cicp;
use crate::heif::{Nclx, Tile};
use crate::planar::{AnyPlanes, Chroma, Format, PLANES, Plane, Planes, Sample};

/// A decoder.
struct Decoder {
    context: NonNull<ffi::Dav1dContext>,
}

impl Drop for Decoder {
    fn drop(&mut self) {
        let mut context = self.context.as_ptr();
        // SAFETY: opened by `dav1d_open`, closed once.
        unsafe { ffi::dav1d_close(&raw mut context) };
    }
}

/// A decoded frame.
pub(super) struct Frame<'a> {
    picture: ffi::Dav1dPicture,
    format: Format,
    size: Size,
    // Dropped after the picture, which lies in its memory.
    _decoder: Decoder,
    // Dropped after the decoder, which may refer to them.
    _bytes: Cow<'a, [u8]>,
}

impl Drop for Frame<'_> {
    fn drop(&mut self) {
        // SAFETY: filled by `dav1d_get_picture`, given back once, before its decoder closes.
        unsafe { ffi::dav1d_picture_unref(&raw mut self.picture) };
    }
}

impl<'a> Frame<'a> {
    /// Decodes the frame to show of a tile whose payload is `bytes`. A bitstream of another size than the tile is refused,
    /// a larger one before room is made for it.
    pub(super) fn decode(bytes: Cow<'a, [u8]>, tile: &Tile<'_>) -> Result<Self, Cause> {
        let decoder = Decoder::open(tile)?;
        // SAFETY: the decoder is dropped before the bytes are, here and in the frame; they lie where they do also when the
        // frame is moved.
        let picture = unsafe { decoder.decode(&bytes, tile.spatial_layer)? };
        // From here on the frame gives the picture back.
        let format = Format { chroma: Chroma::None, bits: 8 };
        let mut frame = Self { picture, format, size: tile.size, _decoder: decoder, _bytes: bytes };
        let parameters = &frame.picture.p;
        let side = |px| u32::try_from(px).unwrap_or(0);
        if (side(parameters.w), side(parameters.h)) != (tile.size.width, tile.size.height) {
            return Err(Cause::new("its bitstream has another size than its container"));
        }
        frame.format.bits = side(parameters.bpc);
        frame.format.chroma = match parameters.layout {
            ffi::Dav1dPixelLayout::DAV1D_PIXEL_LAYOUT_I400 => Chroma::None,
            ffi::Dav1dPixelLayout::DAV1D_PIXEL_LAYOUT_I420 => Chroma::Half,
            ffi::Dav1dPixelLayout::DAV1D_PIXEL_LAYOUT_I422 => Chroma::HalfWidth,
            ffi::Dav1dPixelLayout::DAV1D_PIXEL_LAYOUT_I444 => Chroma::Full,
            _ => return Err(Cause::new("its chroma is of an unknown kind")),
        };
        Ok(frame)
    }

    /// Returns the samples.
    pub(super) fn planes(&self) -> AnyPlanes<'_> {
        let format = self.format;
        let sizes = format.chroma.sizes(self.size);
        if format.bits == 8 {
            AnyPlanes::Bytes(Planes { format, planes: std::array::from_fn(|index| self.plane(index, sizes[index])) })
        } else {
            AnyPlanes::Words(Planes { format, planes: std::array::from_fn(|index| self.plane(index, sizes[index])) })
        }
    }

    /// Returns a plane, whose samples are bytes for 8 bits and words for more.
    fn plane<T: Sample>(&self, index: usize, size: Size) -> Plane<'_, T> {
        debug_assert_eq!(size_of::<T>() == 1, self.format.bits == 8, "the type of the samples is that of their depth");
        let stride = usize::try_from(self.picture.stride[index.min(1)]).unwrap_or(0) / size_of::<T>();
        let data = self.picture.data[index.min(PLANES - 1)].cast::<T>().cast_const();
        if data.is_null() || size.area() == 0 || stride < size.width as usize {
            return Plane { samples: &[], stride: 0, size: Size::new(0, 0) };
        }
        let len = (size.height as usize - 1) * stride + size.width as usize;
        // SAFETY: dav1d made `height` rows of the plane, `stride` apart, aligned to more than a sample, and filled them; they
        // live until the picture is given back, for which it is borrowed mutably.
        let samples = unsafe { slice::from_raw_parts(data, len) };
        Plane { samples, stride, size }
    }

    /// Returns the colours as the bitstream names them.
    pub(super) fn colors(&self) -> Nclx {
        // SAFETY: a picture from `dav1d_get_picture` has a header.
        unsafe { colors(self.picture.seq_hdr) }
    }
}

impl Decoder {
    /// Opens a decoder.
    fn open(tile: &Tile<'_>) -> Result<Self, Cause> {
        let mut settings = MaybeUninit::zeroed();
        // SAFETY: the settings are whole; all zeros is a value of each of their fields, and the call fills those that have
        // another default.
        let mut settings: ffi::Dav1dSettings = unsafe {
            ffi::dav1d_default_settings(settings.as_mut_ptr());
            settings.assume_init()
        };
        settings.n_threads = 1;
        settings.max_frame_delay = 1;
        settings.operating_point = tile.operating_point.into();
        settings.all_layers = tile.spatial_layer.is_some().into();
        settings.frame_size_limit = u32::try_from(tile.size.area()).unwrap_or(u32::MAX);
        // Else it prints what it thinks of a damaged file.
        settings.logger.callback = None;
        let mut context = ptr::null_mut();
        // SAFETY: both pointers are to live values.
        let result = unsafe { ffi::dav1d_open(&raw mut context, &raw const settings) };
        match NonNull::new(context) {
            Some(context) if result == 0 => Ok(Self { context }),
            _ => Err(cause(result)),
        }
    }

    /// Decodes until the frame of a layer comes out, or the first one.
    ///
    /// # Safety
    ///
    /// The bytes must stay where they are until the decoder is dropped.
    unsafe fn decode(&self, bytes: &[u8], layer: Option<u8>) -> Result<ffi::Dav1dPicture, Cause> {
        // SAFETY: the promise of the caller.
        let mut data = unsafe { Self::wrap(bytes)? };
        loop {
            let mut result = 0;
            if data.0.sz > 0 {
                // SAFETY: the context is open; the data is what `dav1d_data_wrap` made, or what is left of it.
                result = unsafe { ffi::dav1d_send_data(self.context.as_ptr(), &raw mut data.0) };
                if result < 0 && result != ffi::DAV1D_ERR_AGAIN {
                    return Err(cause(result));
                }
            }
            let was_taken = result == 0;
            // SAFETY: all zeros is a picture without memory, which the call takes to fill.
            let mut picture: ffi::Dav1dPicture = unsafe { MaybeUninit::zeroed().assume_init() };
            // SAFETY: the context is open, the picture is empty.
            let result = unsafe { ffi::dav1d_get_picture(self.context.as_ptr(), &raw mut picture) };
            match result {
                0 => {
                    // SAFETY: a picture that came out has a header of its frame.
                    let spatial_id = unsafe { (*picture.frame_hdr).spatial_id };
                    if layer.is_none_or(|layer| layer == spatial_id) {
                        return Ok(picture);
                    }
                    // SAFETY: filled by the call above, given back once.
                    unsafe { ffi::dav1d_picture_unref(&raw mut picture) };
                }
                ffi::DAV1D_ERR_AGAIN if data.0.sz > 0 && was_taken => {}
                ffi::DAV1D_ERR_AGAIN => return Err(Cause::new("its bitstream holds no frame to show")),
                _ => return Err(cause(result)),
            }
        }
    }

    /// Wraps bytes, which are not copied.
    ///
    /// # Safety
    ///
    /// They must stay where they are until the decoder that takes them is dropped.
    unsafe fn wrap(bytes: &[u8]) -> Result<Data, Cause> {
        /// Does nothing: the bytes are the caller's.
        unsafe extern "C" fn keep(_bytes: *const u8, _cookie: *mut std::ffi::c_void) {}

        if bytes.is_empty() {
            return Err(Cause::new("its bitstream is empty"));
        }
        // SAFETY: all zeros is data without memory.
        let mut data = Data(unsafe { MaybeUninit::zeroed().assume_init() });
        // SAFETY: the promise of the caller: the bytes outlive the decoder, and with it everything that refers to them.
        let result =
            unsafe { ffi::dav1d_data_wrap(&raw mut data.0, bytes.as_ptr(), bytes.len(), Some(keep), ptr::null_mut()) };
        if result == 0 { Ok(data) } else { Err(cause(result)) }
    }
}

/// Bytes on their way into a decoder.
struct Data(ffi::Dav1dData);

impl Drop for Data {
    fn drop(&mut self) {
        // SAFETY: empty, or made by `dav1d_data_wrap` and not yet taken; given back once.
        unsafe { ffi::dav1d_data_unref(&raw mut self.0) };
    }
}

/// What a bitstream says of its samples ahead of them.
pub(super) struct Header {
    pub(super) colors: Nclx,
    pub(super) format: Format,
}

/// Reads the header of a bitstream; `None` if it has none that makes sense.
pub(super) fn peek(bytes: &[u8]) -> Option<Header> {
    if bytes.is_empty() {
        return None;
    }
    let mut header = MaybeUninit::<ffi::Dav1dSequenceHeader>::zeroed();
    // SAFETY: the header is whole, the bytes live during the call.
    let result = unsafe { ffi::dav1d_parse_sequence_header(header.as_mut_ptr(), bytes.as_ptr(), bytes.len()) };
    if result != 0 {
        return None;
    }
    // SAFETY: filled by the call; no reference to a field that the bindings call one of a list is made.
    unsafe {
        let header = header.as_ptr();
        let bits = 8 + 2 * u32::from((&raw const (*header).hbd).read());
        let chroma = match code(&raw const (*header).layout) {
            0 => Chroma::None,
            1 => Chroma::Half,
            2 => Chroma::HalfWidth,
            _ => Chroma::Full,
        };
        Some(Header { colors: colors(header), format: Format { chroma, bits } })
    }
}

/// Reads a number that the bindings call one of a list, which a file need not keep to.
///
/// # Safety
///
/// `field` must point to a field of 32 bits.
unsafe fn code<T>(field: *const T) -> u8 {
    const { assert!(size_of::<T>() == size_of::<u32>(), "fields of the header have 32 bits") };
    // SAFETY: the promise of the caller.
    u8::try_from(unsafe { field.cast::<u32>().read() }).unwrap_or(0)
}

/// Reads the colours out of a header.
///
/// # Safety
///
/// `header` must point to a header that dav1d filled.
unsafe fn colors(header: *const ffi::Dav1dSequenceHeader) -> Nclx {
    // SAFETY: the promise of the caller; no reference to a field is made.
    unsafe {
        Nclx {
            cicp: Cicp { primaries: code(&raw const (*header).pri), transfer: code(&raw const (*header).trc) },
            matrix: code(&raw const (*header).mtrx),
            is_full_range: (&raw const (*header).color_range).read() != 0,
        }
    }
}

/// Says what a result of dav1d means.
fn cause(result: i32) -> Cause {
    /// The frame is over the limit: `ERANGE`.
    const OVER_LIMIT: i32 = -34;
    Cause::new(match result {
        ffi::DAV1D_ERR_NOMEM => "dav1d has no memory for it",
        ffi::DAV1D_ERR_NOPROTOOPT => "its bitstream uses something that dav1d does not know",
        OVER_LIMIT => "its bitstream is larger than its container says",
        _ => "its bitstream makes no sense",
    })
}
