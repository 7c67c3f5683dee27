//! The numbers of a step, written as JSON.

use palmette_core::Size;
use palmette_core::plan::{Detail, Step};
use palmette_ops::Color;
use palmette_protocol::Named;
use palmette_protocol::color::to_hex;
use serde_json::{Map, Value, json};

/// Writes the details of a step.
pub(super) fn of_step(step: &Step) -> Map<String, Value> {
    step.kind.details().into_iter().map(|(name, detail)| (name.to_owned(), written(detail))).collect()
}

/// Writes a size as an object.
pub(super) fn size(size: Size) -> Value {
    json!({"width": size.width, "height": size.height})
}

/// Writes a colour as CSS does.
pub(super) fn color(color: Color) -> String {
    to_hex(color)
}

/// Writes one detail of a step, by its name on the wire if it has one.
fn written(detail: Detail) -> Value {
    match detail {
        Detail::Count(count) => count.into(),
        Detail::Position(position) => position.into(),
        Detail::Real(number) => number.into(),
        Detail::Flag(flag) => flag.into(),
        Detail::Text(text) => text.into(),
        Detail::Color(value) => color(value).into(),
        Detail::Flip(flip) => name_of(flip).into(),
        Detail::Composite(composite) => name_of(composite).into(),
        Detail::Size(value) => size(value),
        Detail::Pair(pair) => json!(pair),
        Detail::Absent => Value::Null,
    }
}

/// Returns the name on the wire of one of a list of named things.
fn name_of<T: Named>(thing: T) -> &'static str {
    T::NAMES.iter().find(|(_, named)| *named == thing).map_or("?", |(name, _)| name)
}
