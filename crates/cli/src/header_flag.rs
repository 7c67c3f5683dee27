//! A header on the command line: `NAME: VALUE`.

use std::str::FromStr;

/// A header as it was given. What may be in one is for the client to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) name: String,
    pub(crate) value: String,
}

impl FromStr for Header {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, value) = text.split_once(':').ok_or("a header is written as `NAME: VALUE`")?;
        let name = name.trim().to_ascii_lowercase();
        if name.is_empty() {
            return Err("a header needs a name before the colon");
        }
        Ok(Self { name, value: value.trim().to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_is_cut_at_the_first_colon() {
        let header = |name: &str, value: &str| Ok(Header { name: name.into(), value: value.into() });
        assert_eq!("Authorization: Bearer a:b".parse(), header("authorization", "Bearer a:b"));
        assert_eq!("x-empty:".parse(), header("x-empty", ""));
        assert!("Bearer".parse::<Header>().is_err());
        assert!(": value".parse::<Header>().is_err());
    }
}
