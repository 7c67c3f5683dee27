//! How a JSON object of options becomes a typed value, and the way back: one [`OptionSpec`] an option, one loop over the object.
//!
//! The table is the one source for everything about an option: `GET /options`, the tables of the documentation and the types of the
//! TypeScript client are made of it.
//!
//! A `null` means "not given", whatever its key, because that is what a `NaN` or an unset variable of the client arrives
//! as. Every other key must be one of the table, and every value must be one that the option allows.

use std::ops::RangeInclusive;

use palmette_ops::Color;
use serde_json::{Number, Value};

use crate::values::{OptionInfo, Values};
use crate::{Error, Hint, Options, color, json};

/// Describes one option of an object that becomes a `T`.
#[derive(Debug)]
pub struct OptionSpec<T> {
    /// Its key.
    pub name: &'static str,
    /// Its values, as they read after "must be".
    pub allowed: &'static str,
    /// Its effect, for people who write requests.
    pub summary: &'static str,
    /// Its values, for programs.
    pub values: Values,
    /// Objects with this option, as JSON, whose pictures show its effect; none inside an object, or if it needs a model.
    pub examples: &'static [&'static str],
    /// Checks a value and puts it into the object.
    pub(crate) read: fn(&Value, &mut T) -> Result<(), Refusal>,
    /// Returns the value as it is sent; nothing if it is absent or the default.
    pub(crate) write: fn(&T) -> Option<Value>,
}

impl<T> OptionSpec<T> {
    /// Returns the description of the option.
    #[must_use]
    pub const fn info(&self) -> OptionInfo {
        let Self { name, allowed, summary, values, .. } = *self;
        OptionInfo { name, allowed, summary, values }
    }
}

/// Returns the descriptions of all options of a table.
pub(crate) fn infos<T>(specs: &[OptionSpec<T>]) -> Vec<OptionInfo> {
    specs.iter().map(OptionSpec::info).collect()
}

/// Why an option was refused.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The value is not one of [`OptionSpec::allowed`].
    Value,
    /// Something else is wrong, or something inside an object.
    Error(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// Reads an object by its table; `prefix` stands before the keys in messages (`"trim."`).
pub(crate) fn read_options<T: Default>(
    prefix: &'static str,
    specs: &[OptionSpec<T>],
    options: &Options,
) -> Result<T, Error> {
    let mut object = T::default();
    for (key, value) in options.iter().filter(|(_, value)| !value.is_null()) {
        let Some(spec) = specs.iter().find(|spec| spec.name == key) else {
            return Err(Error::UnknownOption {
                option: json::excerpt_text(&format!("{prefix}{key}")),
                known: specs.iter().map(|spec| spec.name).collect(),
                hint: Hint::of_name(key, specs.iter().map(|spec| spec.name)),
            });
        };
        (spec.read)(value, &mut object).map_err(|refusal| match refusal {
            Refusal::Value => Error::BadValue {
                option: format!("{prefix}{}", spec.name),
                allowed: spec.allowed,
                actual: json::excerpt(value),
                hint: Hint::of_value(value, spec.values),
            },
            Refusal::Error(error) => error,
        })?;
    }
    Ok(object)
}

/// Writes an object by its table.
pub(crate) fn write_options<T>(specs: &[OptionSpec<T>], object: &T) -> Options {
    specs.iter().filter_map(|spec| Some((spec.name.to_owned(), (spec.write)(object)?))).collect()
}

/// Writes a number; one that JSON has no way to write becomes null, as in the client.
pub(crate) fn number_value(number: f64) -> Value {
    Number::from_f64(number).map_or(Value::Null, Value::Number)
}

/// Writes one of some names; nothing if it has none.
pub(crate) fn name_value<T: Copy + PartialEq>(named: T, names: &[(&str, T)]) -> Option<Value> {
    names.iter().find(|(_, known)| *known == named).map(|(name, _)| Value::from(*name))
}

/// Writes a colour.
pub(crate) fn color_value(color: Color) -> Value {
    color::to_hex(color).into()
}

/// Reads a number in a range.
pub(crate) fn number(value: &Value, range: RangeInclusive<f64>) -> Result<f64, Refusal> {
    value.as_f64().filter(|number| range.contains(number)).ok_or(Refusal::Value)
}

/// Reads a number of at least 0 as whole pixels.
pub(crate) fn pixels(value: &Value) -> Result<u32, Refusal> {
    number(value, 0.0..=f64::MAX).map(|number| to_u32(round(number)))
}

/// Reads one of some names.
pub(crate) fn name<T: Copy>(value: &Value, names: &[(&str, T)]) -> Result<T, Refusal> {
    let text = value.as_str().ok_or(Refusal::Value)?;
    names.iter().find(|(name, _)| *name == text).map(|&(_, named)| named).ok_or(Refusal::Value)
}

/// Reads a colour.
pub(crate) fn color(value: &Value) -> Result<Color, Refusal> {
    value.as_str().and_then(|text| color::parse(text).ok()).ok_or(Refusal::Value)
}

/// Rounds to the nearest whole number, halves up. (`(x + 0.5).floor()` is wrong just below a half.)
pub(crate) fn round(number: f64) -> f64 {
    let floor = number.floor();
    if number - floor >= 0.5 { floor + 1.0 } else { floor }
}

/// Converts a whole number; a number out of range becomes the nearest end of the range.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturation is wanted")]
pub(crate) const fn to_u32(number: f64) -> u32 {
    number as u32
}

/// Converts a whole number; a number out of range becomes the nearest end of the range.
#[expect(clippy::cast_possible_truncation, reason = "saturation is wanted")]
pub(crate) const fn to_i32(number: f64) -> i32 {
    number as i32
}

/// Converts a whole number; a number out of range becomes the nearest end of the range.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturation is wanted")]
pub(crate) const fn to_u8(number: f64) -> u8 {
    number as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_takes_halves_up() {
        for (number, rounded) in [
            (0.5, 1.0),
            (0.499_999_999_999_999_94, 0.0),
            (-0.5, 0.0),
            (-0.51, -1.0),
            (-1.5, -1.0),
            (2.5, 3.0),
            (4_503_599_627_370_497.5, 4_503_599_627_370_498.0),
            (1e300, 1e300),
        ] {
            assert_eq!(round(number).to_bits() << 1, f64::to_bits(rounded) << 1, "{number}");
        }
    }

    #[test]
    fn conversion_saturates() {
        assert_eq!((to_u32(1e300), to_u32(-5.0)), (u32::MAX, 0));
        assert_eq!((to_i32(1e300), to_i32(-1e300)), (i32::MAX, i32::MIN));
    }
}
