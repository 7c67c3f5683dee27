//! The allowed values of an option, for programs that make forms, completions or checks of them.
//!
//! [`OptionSpec::allowed`](crate::OptionSpec) says the same to people. A test sends what a description promises, and what lies
//! just beyond, through the readers of the options, so that neither can say more than the other.

use serde::{Serialize, Serializer};

/// Describes one option, whatever object it belongs to.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct OptionInfo {
    /// Its key.
    pub name: &'static str,
    /// Its values, as they read after "must be".
    pub allowed: &'static str,
    /// Its effect, for people who write requests.
    pub summary: &'static str,
    /// Its values.
    pub values: Values,
}

/// The values of an option. As JSON, an object whose `kind` is the name of the variant in lower case.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Values {
    /// A number between two ends.
    Number {
        /// The least; absent means that there is none.
        #[serde(skip_serializing_if = "Option::is_none")]
        min: Option<f64>,
        /// The greatest; absent means that there is none.
        #[serde(skip_serializing_if = "Option::is_none")]
        max: Option<f64>,
    },
    /// A number above 0.
    Positive {
        /// The greatest; absent means that there is none.
        #[serde(skip_serializing_if = "Option::is_none")]
        max: Option<f64>,
    },
    /// One of a few numbers.
    Numbers {
        /// The numbers.
        numbers: &'static [f64],
    },
    /// One of a few words.
    Words {
        /// The words.
        words: &'static [&'static str],
    },
    /// `true` or `false`.
    Switch,
    /// Any text.
    Text,
    /// A colour as text.
    Color,
    /// An object, every field of which may be absent.
    Object {
        /// Its fields.
        #[serde(serialize_with = "serialize_fields")]
        fields: fn() -> Vec<OptionInfo>,
    },
    /// An object of numbers, each under a tag of four characters: the axes of a font.
    Axes,
    /// Whole numbers above 0 as text, with `;` between them.
    Widths,
    /// Any of several kinds.
    Any {
        /// The kinds.
        of: &'static [Self],
    },
}

impl Values {
    /// Returns the kinds of values that may stand there: several, or this one.
    pub(crate) const fn kinds(&self) -> &[Self] {
        match self {
            Self::Any { of } => of,
            one => std::slice::from_ref(one),
        }
    }

    /// Any number.
    pub(crate) const ANY_NUMBER: Self = Self::Number { min: None, max: None };

    /// A number of at least this.
    pub(crate) const fn at_least(min: f64) -> Self {
        Self::Number { min: Some(min), max: None }
    }

    /// A number above 0, whatever it is.
    pub(crate) const POSITIVE: Self = Self::Positive { max: None };

    /// A number above 0, up to this.
    pub(crate) const fn positive_to(max: f64) -> Self {
        Self::Positive { max: Some(max) }
    }

    /// A number between these ends.
    pub(crate) const fn between(min: f64, max: f64) -> Self {
        Self::Number { min: Some(min), max: Some(max) }
    }
}

/// Returns the words of a list of named values.
///
/// # Panics
///
/// If the list has fewer than `COUNT` names.
pub(crate) const fn words<T, const COUNT: usize>(names: &'static [(&'static str, T)]) -> [&'static str; COUNT] {
    let mut words = [""; COUNT];
    let mut index = 0;
    while index < COUNT {
        words[index] = names[index].0;
        index += 1;
    }
    words
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn serialize_fields<S: Serializer>(fields: &fn() -> Vec<OptionInfo>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(fields())
}

#[cfg(test)]
mod tests {
    use palmette_ops::{Draw, Text, Transform};
    use serde_json::{Map, Value, json};

    use super::*;
    use crate::options::{infos, read_options};
    use crate::url::{Delivery, ImageOptions, url_options};
    use crate::{OptionObject, Options, Output, RawOutput};

    /// Values of which the description says that they are taken.
    fn promised(values: Values) -> Vec<Value> {
        match values {
            Values::Number { min, max } => {
                let (low, high) = (min.unwrap_or(-1000.0), max.unwrap_or(1000.0));
                [low, f64::midpoint(low, high), high].map(Value::from).to_vec()
            }
            Values::Positive { max } => vec![json!(0.001), json!(1), json!(max.unwrap_or(500.5))],
            Values::Numbers { numbers } => numbers.iter().copied().map(Value::from).collect(),
            Values::Words { words } => words.iter().copied().map(Value::from).collect(),
            Values::Switch => vec![json!(true), json!(false)],
            Values::Text => vec![json!("any text")],
            Values::Widths => vec![json!("1"), json!("900;300; 600")],
            Values::Axes => vec![json!({}), json!({"wght": 700, "GRAD": -20.5})],
            Values::Color => vec![json!("gold"), json!("#12345678"), json!("rgb(1 2 3 / 40%)")],
            Values::Object { fields } => {
                let one = |name: &str, value| Value::from(Map::from_iter([(name.to_owned(), value)]));
                let each = fields();
                let each = each
                    .iter()
                    .flat_map(|field| promised(field.values).into_iter().map(|value| one(field.name, value)));
                std::iter::once(json!({})).chain(each).collect()
            }
            Values::Any { of } => of.iter().copied().flat_map(promised).collect(),
        }
    }

    /// Values of which the description says that they are refused; each of a kind that it does not have, or just beyond.
    fn excluded(values: Values) -> Vec<Value> {
        let foreign = [json!([]), json!("no such word"), json!({"nosuchfield": 1})];
        let beyond = match values {
            Values::Number { min, max } => {
                [min.map(|min| json!(min - 0.01)), max.map(|max| json!(max + 0.01))].into_iter().flatten().collect()
            }
            Values::Positive { max } => {
                [Some(json!(0)), Some(json!(-1)), max.map(|max| json!(max + 0.01))].into_iter().flatten().collect()
            }
            Values::Numbers { .. } => vec![json!(0.5), json!("90")],
            Values::Words { words } => words.iter().map(|word| json!(word.to_uppercase())).collect(),
            Values::Switch => vec![json!("yes"), json!(1)],
            Values::Text => vec![json!(5)],
            Values::Color => vec![json!("12345678"), json!(5), json!(true)],
            Values::Widths => vec![json!(5), json!(""), json!("0"), json!("300;"), json!("1.5")],
            Values::Axes => vec![json!({"weight": 700}), json!({"wght": "700"}), json!([700]), json!(5)],
            Values::Object { .. } => vec![json!("object"), json!(5), json!(true)],
            Values::Any { of } if of.iter().any(|values| matches!(values, Values::Switch)) => vec![json!(5)],
            Values::Any { .. } => vec![json!(true)],
        };
        let is_text = matches!(values, Values::Text);
        foreign.into_iter().filter(|value| !(is_text && value.is_string())).chain(beyond).collect()
    }

    fn assert_true(infos: &[OptionInfo], read: impl Fn(&Options) -> Result<(), crate::Error>) {
        for info in infos {
            let read = |value: &Value| read(&Map::from_iter([(info.name.to_owned(), value.clone())]));
            for value in promised(info.values) {
                assert!(read(&value).is_ok(), "{} is said to take {value}: {:?}", info.name, read(&value));
            }
            for value in excluded(info.values) {
                assert!(read(&value).is_err(), "{} is said to refuse {value}", info.name);
            }
        }
    }

    /// Every option with those inside objects, under their full names.
    fn with_fields(prefix: &str, info: &OptionInfo) -> Vec<(String, OptionInfo)> {
        let name = format!("{prefix}{}", info.name);
        let fields = info.values.kinds().iter().filter_map(|values| match values {
            Values::Object { fields } => Some(fields()),
            _ => None,
        });
        let inner = format!("{name}.");
        let inside: Vec<_> = fields.flatten().flat_map(|field| with_fields(&inner, &field)).collect();
        std::iter::once((name, *info)).chain(inside).collect()
    }

    #[test]
    fn values_of_options_are_those_that_are_read() {
        let transform = Transform::OPTIONS.iter().map(crate::OptionSpec::info).collect::<Vec<_>>();
        assert_true(&transform, |options| Transform::from_options(options).map(drop));
        let draw = Draw::OPTIONS.iter().map(crate::OptionSpec::info).collect::<Vec<_>>();
        assert_true(&draw, |options| Draw::from_options(options).map(drop));
    }

    #[test]
    fn values_of_fields_are_those_that_are_read() {
        assert_fields_true::<Transform>();
        assert_fields_true::<Text>();
    }

    #[test]
    fn values_of_urls_are_those_that_are_read() {
        let delivery = Delivery::OPTIONS.iter().map(crate::OptionSpec::info).collect::<Vec<_>>();
        assert_true(&delivery, |options| Delivery::from_options(options).map(drop));
        let all = url_options().iter().map(|option| option.info).collect::<Vec<_>>();
        assert_true(&all, |options| ImageOptions::from_object(options).map(drop));
    }

    fn assert_fields_true<T: OptionObject>() {
        for (name, info) in T::OPTIONS.iter().flat_map(|spec| with_fields("", &spec.info())) {
            // Builds `{"trim": {"border": {"keep": value}}}` from the inside.
            let read = |value: &Value| {
                let nested = name.rsplit('.').fold(value.clone(), |value, key| json!({ key: value }));
                read_options("", T::OPTIONS, nested.as_object().unwrap()).map(drop)
            };
            for value in promised(info.values) {
                assert!(read(&value).is_ok(), "{name} is said to take {value}: {:?}", read(&value));
            }
            for value in excluded(info.values) {
                assert!(read(&value).is_err(), "{name} is said to refuse {value}");
            }
        }
    }

    #[test]
    fn values_of_output_are_those_that_are_read() {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        assert_true(&Output::FIELDS, |fields| {
            let field = |name: &str| fields.get(name).map(text);
            let format = field("output_format").unwrap_or_else(|| "rgb".to_owned());
            let [quality, background, anim] = ["output_quality", "background", "anim"].map(field);
            RawOutput { format, quality, background, anim }.resolve().map(drop)
        });
    }

    #[test]
    fn values_are_named_to_people_too() {
        let infos =
            [infos(Transform::OPTIONS), infos(Draw::OPTIONS), infos(Text::OPTIONS), infos(Delivery::OPTIONS)].concat();
        for (name, info) in infos.iter().flat_map(|info| with_fields("", info)) {
            for values in info.values.kinds() {
                let words = match values {
                    Values::Words { words } => words.to_vec(),
                    Values::Switch => vec!["true", "false"],
                    Values::Color => vec!["colour"],
                    Values::Object { .. } | Values::Axes => vec!["object"],
                    _ => vec![],
                };
                assert!(words.iter().all(|word| info.allowed.contains(word)), "{name}: {}", info.allowed);
            }
        }
    }

    #[test]
    fn values_are_written_with_their_kind() {
        let json = |values: Values| serde_json::to_value(values).unwrap();
        assert_eq!(json(Values::between(0.0, 1.0)), json!({"kind": "number", "min": 0.0, "max": 1.0}));
        assert_eq!(json(Values::ANY_NUMBER), json!({"kind": "number"}));
        assert_eq!(
            json(Values::Any { of: &[Values::Switch, Values::Color] }),
            json!({"kind": "any", "of": [{"kind": "switch"}, {"kind": "color"}]})
        );
        let trim = serde_json::to_value(Transform::OPTIONS[0].info()).unwrap();
        assert_eq!(trim["values"]["of"][1]["fields"][0]["name"], "top");
    }
}
