//! SVGs: they are sent as they are, without what could run or load something.

use bytes::Bytes;
use svg_hush::{Filter, data_url_filter};

use super::error::UrlError;

/// The media type of an SVG.
pub(in crate::routes) const MIME: &str = "image/svg+xml";

/// Removes everything from an SVG that a picture does not need: scripts, links, references to elsewhere.
pub(in crate::routes) fn clean(svg: &[u8]) -> Result<Bytes, UrlError> {
    let mut filter = Filter::new();
    filter.set_data_url_filter(data_url_filter::allow_standard_images);
    let mut cleaned = Vec::new();
    filter.filter(svg, &mut cleaned).map_err(UrlError::DamagedSvg)?;
    Ok(cleaned.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn svgs_lose_what_runs() {
        let svg = br##"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="alert(1)"><script>alert(2)</script>
            <a href="https://a.example/"><rect width="5" height="5" fill="red"/></a><image href="https://a.example/b.png"/>
            <foreignObject><iframe src="https://a.example/"/></foreignObject></svg>"##;
        let text = String::from_utf8(clean(svg).unwrap().to_vec()).unwrap();
        assert!(text.contains("<rect") && text.contains("fill=\"red\""), "{text}");
        for gone in ["alert", "script", "onload", "a.example", "iframe"] {
            assert!(!text.contains(gone), "{gone}: {text}");
        }
    }

    #[test]
    fn svgs_that_are_none_are_refused() {
        let bomb = r#"<!DOCTYPE s [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">
            <!ENTITY d "&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;">]><svg xmlns="http://www.w3.org/2000/svg"><text>&e;</text></svg>"#;
        for svg in ["<svg", "<svg></b>", "<svg xmlns=\"http://www.w3.org/2000/svg\"><rect></svg>", bomb] {
            assert!(matches!(clean(svg.as_bytes()), Err(UrlError::DamagedSvg(_))), "{svg}");
        }
    }
}
