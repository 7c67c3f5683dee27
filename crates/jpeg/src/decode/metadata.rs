//! What segments say about a picture beside its samples: EXIF, XMP and the colour profile.

use super::Decoder;

/// What a segment of EXIF starts with.
const EXIF: &[u8] = b"Exif\0\0";
/// What a segment of XMP starts with.
const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
/// What a segment of a colour profile starts with; the number of the segment and their count follow.
const ICC: &[u8] = b"ICC_PROFILE\0";

impl<'a> Decoder<'a> {
    /// Returns EXIF without its signature: a TIFF file. Of several the first counts.
    #[must_use]
    pub fn exif(&self) -> Option<&'a [u8]> {
        self.content_of(0xe1, EXIF).next()
    }

    /// Returns XMP, a text of XML. What of it a file holds in extensions is left out.
    #[must_use]
    pub fn xmp(&self) -> Option<&'a [u8]> {
        self.content_of(0xe1, XMP).next()
    }

    /// Returns the colour profile, joined from its segments; absent also if one of them is missing, or there twice.
    #[must_use]
    pub fn icc_profile(&self) -> Option<Vec<u8>> {
        let numbered = |part: &'a [u8]| match *part {
            [number, _, ref part @ ..] => Some((number, part)),
            _ => None,
        };
        let mut parts: Vec<(u8, &[u8])> = self.content_of(0xe2, ICC).filter_map(numbered).collect();
        parts.sort_by_key(|&(number, _)| number);
        let is_whole = !parts.is_empty() && parts.iter().map(|&(number, _)| usize::from(number)).eq(1..=parts.len());
        is_whole.then(|| parts.iter().flat_map(|&(_, part)| part).copied().collect())
    }

    /// Returns the content of segments that have a marker and a signature, behind that.
    fn content_of(&self, marker: u8, signature: &'static [u8]) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let of_marker = self.segments().filter(move |segment| segment.marker == marker);
        of_marker.filter_map(move |segment| segment.content.strip_prefix(signature))
    }
}
