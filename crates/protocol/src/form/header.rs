//! The headers of a form and of its parts: names, values and parameters, written as clients write them.

/// Longest boundary that RFC 2046 allows.
const MAX_BOUNDARY_CHARS: usize = 70;

/// The headers of a part.
#[derive(Debug, PartialEq)]
pub(super) struct PartHead {
    pub(super) name: String,
    /// The name of the file, if it is one.
    pub(super) filename: Option<String>,
}

/// Returns the boundary of a `content-type`; `None` unless it is that of a form.
pub(super) fn boundary(content_type: &str) -> Option<String> {
    let parameters = after_token(content_type.as_bytes(), b"multipart/form-data")?;
    let boundary = only(parameters, |key| key.eq_ignore_ascii_case(b"boundary")).ok()??;
    let is_valid = (1..=MAX_BOUNDARY_CHARS).contains(&boundary.len())
        && boundary.iter().all(|&byte| byte == b' ' || byte.is_ascii_graphic())
        && boundary.last() != Some(&b' ');
    if is_valid { String::from_utf8(boundary).ok() } else { None }
}

/// Reads the headers of a part, without the line break at the end; says what is wrong with them.
pub(super) fn part_head(block: &[u8]) -> Result<PartHead, &'static str> {
    let mut disposition = None;
    for line in lines(block) {
        let colon = memchr::memchr(b':', line).ok_or("a header without a colon")?;
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        if name.is_empty() || !name.iter().all(u8::is_ascii_graphic) {
            // A folded header, which RFC 7578 clients do not send, ends here too: its lines begin with white space.
            return Err("a header whose name is none");
        }
        if name.eq_ignore_ascii_case(b"content-disposition") && disposition.replace(value).is_some() {
            return Err("content-disposition is given twice");
        }
        // Deprecated by RFC 7578; to ignore it would take the encoded text for the picture.
        if name.eq_ignore_ascii_case(b"content-transfer-encoding")
            && ![b"binary".as_slice(), b"8bit", b"7bit"].iter().any(|known| value.eq_ignore_ascii_case(known))
        {
            return Err("content-transfer-encoding is not binary");
        }
    }
    let parameters =
        after_token(disposition.ok_or("no content-disposition")?, b"form-data").ok_or("not of form-data")?;
    let malformed = |()| "a content-disposition that cannot be read";
    let name = only(parameters, |key| key.eq_ignore_ascii_case(b"name")).map_err(malformed)?.ok_or("no name")?;
    let filename = filename(&parse_parameters(parameters).map_err(malformed)?);
    Ok(PartHead { name: String::from_utf8(name).map_err(|_| "a name that is not UTF-8")?, filename })
}

/// Returns the name of the file, whatever its bytes are: it is only told. `filename*` is how some clients write names that are not ASCII.
fn filename(parameters: &Parameters<'_>) -> Option<String> {
    let find =
        |wanted: &[u8]| parameters.iter().find(|(key, _)| key.eq_ignore_ascii_case(wanted)).map(|(_, value)| value);
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    let extended = find(b"filename*").map(|value| {
        let value = text(value);
        // CHARSET'LANGUAGE'NAME, percent-encoded.
        let name = value.splitn(3, '\'').nth(2).unwrap_or(&value);
        percent_encoding::percent_decode_str(name).decode_utf8_lossy().into_owned()
    });
    extended.or_else(|| find(b"filename").map(|value| text(value)))
}

fn lines(block: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = block;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = memchr::memmem::find(rest, b"\r\n").unwrap_or(rest.len());
        let line = &rest[..end];
        rest = rest.get(end + 2..).unwrap_or_default();
        Some(line)
    })
}

/// Returns the rest after a leading token.
fn after_token<'a>(value: &'a [u8], token: &[u8]) -> Option<&'a [u8]> {
    let (start, rest) = value.trim_ascii_start().split_at_checked(token.len())?;
    let ends = rest.first().is_none_or(|&byte| byte == b';' || is_blank(byte));
    (start.eq_ignore_ascii_case(token) && ends).then_some(rest)
}

/// Returns the value of the one parameter with the key that is looked for.
fn only(parameters: &[u8], is_key: impl Fn(&[u8]) -> bool) -> Result<Option<Vec<u8>>, ()> {
    let mut values = parse_parameters(parameters)?.into_iter().filter(|(key, _)| is_key(key)).map(|(_, value)| value);
    match (values.next(), values.next()) {
        (_, Some(_)) => Err(()),
        (value, None) => Ok(value),
    }
}

/// The keys and unquoted values of a header.
type Parameters<'a> = Vec<(&'a [u8], Vec<u8>)>;

/// Reads `; key=value; key="value"`.
fn parse_parameters(mut text: &[u8]) -> Result<Parameters<'_>, ()> {
    let mut parameters = Vec::new();
    loop {
        text = text.trim_ascii();
        let Some((b';', rest)) = text.split_first() else {
            return if text.is_empty() { Ok(parameters) } else { Err(()) };
        };
        text = rest.trim_ascii_start();
        if text.is_empty() || text[0] == b';' {
            continue;
        }
        let equals = memchr::memchr(b'=', text).ok_or(())?;
        let (key, value) = (text[..equals].trim_ascii(), text[equals + 1..].trim_ascii_start());
        let (value, rest) = if value.first() == Some(&b'"') {
            parse_quoted(&value[1..])?
        } else {
            let end = value.iter().position(|&byte| byte == b';' || is_blank(byte)).unwrap_or(value.len());
            (value[..end].to_vec(), &value[end..])
        };
        parameters.push((key, value));
        text = rest;
    }
}

/// Reads up to the closing quote. A backslash escapes a quote or itself; elsewhere it stands for itself, as in the paths
/// that some browsers sent as file names.
fn parse_quoted(text: &[u8]) -> Result<(Vec<u8>, &[u8]), ()> {
    let mut value = Vec::new();
    let mut at = 0;
    loop {
        match text.get(at..).ok_or(())? {
            [b'"', rest @ ..] => return Ok((value, rest)),
            [b'\\', escaped @ (b'"' | b'\\'), ..] => {
                value.push(*escaped);
                at += 2;
            }
            [byte, ..] => {
                value.push(*byte);
                at += 1;
            }
            [] => return Err(()),
        }
    }
}

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boundaries_as_clients_write_them() {
        for (content_type, expected) in [
            (
                "multipart/form-data; boundary=--------------------------583346305086275347798022",
                "--------------------------583346305086275347798022",
            ),
            (
                "multipart/form-data; boundary=------------------------d74496d66958873e",
                "------------------------d74496d66958873e",
            ),
            (
                "multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW",
                "----WebKitFormBoundary7MA4YWxkTrZu0gW",
            ),
            ("Multipart/Form-Data;Boundary=\"a b'()+_,-./:=?\" ; charset=utf-8", "a b'()+_,-./:=?"),
            ("multipart/form-data; charset=\"x;boundary=no\"; boundary=yes", "yes"),
            ("  multipart/form-data ;\tboundary = x ;", "x"),
        ] {
            assert_eq!(boundary(content_type).as_deref(), Some(expected), "{content_type}");
        }
    }

    #[test]
    fn types_that_are_no_forms() {
        let long = format!("multipart/form-data; boundary={}", "x".repeat(71));
        for content_type in [
            "",
            "application/json",
            "multipart/mixed; boundary=x",
            "multipart/form-data",
            "multipart/form-data; boundary",
            "multipart/form-data; boundary=",
            "multipart/form-data; boundary=\"x",
            "multipart/form-data; boundary=\"x \"",
            "multipart/form-data; boundary=x; boundary=x",
            "multipart/form-data; boundary=é",
            "multipart/form-database; boundary=x",
            "multipart/form-data boundary=x",
            &long,
        ] {
            assert_eq!(boundary(content_type), None, "{content_type}");
        }
    }

    #[test]
    fn parts_as_clients_write_them() {
        let head = |name: &str, filename: Option<&str>| {
            Ok(PartHead { name: name.to_owned(), filename: filename.map(str::to_owned) })
        };
        for (block, expected) in [
            ("content-disposition: form-data; name=\"image\"; filename=\"image\"", head("image", Some("image"))),
            ("content-disposition: form-data; name=\"transforms\"", head("transforms", None)),
            (
                "Content-Disposition: form-data; name=\"image\"; filename=\"a \\\"b\\\".png\"\r\nContent-Type: image/png",
                head("image", Some("a \"b\".png")),
            ),
            ("Content-Type: text/plain; charset=utf-8\r\nCONTENT-DISPOSITION:FORM-DATA;NAME=anim", head("anim", None)),
            (
                "content-disposition: form-data; name=image; filename*=utf-8''%e2%82%ac.png",
                head("image", Some("€.png")),
            ),
            (
                "content-disposition: form-data; filename=\"C:\\dir\\a;b.png\"; name=\"image\"",
                head("image", Some("C:\\dir\\a;b.png")),
            ),
            ("content-disposition: form-data; name=\"image\"; filename=\"\"", head("image", Some(""))),
            ("content-disposition: form-data; name=\"é\\\\\"; ;", head("é\\", None)),
            ("Content-Transfer-Encoding: Binary\r\ncontent-disposition: form-data; name=a", head("a", None)),
        ] {
            assert_eq!(part_head(block.as_bytes()), expected, "{block}");
        }
    }

    #[test]
    fn parts_that_cannot_be_read() {
        for (block, problem) in [
            ("", "no content-disposition"),
            ("content-type: image/png", "no content-disposition"),
            ("content-disposition: attachment; name=a", "not of form-data"),
            ("content-disposition: form-data", "no name"),
            ("content-disposition: form-data; filename=a", "no name"),
            ("content-disposition: form-data; name=a; name=b", "a content-disposition that cannot be read"),
            ("content-disposition: form-data; name=\"a", "a content-disposition that cannot be read"),
            ("content-disposition: form-data; name=\"a\"b", "a content-disposition that cannot be read"),
            (
                "content-disposition: form-data; name=a\r\ncontent-disposition: form-data; name=b",
                "content-disposition is given twice",
            ),
            ("content-disposition: form-data;\r\n name=a", "a header without a colon"),
            ("content-disposition : form-data; name=a", "a header whose name is none"),
            (": x", "a header whose name is none"),
            (
                "content-transfer-encoding: base64\r\ncontent-disposition: form-data; name=a",
                "content-transfer-encoding is not binary",
            ),
        ] {
            assert_eq!(part_head(block.as_bytes()), Err(problem), "{block}");
        }
        assert_eq!(part_head(b"content-disposition: form-data; name=\xff"), Err("a name that is not UTF-8"));
    }
}
