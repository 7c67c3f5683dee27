//! The options of a URL as text, and the object that they stand for: the one that a Worker writes in `cf.image`.
//!
//! A value is what the table of options says: a number where numbers are allowed, a switch, else text. Fields of objects have dots
//! in their names, `trim.left=10`; `trim` and `gravity` have a short form beside, `trim=20;30;20;0` and `gravity=0.5x0.2`.

use serde_json::{Map, Value};

use super::escape::decode_part;
use super::forms::{name_of_alias, url_options};
use super::options::number_of;
use super::{Strictness, decode};
use crate::json::excerpt_text;
use crate::{Error, Hint, OptionInfo, Options, Values};

/// A short form of an object.
pub(super) struct Short {
    /// The option.
    pub(super) name: &'static str,
    /// What it looks like, as a regular expression.
    pub(super) pattern: &'static str,
    /// Makes the object; nothing if the text is something else.
    read: fn(&str) -> Option<Value>,
}

/// Every short form.
pub(super) const SHORT: [Short; 2] = [
    Short { name: "trim", pattern: r"^[0-9]+(\.[0-9]+)?(;[0-9]+(\.[0-9]+)?){3}$", read: trim },
    Short { name: "gravity", pattern: r"^(0(\.[0-9]+)?|1(\.0+)?)x(0(\.[0-9]+)?|1(\.0+)?)$", read: gravity },
];

/// Cuts the options off, at the first slash outside of parentheses.
pub(super) fn cut_options(rest: &str) -> Option<(&str, &str)> {
    let cut = outside_parentheses(rest, '/').next()?;
    Some((&rest[..cut], &rest[cut + 1..]))
}

/// Finds a character wherever it does not stand in parentheses. One that is opened and never closed is none.
fn outside_parentheses(text: &str, wanted: char) -> impl Iterator<Item = usize> {
    // The last one that closes: behind it nothing opens, and nothing has to be looked for.
    let last = text.rfind(')').unwrap_or(0);
    let mut closed_at = 0;
    text.char_indices().filter_map(move |(at, character)| {
        if at < closed_at {
            return None;
        }
        if character == '(' && at < last {
            closed_at = text[at..].find(')').map_or(at, |end| at + end);
        }
        (character == wanted).then_some(at)
    })
}

/// Reads options; what is ignored is told.
pub(super) fn read(text: &str, strictness: Strictness) -> Result<(Options, Vec<String>), Error> {
    // Encoded as a whole, there is no `=` yet.
    let decoded = if text.contains('=') { None } else { decode(text) };
    let text = decoded.as_deref().unwrap_or(text);

    let mut warnings = Vec::new();
    let mut ignore = |error: Error| match strictness {
        Strictness::Strict => Err(error),
        Strictness::Lenient => {
            // A header has no room for a list of all options.
            warnings.push(match error {
                Error::UnknownOption { option, hint, .. } => format!("unknown option {option} is ignored{hint}"),
                error => format!("{error}; the last one counts"),
            });
            Ok(())
        }
    };
    let known = url_options();
    let mut given: Vec<(Vec<String>, Value)> = Vec::new();
    for entry in entries(text) {
        let (path, text) = split(entry)?;
        let info = match find(&path, &known) {
            Ok(info) => info,
            Err(error) => {
                ignore(error)?;
                continue;
            }
        };
        let value = value(&path, &text, info.values);
        if let Some(at) = given.iter().position(|(known, _)| *known == path) {
            ignore(Error::GivenTwice { option: path.join(".") })?;
            given.remove(at);
        }
        given.push((path, value));
    }
    // What a whole object says comes before its fields, so that the order in the URL does not matter.
    given.sort_by_key(|(path, _)| path.len());
    let mut object = Options::new();
    for (path, value) in given {
        insert(&mut object, &path, value).map_err(|()| Error::GivenTwice { option: path[0].clone() })?;
    }
    Ok((object, warnings))
}

/// Cuts a text at its commas; nothing follows the last one, if it ends in one.
fn entries(text: &str) -> impl Iterator<Item = &str> {
    let text = text.strip_suffix(',').unwrap_or(text);
    let cuts: Vec<usize> = outside_parentheses(text, ',').collect();
    let starts = std::iter::once(0).chain(cuts.clone().into_iter().map(|cut| cut + 1));
    let ends = cuts.into_iter().chain([text.len()]);
    starts.zip(ends).map(move |(start, end)| &text[start..end])
}

/// Reads one entry: the names on the way to the option, the first of them no alias, and its value as text.
fn split(entry: &str) -> Result<(Vec<String>, String), Error> {
    let not_one = || Error::NotAUrlOption { actual: excerpt_text(entry) };
    let (name, value) = entry.split_once('=').filter(|(name, _)| !name.is_empty()).ok_or_else(not_one)?;
    let mut path: Vec<String> = decode_part(name)?.split('.').map(str::to_owned).collect();
    if let Some(name) = name_of_alias(&path[0]) {
        path[0] = name.to_owned();
    }
    Ok((path, decode_part(value)?))
}

/// Finds an option, which may be a field of an object.
fn find(path: &[String], known: &[super::UrlOption]) -> Result<OptionInfo, Error> {
    let mut infos: Vec<OptionInfo> = known.iter().map(|option| option.info).collect();
    let mut found = None;
    for (depth, name) in path.iter().enumerate() {
        let Some(info) = infos.iter().find(|info| info.name == name).copied() else {
            let names = || infos.iter().map(|info| info.name);
            return Err(Error::UnknownOption {
                option: excerpt_text(&path[..=depth].join(".")),
                known: names().collect(),
                hint: Hint::of_name(name, names()),
            });
        };
        let fields = info.values.kinds().iter().find_map(|kind| match kind {
            Values::Object { fields } => Some(fields()),
            _ => None,
        });
        infos = fields.unwrap_or_default();
        found = Some(info);
    }
    // A name has at least one part, which was found.
    found.ok_or_else(|| Error::NotAUrlOption { actual: excerpt_text(&path.join(".")) })
}

/// Makes of a text what the option takes. What fits nothing stays text, which the option then refuses.
fn value(path: &[String], text: &str, values: Values) -> Value {
    let short = match path {
        [name] => SHORT.iter().find(|short| short.name == name).and_then(|short| (short.read)(text)),
        _ => None,
    };
    let typed = || {
        values.kinds().iter().find_map(|kind| match kind {
            Values::Number { .. } | Values::Positive { .. } | Values::Numbers { .. } => number(text),
            Values::Switch => text.parse().ok().map(Value::Bool),
            _ => None,
        })
    };
    short.or_else(typed).unwrap_or_else(|| text.into())
}

/// Reads a number.
fn number(text: &str) -> Option<Value> {
    text.parse().ok().filter(|number: &f64| number.is_finite()).map(number_of)
}

/// Reads `T;R;B;L`.
fn trim(text: &str) -> Option<Value> {
    let sides: Vec<Value> = text.split(';').map(number).collect::<Option<_>>()?;
    let names = ["top", "right", "bottom", "left"];
    (sides.len() == names.len()).then(|| names.into_iter().map(str::to_owned).zip(sides).collect::<Map<_, _>>().into())
}

/// Reads `XxY`.
fn gravity(text: &str) -> Option<Value> {
    let (x, y) = text.split_once('x')?;
    let [x, y] = [number(x)?, number(y)?];
    Some([("x".to_owned(), x), ("y".to_owned(), y)].into_iter().collect::<Map<_, _>>().into())
}

/// Puts a value where its names lead. Something that is there already must be an object, or a word that stands for one.
fn insert(object: &mut Options, path: &[String], value: Value) -> Result<(), ()> {
    let (name, rest) = path.split_first().ok_or(())?;
    let Some((next, _)) = rest.split_first() else {
        return match object.insert(name.clone(), value) {
            None => Ok(()),
            Some(_) => Err(()),
        };
    };
    let place = object.entry(name.clone()).or_insert_with(|| Map::new().into());
    // `trim=border` and `trim.border=true` may say more about the border.
    if *place == *next.as_str() {
        *place = [(next.clone(), Value::from(Map::new()))].into_iter().collect::<Map<_, _>>().into();
    } else if *place == Value::Bool(true) {
        *place = Map::new().into();
    }
    insert(place.as_object_mut().ok_or(())?, rest, value)
}
