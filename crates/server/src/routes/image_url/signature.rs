//! Signed URLs: a URL that its operator made, until a moment that it names.
//!
//! `sig` is the HMAC-SHA256 of the path and the query, in lower-case hex, with `sig` itself left out; `exp`, which is optional, stands
//! in the query and is signed with it: Unix seconds. Signatures of the hosted delivery of the real service are made in the same way.

use std::time::{SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::hex::{from_hex, to_hex};

/// Why a URL is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSignature {
    /// Occurs when a URL has no signature.
    #[error("the URL must be signed: it has no `sig`")]
    Missing,
    /// Occurs when no key makes the signature.
    #[error("the signature does not fit the URL")]
    Wrong,
    /// Occurs when a URL has two signatures, or two times.
    #[error("the URL has `sig` or `exp` twice")]
    Doubled,
    /// Occurs when the time of a URL is over.
    #[error("the URL has expired")]
    Expired,
}

/// Takes `sig` and `exp` out of a query. The rest is what was before, for the source.
pub(crate) fn take(query: &str) -> (Option<&str>, Option<&str>, String) {
    let (mut sig, mut exp, mut rest) = (None, None, Vec::new());
    for pair in query.split('&') {
        match pair.split_once('=') {
            Some(("sig", value)) => sig = Some(value),
            Some(("exp", value)) => exp = Some(value),
            _ => rest.push(pair),
        }
    }
    (sig, exp, rest.join("&"))
}

/// Checks the signature of a URL, given by its path and query as they came.
pub(crate) fn check<'a>(
    path: &str,
    query: &str,
    keys: impl IntoIterator<Item = &'a [u8]>,
    now: SystemTime,
) -> Result<(), BadSignature> {
    let (sig, exp, _) = take(query);
    let sig = sig.ok_or(BadSignature::Missing)?;
    let is_doubled = |prefix| query.split('&').filter(|pair| pair.starts_with(prefix)).count() > 1;
    if is_doubled("sig=") || is_doubled("exp=") {
        return Err(BadSignature::Doubled);
    }
    let signed: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with("sig=")).collect();
    let signed = if signed.is_empty() { path.to_owned() } else { format!("{path}?{}", signed.join("&")) };
    let sig = from_hex(sig).ok_or(BadSignature::Wrong)?;
    // In constant time for each key.
    if !keys.into_iter().any(|key| mac(key, &signed).is_some_and(|mac| mac.verify_slice(&sig).is_ok())) {
        return Err(BadSignature::Wrong);
    }
    let Some(exp) = exp else { return Ok(()) };
    let now = now.duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    if exp.parse::<u64>().is_ok_and(|exp| exp >= now) { Ok(()) } else { Err(BadSignature::Expired) }
}

/// Signs a text, such as a path with its query.
pub(crate) fn sign(key: &[u8], text: &str) -> String {
    mac(key, text).map(|mac| to_hex(&mac.finalize().into_bytes())).unwrap_or_default()
}

/// Starts the code of a text.
fn mac(key: &[u8], text: &str) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(text.as_bytes());
    Some(mac)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::config::SigningKeys;

    use super::*;

    fn keys(text: &str) -> SigningKeys {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("keys"), text).unwrap();
        SigningKeys::read(&folder.path().join("keys")).unwrap()
    }

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    // Made with: printf '/cdn-cgi/image/w=80/cat.jpg' | openssl dgst -sha256 -hmac 0123456789abcdef
    const PATH: &str = "/cdn-cgi/image/w=80/cat.jpg";
    const PLAIN: &str = "6e812a6481206fa77786a269d23846a1c7cb6e16d83889eaed0ea1af42e90591";
    const UNTIL: &str = "ce589f2985143e9f98084feb54219e37f35d0eea47703e7bb3f051d9937f78de";

    #[test]
    fn signatures_hold_for_their_url_alone() {
        let keys = keys("another key, which is newer\n0123456789abcdef\n");
        let check = |path: &str, query: &str, seconds| check(path, query, keys.iter(), at(seconds));
        assert_eq!(check(PATH, &format!("sig={PLAIN}"), 5), Ok(()));
        assert_eq!(check(PATH, &format!("sig={}", PLAIN.to_uppercase()), 5), Ok(()));
        assert_eq!(check(PATH, &format!("exp=100&sig={UNTIL}"), 100), Ok(()));
        assert_eq!(check(PATH, &format!("sig={UNTIL}&exp=100"), 100), Ok(()), "wherever it stands");
        for (path, query, seconds, refusal) in [
            (PATH, String::new(), 5, BadSignature::Missing),
            (PATH, "exp=100".to_owned(), 5, BadSignature::Missing),
            (PATH, "sig=".to_owned(), 5, BadSignature::Wrong),
            (PATH, "sig=zz".to_owned(), 5, BadSignature::Wrong),
            (PATH, format!("sig={}", &PLAIN[2..]), 5, BadSignature::Wrong),
            (PATH, format!("sig={UNTIL}"), 5, BadSignature::Wrong),
            (PATH, format!("sig={PLAIN}&exp=100"), 5, BadSignature::Wrong),
            (PATH, format!("exp=101&sig={UNTIL}"), 5, BadSignature::Wrong),
            (PATH, format!("exp=100&sig={UNTIL}"), 101, BadSignature::Expired),
            (PATH, format!("exp=100&sig={UNTIL}&exp=999"), 5, BadSignature::Doubled),
            (PATH, format!("exp=100&exp=100&sig={UNTIL}"), 5, BadSignature::Doubled),
            (PATH, format!("sig=00&sig={PLAIN}"), 5, BadSignature::Doubled),
            (PATH, format!("sig={PLAIN}&"), 5, BadSignature::Wrong),
            (PATH, format!("&sig={PLAIN}"), 5, BadSignature::Wrong),
            (PATH, format!("s%69g={PLAIN}"), 5, BadSignature::Missing),
            (PATH, format!("sig={PLAIN}0"), 5, BadSignature::Wrong),
            (PATH, format!("sig=+{PLAIN}"), 5, BadSignature::Wrong),
            ("/cdn-cgi/image/w=80/c%61t.jpg", format!("sig={PLAIN}"), 5, BadSignature::Wrong),
            ("/cdn-cgi/image/w=81/cat.jpg", format!("sig={PLAIN}"), 5, BadSignature::Wrong),
        ] {
            assert_eq!(check(path, &query, seconds), Err(refusal), "{path}?{query}");
        }
        assert!(check(PATH, &format!("sig={PLAIN}"), 5).is_ok());
    }

    #[test]
    fn signatures_are_made_as_they_are_checked() {
        assert_eq!(sign(b"0123456789abcdef", PATH), PLAIN);
        assert_eq!(sign(b"0123456789abcdef", &format!("{PATH}?exp=100")), UNTIL);
    }

    #[test]
    fn signatures_are_not_for_the_source() {
        assert_eq!(take("a=b&sig=1&exp=2&c"), (Some("1"), Some("2"), "a=b&c".to_owned()));
        assert_eq!(take("signature=1"), (None, None, "signature=1".to_owned()));
    }
}
