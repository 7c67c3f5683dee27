//! Pictures as bytes and pictures as pixels: sniffing, header probe, decoding and encoding.
//!
//! This is the only crate that reads and writes files by image libraries, and the only one with C behind it. Its calls take bytes that
//! nothing has checked before:
//!
//! 1. [`sniff()`] names the format by the first bytes.
//! 2. [`probe()`] reads the size as displayed, from headers alone.
//! 3. [`reader()`] gives the rows of a picture as it is stored, or of a part of it: pixels, or the planes of a JPEG, reduced
//!    if that is enough. Of an animation the first frame.
//! 4. [`decode()`] gives a whole [`Pixmap`](palmette_core::Pixmap): upright, in sRGB, 8 bits, straight alpha.
//! 5. [`encode()`] writes one, and [`encode_rows()`] a picture that comes by rows: pixels, or planes to a
//!    JPEG, a lossy WebP, or an AVIF.
//! 6. [`animation()`] gives all frames, and [`AnimationEncoder`] writes them, one at a time.
//!
//! # Libraries, and why these
//!
//! Times are milliseconds on one core (Zen 3) for a photo of 12 megapixels, unless said otherwise.
//!
//! | format | library | reason |
//! | --- | --- | --- |
//! | JPEG | our own, `palmette-jpeg` | faster than libjpeg-turbo, both ways, to the same bits; rows and planes; no C. Arithmetic and lossless files are read by libjpeg-turbo |
//! | PNG | `png` to read; written here, by `fdeflate` for photos and `flate2` with zlib-rs for the rest | decodes 1600×1200 RGBA in 23, zune-png in 30; no C |
//! | WebP | libwebp, by `libwebp-sys` | decodes lossy in 150, image-webp in 380; the only lossy encoder there is |
//! | AVIF in | dav1d, by `libdav1d-sys`; the container by our own reader | decodes in 119, its port to Rust in 126 (which aborts on damaged streams); no reader of containers knows alpha by cell, profiles beside numbers, and transformations |
//! | AVIF out | libaom, by `libaom-sys`; the container by our own writer | encodes 1200×900 in 26 to 41, rav1e in 214 to 340 for files a seventh larger |
//! | HEIC in | libheif of the machine, loaded at run time by `libloading`; the container by our own reader | no decoder of HEVC has a licence that goes with ours, and HEVC has patents |
//! | GIF | blocks by our own reader, codes by `weezl`, written by `gif`; colours are chosen by our own quantiser | no C, fast enough; the reader of `gif` gives up at what browsers step over; `quantette` knows no alpha, `imagequant` is under the GPL |
//! | BMP, TIFF, ICO, QOI, PNM in | `image` | the usual crate for the long tail; no C |
//! | profiles | `moxcms` | no C; matrix and table profiles, RGB, grey and CMYK |
//! | EXIF, XMP, IPTC | our own | two tags are read, and previews removed |
//!
//! All C libraries are built from source by cargo and linked into the program, which then needs none on the machine it
//! runs on. dav1d is release 1.4.3, libaom 3.11.0: what crates carry. Newer releases exist; no
//! crate carries their source, so look at both when a hole becomes known. libaom gets only pixels and options of ours.
//!
//! # Building
//!
//! Debian or Ubuntu: `apt-get install build-essential cmake meson nasm ninja-build`. libjpeg-turbo without nasm
//! would decode at half the speed and encode at a sixth, so its feature `require-simd` is on and the build fails
//! instead. dav1d and libaom take five minutes of one core, once; outside of the release profile `CFLAGS` in
//! `.cargo/config.toml` keeps them from being debug builds. A format that is not wanted is left out with its feature,
//! together with the needs of its library.
//!
//! # Choices that show
//!
//! - **A picture that has all its pixels is shown**, no matter what else is wrong: no end mark, no trailer, unknown chunks,
//!   segments and extensions, checksums that no pixel depends on, versions from the future. One that lacks pixels is
//!   damaged, and refused, unless [`OnDamage::Show`] asks for the pixels that there are. Of an animation the same holds for each frame: a
//!   file that ends within a later frame is damaged, but its first frame may be shown as a still.
//! - **JPEG** is written 4:2:0 below quality 90, else 4:4:4; progressive from 50·50 to 3000·3000 pixels of *area*, so
//!   that one long side alone decides nothing, else baseline. CMYK without a profile becomes
//!   `(255 - ink)·(255 - black) / 255`.
//! - **Quality** is one scale: WebP and AVIF get the number that gives, on average over photos, the score of SSIMULACRA2 that JPEG
//!   has at that number. WebP, whose chroma always has half its size, falls behind from 90 on.
//! - **WebP** is written with method 2; at quality 100 lossless, with the colours under clear pixels kept.
//! - **AVIF** is written by libaom at speed 9 with quantisation matrices, 4:2:0 below quality 90, else 4:4:4; alpha
//!   is lossless. Idle cores help, and always at least two
//!   threads, so that a file does not depend on how many there are. Neither dav1d nor libaom can be stopped within a frame: a deadline counts between tiles, and between
//!   colour and alpha.
//! - **Colours by numbers** (CICP) are followed, PQ and HLG too, with white at 203 cd/m²; everything brighter is cut off.
//! - **PNG** is written in the smallest colour type that loses nothing, a palette of up to 256 colours among them; a picture that
//!   looks like a photo is written for speed, any other for size. With a quality below 100 a picture of more colours is dithered to
//!   `256 · quality / 80` of them with alpha, at most 256. Gamma chunks are not followed, profiles are.
//! - **GIF** is written without loss where 256 colours are enough for the changes of a frame, else dithered, at every
//!   quality. Pixels of alpha 128 and more are opaque, others clear.
//! - **Animations** are GIF and WebP; APNG and AVIF sequences stand still. The canvas of a GIF is its screen, grown to the
//!   first frame; a pixel that no table of colours names is clear. Screens are transparent around their frames,
//!   whatever background colour they name. Times and loops: see [`Animation`].
//! - **CMYK in JPEG** is stored inverted, whether Adobe's segment says so or not.
//! - **JPEG** carries a copyright notice, if it is told one, or what is [`Kept`] of a JPEG; nothing else is kept of any metadata.
//! - **Profiles** that change nothing are skipped, so that pixels stay exact; those that make no sense are ignored.
//! - **EXIF** orientation counts in JPEG, PNG, WebP and TIFF; in AVIF the file's own properties do.
//!
//! # Hostile bytes
//!
//! Sizes are checked against [`Limits`](palmette_core::Limits) before pixels are allocated, and again where a bitstream could claim another
//! size than its container. Frames are counted, and all together checked, before the first is decoded. Buffers come from allocators that report failure. The C libraries return errors and never
//! unwind; every call into them is in a module that opens with `expect(unsafe_code)`. No panic leaves the crate: one in a
//! decoder is a damaged file, one in an encoder a failed one (`guard`). The tests cut files at every length, change every
//! byte, and throw random changes at all formats.

#![cfg_attr(
    not(all(
        feature = "jpeg",
        feature = "png",
        feature = "gif",
        feature = "webp",
        feature = "avif",
        feature = "heic",
        feature = "extra"
    )),
    allow(
        dead_code,
        unreachable_patterns,
        unused_imports,
        unused_variables,
        reason = "what formats share is not all used in a build with fewer of them"
    )
)]

mod animation;
mod area;
mod canvas;
mod cause;
mod cicp;
mod error;
mod exif;
mod flatten;
mod format;
mod formats;
mod guard;
mod icc;
mod kept;
mod lightness;
mod memory;
mod orient;
mod probe;
mod profiles;
mod quality;
mod raw;
mod reader;
mod reading;
mod segments;
mod sniff;
mod writer;

#[cfg(feature = "avif")]
mod avif;
#[cfg(feature = "extra")]
mod extra;
#[cfg(feature = "gif")]
mod gif;
pub mod heic;
#[cfg(any(feature = "avif", feature = "heic"))]
mod heif;
#[cfg(feature = "jpeg")]
mod jpeg;
#[cfg(any(feature = "gif", feature = "png"))]
mod palette;
#[cfg(any(feature = "avif", feature = "heic"))]
mod planar;
#[cfg(feature = "png")]
mod png;
#[cfg(feature = "webp")]
mod webp;

use palmette_core::{Layout, Reading};

pub use animation::{Animation, AnimationEncoder, Frame, animation};
pub use cause::Cause;
pub use error::Error;
pub use format::{EncodeFormat, EncodeOptions, Encoded, Format};
pub use kept::Kept;
pub use memory::{WorkingMemory, reading_memory};
pub use probe::{Note, Probe, probe};
pub use reader::{Reader, read_together, reader};
pub use reading::{DecodeOptions, Decoded, OnDamage};
pub use sniff::sniff;
pub use writer::{encode, encode_rows, encoding_memory, planes_taken, takes_rows};

/// Decodes the first frame of a picture: upright, in sRGB, 8 bits, straight alpha.
///
/// # Errors
///
/// Those of [`probe()`]; [`Error::Core`] if the picture is over the limits (decided before a pixel is allocated), or the
/// deadline passed; [`Error::Damaged`] if pixels are missing, unless they may be; [`Error::UnsupportedInput`] for a kind of a
/// format that is not decoded, such as JPEG of 12 bits.
pub fn decode(bytes: &[u8], options: &DecodeOptions) -> Result<Decoded, Error> {
    decode_as(sniff(bytes)?, bytes, options)
}

/// Decodes the first frame of a picture of a format.
fn decode_as(format: Format, bytes: &[u8], options: &DecodeOptions) -> Result<Decoded, Error> {
    let reader = reader::open(format, bytes, &Reading::whole(Layout::Rgba), options)?;
    let orientation = reader.orientation();
    let (picture, damage) = reader.into_picture()?;
    Ok(Decoded { pixmap: orientation.apply(picture.into_pixmap()?)?, damage })
}

/// The examples of the README run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
