//! How a failure travels: a header that carries the number and a body that carries the text.
//!
//! The client looks for `err=N` in the header; finding it, it takes N as the code and the body, whatever it says, as the
//! message. So the body repeats the code for those who read it without the client.

use crate::Code;

/// The header that carries the code of a failure, `err=N`.
pub const ERROR_HEADER: &str = "cf-images-binding";

/// The header that carries it in place of [`ERROR_HEADER`] in the answer to an image URL; of a success, how that came about.
pub const RESIZED_HEADER: &str = "cf-resized";

/// Writes the value of [`ERROR_HEADER`].
#[must_use]
pub fn error_header(code: Code) -> String {
    format!("err={code}")
}

/// Reads the code out of the value of [`ERROR_HEADER`], as the client does: the first `err=` with digits behind it.
///
/// The number may be one that [`Code`] does not know; `None` if there is none that fits.
#[must_use]
pub fn code_in_header(value: &str) -> Option<u16> {
    value.match_indices("err=").find_map(|(at, prefix)| {
        let digits = &value[at + prefix.len()..];
        let end = digits.find(|character: char| !character.is_ascii_digit()).unwrap_or(digits.len());
        digits[..end].parse().ok()
    })
}

/// Writes the body of a failure, `text/plain`.
#[must_use]
pub fn error_body(code: Code, message: &str) -> String {
    format!("ERROR {code}: {message}")
}

/// Returns the message in the body of a failure; a body of another form is all message.
#[must_use]
pub fn message_in_body(body: &str) -> &str {
    let body = body.trim();
    body.strip_prefix("ERROR ")
        .and_then(|rest| rest.split_once(": "))
        .filter(|(number, _)| number.bytes().all(|byte| byte.is_ascii_digit()))
        .map_or(body, |(_, message)| message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_survive_the_wire() {
        for code in Code::ALL {
            assert_eq!(code_in_header(&error_header(code)), Some(code.number()));
            assert_eq!(message_in_body(&error_body(code, "op 3: too bad")), "op 3: too bad");
        }
        assert_eq!(error_body(Code::NotAPicture, "no"), "ERROR 9412: no");
    }

    #[test]
    fn headers_are_read_as_the_client_reads_them() {
        for (value, code) in [
            ("err=9412", Some(9412)),
            ("internal=ok; err=9401, more", Some(9401)),
            ("err=x err=12", Some(12)),
            ("err=", None),
            ("error 9412", None),
            ("err=99999999", None),
            ("", None),
        ] {
            assert_eq!(code_in_header(value), code, "{value}");
        }
    }

    #[test]
    fn bodies_of_other_forms_are_kept() {
        for body in ["upstream failed", "ERROR in line 5: x", "ERROR 9401"] {
            assert_eq!(message_in_body(body), body);
        }
    }
}
