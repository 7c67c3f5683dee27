//! Probes of every option at the edges of its values, and just beyond them, made of the tables of the protocol.

use palmette_ops::{Draw, Transform};
use palmette_protocol::{OptionInfo, OptionObject, OptionSpec, Output, Values};
use serde_json::{Map, Value, json};

use super::sources::Source;
use super::{Kind, Probe};

/// Numbers that most options take, between their edges.
const USUAL: [f64; 4] = [0.5, 1.0, 2.0, 7.5];

/// How far beyond an edge a number is refused.
const BEYOND: f64 = 0.01;

/// What no option takes.
const NO_WORD: &str = "no-such-word";

/// Returns the paths of all options, those of fields of objects included.
#[cfg(test)]
pub(super) fn paths() -> Vec<String> {
    let transform = Transform::OPTIONS.iter().flat_map(|spec| below("transform", &spec.info()));
    let draw = Draw::OPTIONS.iter().flat_map(|spec| below("draw", &spec.info()));
    let output = Output::FIELDS.iter().map(|field| format!("output.{}", field_name(field)));
    transform.chain(draw).map(|(path, _)| path).chain(output).collect()
}

/// Returns the probes of all options.
pub(super) fn probes() -> Vec<Probe> {
    let mut probes = Vec::new();
    for spec in Transform::OPTIONS {
        for (path, values) in below("transform", &spec.info()) {
            for value in edges(values) {
                let options = with_value(spec, &path, value.clone());
                for source in sources_of(&path) {
                    probes.push(Probe::new(Kind::Option, &path, case(&value), source).transform(options.clone()));
                }
            }
        }
    }
    for spec in Draw::OPTIONS {
        for (path, values) in below("draw", &spec.info()) {
            for value in edges(values) {
                let options = with_value(spec, &path, value.clone());
                let probe = Probe::new(Kind::Option, &path, case(&value), Source::Soft);
                probes.push(probe.draw(Source::Mark, options));
            }
        }
    }
    probes.extend(Output::FIELDS.iter().flat_map(of_field));
    probes
}

/// Returns an option with the fields inside of it, by their paths.
fn below(parent: &str, info: &OptionInfo) -> Vec<(String, Values)> {
    let path = format!("{parent}.{}", info.name);
    let inside = kinds(info.values).into_iter().filter_map(|kind| match kind {
        Values::Object { fields } => Some(fields()),
        _ => None,
    });
    let inside: Vec<_> = inside.flatten().flat_map(|field| below(&path, &field)).collect();
    std::iter::once((path, info.values)).chain(inside).collect()
}

fn kinds(values: Values) -> Vec<Values> {
    match values {
        Values::Any { of } => of.to_vec(),
        one => vec![one],
    }
}

/// Returns values at the edges, between them, and beyond.
fn edges(values: Values) -> Vec<Value> {
    let mut all: Vec<Value> = kinds(values).into_iter().flat_map(edges_of_kind).chain([json!(NO_WORD)]).collect();
    let mut seen = Vec::new();
    all.retain(|value| {
        !seen.contains(value) && {
            seen.push(value.clone());
            true
        }
    });
    all
}

fn edges_of_kind(values: Values) -> Vec<Value> {
    let between = |min: f64, max: f64| {
        let usual = USUAL.into_iter().filter(move |number| *number > min && *number < max);
        usual.map(number)
    };
    match values {
        Values::Number { min, max } => {
            let low = min.map_or(vec![-7.0], |min| vec![min, min - BEYOND]);
            let high = max.map_or(vec![], |max| vec![max, max + BEYOND]);
            let ends = low.into_iter().chain(high).map(number);
            ends.chain(between(min.unwrap_or(f64::MIN), max.unwrap_or(f64::MAX))).collect()
        }
        Values::Positive { max } => std::iter::once(json!(0)).chain(between(0.0, max.unwrap_or(f64::MAX))).collect(),
        Values::Numbers { numbers } => numbers.iter().copied().chain([45.0]).map(number).collect(),
        Values::Words { words } => words.iter().copied().map(Value::from).collect(),
        Values::Switch => vec![json!(true), json!(false)],
        Values::Color => ["gold", "#12345678", "rgb(10 20 30 / 40%)"].map(Value::from).to_vec(),
        // Its fields have probes of their own.
        Values::Object { .. } => vec![json!({})],
        // No option of a transform, a draw or an output has these.
        Values::Text | Values::Axes | Values::Widths | Values::Any { .. } => vec![],
    }
}

/// Writes a number as JavaScript does: a whole one without a fraction.
fn number(number: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "only whole numbers of a few digits are cast")]
    if number.fract() == 0.0 { json!(number as i64) } else { json!(number) }
}

/// Returns options with a value at a path, and with what makes its effect visible: the rest of the first example of the table.
fn with_value<T>(spec: &OptionSpec<T>, path: &str, value: Value) -> Value {
    let example = spec.examples.first().map_or("{}", |example| example);
    let example: Map<String, Value> = serde_json::from_str(example).expect("an example is an object");
    let mut options = match path {
        "transform.zoom" => json!({"width": 40, "height": 40, "fit": "cover", "gravity": "face"}),
        _ => Value::from(example),
    };
    let keys: Vec<&str> = path.split('.').skip(1).collect();
    let own = keys.iter().skip(1).rev().fold(value, |value, key| match path {
        // A frame has a width, or none would see its colour.
        "transform.border.color" => json!({*key: value, "width": 3}),
        _ => json!({ *key: value }),
    });
    options[spec.name] = own;
    options
}

/// Returns the pictures that show an option.
fn sources_of(path: &str) -> Vec<Source> {
    match path {
        _ if path.starts_with("transform.trim.border") => vec![Source::Framed],
        "transform.gravity" => vec![Source::Letter, Source::Lonely],
        _ => vec![Source::Letter, Source::Soft],
    }
}

/// Returns the name that an output field has in `output()`.
fn field_name(field: &OptionInfo) -> &'static str {
    field.name.strip_prefix("output_").unwrap_or(field.name)
}

/// Returns the probes of an output field, in the formats that it means something for.
fn of_field(field: &OptionInfo) -> Vec<Probe> {
    let name = field_name(field);
    let formats: &[&str] = match name {
        "quality" => &["image/jpeg", "image/webp", "image/avif"],
        "anim" => &["image/webp", "image/png"],
        _ => &["image/png"],
    };
    let source = if name == "anim" { Source::Moving } else { Source::Soft };
    let mut probes = Vec::new();
    for value in edges(field.values) {
        for format in formats {
            let mut output = json!({"format": format});
            output[name] = value.clone();
            let case = if name == "format" { case(&value) } else { format!("{} {format}", case(&value)) };
            probes.push(Probe::new(Kind::Option, format!("output.{name}"), case, source).output(output));
        }
    }
    probes
}

/// Writes a value for people.
fn case(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
