//! Files put together by hand: chunks and segments around what the encoders write, and fixtures.

use std::borrow::Cow;

use palmette_codec::{DecodeOptions, EncodeFormat, EncodeOptions, Error, OnDamage, encode};
use palmette_core::Pixmap;

/// Decodes with the default limits.
pub(crate) fn decode(bytes: &[u8]) -> Result<Pixmap, Error> {
    palmette_codec::decode(bytes, &DecodeOptions::default()).map(|decoded| decoded.pixmap)
}

/// Decodes what there is of a damaged file; returns the pixels, and what is wrong.
pub(crate) fn decode_damaged(bytes: &[u8]) -> Result<(Pixmap, Option<String>), Error> {
    let options = DecodeOptions { on_damage: OnDamage::Show, ..DecodeOptions::default() };
    let decoded = palmette_codec::decode(bytes, &options)?;
    Ok((decoded.pixmap, decoded.damage.map(|cause| cause.to_string())))
}

/// Encodes with a quality.
pub(crate) fn encoded(pixmap: &Pixmap, format: EncodeFormat, quality: u8) -> Vec<u8> {
    let options = EncodeOptions { quality: Some(quality), ..EncodeOptions::new(format) };
    encode(pixmap.clone(), &options).unwrap().bytes
}

/// Reads a fixture.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// Builds an EXIF of an orientation and a copyright notice, without a signature.
pub(crate) fn exif(orientation: u8) -> Vec<u8> {
    let mut tiff = b"MM\0*\0\0\0\x08\0\x02".to_vec();
    tiff.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    tiff.extend([0x82, 0x98, 0, 2, 0, 0, 0, 4, b'A', b'd', b'a', 0]);
    tiff.extend([0; 4]);
    tiff
}

/// Puts a segment right after the start of a JPEG.
pub(crate) fn with_jpeg_segment(jpeg: &[u8], marker: u8, content: &[u8]) -> Vec<u8> {
    let len = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, marker], &len, content, &jpeg[2..]].concat()
}

/// Puts a profile into a JPEG, in parts of a length.
pub(crate) fn with_jpeg_icc(jpeg: &[u8], profile: &[u8], part_bytes: usize) -> Vec<u8> {
    let parts: Vec<&[u8]> = profile.chunks(part_bytes).collect();
    let count = u8::try_from(parts.len()).unwrap();
    // Each goes to the front, so they end up in falling order, which readers have to sort.
    parts.iter().zip(1..).fold(jpeg.to_vec(), |jpeg, (part, number)| {
        with_jpeg_segment(&jpeg, 0xe2, &[b"ICC_PROFILE\0", &[number, count][..], part].concat())
    })
}

/// Puts a chunk into a PNG: after its header, or at its end.
pub(crate) fn with_png_chunk(png: &[u8], name: [u8; 4], content: &[u8], at_end: bool) -> Vec<u8> {
    let at = if at_end { png.len() - 12 } else { 33 };
    let len = u32::try_from(content.len()).unwrap().to_be_bytes();
    let checksum = crc32(&[&name, content].concat()).to_be_bytes();
    [&png[..at], &len, &name, content, &checksum, &png[at..]].concat()
}

/// Computes the checksum of a PNG chunk.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |mut crc, &byte| {
        crc ^= u32::from(byte);
        (0..8).for_each(|_| crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 });
        crc
    })
}

/// Writes a PNG with the given header, palette and profile.
pub(crate) fn png(width: u32, height: u32, color: png::ColorType, depth: png::BitDepth, data: &[u8]) -> Vec<u8> {
    png_with(png::Info::with_size(width, height), color, depth, data)
}

/// Writes a PNG whose further properties are in `info`.
pub(crate) fn png_with(mut info: png::Info<'_>, color: png::ColorType, depth: png::BitDepth, data: &[u8]) -> Vec<u8> {
    (info.color_type, info.bit_depth) = (color, depth);
    let mut file = Vec::new();
    let mut writer = png::Encoder::with_info(&mut file, info).unwrap().write_header().unwrap();
    writer.write_image_data(data).unwrap();
    writer.finish().unwrap();
    file
}

/// Makes the properties of a PNG with a profile.
pub(crate) fn png_info_with_icc(width: u32, height: u32, profile: &[u8]) -> png::Info<'static> {
    let mut info = png::Info::with_size(width, height);
    info.icc_profile = Some(Cow::Owned(profile.to_vec()));
    info
}

/// Builds a chunk of a WebP.
pub(crate) fn webp_chunk(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let len = u32::try_from(content.len()).unwrap().to_le_bytes();
    [name, &len[..], content, &[0][..content.len() % 2]].concat()
}

/// Builds a WebP of chunks.
pub(crate) fn webp(chunks: &[Vec<u8>]) -> Vec<u8> {
    let body = chunks.concat();
    let len = u32::try_from(body.len() + 4).unwrap().to_le_bytes();
    [b"RIFF", &len[..], b"WEBP", &body].concat()
}

/// Builds the chunk that declares the canvas of an extended WebP.
pub(crate) fn webp_canvas(flags: u8, width: u32, height: u32) -> Vec<u8> {
    webp_chunk(b"VP8X", &[&[flags, 0, 0, 0][..], &u24(width - 1), &u24(height - 1)].concat())
}

/// Builds a frame of an animated WebP from a file of a still one: blended, and kept.
pub(crate) fn webp_frame(still: &[u8], left: u32, top: u32, width: u32, height: u32) -> Vec<u8> {
    webp_frame_with(still, [left, top, width, height], 100, 0)
}

/// Builds a frame of an animated WebP with its delay and flags: 1 clears its place, 2 replaces what is there.
pub(crate) fn webp_frame_with(still: &[u8], [left, top, width, height]: [u32; 4], delay_ms: u32, flags: u8) -> Vec<u8> {
    let header = [u24(left / 2), u24(top / 2), u24(width - 1), u24(height - 1), u24(delay_ms)].concat();
    webp_chunk(b"ANMF", &[&header[..], &[flags], &still[12..]].concat())
}

/// Writes a number in three bytes.
fn u24(value: u32) -> Vec<u8> {
    value.to_le_bytes()[..3].to_vec()
}
