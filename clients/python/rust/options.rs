//! Options as Python gives them, keyword arguments and dicts, as the objects that the wire carries.
//!
//! Names are those of the tables of the protocol in Python's spelling: `max_width` for `maxWidth`. What fits no table goes on as it is,
//! and the protocol refuses it in its own words.

use palmette::ops::Text;
use palmette::protocol::{Code, OptionInfo, OptionObject, OptionSpec, Options, Values};
use pyo3::exceptions::{PyOverflowError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyString};
use serde_json::{Number, Value};

use crate::error;

/// Reads keyword arguments by a table.
///
/// # Errors
///
/// `palmette.Error` 9401 for a number that is not finite, `TypeError` for a value of a type that no option takes.
pub(crate) fn read<T>(given: Option<&Bound<'_, PyDict>>, table: &[OptionSpec<T>]) -> PyResult<Options> {
    let Some(given) = given else { return Ok(Options::new()) };
    object("", given, &table.iter().map(OptionSpec::info).collect::<Vec<_>>())
}

/// Reads the keyword arguments of a text: those of its font stand beside the others.
///
/// # Errors
///
/// Those of [`read`].
pub(crate) fn read_text(content: &str, font: &str, given: Option<&Bound<'_, PyDict>>) -> PyResult<Options> {
    let (mut text, mut in_font) = (Options::new(), Options::new());
    text.insert("text".to_owned(), content.into());
    in_font.insert("url".to_owned(), font.into());
    let fields = fields_of_font();
    for (name, value) in read(given, Text::OPTIONS)? {
        // These two are given by position.
        let is_outside = matches!(&*name, "size" | "color");
        let field = fields.iter().find(|field| in_snake_case(field.name) == name);
        let (object, name) = if is_outside { (&mut text, name) } else { (&mut in_font, field.map_or(name, wire_name)) };
        object.insert(name, value);
    }
    text.insert("font".to_owned(), in_font.into());
    Ok(text)
}

/// Returns the options that a font can have.
fn fields_of_font() -> Vec<OptionInfo> {
    let font = Text::OPTIONS.iter().find(|spec| spec.name == "font").expect("a text has a font").info();
    fields(font.values)
}

fn wire_name(info: &OptionInfo) -> String {
    info.name.to_owned()
}

/// Returns the fields that an object may have at this place.
fn fields(values: Values) -> Vec<OptionInfo> {
    match values {
        Values::Object { fields } => fields(),
        Values::Any { of } => of.iter().copied().flat_map(fields).collect(),
        _ => Vec::new(),
    }
}

/// Reads a dict; `place` stands before its names in messages.
fn object(place: &str, given: &Bound<'_, PyDict>, infos: &[OptionInfo]) -> PyResult<Options> {
    let mut options = Options::new();
    for (name, value) in given {
        let name: String = name.extract()?;
        let info = infos.iter().find(|info| in_snake_case(info.name) == name);
        let inside = info.map_or_else(Vec::new, |info| fields(info.values));
        let value = read_value(&format!("{place}{name}"), &value, &inside)?;
        options.insert(info.map_or(name, wire_name), value);
    }
    Ok(options)
}

/// Reads one value, of Python's types or of those that behave like them, as NumPy's do.
fn read_value(name: &str, value: &Bound<'_, PyAny>, inside: &[OptionInfo]) -> PyResult<Value> {
    if value.is_none() {
        Ok(Value::Null)
    } else if let Ok(switch) = value.cast::<PyBool>() {
        Ok(switch.is_true().into())
    } else if let Ok(text) = value.cast::<PyString>() {
        Ok(text.to_str()?.into())
    } else if let Ok(dict) = value.cast::<PyDict>() {
        Ok(object(&format!("{name}."), dict, inside)?.into())
    } else if !value.is_instance_of::<PyFloat>()
        && let Ok(whole) = value.extract::<i64>()
    {
        Ok(whole.into())
    } else {
        match value.extract::<f64>() {
            Ok(number) => Number::from_f64(number).map(Value::Number).ok_or_else(|| {
                let message = format!("{name} must be a finite number, got {value}");
                error::new(value.py(), Some(Code::InvalidOption.number()), &message)
            }),
            Err(error) if error.is_instance_of::<PyOverflowError>(value.py()) => Err(error),
            Err(_) => {
                let (kind, allowed) = (value.get_type().name()?, "a number, a string, a bool or a dict");
                Err(PyTypeError::new_err(format!("{name} must be {allowed}, got {kind}")))
            }
        }
    }
}

/// Returns a name of the wire as messages for Python have it: those of a font and of the output are arguments like all others.
pub(crate) fn name_in_python(name: &str) -> String {
    in_snake_case(&name.replace("font.", "").replace("output_", ""))
}

/// Writes a name in Python's spelling.
fn in_snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}
