//! The options as TypeScript: the types of the client, made of the tables that the server reads requests by.

use std::fmt::Write;

use palmette_ops::{Draw, Text, Transform};
use palmette_protocol::values::{OptionInfo, Values};
use palmette_protocol::{OptionObject, OptionSpec, Output};

/// Columns that a line may have, by the formatter of the repository.
const LINE_COLUMNS: usize = 120;

/// What stands above the types.
const HEAD: &str = "\
// Made of the tables that the server reads requests by: change `crates/protocol`, then run `cargo xtask generate`.

/** A CSS colour: a name, `#rgb`, `#rgba`, `#rrggbb`, `#rrggbbaa`, `rgb()`, `rgba()`, `hsl()` or `hsla()`. */
export type Color = string;
";

/// Types that are wider than the tables, since those of the binding are: a client has to stand where a binding is asked for.
const WIDENED: &[(&str, &str)] = &[("repeat", "boolean | string")];

/// Writes `clients/js/src/options.ts`.
#[must_use]
pub(crate) fn options_module() -> String {
    let infos = |specs: &[OptionInfo]| specs.to_vec();
    let objects = [
        (
            "TransformOptions",
            "The options of one `transform()`, in the order in which they are applied, whatever their order in the object.",
            infos(&Transform::OPTIONS.iter().map(OptionSpec::info).collect::<Vec<_>>()),
        ),
        (
            "DrawOptions",
            "How a picture is drawn on another; where neither side of an axis is given, it is in the middle.",
            infos(&Draw::OPTIONS.iter().map(OptionSpec::info).collect::<Vec<_>>()),
        ),
        ("OutputOptions", "The form in which the result is wanted.", infos(&Output::FIELDS)),
        (
            "TextLayout",
            "What can stand in the `font` of a text beside its URL. It is Palmette's own: the binding does not type it.",
            text_layout(),
        ),
    ];
    let mut module = HEAD.to_owned();
    for (name, doc, fields) in objects {
        module.push('\n');
        comment(&mut module, doc, 0);
        write!(module, "export interface {name} ").expect("a string takes everything");
        object(&mut module, &fields, 0);
        module.push('\n');
    }
    module
}

/// Returns what rides in the font of a text.
fn text_layout() -> Vec<OptionInfo> {
    let font = Text::OPTIONS.iter().find(|spec| spec.name == "font").expect("a text has a font").info();
    let Values::Object { fields } = font.values else { panic!("the font is an object") };
    fields().into_iter().filter(|field| field.name != "url").collect()
}

/// Writes an object, whose brace is closed at `indent`.
fn object(module: &mut String, fields: &[OptionInfo], indent: usize) {
    module.push_str("{\n");
    for field in fields {
        // Two fields of a form have longer names than the options that they carry.
        let name = field.name.strip_prefix("output_").unwrap_or(field.name);
        comment(module, &doc(field), indent + 2);
        // The one thing that nothing can be done without.
        let optional = if name == "format" { "" } else { "?" };
        let start = format!("{:indent$}  {name}{optional}:", "");
        let widened = WIDENED.iter().find(|(widened, _)| *widened == name).map(|(_, of)| (*of).to_owned());
        module.push_str(&start);
        match widened.or_else(|| inline(field.values)) {
            Some(of) if start.len() + of.len() + 2 <= LINE_COLUMNS => {
                writeln!(module, " {of};").expect("a string takes everything");
            }
            _ => broken(module, field.values, indent + 2),
        }
    }
    write!(module, "{:indent$}}}", "").expect("a string takes everything");
}

/// Writes a type that takes several lines, and the end of the last one.
fn broken(module: &mut String, values: Values, indent: usize) {
    if let Values::Object { fields } = values {
        module.push(' ');
        object(module, &fields(), indent);
    } else {
        for member in members(values) {
            write!(module, "\n{:indent$}  | ", "").expect("a string takes everything");
            match member {
                Member::Simple(of) => module.push_str(&of),
                Member::Object(fields) => object(module, &fields, indent + 4),
            }
        }
    }
    module.push_str(";\n");
}

/// One of the types that a value may have.
enum Member {
    /// It stands in a line.
    Simple(String),
    /// An object, which has comments of its own.
    Object(Vec<OptionInfo>),
}

/// Lists the types that values may have.
fn members(values: Values) -> Vec<Member> {
    let simple = |of: &str| vec![Member::Simple(of.to_owned())];
    match values {
        Values::Number { .. } | Values::Positive { .. } => simple("number"),
        Values::Numbers { numbers } => numbers.iter().map(|number| Member::Simple(number.to_string())).collect(),
        Values::Words { words } => words.iter().map(|word| Member::Simple(format!("\"{word}\""))).collect(),
        Values::Switch => simple("boolean"),
        Values::Text | Values::Widths => simple("string"),
        Values::Color => simple("Color"),
        Values::Axes => simple("Record<string, number>"),
        Values::Object { fields } => vec![Member::Object(fields())],
        Values::Any { of } => of.iter().copied().flat_map(members).collect(),
    }
}

/// Writes a type in one line; nothing for one that has an object.
fn inline(values: Values) -> Option<String> {
    let simple = |member| match member {
        Member::Simple(of) => Some(of),
        Member::Object(_) => None,
    };
    members(values).into_iter().map(simple).collect::<Option<Vec<_>>>().map(|members| members.join(" | "))
}

/// Says what an option does; and which numbers it takes, since a type cannot.
fn doc(info: &OptionInfo) -> String {
    let has_ends = |values: &Values| match values {
        Values::Number { min, max } => min.or(*max).is_some(),
        Values::Positive { .. } => true,
        _ => false,
    };
    let says_numbers = match info.values {
        Values::Any { of } => of.iter().any(has_ends),
        values => has_ends(&values),
    };
    let mut doc =
        if says_numbers { format!("{}: {}.", info.allowed, info.summary) } else { format!("{}.", info.summary) };
    if let Some(first) = doc.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    doc
}

/// Writes a comment, in as many lines as it takes.
fn comment(module: &mut String, text: &str, indent: usize) {
    let line = format!("{:indent$}/** {text} */\n", "");
    if line.len() <= LINE_COLUMNS + 1 {
        module.push_str(&line);
        return;
    }
    write!(module, "{:indent$}/**", "").expect("a string takes everything");
    let mut column = LINE_COLUMNS;
    for word in text.split(' ') {
        if column + 1 + word.len() > LINE_COLUMNS {
            write!(module, "\n{:indent$} *", "").expect("a string takes everything");
            column = indent + 2;
        }
        write!(module, " {word}").expect("a string takes everything");
        column += 1 + word.len();
    }
    write!(module, "\n{:indent$} */\n", "").expect("a string takes everything");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typescript_has_what_the_tables_say() {
        let module = options_module();
        for line in [
            "export interface TransformOptions {\n",
            "  saturation?: number;\n",
            "  rotate?: 0 | 90 | 180 | 270;\n",
            "    | {\n        /** 0 to 1: from the left (0) to the right (1). */\n        x?: number;\n",
            "  border?: {\n    /** The colour of the frame. */\n    color?: Color;\n",
            "  format: \"image/jpeg\" | ",
            "  quality?: number | \"high\" | ",
        ] {
            assert!(module.contains(line), "{line}\n{module}");
        }
        assert!(module.lines().all(|line| line.len() <= LINE_COLUMNS));
    }
}
