//! The format of a file by its first bytes. Names and content types that came with it are never asked.

use crate::{Error, Format};

/// How far into a text its first element is looked for: an XML declaration, a DOCTYPE and an editor's comment fit well.
const SVG_WINDOW_BYTES: usize = 4096;

/// The longest `ftyp` box that is read for brands; real ones are below 100 bytes.
const MAX_FTYP_BYTES: usize = 1024;

/// The first bytes of files of the long tail, where a few are enough to know them.
const EXTRA: &[(&[u8], Format)] = &[
    (b"II*\0", Format::Tiff),
    (b"MM\0*", Format::Tiff),
    (b"II+\0", Format::Tiff),
    (b"MM\0+", Format::Tiff),
    (b"\0\0\x01\0", Format::Ico),
    (b"qoif", Format::Qoi),
];

/// Formats that are recognised so that the answer can name them: the first bytes of the file, and the name.
const UNSUPPORTED: &[(&[u8], &str)] = &[
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\x02\0", "CUR"),
    (b"8BPS", "PSD"),
    (b"II\xbc", "JPEG XR"),
    (b"DDS ", "DDS"),
    (b"\x76\x2f\x31\x01", "OpenEXR"),
    (b"#?RADIANCE", "Radiance HDR"),
    (b"gimp xcf ", "XCF"),
    (b"%PDF-", "PDF"),
];

/// Names the format of a file by its first bytes; nothing is decoded, and the rest may still be damaged.
///
/// # Errors
///
/// [`Error::UnsupportedInput`] for a picture format that is known but not decoded (9520), [`Error::Svg`] for SVG (9412,
/// and how `/info` learns of it), [`Error::Empty`] and [`Error::NotAPicture`] for anything else (9412).
pub fn sniff(bytes: &[u8]) -> Result<Format, Error> {
    if bytes.is_empty() {
        return Err(Error::Empty);
    }
    if bytes.starts_with(b"\xff\xd8\xff") {
        return Ok(Format::Jpeg);
    }
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Ok(Format::Png);
    }
    if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
        return Ok(Format::Gif);
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Ok(Format::Webp);
    }
    if bytes.get(4..8) == Some(b"ftyp") {
        return sniff_brands(bytes);
    }
    if let Some(&(_, format)) = EXTRA.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Ok(format);
    }
    if let Some((_, name)) = UNSUPPORTED.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Err(Error::UnsupportedInput { name });
    }
    if is_bmp(bytes) {
        return Ok(Format::Bmp);
    }
    if is_netpbm(bytes) {
        return Ok(Format::Pnm);
    }
    if is_svg(bytes) { Err(Error::Svg) } else { Err(Error::NotAPicture) }
}

/// Tells the pictures apart that come in an ISO base media file: the major brand, then the compatible ones.
fn sniff_brands(bytes: &[u8]) -> Result<Format, Error> {
    let declared = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize;
    let ftyp = &bytes[..declared.min(MAX_FTYP_BYTES).min(bytes.len())];
    let brands = || {
        let major = ftyp.get(8..12);
        major.into_iter().chain(ftyp.get(16..).unwrap_or_default().chunks_exact(4))
    };
    // A file of AVIF says so in one of its brands, even where `mif1` or `miaf` comes first.
    if brands().any(|brand| matches!(brand, b"avif" | b"avis")) {
        return Ok(Format::Avif);
    }
    if brands().any(|brand| matches!(brand, b"heic" | b"heix" | b"hevc" | b"hevx" | b"heim" | b"heis")) {
        return Ok(Format::Heic);
    }
    // What says no more than that it is a picture in boxes: its coding decides.
    if brands().any(|brand| matches!(brand, b"mif1" | b"msf1")) {
        return Ok(if is_av1(bytes) { Format::Avif } else { Format::Heic });
    }
    if brands().any(|brand| brand == b"crx ") {
        return Err(Error::UnsupportedInput { name: "Canon CR3" });
    }
    Err(Error::NotAPicture)
}

/// Tells whether the picture in the boxes of a file is coded as AV1.
fn is_av1(bytes: &[u8]) -> bool {
    #[cfg(any(feature = "avif", feature = "heic"))]
    return crate::heif::is_av1(bytes);
    #[cfg(not(any(feature = "avif", feature = "heic")))]
    false
}

/// Tells a Windows bitmap from a text that begins with "BM": the size of its second header is one of few.
fn is_bmp(bytes: &[u8]) -> bool {
    bytes.starts_with(b"BM") && matches!(bytes.get(14..18), Some(&[12 | 16 | 40 | 52 | 56 | 64 | 108 | 124, 0, 0, 0]))
}

/// Tells a portable any-map (`P1` to `P7` and white space) from a text that begins with "P".
fn is_netpbm(bytes: &[u8]) -> bool {
    matches!(bytes, [b'P', b'1'..=b'7', b' ' | b'\t' | b'\r' | b'\n', ..])
}

/// Tells whether a text is an SVG document: markup whose first element is `svg`. HTML may hold one, and is none.
fn is_svg(bytes: &[u8]) -> bool {
    let window = &bytes[..bytes.len().min(SVG_WINDOW_BYTES)];
    let mut rest = window.strip_prefix(b"\xef\xbb\xbf").unwrap_or(window).trim_ascii_start();
    while let Some(after) = skip_prolog(rest) {
        rest = after.trim_ascii_start();
    }
    let Some(element) = rest.strip_prefix(b"<") else { return false };
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/');
    let name = element.split(is_end).next().unwrap_or_default();
    // The name may have a prefix, as in `svg:svg`.
    name.rsplit(|&byte| byte == b':').next() == Some(b"svg")
}

/// Steps over a declaration, a comment or a DOCTYPE, with what that declares in brackets; none if there is none, or no end to it.
fn skip_prolog(text: &[u8]) -> Option<&[u8]> {
    let after = |from: &'static [u8], end: &[u8]| {
        let rest = text.strip_prefix(from)?;
        let at = rest.windows(end.len()).position(|window| window == end)?;
        rest.get(at + end.len()..)
    };
    if text.starts_with(b"<?") {
        return after(b"<?", b"?>");
    }
    if text.starts_with(b"<!--") {
        return after(b"<!--", b"-->");
    }
    let doctype = text.strip_prefix(b"<!")?;
    let at = doctype.iter().position(|byte| matches!(byte, b'[' | b'>'))?;
    match doctype[at] {
        b'>' => doctype.get(at + 1..),
        _ => after(b"<!", b"]").and_then(|rest| rest.trim_ascii_start().strip_prefix(b">")),
    }
}

#[cfg(test)]
mod tests {
    use palmette_ops::Class;

    use super::*;

    #[test]
    fn sniff_knows_supported_formats() {
        let cases: [(&[u8], Format); 14] = [
            (b"II*\0\x08\0\0\0", Format::Tiff),
            (b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", Format::Bmp),
            (b"P6\n1 1\n255\n", Format::Pnm),
            (b"\0\0\x01\0\x01\0", Format::Ico),
            (b"qoif\0\0\0\x01", Format::Qoi),
            (b"\xff\xd8\xff\xe0", Format::Jpeg),
            (b"\x89PNG\r\n\x1a\n", Format::Png),
            (b"GIF87a", Format::Gif),
            (b"GIF89a", Format::Gif),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Format::Webp),
            (b"\0\0\0\x14ftypavif\0\0\0\0miaf", Format::Avif),
            (b"\0\0\0\x18ftypmif1\0\0\0\0miafavif", Format::Avif),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Format::Heic),
            (b"\0\0\0\x14ftypmif1\0\0\0\0miaf", Format::Heic),
        ];
        for (bytes, format) in cases {
            assert_eq!(sniff(bytes).unwrap(), format, "{bytes:?}");
        }
    }

    #[test]
    fn sniff_names_unsupported_formats() {
        let cases: [(&[u8], &str); 3] =
            [(b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"), (b"\xff\x0a\xfa\x7f", "JPEG XL"), (b"8BPS\0\x01", "PSD")];
        for (bytes, expected) in cases {
            let error = sniff(bytes).unwrap_err();
            assert_eq!(error.class(), Class::Unsupported);
            assert!(error.to_string().starts_with(expected), "{error}");
        }
    }

    #[test]
    fn sniff_tells_svg_from_other_markup_and_text() {
        for svg in [
            "<svg xmlns='x'/>",
            "<svg/>",
            "  <svg>",
            "\u{feff}<?xml version='1.0'?>\n<!-- a > b -->\n<svg\n>",
            "<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'x'><svg>",
            "<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY a 'b'>]><!-- c --><svg:svg xmlns:svg='x'>",
        ] {
            assert!(matches!(sniff(svg.as_bytes()), Err(Error::Svg)), "{svg}");
        }
        for text in [
            "B",
            "BMW",
            "P",
            "Photo",
            "<html><p>svg</p>",
            "<html><svg></svg></html>",
            "<!DOCTYPE html><title>a</title><svg/>",
            "<!-- <svg> --><p>",
            "<!-- <svg>",
            "<!DOCTYPE svg [<svg>",
            "<svgfont>",
            "GIF",
            "RIFF1234AVI ",
            "\0\0\0\x08ftyp",
        ] {
            assert!(matches!(sniff(text.as_bytes()), Err(Error::NotAPicture)), "{text}");
        }
    }

    #[test]
    fn sniff_says_that_there_is_nothing() {
        assert_eq!(sniff(b"").unwrap_err().to_string(), "the file is empty");
    }
}
