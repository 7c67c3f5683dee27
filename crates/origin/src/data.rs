//! `data:` URLs, which carry their bytes.

use bytes::Bytes;
use data_url::DataUrl;
use data_url::forgiving_base64::DecodeError;

use crate::Error;

/// Tells whether a text is such a URL.
pub(crate) fn is_data(url: &str) -> bool {
    url.trim_start().get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:"))
}

/// Returns the bytes and their media type.
pub(crate) fn decode(url: &str, max_bytes: u64) -> Result<(Bytes, String), Error> {
    let data = DataUrl::process(url.trim()).map_err(|_| Error::Data)?;
    let mut bytes = Vec::new();
    let taken = data.decode(|part| {
        if (bytes.len() as u64).saturating_add(part.len() as u64) > max_bytes {
            return Err(Error::TooLarge { max_bytes });
        }
        bytes.try_reserve(part.len()).map_err(|_| Error::OutOfMemory { bytes: part.len() as u64 })?;
        bytes.extend_from_slice(part);
        Ok(())
    });
    taken.map_err(|error| match error {
        DecodeError::InvalidBase64(_) => Error::Data,
        DecodeError::WriteError(error) => error,
    })?;
    Ok((bytes.into(), data.mime_type().to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_decoded_within_its_limit() {
        let (bytes, media_type) = decode("data:font/ttf;base64,AAEAAA==", 4).unwrap();
        assert_eq!((&bytes[..], media_type.as_str()), (&[0, 1, 0, 0][..], "font/ttf"));
        assert_eq!(decode("DATA:,a%20b#c", 9).unwrap().0, "a b");
        assert!(matches!(decode("data:;base64,AAEAAA==", 3), Err(Error::TooLarge { max_bytes: 3 })));
        for url in ["data:font/ttf", "data:;base64,A", "data:;base64,A*=="] {
            assert!(matches!(decode(url, 9), Err(Error::Data)), "{url}");
        }
        assert!(is_data(" data:,") && is_data("Data:,") && !is_data("http://a/data:,") && !is_data("dat"));
    }
}
