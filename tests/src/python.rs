//! The options as Python: the types of keyword arguments, made of the tables that the server reads requests by.

use std::fmt::Write;

use palmette_ops::{Draw, Text, Transform};
use palmette_protocol::values::{OptionInfo, Values};
use palmette_protocol::{OptionObject, OptionSpec, Output, OutputFormat};

/// Columns that a line may have.
const LINE_COLUMNS: usize = 120;

/// What stands above the types.
const HEAD: &str = "\
\"\"\"Options as types.

Made of the tables that the server reads requests by: change `crates/protocol`, then run `cargo xtask generate`.
\"\"\"

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, TypedDict

if TYPE_CHECKING:
    from collections.abc import Mapping

Color: TypeAlias = str
\"\"\"A CSS colour: a name, `#rgb`, `#rgba`, `#rrggbb`, `#rrggbbaa`, `rgb()`, `rgba()`, `hsl()` or `hsla()`.\"\"\"
";

/// Writes `clients/python/src/palmette/_options.py`.
#[must_use]
pub(crate) fn options_module() -> String {
    let mut module = HEAD.to_owned();
    let formats = OutputFormat::ALL.map(OutputFormat::as_str);
    let short = formats.map(|format| format.trim_start_matches("image/"));
    let long = formats.into_iter().filter(|format| format.starts_with("image/"));
    let formats = short.into_iter().chain(["jpg"]).chain(long).map(|format| format!("\"{format}\"")).collect();
    write!(module, "\nFormat: TypeAlias = {}\n", literal(formats, "")).expect("a string takes everything");
    module.push_str("\"\"\"The form in which a result is wanted.\"\"\"\n");

    let doc = "The options of a transform, in the order in which they are applied, whatever their order in the call.";
    class(&mut module, "TransformOptions", doc, &infos(Transform::OPTIONS));
    let doc = "How a picture is drawn on another; where neither side of an axis is given, it is in the middle.";
    class(&mut module, "DrawOptions", doc, &infos(Draw::OPTIONS));
    class(&mut module, "TextOptions", "How a text is set.", &text_options());
    let options = Output::FIELDS.iter().filter(|field| field.name != "output_format").copied().collect::<Vec<_>>();
    class(&mut module, "OutputOptions", "How a result is written.", &options);
    module
}

fn infos<T>(specs: &[OptionSpec<T>]) -> Vec<OptionInfo> {
    specs.iter().map(OptionSpec::info).collect()
}

/// Returns the options of a text; what rides in the font on the wire stands beside the others.
fn text_options() -> Vec<OptionInfo> {
    let (font, others): (Vec<_>, Vec<_>) = infos(Text::OPTIONS).into_iter().partition(|info| info.name == "font");
    let Some(Values::Object { fields }) = font.first().map(|font| font.values) else { panic!("the font is an object") };
    let all = others.into_iter().chain(fields());
    // The text and the font are arguments of their own.
    all.filter(|info| !matches!(info.name, "text" | "url")).collect()
}

/// Writes a class, and before it those of the objects in it.
fn class(module: &mut String, name: &str, doc: &str, fields: &[OptionInfo]) {
    for field in fields {
        if let Some(inside) = object(field.values) {
            class(module, &inner_name(name, field.name), &sentence(field.summary), &inside);
        }
    }
    write!(module, "\n\nclass {name}(TypedDict, total=False):\n").expect("a string takes everything");
    docstring(module, doc);
    for field in fields {
        let types = types(name, field).join(" | ");
        write!(module, "\n    {}: {types} | None\n", name_in_python(field.name)).expect("a string takes everything");
        docstring(module, &field_doc(field));
    }
}

/// Returns the fields of the object that a value may be.
fn object(values: Values) -> Option<Vec<OptionInfo>> {
    match values {
        Values::Object { fields } => Some(fields()),
        Values::Any { of } => of.iter().copied().find_map(object),
        _ => None,
    }
}

/// Names the class of an object: `Trim`, and `TrimBorder` inside.
fn inner_name(outer: &str, field: &str) -> String {
    let mut name = outer.trim_end_matches("TransformOptions").to_owned();
    let mut letters = field.chars();
    name.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
    name.extend(letters);
    name
}

/// Lists the types that the values of an option may have.
fn types(outer: &str, field: &OptionInfo) -> Vec<String> {
    let indent = "    ";
    let of = |values: &Values| match values {
        Values::Number { .. } | Values::Positive { .. } => "float".to_owned(),
        Values::Numbers { numbers } => literal(numbers.iter().map(f64::to_string).collect(), indent),
        Values::Words { words } => literal(words.iter().map(|word| format!("\"{word}\"")).collect(), indent),
        Values::Switch => "bool".to_owned(),
        Values::Text | Values::Widths => "str".to_owned(),
        Values::Color => "Color".to_owned(),
        Values::Axes => "Mapping[str, float]".to_owned(),
        Values::Object { .. } => inner_name(outer, field.name),
        Values::Any { .. } => unreachable!("no value is of several kinds twice"),
    };
    match field.values {
        Values::Any { of: kinds } => kinds.iter().map(of).collect(),
        one => vec![of(&one)],
    }
}

/// Writes a choice of constants, in a line if it fits.
fn literal(constants: Vec<String>, indent: &str) -> String {
    let line = format!("Literal[{}]", constants.join(", "));
    // Some room for the name before it.
    if line.len() <= LINE_COLUMNS - 30 {
        return line;
    }
    let lines: String = constants.iter().map(|constant| format!("{indent}    {constant},\n")).collect();
    format!("Literal[\n{lines}{indent}]")
}

/// Returns the name of a keyword argument.
fn name_in_python(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.trim_start_matches("output_").chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

/// Says what an option does; and which numbers it takes, since a type cannot.
fn field_doc(info: &OptionInfo) -> String {
    let has_ends = |values: &Values| match values {
        Values::Number { min, max } => min.or(*max).is_some(),
        Values::Positive { .. } => true,
        _ => false,
    };
    let says_numbers = match info.values {
        Values::Any { of } => of.iter().any(has_ends),
        values => has_ends(&values),
    };
    if says_numbers { sentence(&format!("{}: {}", info.allowed, info.summary)) } else { sentence(info.summary) }
}

fn sentence(text: &str) -> String {
    let mut sentence = format!("{text}.");
    if let Some(first) = sentence.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    sentence
}

/// Writes a docstring inside a class, in as many lines as it takes.
fn docstring(module: &mut String, text: &str) {
    let mut column = 4 + "\"\"\"".len();
    module.push_str("    \"\"\"");
    for (position, word) in text.split(' ').enumerate() {
        if position > 0 && column + 1 + word.len() > LINE_COLUMNS - "\"\"\"".len() {
            module.push_str("\n    ");
            column = 4;
        } else if position > 0 {
            module.push(' ');
            column += 1;
        }
        module.push_str(word);
        column += word.len();
    }
    module.push_str("\"\"\"\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn python_has_what_the_tables_say() {
        let module = options_module();
        for text in [
            "\n\nclass TransformOptions(TypedDict, total=False):\n",
            "\n    saturation: float | None\n",
            "\n    rotate: Literal[0, 90, 180, 270] | None\n",
            "\n    trim: Literal[\"border\"] | Trim | None\n",
            "\n\nclass TrimBorder(TypedDict, total=False):\n",
            "\n    max_width: float | None\n",
            "\n    quality: float | Literal[\"high\", ",
        ] {
            assert!(module.contains(text), "{text}\n{module}");
        }
        assert!(module.lines().all(|line| line.chars().count() <= LINE_COLUMNS + 8), "{module}");
    }
}
