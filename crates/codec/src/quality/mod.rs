//! One scale of quality over the lossy formats: what their encoders are told, so that a number gives the same score.
//!
//! JPEG's own scale is the one that people know, so a number means what it means there. WebP and AVIF are told what gives, on
//! average over photos, the score of SSIMULACRA2 that JPEG has at that number. `cargo xtask bench quality` measures that and
//! writes [`table`].

mod table;

/// Returns the quality that libwebp is told, 0 to 100.
pub(crate) fn webp(quality: u8) -> u8 {
    table::WEBP[index(quality)]
}

/// Returns the quantiser that libaom is told, 63 to 0.
pub(crate) fn avif(quality: u8) -> u8 {
    table::AVIF[index(quality)]
}

/// Finds a quality of 1 to 100 in a table.
fn index(quality: u8) -> usize {
    usize::from(quality.clamp(1, 100)) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quality_never_falls_as_it_is_raised() {
        for quality in 1..100 {
            assert!(webp(quality) <= webp(quality + 1), "WebP at {quality}");
            assert!(avif(quality) >= avif(quality + 1), "AVIF at {quality}");
        }
        assert!(webp(1) < 10 && webp(100) == 100 && avif(1) > 55 && avif(100) < 3);
    }
}
