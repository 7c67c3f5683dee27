//! The flat list as it is sent: one [`Op`] an entry, its options untouched.
//!
//! The type is generic over the options, because the list lives twice: first with the [`Options`] exactly as the client
//! wrote them (order of keys and `null`s included, so that a list can be written back byte for byte), then with the typed
//! [`Transform`] and [`Draw`].

use palmette_ops::{Draw, ImageIndex, Node, Op, Place, Transform};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::Value;

use crate::form::Part;
use crate::object::OptionObject;
use crate::options::to_u32;
use crate::{Error, Hint, json};

/// The options of one entry as sent: a JSON object in the order of its keys.
pub type Options = serde_json::Map<String, Value>;

/// One entry of the flat list as sent.
pub type RawOp = Op<Options, Options>;

/// A node of a tree whose options are as sent.
pub type RawNode<S> = Node<S, Options, Options>;

/// Reads the text of the `transforms` part; options are kept as they are.
///
/// An entry is a draw if it has `drawImageIndex` and `targetImageIndex`, and a transform if it has `imageIndex`.
///
/// # Errors
///
/// 9401 if it is not a JSON array of entries; names the entry.
pub fn parse_list(text: &str) -> Result<Vec<RawOp>, Error> {
    let list = json::parse(text).map_err(|source| Error::NotJson { part: Part::Transforms, source })?;
    let Value::Array(entries) = list else {
        return Err(Error::BadValue {
            option: Part::Transforms.to_string(),
            allowed: "a list of objects",
            actual: json::excerpt(&list),
            hint: Hint::None,
        });
    };
    entries.into_iter().enumerate().map(|(position, entry)| parse_entry(position, entry)).collect()
}

fn parse_entry(position: usize, entry: Value) -> Result<RawOp, Error> {
    let not_an_op = |entry: &Value| Error::NotAnOp { position, actual: json::excerpt(entry) };
    let Value::Object(mut options) = entry else {
        return Err(not_an_op(&entry));
    };
    let given = |key: &str| options.get(key).is_some_and(|index| !index.is_null());
    let (is_transform, is_draw, has_target) = (given("imageIndex"), given("drawImageIndex"), given("targetImageIndex"));
    let mut index =
        |key| take_index(&mut options, key).map_err(|source| Error::AtEntry { position, source: Box::new(source) });
    match (is_transform, is_draw, has_target) {
        (true, false, false) => {
            let image_index = index("imageIndex")?;
            Ok(Op::Transform { image_index, options })
        }
        (false, true, true) => {
            let (draw_image_index, target_image_index) = (index("drawImageIndex")?, index("targetImageIndex")?);
            Ok(Op::Draw { draw_image_index, target_image_index, options })
        }
        _ => Err(not_an_op(&Value::Object(options))),
    }
}

/// Takes an index out of an entry.
fn take_index(options: &mut Options, key: &str) -> Result<ImageIndex, Error> {
    // The other keys keep their order, which is that of the text.
    let value = options.shift_remove(key).unwrap_or_default();
    let is_index = |number: &f64| number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(number);
    match value.as_f64().filter(is_index) {
        Some(number) => Ok(ImageIndex(to_u32(number))),
        None => Err(Error::BadValue {
            option: key.to_owned(),
            allowed: "a whole number from 0 on",
            actual: json::excerpt(&value),
            hint: Hint::None,
        }),
    }
}

/// Writes a list as the client does, with `JSON.stringify`: a list of a client that [`parse_list`] read comes out byte for byte.
///
/// ```
/// use palmette_protocol::list::{list_to_json, parse_list};
///
/// let text = r#"[{"imageIndex":0,"width":320.5,"unset":null},{"drawImageIndex":1,"targetImageIndex":0,"top":1}]"#;
/// assert_eq!(list_to_json(&parse_list(text)?), text);
/// # Ok::<(), palmette_protocol::Error>(())
/// ```
#[must_use]
pub fn list_to_json(ops: &[RawOp]) -> String {
    json::to_string(&ops.iter().map(Entry).collect::<Vec<_>>())
}

/// An entry as it is written.
struct Entry<'a>(&'a RawOp);

impl Serialize for Entry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let options = match self.0 {
            Op::Transform { image_index, options } => {
                map.serialize_entry("imageIndex", &image_index.0)?;
                options
            }
            Op::Draw { draw_image_index, target_image_index, options } => {
                map.serialize_entry("drawImageIndex", &draw_image_index.0)?;
                map.serialize_entry("targetImageIndex", &target_image_index.0)?;
                options
            }
        };
        for (key, value) in options {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

/// Turns the options of every entry into typed values.
///
/// # Errors
///
/// 9401 for the first option that is unknown or not allowed; names the entry.
pub fn resolve(ops: &[RawOp]) -> Result<Vec<Op>, Error> {
    ops.iter()
        .enumerate()
        .map(|(position, op)| resolve_entry(op).map_err(|error| error.at(Place::of_entry(ops, position))))
        .collect()
}

fn resolve_entry(op: &RawOp) -> Result<Op, Error> {
    Ok(match *op {
        Op::Transform { image_index, ref options } => {
            Op::Transform { image_index, options: Transform::from_options(options)? }
        }
        Op::Draw { draw_image_index, target_image_index, ref options } => {
            Op::Draw { draw_image_index, target_image_index, options: Draw::from_options(options)? }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_written_back_byte_for_byte() {
        for text in [
            "[]",
            r#"[{"imageIndex":0}]"#,
            r#"[{"imageIndex":0,"width":240.5,"gravity":{"y":0.000001,"x":1},"nul":null},{"imageIndex":0,"z":1e+21,"a":"é"}]"#,
            r#"[{"drawImageIndex":1,"targetImageIndex":0,"top":-0.5,"imageIndex":null,"x":[1,{"b":2,"a":3}]}]"#,
        ] {
            assert_eq!(list_to_json(&parse_list(text).unwrap()), text);
        }
    }

    #[test]
    fn indices_may_stand_anywhere() {
        let ops = parse_list(r#"[{"width":1,"imageIndex":0.0,"height":2}]"#).unwrap();
        assert_eq!(list_to_json(&ops), r#"[{"imageIndex":0,"width":1,"height":2}]"#);
    }

    #[test]
    fn lists_that_are_none_are_refused() {
        let neither = "must be an object with either imageIndex, or drawImageIndex and targetImageIndex, got";
        for (text, message) in [
            ("{}", "transforms must be a list of objects, got {}".to_owned()),
            ("null", "transforms must be a list of objects, got null".to_owned()),
            ("[5]", format!("entry 1 of transforms {neither} 5")),
            (r#"[{"imageIndex":0},{}]"#, format!("entry 2 of transforms {neither} {{}}")),
            (r#"[{"imageIndex":null}]"#, format!(r#"entry 1 of transforms {neither} {{"imageIndex":null}}"#)),
            (r#"[{"drawImageIndex":1}]"#, format!(r#"entry 1 of transforms {neither} {{"drawImageIndex":1}}"#)),
            (
                r#"[{"imageIndex":0,"targetImageIndex":1}]"#,
                format!(r#"entry 1 of transforms {neither} {{"imageIndex":0,"targetImageIndex":1}}"#),
            ),
            (
                r#"[{"imageIndex":-1}]"#,
                "entry 1 of transforms: imageIndex must be a whole number from 0 on, got -1".into(),
            ),
            (
                r#"[{"imageIndex":"0"}]"#,
                r#"entry 1 of transforms: imageIndex must be a whole number from 0 on, got "0""#.into(),
            ),
            (
                r#"[{"drawImageIndex":0.5,"targetImageIndex":0}]"#,
                "entry 1 of transforms: drawImageIndex must be a whole number from 0 on, got 0.5".into(),
            ),
            (
                r#"[{"drawImageIndex":1,"targetImageIndex":4294967296}]"#,
                "entry 1 of transforms: targetImageIndex must be a whole number from 0 on, got 4294967296".into(),
            ),
            ("", "transforms is not JSON: EOF while parsing a value at line 1 column 0".into()),
            ("[1,]", "transforms is not JSON: trailing comma at line 1 column 4".into()),
            (
                r#"[{"imageIndex":0,"width":1,"width":2}]"#,
                "transforms is not JSON: \"width\" is given twice at line 1 column 34".into(),
            ),
        ] {
            let error = parse_list(text).unwrap_err();
            assert_eq!(error.to_string(), message);
            assert_eq!(error.code(), crate::Code::InvalidOption);
        }
    }

    #[test]
    fn resolving_names_the_entry() {
        let ops = parse_list(
            r#"[{"imageIndex":0,"width":1},{"drawImageIndex":1,"targetImageIndex":0},
                {"imageIndex":0},{"drawImageIndex":2,"targetImageIndex":0,"opacity":1.5}]"#,
        )
        .unwrap();
        assert_eq!(resolve(&ops[..3]).unwrap().len(), 3);
        assert_eq!(resolve(&ops).unwrap_err().to_string(), "draw 2 on the canvas: opacity must be 0 to 1, got 1.5");
    }
}
