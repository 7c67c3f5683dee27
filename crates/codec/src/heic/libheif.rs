//! The machine's libheif, loaded at run time: what of its C interface is used here, as of release 1.12 (2021) and later.
#![expect(unsafe_code, reason = "loads and calls a library of the machine")]

use std::ffi::{CStr, c_char, c_int, c_void};
use std::marker::PhantomData;
use std::ptr::{self, NonNull};
use std::slice;
use std::sync::OnceLock;

use libloading::Library as Object;
use palmette_core::Size;

use crate::cicp::Cicp;
use crate::heif::Nclx;
use crate::planar::{AnyPlanes, Chroma, Format, PLANES, Plane, Planes, Sample};
use crate::{Cause, Error};

/// The file of the library; the number is that of its binary interface.
const FILE: &str = if cfg!(target_os = "macos") { "libheif.1.dylib" } else { "libheif.so.1" };

/// `heif_compression_HEVC`.
const HEVC: c_int = 1;

/// `heif_colorspace_undefined` and `heif_chroma_undefined`: as it is.
const AS_IT_IS: c_int = 99;

/// `heif_colorspace_RGB`.
const RGB: c_int = 1;

/// `heif_channel_Y`, `_Cb` and `_Cr`.
const YCBCR_CHANNELS: [c_int; PLANES] = [0, 1, 2];

/// `heif_channel_G`, `_B` and `_R`: in the order of planes whose matrix is none.
const GBR_CHANNELS: [c_int; PLANES] = [4, 5, 3];

/// `heif_channel_Alpha`.
const ALPHA_CHANNEL: c_int = 6;

/// A value of the library that is never looked into.
#[repr(C)]
struct Opaque([u8; 0]);

/// `heif_error`.
#[repr(C)]
struct RawError {
    code: c_int,
    _subcode: c_int,
    message: *const c_char,
}

/// The beginning of `heif_color_profile_nclx`, which every version has.
#[repr(C)]
struct RawNclx {
    _version: u8,
    primaries: c_int,
    transfer: c_int,
    matrix: c_int,
    is_full_range: u8,
}

/// The beginning of `heif_decoding_options`, which every version has.
#[repr(C)]
struct RawOptions {
    _version: u8,
    ignore_transformations: u8,
}

/// Declares the functions that are used, and loads all of them.
macro_rules! functions {
    ($($name:ident: fn($($argument:ty),*) $(-> $result:ty)?;)*) => {
        /// The functions of the library.
        #[derive(Clone, Copy)]
        struct Functions {
            $($name: unsafe extern "C" fn($($argument),*) $(-> $result)?,)*
        }

        impl Functions {
            /// Finds the functions.
            ///
            /// # Safety
            ///
            /// The library must be libheif, of release 1.12 or later, and must never be unloaded.
            unsafe fn load(object: &Object) -> Result<Self, libloading::Error> {
                // SAFETY: the types are those of the header of the library, whose interface grows but does not change.
                unsafe { Ok(Self { $($name: *object.get(concat!(stringify!($name), "\0").as_bytes())?,)* }) }
            }
        }
    };
}

functions! {
    heif_get_version: fn() -> *const c_char;
    heif_have_decoder_for_format: fn(c_int) -> c_int;
    heif_context_alloc: fn() -> *mut Opaque;
    heif_context_free: fn(*const Opaque);
    heif_context_set_maximum_image_size_limit: fn(*mut Opaque, c_int);
    heif_context_read_from_memory_without_copy: fn(*mut Opaque, *const c_void, usize, *const Opaque) -> RawError;
    heif_context_get_primary_image_handle: fn(*mut Opaque, *mut *mut Opaque) -> RawError;
    heif_image_handle_release: fn(*const Opaque);
    heif_decoding_options_alloc: fn() -> *mut RawOptions;
    heif_decoding_options_free: fn(*mut RawOptions);
    heif_decode_image: fn(*const Opaque, *mut *mut Opaque, c_int, c_int, *const RawOptions) -> RawError;
    heif_image_release: fn(*const Opaque);
    heif_image_get_colorspace: fn(*const Opaque) -> c_int;
    heif_image_get_chroma_format: fn(*const Opaque) -> c_int;
    heif_image_has_channel: fn(*const Opaque, c_int) -> c_int;
    heif_image_get_width: fn(*const Opaque, c_int) -> c_int;
    heif_image_get_height: fn(*const Opaque, c_int) -> c_int;
    heif_image_get_bits_per_pixel_range: fn(*const Opaque, c_int) -> c_int;
    heif_image_get_plane_readonly: fn(*const Opaque, c_int, *mut c_int) -> *const u8;
    heif_image_get_nclx_color_profile: fn(*const Opaque, *mut *mut RawNclx) -> RawError;
    heif_nclx_color_profile_free: fn(*mut RawNclx);
}

/// The loaded library.
pub(super) struct Library {
    functions: Functions,
    version: String,
    /// Sets the number of threads, in releases that know it.
    set_threads: Option<unsafe extern "C" fn(*mut Opaque, c_int)>,
}

/// Returns the library; the first call loads it, and what came of that stays.
///
/// # Errors
///
/// [`Error::LibraryMissing`] if it is not installed, is older than what is used here, or knows no HEVC.
pub(super) fn library() -> Result<&'static Library, Error> {
    static LIBRARY: OnceLock<Option<Library>> = OnceLock::new();
    let library = LIBRARY.get_or_init(|| Library::load(FILE));
    library.as_ref().ok_or_else(|| missing("libheif", "libheif1"))
}

/// Makes the error of what is not installed.
const fn missing(library: &'static str, package: &'static str) -> Error {
    Error::LibraryMissing { format: crate::Format::Heic, library, package }
}

impl Library {
    /// Loads the library; `None` if that is not possible.
    fn load(file: &str) -> Option<Self> {
        // SAFETY: loading runs the constructors of the library, as linking to it would. It stays loaded for ever, and its
        // functions are called with the types of its header.
        unsafe {
            let object = Box::leak(Box::new(Object::new(file).ok()?));
            let functions = Functions::load(object).ok()?;
            // Plugins, such as the decoder of HEVC in newer releases, are loaded here; older ones have nothing to do.
            if let Ok(init) = object.get::<unsafe extern "C" fn(*const Opaque) -> RawError>(b"heif_init\0") {
                init(ptr::null());
            }
            let set_threads = object.get(b"heif_context_set_max_decoding_threads\0").ok().map(|symbol| *symbol);
            let version = CStr::from_ptr((functions.heif_get_version)()).to_string_lossy().into_owned();
            Some(Self { functions, version, set_threads })
        }
    }

    /// Returns the version.
    pub(super) fn version(&self) -> &str {
        &self.version
    }

    /// Decodes the picture of a file as it is stored: neither cut nor turned, in its own colours.
    ///
    /// # Errors
    ///
    /// [`Error::LibraryMissing`] if the library has no decoder of HEVC, [`Error::Damaged`] with what it said of the file.
    pub(super) fn decode<'a>(&'a self, bytes: &'a [u8], max_side_px: u32) -> Result<Image<'a>, Error> {
        // SAFETY: called with a number of the header.
        if unsafe { (self.functions.heif_have_decoder_for_format)(HEVC) } == 0 {
            return Err(missing("a decoder of HEVC for its libheif", "libheif-plugin-libde265"));
        }
        self.decode_image(bytes, max_side_px).map_err(|source| Error::Damaged { format: crate::Format::Heic, source })
    }

    /// Decodes the picture.
    fn decode_image<'a>(&'a self, bytes: &'a [u8], max_side_px: u32) -> Result<Image<'a>, Cause> {
        let functions = &self.functions;
        // SAFETY: each value comes from the library, is checked, used as its header says, and freed once by its owner here; the
        // bytes outlive the context by the lifetime.
        unsafe {
            let context = Owned::new((functions.heif_context_alloc)(), functions.heif_context_free)?;
            let side = c_int::try_from(max_side_px).unwrap_or(c_int::MAX);
            (functions.heif_context_set_maximum_image_size_limit)(context.raw(), side);
            if let Some(set_threads) = self.set_threads {
                // On this thread: the service works on as many pictures as there are cores.
                set_threads(context.raw(), 0);
            }
            let (data, len) = (bytes.as_ptr().cast(), bytes.len());
            check((functions.heif_context_read_from_memory_without_copy)(context.raw(), data, len, ptr::null()))?;
            let mut handle = ptr::null_mut();
            check((functions.heif_context_get_primary_image_handle)(context.raw(), &raw mut handle))?;
            let handle = Owned::new(handle, functions.heif_image_handle_release)?;
            let options = (functions.heif_decoding_options_alloc)();
            if options.is_null() {
                return Err(no_memory());
            }
            (*options).ignore_transformations = 1;
            let mut image = ptr::null_mut();
            let result = (functions.heif_decode_image)(handle.raw(), &raw mut image, AS_IT_IS, AS_IT_IS, options);
            (functions.heif_decoding_options_free)(options);
            check(result)?;
            let image = Owned::new(image, functions.heif_image_release)?;
            Ok(Image { image, _handle: handle, _context: context, functions, bytes: PhantomData })
        }
    }
}

/// A value of the library, given back when it is dropped.
struct Owned {
    value: NonNull<Opaque>,
    give_back: unsafe extern "C" fn(*const Opaque),
}

impl Owned {
    /// Takes a value and the function that takes it back.
    fn new(value: *mut Opaque, give_back: unsafe extern "C" fn(*const Opaque)) -> Result<Self, Cause> {
        NonNull::new(value).map(|value| Self { value, give_back }).ok_or_else(no_memory)
    }

    /// Returns the value.
    const fn raw(&self) -> *mut Opaque {
        self.value.as_ptr()
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        // SAFETY: from the library, and given back once.
        unsafe { (self.give_back)(self.raw()) };
    }
}

/// A decoded picture.
pub(super) struct Image<'a> {
    // Dropped in this order.
    image: Owned,
    _handle: Owned,
    _context: Owned,
    functions: &'a Functions,
    bytes: PhantomData<&'a [u8]>,
}

impl Image<'_> {
    /// Tells whether the planes are red, green and blue.
    pub(super) fn is_rgb(&self) -> bool {
        // SAFETY: the image is alive.
        unsafe { (self.functions.heif_image_get_colorspace)(self.image.raw()) == RGB }
    }

    /// Returns the colours as the bitstream names them.
    pub(super) fn colors(&self) -> Option<Nclx> {
        let mut profile = ptr::null_mut();
        // SAFETY: the image is alive; the profile is read while it is, and given back once.
        unsafe {
            let result = (self.functions.heif_image_get_nclx_color_profile)(self.image.raw(), &raw mut profile);
            if result.code != 0 || profile.is_null() {
                return None;
            }
            let RawNclx { primaries, transfer, matrix, is_full_range, .. } = profile.read();
            (self.functions.heif_nclx_color_profile_free)(profile);
            let code = |number: c_int| u8::try_from(number).unwrap_or(0);
            let cicp = Cicp { primaries: code(primaries), transfer: code(transfer) };
            Some(Nclx { cicp, matrix: code(matrix), is_full_range: is_full_range != 0 })
        }
    }

    /// Returns the planes of colour, or of grey; `None` if they are not those of a picture of the given size.
    pub(super) fn planes(&self, size: Size) -> Option<AnyPlanes<'_>> {
        if self.is_rgb() {
            return self.any_planes(GBR_CHANNELS, Chroma::Full, size);
        }
        // SAFETY: the image is alive.
        let chroma = match unsafe { (self.functions.heif_image_get_chroma_format)(self.image.raw()) } {
            0 => Chroma::None,
            1 => Chroma::Half,
            2 => Chroma::HalfWidth,
            3 => Chroma::Full,
            _ => return None,
        };
        self.any_planes(YCBCR_CHANNELS, chroma, size)
    }

    /// Returns the plane of alpha; `None` if there is none of the given size.
    pub(super) fn alpha(&self, size: Size) -> Option<AnyPlanes<'_>> {
        self.any_planes([ALPHA_CHANNEL; PLANES], Chroma::None, size)
    }

    /// Returns channels as planes.
    fn any_planes(&self, channels: [c_int; PLANES], chroma: Chroma, size: Size) -> Option<AnyPlanes<'_>> {
        let bits = self.bits(channels[0])?;
        let format = Format { chroma, bits };
        let sizes = chroma.sizes(size);
        Some(if bits == 8 {
            AnyPlanes::Bytes(Planes { format, planes: self.all_planes(channels, bits, sizes)? })
        } else {
            AnyPlanes::Words(Planes { format, planes: self.all_planes(channels, bits, sizes)? })
        })
    }

    /// Returns three planes, those of no size being empty.
    fn all_planes<T: Sample>(
        &self,
        channels: [c_int; PLANES],
        bits: u32,
        sizes: [Size; PLANES],
    ) -> Option<[Plane<'_, T>; PLANES]> {
        let mut planes = [Plane { samples: &[][..], stride: 0, size: Size::new(0, 0) }; PLANES];
        for index in (0..PLANES).filter(|&index| sizes[index].area() > 0) {
            planes[index] = self.plane(channels[index], bits, sizes[index])?;
        }
        Some(planes)
    }

    /// Returns how many bits the samples of a channel have, if they are as many as are converted here.
    fn bits(&self, channel: c_int) -> Option<u32> {
        // SAFETY: the image is alive; a channel that is not there has no bits.
        let bits = unsafe {
            if (self.functions.heif_image_has_channel)(self.image.raw(), channel) == 0 {
                return None;
            }
            (self.functions.heif_image_get_bits_per_pixel_range)(self.image.raw(), channel)
        };
        u32::try_from(bits).ok().filter(|bits| (8..=12).contains(bits))
    }

    /// Returns a plane of samples of a number of bits: bytes for 8, else words.
    fn plane<T: Sample>(&self, channel: c_int, bits: u32, size: Size) -> Option<Plane<'_, T>> {
        if self.bits(channel)? != bits || (size_of::<T>() == 1) != (bits == 8) {
            return None;
        }
        let mut row_bytes = 0;
        // SAFETY: the image is alive, and has the channel.
        let (width, height, data) = unsafe {
            let image = self.image.raw();
            let data = (self.functions.heif_image_get_plane_readonly)(image, channel, &raw mut row_bytes);
            let width = (self.functions.heif_image_get_width)(image, channel);
            (width, (self.functions.heif_image_get_height)(image, channel), data.cast::<T>())
        };
        let is_expected = u32::try_from(width) == Ok(size.width) && u32::try_from(height) == Ok(size.height);
        let row_bytes = usize::try_from(row_bytes).ok()?;
        let (stride, rest) = (row_bytes / size_of::<T>(), row_bytes % size_of::<T>());
        if !is_expected || rest != 0 || stride < size.width as usize || data.is_null() || !data.is_aligned() {
            return None;
        }
        let len = (size.height as usize - 1) * stride + size.width as usize;
        // SAFETY: the library has `height` rows of at least `width` samples there, `stride` apart; they live as long as the
        // image, which this borrows.
        let samples = unsafe { slice::from_raw_parts(data, len) };
        Some(Plane { samples, stride, size })
    }
}

/// Turns a result into an error.
///
/// # Safety
///
/// The message must be null or a text of the library that is still alive.
unsafe fn check(error: RawError) -> Result<(), Cause> {
    if error.code == 0 {
        return Ok(());
    }
    if error.message.is_null() {
        return Err(Cause::new("libheif gives no reason"));
    }
    // SAFETY: the promise of the caller; the text ends in a zero.
    Err(Cause::library(&unsafe { CStr::from_ptr(error.message) }.to_string_lossy()))
}

/// Makes the cause of a value that the library could not make.
fn no_memory() -> Cause {
    Cause::new("libheif has no memory for it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libheif_that_is_not_there_is_no_panic() {
        assert!(Library::load("libheif-that-nobody-has.so.1").is_none());
    }

    #[test]
    fn libheif_that_is_missing_is_named_with_its_package() {
        assert_eq!(
            missing("libheif", "libheif1").to_string(),
            "image/heic needs the library libheif, which is not installed (Debian, Ubuntu: apt-get install libheif1)"
        );
    }
}
