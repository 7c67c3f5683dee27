//! A Worker's configuration as wrangler reads it: a file of JSON with comments or of TOML, and in it one environment.

use std::path::{Path, PathBuf};

use jsonc_parser::ParseOptions;
use serde_json::{Map, Value};
use toml::value::Datetime;

use super::error::WorkerdError;
use super::keys;
use crate::error::Error;
use crate::files;

/// The most bytes that such a file may have.
const MAX_BYTES: u64 = 16 << 20;

/// What a configuration says for one environment.
#[derive(Debug)]
pub(super) struct Wrangler {
    /// The file.
    path: PathBuf,
    /// Its keys with their values, those that say nothing left out.
    fields: Map<String, Value>,
}

impl Wrangler {
    /// Reads a file, and of it the environment of that name or, without one, what stands outside of all environments.
    pub(super) fn read(path: &Path, environment: Option<&str>) -> Result<Self, Error> {
        let bytes = files::read(path, MAX_BYTES)?;
        let text = String::from_utf8(bytes).map_err(|_| WorkerdError::NotText { path: path.to_owned() })?;
        // Some editors begin a file with the mark that tells the order of bytes.
        Ok(Self::parse(path, text.strip_prefix('\u{feff}').unwrap_or(&text), environment)?)
    }

    /// Reads the text of a file, whose name tells how it is written.
    pub(super) fn parse(path: &Path, text: &str, environment: Option<&str>) -> Result<Self, WorkerdError> {
        let path = path.to_owned();
        let value = match path.extension().and_then(|extension| extension.to_str()) {
            Some("json" | "jsonc") => parse_json(text)
                .map_err(|source| WorkerdError::Json { path: path.clone(), source: Box::new(source) })?,
            Some("toml") => {
                let table = toml::from_str(text)
                    .map_err(|source| WorkerdError::Toml { path: path.clone(), source: Box::new(source) })?;
                from_toml(toml::Value::Table(table)).map_err(|date| WorkerdError::Date { path: path.clone(), date })?
            }
            _ => return Err(WorkerdError::UnknownFormat { path }),
        };
        let Value::Object(mut fields) = value else {
            return Err(bad_value(&path, "the whole", "an object", &value));
        };
        if let Some(name) = environment {
            fields = choose(&path, fields, name)?;
        }
        // A switch that is off says nothing either; a variable may have any value.
        fields.retain(|key, value| key == "vars" || (*value != Value::Bool(false) && !says_nothing(value)));
        Ok(Self { path, fields })
    }

    /// Returns the file, for messages.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns where a path of the configuration leads.
    pub(super) fn resolve(&self, path: &str) -> PathBuf {
        self.path.with_file_name("").join(path)
    }

    /// Returns every key that says something.
    pub(super) fn fields(&self) -> &Map<String, Value> {
        &self.fields
    }

    /// Returns the text of a key.
    pub(super) fn text(&self, key: &str) -> Result<Option<&str>, WorkerdError> {
        self.fields.get(key).map(|value| self.as_text(key, value)).transpose()
    }

    /// Returns the texts of a key that holds a list.
    pub(super) fn texts(&self, key: &str) -> Result<Vec<&str>, WorkerdError> {
        self.fields.get(key).map_or(Ok(Vec::new()), |value| self.as_texts(key, value))
    }

    /// Returns the fields of a key that holds an object; none if there is no such key.
    pub(super) fn object(&self, key: &str) -> Result<impl Iterator<Item = (&String, &Value)>, WorkerdError> {
        let object = match self.fields.get(key) {
            None => None,
            Some(Value::Object(object)) => Some(object),
            Some(other) => return Err(self.bad_value(key, "an object", other)),
        };
        Ok(object.into_iter().flatten())
    }

    /// Reads a text; `key` is its place.
    pub(super) fn as_text<'a>(&self, key: &str, value: &'a Value) -> Result<&'a str, WorkerdError> {
        value.as_str().ok_or_else(|| self.bad_value(key, "a string", value))
    }

    /// Reads a list of texts; `key` is its place.
    pub(super) fn as_texts<'a>(&self, key: &str, value: &'a Value) -> Result<Vec<&'a str>, WorkerdError> {
        let texts = value.as_array().and_then(|list| list.iter().map(Value::as_str).collect());
        texts.ok_or_else(|| self.bad_value(key, "a list of strings", value))
    }

    /// Makes the error for a key that asks for what is not there.
    pub(super) fn unsupported(&self, key: &str) -> WorkerdError {
        WorkerdError::UnsupportedKey { path: self.path.clone(), key: key.to_owned() }
    }

    /// Makes the error for a value that is not allowed.
    pub(super) fn bad_value(&self, key: &str, allowed: &'static str, value: &Value) -> WorkerdError {
        bad_value(&self.path, key, allowed, value)
    }
}

/// Takes an environment out of a configuration: what it says itself, and of what stands outside what it inherits.
fn choose(path: &Path, mut fields: Map<String, Value>, name: &str) -> Result<Map<String, Value>, WorkerdError> {
    let mut environments = match fields.remove("env") {
        None => Map::new(),
        Some(Value::Object(environments)) => environments,
        Some(other) => return Err(bad_value(path, "env", "an object", &other)),
    };
    match environments.remove(name) {
        Some(Value::Object(own)) => {
            fields.retain(|key, _| keys::is_inherited(key));
            fields.extend(own);
            Ok(fields)
        }
        Some(other) => Err(bad_value(path, &format!("env.{name}"), "an object", &other)),
        None => {
            let known: Vec<String> = environments.into_iter().map(|(known, _)| known).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            Err(WorkerdError::NoEnvironment { path: path.to_owned(), name: name.to_owned(), known })
        }
    }
}

fn parse_json(text: &str) -> Result<Value, jsonc_parser::errors::ParseError> {
    // What editors and wrangler take: comments and trailing commas, and nothing else beyond JSON.
    let options = ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    jsonc_parser::parse_to_serde_value(text, &options)
}

/// Writes a value of TOML as JSON.
///
/// # Errors
///
/// A date, for which JSON has no value.
fn from_toml(value: toml::Value) -> Result<Value, Datetime> {
    Ok(match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(switch) => switch.into(),
        toml::Value::Datetime(date) => return Err(date),
        toml::Value::Array(list) => list.into_iter().map(from_toml).collect::<Result<Vec<_>, _>>()?.into(),
        toml::Value::Table(table) => {
            let field = |(key, value)| Ok::<_, Datetime>((key, from_toml(value)?));
            table.into_iter().map(field).collect::<Result<Map<_, _>, _>>()?.into()
        }
    })
}

/// Tells whether a value is as good as none: null, or empty all the way down.
fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(object) => object.values().all(says_nothing),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn bad_value(path: &Path, key: &str, allowed: &'static str, value: &Value) -> WorkerdError {
    WorkerdError::BadValue { path: path.to_owned(), key: key.to_owned(), allowed, actual: value.to_string() }
}
