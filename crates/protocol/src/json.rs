//! JSON as the client writes it, read without losing anything.
//!
//! `serde_json` needs two additions. It lets the last of two equal keys win, but here nothing is silently ignored, so such
//! an object is refused. And it writes numbers its own way (`1e-6`, `5.0`), but a list that is written back has to be the
//! text that `JSON.stringify` made (`0.000001`, `5`).

use std::fmt;
use std::io;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::ser::Formatter;
use serde_json::{Map, Number, Value};

/// Characters of a value that enter a message.
const EXCERPT_CHARS: usize = 60;

/// Reads JSON text; refuses objects with doubled keys.
pub(crate) fn parse(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str::<Strict>(text).map(|Strict(value)| value)
}

/// Writes JSON as `JSON.stringify` does: no spaces, keys in their order, numbers in the form of ECMAScript.
pub(crate) fn to_string(value: &(impl Serialize + ?Sized)) -> String {
    let mut text = Vec::new();
    value
        .serialize(&mut serde_json::Serializer::with_formatter(&mut text, EcmaScript))
        .expect("keys are strings and a vector takes every byte");
    String::from_utf8(text).expect("the serializer writes UTF-8")
}

/// Returns a value as JSON, shortened for use in a message.
pub(crate) fn excerpt(value: &Value) -> String {
    shorten(to_string(value))
}

/// Returns text as a JSON string, shortened for use in a message.
pub(crate) fn excerpt_text(text: &str) -> String {
    // Text that is far too long is cut before it is quoted as well, so that the cost of a refusal is bounded.
    let end = text.char_indices().nth(2 * EXCERPT_CHARS).map_or(text.len(), |(end, _)| end);
    shorten(to_string(&text[..end]))
}

fn shorten(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(EXCERPT_CHARS) {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// A value whose objects have no doubled keys.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Strict(value)) = seq.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut values = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if values.contains_key(&key) {
                return Err(A::Error::custom(format_args!("{} is given twice", excerpt_text(&key))));
            }
            let Strict(value) = map.next_value()?;
            values.insert(key, value);
        }
        Ok(Value::Object(values))
    }
}

/// Writes numbers as ECMAScript does and all else compactly.
struct EcmaScript;

impl Formatter for EcmaScript {
    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        writer.write_all(number_to_string(value).as_bytes())
    }
}

/// Writes a finite number by the rules of `Number::toString` of ECMAScript: the shortest digits that read back as the
/// same number, in plain notation from 1e-6 on and below 1e21.
fn number_to_string(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let sign = if value < 0.0 { "-" } else { "" };
    let (digits, point) = shortest_digits(value.abs());
    match point {
        1..=21 => match digits.split_at_checked(point.unsigned_abs()) {
            None | Some((_, "")) => format!("{sign}{digits:0<width$}", width = point.unsigned_abs()),
            Some((whole, fraction)) => format!("{sign}{whole}.{fraction}"),
        },
        -5..=0 => format!("{sign}0.{}{digits}", "0".repeat(point.unsigned_abs())),
        _ => {
            let (first, rest) = digits.split_at(1);
            let separator = if rest.is_empty() { "" } else { "." };
            format!("{sign}{first}{separator}{rest}e{:+}", point - 1)
        }
    }
}

/// Returns the digits of a positive number, the first and the last not 0, and how many of them stand before the point
/// (below 0: how many zeros stand behind it).
///
/// They are `serde_json`'s: like ECMAScript, and unlike `std`, it takes the even one of two that are equally close.
fn shortest_digits(value: f64) -> (String, isize) {
    let text = Number::from_f64(value).expect("JSON has finite numbers").to_string();
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_start_matches('0');
    let zeros = digits.len() - significant.len();
    let exponent: isize = exponent.parse().expect("an exponent is a number");
    let point = whole.len().cast_signed() - zeros.cast_signed() + exponent;
    (significant.trim_end_matches('0').to_owned(), point)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_ecmascript_does() {
        // The right column is what Node's JSON.stringify gives for the number of the left one.
        let cases = [
            ("0", "0"),
            ("-0.0", "0"),
            ("5.0", "5"),
            ("-5.50", "-5.5"),
            ("240.5", "240.5"),
            ("0.1", "0.1"),
            ("100.0", "100"),
            ("123456.789", "123456.789"),
            ("1e20", "100000000000000000000"),
            ("123456789012345680000", "123456789012345680000"),
            ("1e21", "1e+21"),
            ("1.5e21", "1.5e+21"),
            ("1.7976931348623157e308", "1.7976931348623157e+308"),
            ("0.000001", "0.000001"),
            ("0.0000015", "0.0000015"),
            ("0.0000001", "1e-7"),
            ("-1.25e-7", "-1.25e-7"),
            ("5e-324", "5e-324"),
            ("0.30000000000000004", "0.30000000000000004"),
            ("867354087824401.25", "867354087824401.2"),
            ("9007199254740991", "9007199254740991"),
        ];
        for (given, written) in cases {
            assert_eq!(to_string(&parse(given).unwrap()), written, "{given}");
        }
    }

    #[test]
    fn text_of_the_client_is_written_back() {
        let text = r#"{"b":null,"a":[1,2.5,-3,true,"é😀 \"\\\n\u0001"],"c":{"y":1,"x":{}}}"#;
        assert_eq!(to_string(&parse(text).unwrap()), text);
    }

    #[test]
    fn doubled_keys_are_refused_at_any_depth() {
        for text in [r#"{"a":1,"a":1}"#, r#"[{"b":{"a":1,"c":2,"a":null}}]"#] {
            assert!(parse(text).unwrap_err().to_string().starts_with("\"a\" is given twice at line 1"), "{text}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        assert!(parse(&"[".repeat(100_000)).is_err());
    }

    #[test]
    fn excerpts_are_short() {
        assert_eq!(excerpt_text("a\nb"), r#""a\nb""#);
        assert_eq!(excerpt_text(&"é".repeat(10_000)).chars().count(), EXCERPT_CHARS + 1);
    }
}
