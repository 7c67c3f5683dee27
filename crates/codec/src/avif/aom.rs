//! The Rust face of libaom: planes become one frame of AV1.
//!
//! Always at least two threads and rows in parallel: with one thread libaom makes other decisions, and a file must not depend on
//! how many there are; from two on all numbers give the same bytes, as a test watches. A frame is encoded in one call, which cannot be stopped: deadlines
//! count between colour and alpha.
#![expect(unsafe_code, reason = "calls into libaom")]

use std::ffi::{CStr, c_int, c_uint, c_ulong};
use std::mem::MaybeUninit;
use std::{ptr, slice};

use libaom_sys as ffi;
use palmette_core::{Size, alloc};

use crate::cause::Cause;
use crate::heif::Nclx;
use crate::planar::{AnyPlanes, Chroma, PLANES, Planes, Sample};
use crate::{EncodeFormat, Error};

/// From 0, slow, to 9: a hundred times as fast as 4, for files a tenth larger.
const SPEED: &CStr = c"9";

/// The fewest threads; see the top of this file.
const MIN_THREADS: usize = 2;
/// The most: each of them takes memory, and a picture has few rows of blocks to share out.
pub(super) const MAX_THREADS: usize = 8;

/// A frame of this many time units.
const DURATION: c_ulong = 1;

/// How exact a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// Colours by one quantiser, 0 (best) to 63, with coarser steps for what the eye sees less.
    Quantizer(u8),
    /// Every sample as it is; only luma counts.
    LosslessGray,
}

/// Encodes planes as one frame, by about so many threads; returns its bitstream, which does not depend on them.
///
/// # Errors
///
/// [`Error::Encode`] if the library fails, [`Error::Core`] if memory for the bitstream runs out.
pub(super) fn encode(planes: &AnyPlanes<'_>, colors: Nclx, target: Target, threads: usize) -> Result<Vec<u8>, Error> {
    match planes {
        AnyPlanes::Bytes(planes) => encode_planes(planes, colors, target, threads),
        AnyPlanes::Words(planes) => encode_planes(planes, colors, target, threads),
    }
}

/// Encodes planes of a width of sample.
fn encode_planes<T: Sample>(
    planes: &Planes<'_, T>,
    colors: Nclx,
    target: Target,
    threads: usize,
) -> Result<Vec<u8>, Error> {
    let mut encoder = Encoder::open(planes, target, threads).map_err(failed)?;
    encoder.set_options(colors, target).map_err(failed)?;
    encoder.encode(planes, target).map_err(failed)?;
    encoder.finish()
}

/// An encoder.
struct Encoder(ffi::aom_codec_ctx_t);

impl Drop for Encoder {
    fn drop(&mut self) {
        // SAFETY: initialised, destroyed once.
        unsafe { ffi::aom_codec_destroy(&raw mut self.0) };
    }
}

impl Encoder {
    /// Opens an encoder for one frame.
    fn open<T>(planes: &Planes<'_, T>, target: Target, threads: usize) -> Result<Self, Cause> {
        let Size { width, height } = planes.size();
        let bits = planes.format.bits;
        let mut config = MaybeUninit::<ffi::aom_codec_enc_cfg_t>::zeroed();
        // SAFETY: the interface is static, the configuration is whole; the call fills it.
        let (interface, mut config) = unsafe {
            let interface = ffi::aom_codec_av1_cx();
            let result = ffi::aom_codec_enc_config_default(interface, config.as_mut_ptr(), ffi::AOM_USAGE_ALL_INTRA);
            check(result)?;
            (interface, config.assume_init())
        };
        config.g_threads = c_uint::try_from(threads.clamp(MIN_THREADS, MAX_THREADS)).unwrap_or(1);
        config.g_profile = profile(planes.format.chroma, bits);
        (config.g_w, config.g_h) = (width, height);
        (config.g_bit_depth, config.g_input_bit_depth) = (bits, bits);
        // One frame, at once.
        config.g_limit = 1;
        config.g_lag_in_frames = 0;
        config.kf_mode = ffi::AOM_KF_DISABLED;
        config.kf_max_dist = 0;
        config.rc_end_usage = ffi::AOM_Q;
        (config.rc_min_quantizer, config.rc_max_quantizer) = match target {
            Target::Quantizer(_) => (0, 63),
            Target::LosslessGray => (0, 0),
        };
        config.monochrome = c_uint::from(is_gray(planes, target));
        let flags = if bits > 8 { ffi::AOM_CODEC_USE_HIGHBITDEPTH } else { 0 };
        let mut context = MaybeUninit::<ffi::aom_codec_ctx_t>::zeroed();
        // SAFETY: context and configuration are whole, the version is that of the bindings.
        let result = unsafe {
            ffi::aom_codec_enc_init_ver(
                context.as_mut_ptr(),
                interface,
                &raw const config,
                flags.into(),
                ffi::AOM_ENCODER_ABI_VERSION as c_int,
            )
        };
        check(result)?;
        // SAFETY: initialised by the call.
        Ok(Self(unsafe { context.assume_init() }))
    }

    /// Sets what is no part of the configuration.
    fn set_options(&mut self, colors: Nclx, target: Target) -> Result<(), Cause> {
        self.set(c"cpu-used", SPEED)?;
        self.set(c"row-mt", c"1")?;
        // Distortion is measured by structure.
        self.set(c"tune", c"ssim")?;
        match target {
            Target::Quantizer(quantizer) => {
                self.control(ffi::AOME_SET_CQ_LEVEL, quantizer.into())?;
                // Quantisation matrices: coarser steps for what the eye sees less.
                self.set(c"enable-qm", c"1")?;
                self.set(c"qm-min", c"2")?;
                self.set(c"qm-max", c"10")?;
            }
            Target::LosslessGray => self.set(c"lossless", c"1")?,
        }
        self.control(ffi::AV1E_SET_COLOR_PRIMARIES, colors.cicp.primaries.into())?;
        self.control(ffi::AV1E_SET_TRANSFER_CHARACTERISTICS, colors.cicp.transfer.into())?;
        self.control(ffi::AV1E_SET_MATRIX_COEFFICIENTS, colors.matrix.into())?;
        self.control(ffi::AV1E_SET_COLOR_RANGE, colors.is_full_range.into())
    }

    /// Sets an option by its name.
    fn set(&mut self, name: &CStr, value: &CStr) -> Result<(), Cause> {
        // SAFETY: the context is initialised; both texts end in a zero, live during the call, and are only read.
        check(unsafe { ffi::aom_codec_set_option(&raw mut self.0, name.as_ptr(), value.as_ptr()) })
    }

    /// Sets an option by its number, one of those that take an `int`.
    fn control(&mut self, number: c_uint, value: c_int) -> Result<(), Cause> {
        // SAFETY: the context is initialised; the options used here take an `int` or an `unsigned int` above 0.
        check(unsafe { ffi::aom_codec_control(&raw mut self.0, number.cast_signed(), value) })
    }

    /// Encodes the frame.
    fn encode<T: Sample>(&mut self, planes: &Planes<'_, T>, target: Target) -> Result<(), Cause> {
        let Size { width, height } = planes.size();
        let format = match planes.format.chroma {
            _ if is_gray(planes, target) => ffi::AOM_IMG_FMT_I420,
            Chroma::None | Chroma::Half => ffi::AOM_IMG_FMT_I420,
            Chroma::HalfWidth => ffi::AOM_IMG_FMT_I422,
            Chroma::Full => ffi::AOM_IMG_FMT_I444,
        };
        let format = if size_of::<T>() > 1 { format | ffi::AOM_IMG_FMT_HIGHBITDEPTH } else { format };
        // The library wants chroma of grey, too: one row of no colour, again and again.
        let no_color = alloc::try_filled(width.div_ceil(2) as usize, T::middle(planes.format.bits));
        let no_color = no_color.map_err(|_| Cause::new("there is no memory for it"))?;
        let mut image = MaybeUninit::<ffi::aom_image_t>::zeroed();
        // SAFETY: the image is whole. With memory that is given the call allocates none; the planes are set below.
        let wrapped = unsafe {
            let somewhere = planes.planes[0].samples.as_ptr().cast::<u8>().cast_mut();
            ffi::aom_img_wrap(image.as_mut_ptr(), format, width, height, 1, somewhere)
        };
        if wrapped.is_null() {
            return Err(Cause::new("libaom does not take a picture of this size"));
        }
        // SAFETY: filled by the call.
        let mut image = unsafe { image.assume_init() };
        image.bit_depth = planes.format.bits;
        image.monochrome = c_int::from(is_gray(planes, target));
        for index in 0..PLANES {
            let plane = &planes.planes[index];
            let (samples, stride) =
                if index > 0 && is_gray(planes, target) { (&no_color[..], 0) } else { (plane.samples, plane.stride) };
            image.planes[index] = samples.as_ptr().cast::<u8>().cast_mut();
            image.stride[index] =
                c_int::try_from(stride * size_of::<T>()).map_err(|_| Cause::new("its rows are too long"))?;
        }
        // SAFETY: the context is initialised; the planes have the rows and columns that format, width and height say, stride
        // apart, live during the call, and are only read.
        check(unsafe { ffi::aom_codec_encode(&raw mut self.0, &raw const image, 0, DURATION, 0) })
    }

    /// Ends the stream, and collects it.
    fn finish(mut self) -> Result<Vec<u8>, Error> {
        let mut stream = Vec::new();
        self.collect(&mut stream)?;
        // SAFETY: the context is initialised; no image means the end.
        check(unsafe { ffi::aom_codec_encode(&raw mut self.0, ptr::null(), 0, DURATION, 0) }).map_err(failed)?;
        self.collect(&mut stream)?;
        if stream.is_empty() {
            return Err(failed(Cause::new("libaom gave no frame")));
        }
        Ok(stream)
    }

    /// Copies the packets that are ready.
    fn collect(&mut self, stream: &mut Vec<u8>) -> Result<(), Error> {
        let mut position = ptr::null();
        loop {
            // SAFETY: the context is initialised, the position is null or from the call before.
            let packet = unsafe { ffi::aom_codec_get_cx_data(&raw mut self.0, &raw mut position) };
            if packet.is_null() {
                return Ok(());
            }
            // SAFETY: not null, so it points to a packet, whose union is a frame if its kind says so; its bytes live until the
            // next call with this context.
            let bytes = unsafe {
                if (*packet).kind != ffi::AOM_CODEC_CX_FRAME_PKT {
                    continue;
                }
                let frame = (*packet).data.frame;
                slice::from_raw_parts(frame.buf.cast::<u8>().cast_const(), frame.sz)
            };
            let out_of_memory = |_| palmette_core::Error::OutOfMemory { bytes: bytes.len() as u64 };
            stream.try_reserve_exact(bytes.len()).map_err(out_of_memory)?;
            stream.extend_from_slice(bytes);
        }
    }
}

/// Tells whether only luma counts.
const fn is_gray<T>(planes: &Planes<'_, T>, target: Target) -> bool {
    matches!(target, Target::LosslessGray) || matches!(planes.format.chroma, Chroma::None)
}

/// Returns the profile of AV1 that knows a format.
pub(super) const fn profile(chroma: Chroma, bits: u32) -> u32 {
    match (chroma, bits) {
        (Chroma::HalfWidth, _) | (_, 12) => 2,
        (Chroma::Full, _) => 1,
        _ => 0,
    }
}

/// Turns a result into an error.
fn check(result: ffi::aom_codec_err_t) -> Result<(), Cause> {
    if result == ffi::AOM_CODEC_OK {
        return Ok(());
    }
    // SAFETY: the call returns a text that ends in a zero and lives for ever, for any number.
    let text = unsafe { CStr::from_ptr(ffi::aom_codec_err_to_string(result)) };
    Err(Cause::library(&text.to_string_lossy()))
}

/// Makes the error of an encoder that failed.
fn failed(source: Cause) -> Error {
    Error::Encode { format: EncodeFormat::Avif, source }
}
