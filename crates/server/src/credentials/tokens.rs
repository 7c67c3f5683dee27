//! The tokens, one of which each request has to carry: `authorization: Bearer TOKEN`.
//!
//! Several count at once, so that they can be changed without a gap: the new one is added, clients get it, the old one goes. A server
//! keeps digests, not tokens. A comparison is one of two digests, so neither the length of a token nor how much of it was right
//! can be seen in its time, and every digest is compared, whichever fits.

use std::path::PathBuf;

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderValue};
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq};

use super::reread::File;
use crate::config::ConfigError;

/// The scheme of [`AUTHORIZATION`], in any case.
const SCHEME: &[u8] = b"bearer";

/// What stands for a token here.
type Digest = [u8; 32];

/// The tokens that are taken; if there are none, nobody is asked for one.
pub(crate) struct Tokens(Vec<Digest>);

/// Why a request is not let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Occurs when a request has no token.
    #[error(
        "a token is needed here: send the header `authorization: Bearer TOKEN`, or give Palmette's own clients the token in PALMETTE_CLIENT_TOKEN"
    )]
    Missing,
    /// Occurs when a request has a token that is not taken, or not any more.
    #[error("the token of the request is not one that this server takes")]
    Unknown,
}

impl Tokens {
    /// Reads tokens, one a line. Lines without anything, and those that begin with `#`, are skipped.
    pub(super) fn parse(files: &[File]) -> Result<Self, ConfigError> {
        let mut digests = Vec::new();
        for file in files {
            for token in tokens(file) {
                digests.push(digest(token?));
            }
        }
        if digests.is_empty() && !files.is_empty() {
            return Err(ConfigError::NoToken { paths: files.iter().map(|(path, _)| path.clone()).collect() });
        }
        Ok(Self(digests))
    }

    /// Tells whether everybody may come in.
    pub(crate) const fn are_none(&self) -> bool {
        self.0.is_empty()
    }

    /// Lets a request through, or says why not.
    pub(crate) fn admit(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut sent = headers.get_all(AUTHORIZATION).iter().filter_map(bearer).peekable();
        if sent.peek().is_none() {
            return Err(Refusal::Missing);
        }
        if sent.any(|token| self.has(token)) { Ok(()) } else { Err(Refusal::Unknown) }
    }

    /// Returns the digest of the token of a request; nothing if nobody is asked for one, or it has none that is taken.
    pub(crate) fn of(&self, headers: &HeaderMap) -> Option<[u8; 32]> {
        let sent = headers.get_all(AUTHORIZATION).iter().filter_map(bearer);
        if self.0.is_empty() { None } else { sent.filter(|token| self.has(token)).map(digest).next() }
    }

    /// Compares a token with all of them.
    fn has(&self, token: &[u8]) -> bool {
        let sent = digest(token);
        self.0.iter().fold(Choice::from(0), |is_known, known| is_known | known.ct_eq(&sent)).into()
    }
}

fn digest(token: &[u8]) -> Digest {
    Sha256::digest(token).into()
}

/// Returns the token of a header, if it is of the right scheme.
fn bearer(value: &HeaderValue) -> Option<&[u8]> {
    let (scheme, token) = value.as_bytes().split_at_checked(SCHEME.len())?;
    let token = token.strip_prefix(b" ")?;
    scheme.eq_ignore_ascii_case(SCHEME).then(|| token.trim_ascii())
}

/// Finds the tokens of a file.
fn tokens((path, bytes): &File) -> impl Iterator<Item = Result<&[u8], ConfigError>> {
    // Editors of Windows begin with a mark of the byte order.
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let lines = text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii).zip(1..);
    lines.filter(|(line, _)| !line.is_empty() && !line.starts_with(b"#")).map(|(line, number)| {
        if line.iter().all(u8::is_ascii_graphic) {
            Ok(line)
        } else {
            Err(ConfigError::TokenLine { path: path.clone(), line: number })
        }
    })
}

/// Returns the first token of files.
pub(super) fn read_one(paths: &[PathBuf]) -> Result<Option<String>, ConfigError> {
    for path in paths {
        let bytes = std::fs::read(path).map_err(|source| ConfigError::Unreadable { path: path.clone(), source })?;
        if let Some(token) = tokens(&(path.clone(), bytes)).next() {
            return token.map(|token| Some(String::from_utf8_lossy(token).into_owned()));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(texts: &[&str]) -> Result<Tokens, ConfigError> {
        let files: Vec<File> = texts.iter().map(|text| ("tokens".into(), text.as_bytes().to_vec())).collect();
        Tokens::parse(&files)
    }

    fn admit(tokens: &Tokens, values: &[&str]) -> Result<(), Refusal> {
        let values = values.iter().map(|value| (AUTHORIZATION, HeaderValue::from_str(value).unwrap()));
        let mut headers = HeaderMap::new();
        values.for_each(|(name, value)| {
            headers.append(name, value);
        });
        tokens.admit(&headers)
    }

    #[test]
    fn tokens_are_told_apart() {
        let tokens = parse(&["a\nb"]).unwrap();
        let of = |tokens: &Tokens, value: &str| {
            tokens.of(&HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_str(value).unwrap())]))
        };
        assert_eq!(of(&tokens, "Bearer a"), Some(digest(b"a")));
        assert_eq!(of(&tokens, "bearer b "), Some(digest(b"b")));
        assert_eq!((of(&tokens, "Bearer c"), tokens.of(&HeaderMap::new())), (None, None));
        assert_eq!(of(&Tokens(Vec::new()), "Bearer a"), None, "nobody is asked for one");
    }

    #[test]
    fn tokens_are_lines_with_comments() {
        let tokens = parse(&["\u{feff}# of the app\r\n  first \n\n#second\n", "", "third"]).unwrap();
        assert_eq!(tokens.0.len(), 2);
        for (token, expected) in [
            ("first", Ok(())),
            ("third", Ok(())),
            ("second", Err(Refusal::Unknown)),
            ("#second", Err(Refusal::Unknown)),
        ] {
            assert_eq!(admit(&tokens, &[&format!("Bearer {token}")]), expected, "{token}");
        }
    }

    #[test]
    fn tokens_must_be_something_that_a_header_can_hold() {
        for (text, line) in [("a\nb c", 2), ("a # of the app", 1), ("\n\ngr\u{fc}n", 3), ("a\0", 1)] {
            let error = parse(&["x", text]).err().unwrap().to_string();
            assert!(error.starts_with(&format!("tokens, line {line}: ")) && !error.contains(text), "{error}");
        }
        let error = parse(&["# none\n", "\n"]).err().unwrap().to_string();
        assert_eq!(error, "there is no token in tokens, tokens");
        assert!(parse(&[]).unwrap().0.is_empty());
    }

    #[test]
    fn tokens_are_found_in_every_form_of_the_header() {
        let tokens = parse(&["open-sesame"]).unwrap();
        for (values, expected) in [
            (&["Bearer open-sesame"][..], Ok(())),
            (&["bearer   open-sesame "], Ok(())),
            (&["BEARER open-sesame"], Ok(())),
            (&["Basic b3BlbjpzZXNhbWU=", "Bearer open-sesame"], Ok(())),
            (&["Bearer old", "Bearer open-sesame"], Ok(())),
            (&[], Err(Refusal::Missing)),
            (&["open-sesame"], Err(Refusal::Missing)),
            (&["Beareropen-sesame"], Err(Refusal::Missing)),
            (&["Basic open-sesame"], Err(Refusal::Missing)),
            (&["Bearer"], Err(Refusal::Missing)),
            (&["Bearer "], Err(Refusal::Unknown)),
            (&["Bearer open-sesam"], Err(Refusal::Unknown)),
            (&["Bearer open-sesame2"], Err(Refusal::Unknown)),
            (&["Bearer Open-sesame"], Err(Refusal::Unknown)),
            (&["Bearer Bearer open-sesame"], Err(Refusal::Unknown)),
        ] {
            assert_eq!(admit(&tokens, values), expected, "{values:?}");
        }
        assert_eq!(admit(&parse(&[]).unwrap(), &[]), Ok(()), "nobody is asked");
    }

    /// The time of a comparison says nothing: what is compared has one length, whatever was sent, and a prefix of a token gives no
    /// prefix of its digest.
    #[test]
    fn tokens_are_compared_by_digests_of_one_length() {
        let token = "0123456789abcdef";
        let own = digest(token.as_bytes());
        for end in 0..token.len() {
            let sent = digest(&token.as_bytes()[..end]);
            assert_eq!(sent.len(), own.len());
            let alike = sent.iter().zip(&own).take_while(|(sent, own)| sent == own).count();
            assert!(alike <= 1, "{end} right characters give {alike} right bytes");
        }
    }

    #[test]
    fn tokens_stay_out_of_texts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens");
        std::fs::write(&path, "# comment\nopen-sesame\nother\n").unwrap();
        let config = crate::config::ServerConfig { token_files: vec![path], ..Default::default() };
        let credentials = crate::Credentials::read(&config).unwrap();
        assert!(!format!("{credentials:?}").contains("sesame"));
        assert_eq!(crate::Credentials::read_one_token(&config).unwrap().as_deref(), Some("open-sesame"));
    }
}
