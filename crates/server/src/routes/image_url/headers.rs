//! The headers of an answer to an image URL: those of the real service.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use palmette::Stage;
use sha2::{Digest, Sha256};

use super::source::Found;
use crate::cache::{Digest as SourceDigest, Served, Way};
use crate::hex::to_hex;

/// Nothing that a picture holds is loaded, run, or sent anywhere. An SVG may have styles and pictures of its own.
const POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'");

/// The most warnings of an answer, and characters of each.
const MAX_WARNINGS: usize = 8;
const MAX_WARNING_CHARS: usize = 200;

/// The most of the tag of a source that becomes part of ours.
const MAX_ETAG_CHARS: usize = 100;

/// Directives of a source that forbid to keep an answer for longer than it says.
const STRICT_DIRECTIVES: [&str; 6] =
    ["no-store", "no-cache", "private", "must-revalidate", "proxy-revalidate", "immutable"];

/// Returns the headers that an answer has, whether it has a body or [not](axum::http::StatusCode::NOT_MODIFIED).
pub(super) fn of_state(found: &Found, etag: &str, varies_by: &[&str], max_age: Duration) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    };
    set(header::ETAG, etag);
    set(header::CACHE_CONTROL, &cache_control(found.cache_control.as_deref(), max_age));
    if let Some(date) = &found.last_modified {
        set(header::LAST_MODIFIED, date);
    }
    if !varies_by.is_empty() {
        set(header::VARY, &varies_by.join(", "));
    }
    headers
}

/// Adds the headers of a body that may be opened by itself.
pub(super) fn guard(headers: &mut HeaderMap, content_type: &'static str) {
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}

/// Returns the headers of a picture that is not sent.
pub(super) fn without_warnings(mut headers: HeaderMap) -> HeaderMap {
    headers.remove(header::WARNING);
    headers
}

/// Adds warnings. What a header cannot hold becomes something that it can.
pub(super) fn warn(headers: &mut HeaderMap, warnings: &[String]) {
    for warning in warnings.iter().take(MAX_WARNINGS) {
        let visible = warning.chars().filter(|&letter| letter == ' ' || letter.is_ascii_graphic());
        let text: String = visible.map(|letter| if matches!(letter, '"' | '\\') { '\'' } else { letter }).collect();
        let text: String = text.chars().take(MAX_WARNING_CHARS).collect();
        if let Ok(value) = HeaderValue::try_from(format!("cf-images 299 \"{text}\"")) {
            headers.append(header::WARNING, value);
        }
    }
}

/// Writes `cf-resized`: milliseconds in the queue and in all, those of decoding, and of what follows it; the version, and bytes.
/// A result that was kept, or computed for another request, took none of the former.
pub(super) fn resized(served: &Served, total: Duration) -> String {
    let time = |stage: Stage| served.way.times().map_or(Duration::ZERO, |times| times.stages.get(stage));
    let (decode, rest) = (time(Stage::Decode), time(Stage::Run) + time(Stage::Encode));
    let waited = served.way.times().map_or(Duration::ZERO, |times| times.waited);
    format!(
        "internal=ok/{} q={} n={} c={}+{} v={} l={}",
        if matches!(served.way, Way::Hit) { "h" } else { "m" },
        waited.as_millis(),
        total.as_millis(),
        decode.as_millis(),
        rest.as_millis(),
        env!("CARGO_PKG_VERSION"),
        served.result.len(),
    )
}

/// Directives of a source whose results are not kept.
pub(super) const UNKEPT_DIRECTIVES: [&str; 2] = ["no-store", "private"];

/// Returns the names of the directives of a `cache-control`, in lower case.
pub(super) fn directives(cache_control: &str) -> impl Iterator<Item = String> {
    let name = |directive: &str| directive.split('=').next().unwrap_or_default().trim().to_ascii_lowercase();
    cache_control.split(',').map(name)
}

/// Tells whether a result may be kept, by what its source says. One that has to be asked for again is: its source is.
pub(super) fn may_be_kept(found: &Found) -> bool {
    let cache_control = found.cache_control.as_deref().unwrap_or_default();
    !directives(cache_control).any(|name| UNKEPT_DIRECTIVES.contains(&name.as_str()))
}

/// Says how long an answer may be kept: as long as its source, but at least for a time, unless the source forbids that.
fn cache_control(of_source: Option<&str>, at_least: Duration) -> String {
    let seconds = at_least.as_secs();
    let Some(of_source) = of_source.map(str::trim).filter(|value| !value.is_empty()) else {
        return format!("public, max-age={seconds}");
    };
    let directives: Vec<&str> = of_source.split(',').map(str::trim).collect();
    let name = |directive: &str| directive.split('=').next().unwrap_or_default().trim().to_ascii_lowercase();
    if directives.iter().any(|directive| STRICT_DIRECTIVES.contains(&name(directive).as_str())) {
        return of_source.to_owned();
    }
    let age = |directive: &str| {
        let (_, age) = directive.split_once('=').filter(|_| name(directive) == "max-age")?;
        age.trim().trim_matches('"').parse::<u64>().ok()
    };
    if directives.iter().any(|directive| age(directive).is_some_and(|age| age >= seconds)) {
        return of_source.to_owned();
    }
    let others = directives.into_iter().filter(|directive| name(directive) != "max-age");
    let longer = format!("max-age={seconds}");
    others.chain([longer.as_str()]).collect::<Vec<_>>().join(", ")
}

/// Makes the tag of an answer: of everything that decides its bytes, with the tag of the source behind it.
pub(super) fn etag<'a>(
    parts: impl IntoIterator<Item = &'a [u8]>,
    source: &'a SourceDigest,
    of_source: Option<&str>,
) -> String {
    let mut digest = Sha256::new();
    for part in parts.into_iter().chain([&source[..]]) {
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part);
    }
    let hex = to_hex(&digest.finalize()[..12]);
    let of_source = of_source.unwrap_or_default();
    let of_source = of_source.strip_prefix("W/").unwrap_or(of_source);
    let visible = of_source.chars().filter(|&letter| letter.is_ascii_graphic() && letter != '"');
    format!("\"cf-{hex}:{}\"", visible.take(MAX_ETAG_CHARS).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_keep_answers_at_least_for_a_while() {
        for (of_source, expected) in [
            (None, "public, max-age=3600"),
            (Some(" "), "public, max-age=3600"),
            (Some("max-age=60"), "max-age=3600"),
            (Some("public, max-age=60, stale-while-revalidate=5"), "public, stale-while-revalidate=5, max-age=3600"),
            (Some("public"), "public, max-age=3600"),
            (Some("Max-Age=86400"), "Max-Age=86400"),
            (Some("max-age=\"86400\""), "max-age=\"86400\""),
            (Some("max-age=nonsense"), "max-age=3600"),
            (Some("max-age=60, must-revalidate"), "max-age=60, must-revalidate"),
            (Some("no-store"), "no-store"),
            (Some("private=\"a\", max-age=5"), "private=\"a\", max-age=5"),
            (Some("max-age=31536000, immutable"), "max-age=31536000, immutable"),
        ] {
            assert_eq!(cache_control(of_source, Duration::from_secs(3600)), expected, "{of_source:?}");
        }
    }

    #[test]
    fn headers_name_a_state() {
        let plain = etag([&b"w=5"[..]], &[1; 32], None);
        assert_eq!((plain.len(), plain.ends_with(":\"")), (30, true), "{plain}");
        assert_eq!(plain, etag([&b"w=5"[..]], &[1; 32], None));
        assert_ne!(plain, etag([&b"w=6"[..]], &[1; 32], None));
        assert_ne!(plain, etag([&b"w=5"[..]], &[2; 32], None));
        assert_ne!(etag([&b"ab"[..], b"c"], &[1; 32], None), etag([&b"a"[..], b"bc"], &[1; 32], None));
        assert!(etag([], &[1; 32], Some("W/\"33a\u{7f}6 4\"")).ends_with(":33a64\""));
    }

    #[test]
    fn headers_warn_in_what_they_can_hold() {
        let mut headers = HeaderMap::new();
        warn(&mut headers, &["a \"b\" é\n\\".to_owned(), "x".repeat(999)]);
        let texts: Vec<&str> = headers.get_all("warning").iter().map(|value| value.to_str().unwrap()).collect();
        assert_eq!(texts[0], "cf-images 299 \"a 'b' '\"");
        assert_eq!(texts[1].len(), "cf-images 299 \"\"".len() + MAX_WARNING_CHARS);
        warn(&mut headers, &vec![String::new(); 99]);
        assert_eq!(headers.get_all("warning").iter().count(), 2 + MAX_WARNINGS);
    }
}
