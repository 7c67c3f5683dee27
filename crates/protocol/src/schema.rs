//! Options as JSON Schema (2020-12), for programs that make or check requests by themselves.
//!
//! A schema says what one object may hold. What two options together may not be (`top` with `bottom`), what a picture must be, and
//! the limits of a server are left to answers.

use serde_json::{Map, Value, json};

use crate::values::{OptionInfo, Values};

impl Values {
    /// Returns the schema of these values, and of `null`, which counts as absent.
    #[must_use]
    pub fn schema(self) -> Value {
        match self {
            Self::Number { min, max } => bounded(&[("minimum", min), ("maximum", max)]),
            Self::Positive { max } => bounded(&[("exclusiveMinimum", Some(0.0)), ("maximum", max)]),
            Self::Numbers { numbers } => one_of(numbers.iter().map(|&number| number.into())),
            Self::Words { words } => one_of(words.iter().map(|&word| word.into())),
            Self::Switch => json!({ "type": ["boolean", "null"] }),
            Self::Text => json!({ "type": ["string", "null"] }),
            Self::Color => json!({ "type": ["string", "null"], "format": "color" }),
            Self::Widths => json!({ "type": ["string", "null"], "pattern": "^ *[1-9][0-9]*( *; *[1-9][0-9]*)* *$" }),
            Self::Object { fields } => {
                let mut schema = object_schema(&fields());
                schema["type"] = json!(["object", "null"]);
                schema
            }
            Self::Axes => json!({
                "type": ["object", "null"],
                "patternProperties": { "^[ -~]{4}$": { "type": ["number", "null"], "minimum": -32768, "maximum": 32767 } },
                "additionalProperties": { "type": "null" },
            }),
            Self::Any { of } => json!({ "anyOf": of.iter().map(|values| values.schema()).collect::<Vec<_>>() }),
        }
    }
}

impl OptionInfo {
    /// Returns the schema of an option where nothing is `null`: as a part of a form, or in a URL.
    #[must_use]
    pub fn text_schema(&self) -> Value {
        let mut schema = self.values.schema();
        drop_null(&mut schema);
        schema["description"] = sentence(self).into();
        schema
    }
}

/// Takes the `null` out of a schema of simple values.
pub(crate) fn drop_null(schema: &mut Value) {
    for key in ["type", "enum"] {
        if let Some(Value::Array(values)) = schema.get_mut(key) {
            values.retain(|value| !value.is_null() && value != "null");
        }
    }
    if let Some(Value::Array(kinds)) = schema.get_mut("anyOf") {
        kinds.iter_mut().for_each(drop_null);
    }
}

/// Returns the schema of an object of options. A `null` is allowed under any key, since it counts as absent.
///
/// ```
/// use palmette_ops::Draw;
/// use palmette_protocol::{OptionObject, OptionSpec, object_schema};
///
/// let options: Vec<_> = Draw::OPTIONS.iter().map(OptionSpec::info).collect();
/// assert_eq!(object_schema(&options)["properties"]["opacity"]["maximum"], 1.0);
/// ```
#[must_use]
pub fn object_schema(options: &[OptionInfo]) -> Value {
    let property = |option: &OptionInfo| {
        let mut schema = option.values.schema();
        schema["description"] = sentence(option).into();
        (option.name.to_owned(), schema)
    };
    json!({
        "type": "object",
        "properties": options.iter().map(property).collect::<Map<_, _>>(),
        "additionalProperties": { "type": "null" },
    })
}

/// Says what an option does and takes.
fn sentence(option: &OptionInfo) -> String {
    format!("{}; must be {}", option.summary, option.allowed)
}

/// A number between ends, as far as there are any.
fn bounded(ends: &[(&str, Option<f64>)]) -> Value {
    let mut schema = json!({ "type": ["number", "null"] });
    for (key, end) in ends {
        if let Some(end) = end {
            schema[*key] = json!(end);
        }
    }
    schema
}

/// One of a few values, or `null`.
fn one_of(values: impl Iterator<Item = Value>) -> Value {
    json!({ "enum": values.chain([Value::Null]).collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use palmette_ops::{Text, Transform};

    use super::*;
    use crate::OptionObject;
    use crate::options::infos;

    #[test]
    fn schemas_say_what_the_table_says() {
        let transform = object_schema(&infos(Transform::OPTIONS));
        let property = |path: &str| transform.pointer(&format!("/properties/{path}")).unwrap().clone();
        assert_eq!(property("rotate/enum"), json!([0.0, 90.0, 180.0, 270.0, null]));
        assert_eq!(property("zoom/minimum"), 0.0);
        assert_eq!(property("zoom/type"), json!(["number", "null"]));
        assert_eq!(
            property("width/description"),
            "the width in pixels, after rotation; rounded; must be a number of at least 0.5"
        );
        assert_eq!(property("gravity/anyOf/1/properties/mode/enum"), json!(["remainder", "box-center", null]));
        assert_eq!(property("border/type"), json!(["object", "null"]));
        assert_eq!(property("border/additionalProperties"), json!({ "type": "null" }));
        let text = object_schema(&infos(Text::OPTIONS));
        assert_eq!(text["properties"]["size"]["exclusiveMinimum"], 0.0);
        assert_eq!(text["properties"]["size"]["maximum"], 4096.0);
        assert_eq!(text["properties"]["font"]["properties"]["axes"]["additionalProperties"], json!({ "type": "null" }));
    }
}
