//! The options of a URL as JSON Schema: an object whose fields are `name=value`, of the table that URLs are read by.

use serde_json::{Map, Value, json};

use super::forms::url_options;
use super::text::SHORT;
use crate::schema::drop_null;
use crate::{OptionInfo, Values};

/// Returns the schema of the options of an image URL. Its fields are options by their names and short names, and the fields of those that are
/// objects, with dots in their names; values are as they are before they are percent-encoded.
///
/// ```
/// let schema = palmette_protocol::url::options_schema();
/// assert_eq!(schema["properties"]["w"]["anyOf"][0]["minimum"], 0.5);
/// assert_eq!(schema["properties"]["trim.border.keep"]["type"], serde_json::json!(["number"]));
/// ```
#[must_use]
pub fn options_schema() -> Value {
    let mut properties = Map::new();
    for option in url_options() {
        for name in [Some(option.info.name), option.alias].into_iter().flatten() {
            add(&mut properties, name, &option.info);
        }
    }
    json!({ "type": "object", "properties": properties, "minProperties": 1, "additionalProperties": false })
}

/// Adds an option by one of its names, with its fields.
fn add(properties: &mut Map<String, Value>, name: &str, info: &OptionInfo) {
    let mut kinds = Vec::new();
    for values in info.values.kinds() {
        if let Values::Object { fields } = values {
            fields().iter().for_each(|field| add(properties, &format!("{name}.{}", field.name), field));
            continue;
        }
        let mut schema = values.schema();
        drop_null(&mut schema);
        kinds.push(schema);
    }
    let short = SHORT.iter().find(|short| short.name == info.name && !name.contains('.'));
    kinds.extend(short.map(|short| json!({ "type": "string", "pattern": short.pattern })));
    let mut schema = match kinds.len() {
        // It has nothing but fields.
        0 => return,
        1 => kinds.swap_remove(0),
        _ => json!({ "anyOf": kinds }),
    };
    schema["description"] = info.summary.into();
    properties.insert(name.to_owned(), schema);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::url::{ImageOptions, Strictness};

    /// Values that a schema allows, as text.
    fn allowed(name: &str, schema: &Value) -> Vec<String> {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if let Some(kinds) = schema["anyOf"].as_array() {
            return kinds.iter().flat_map(|kind| allowed(name, kind)).collect();
        }
        if let Some(words) = schema["enum"].as_array() {
            return words.iter().map(text).collect();
        }
        let is_of_type = |wanted: &str| schema["type"] == wanted || schema["type"] == json!([wanted]);
        match () {
            () if is_of_type("boolean") => vec!["true".to_owned(), "false".to_owned()],
            () if is_of_type("number") => {
                let ends =
                    ["minimum", "maximum"].into_iter().filter_map(|end| schema[end].as_f64()).collect::<Vec<_>>();
                let numbers = if ends.is_empty() { vec![1.0] } else { ends };
                numbers.iter().map(f64::to_string).collect()
            }
            () if schema["format"] == "color" => vec!["gold".to_owned(), "%23ff8000".to_owned()],
            () => match name {
                "trim" => vec!["20;30.5;20;0".to_owned()],
                "gravity" | "g" => vec!["0.5x1".to_owned(), "1.0x0".to_owned()],
                "wbreakpoints" => vec!["320;640".to_owned()],
                _ => panic!("{name}: {schema}"),
            },
        }
    }

    #[test]
    fn schema_of_options_is_that_of_the_parser() {
        let schema = options_schema();
        let properties = schema["properties"].as_object().unwrap();
        for (name, schema) in properties {
            for value in allowed(name, schema) {
                let text = format!("{name}={value}");
                let read = ImageOptions::parse(&text, Strictness::Strict);
                assert!(read.is_ok(), "{text}: {}", read.unwrap_err());
            }
        }
        // Whatever is shown as an example has its fields.
        for option in url_options() {
            for entry in
                option.examples.iter().flat_map(|example| example.split(',')).filter(|entry| entry.contains('='))
            {
                let (name, _) = entry.split_once('=').unwrap();
                assert!(properties.contains_key(name), "{name}");
            }
            assert!(option.alias.is_none_or(|alias| properties.contains_key(alias)), "{}", option.info.name);
        }
    }
}
