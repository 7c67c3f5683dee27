//! Filters of lists: conditions on fields of metadata, all of which must hold.

use serde_json::Value;

use super::id::excerpt;
use super::metadata::Metadata;

/// The most conditions of a list.
pub(super) const MAX_CONDITIONS: usize = 5;
/// The most names of a field, one in the other.
pub(super) const MAX_DEPTH: usize = 5;
/// The most values of [`Operator::In`].
pub(super) const MAX_VALUES: usize = 10;

/// Why a filter is refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FilterError {
    /// Occurs when a field is not names with dots between them.
    #[error(
        "`{field}` is not the name of a field: it must have letters, digits and `_`, with dots between at most {MAX_DEPTH} levels"
    )]
    Field {
        /// The field.
        field: String,
    },
    /// Occurs when an operator does not exist.
    #[error("`{operator}` is no operator; there are eq, in, gt, gte, lt and lte")]
    Operator {
        /// The operator.
        operator: String,
    },
    /// Occurs when a type does not exist, or not for the operator.
    #[error("`{kind}` is no type of values for `{operator}`")]
    Kind {
        /// The type.
        kind: String,
        /// The operator.
        operator: &'static str,
    },
    /// Occurs when a value is not of its type.
    #[error("`{value}` is not a value for `{operator}`: it must be {expected}")]
    Value {
        /// The value.
        value: String,
        /// The operator.
        operator: &'static str,
        /// What is allowed.
        expected: &'static str,
    },
    /// Occurs when `in` has no value, or too many.
    #[error("`in` takes 1 to {MAX_VALUES} values, not {count}")]
    Values {
        /// The values that it has.
        count: usize,
    },
    /// Occurs when there are too many conditions.
    #[error("a list takes {MAX_CONDITIONS} conditions on metadata, not {count}")]
    Conditions {
        /// The conditions that there are.
        count: usize,
    },
}

/// How a field is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// It is the value.
    Eq,
    /// It is one of the values.
    In,
    /// It is greater.
    Gt,
    /// It is greater, or the value.
    Gte,
    /// It is less.
    Lt,
    /// It is less, or the value.
    Lte,
}

impl Operator {
    const NAMES: [(&'static str, Self); 6] = [
        ("eq", Self::Eq),
        ("in", Self::In),
        ("gt", Self::Gt),
        ("gte", Self::Gte),
        ("lt", Self::Lt),
        ("lte", Self::Lte),
    ];

    /// Reads its name.
    ///
    /// # Errors
    ///
    /// [`FilterError::Operator`].
    pub fn parse(name: &str) -> Result<Self, FilterError> {
        let found = Self::NAMES.into_iter().find(|(known, _)| *known == name);
        found.map(|(_, operator)| operator).ok_or_else(|| FilterError::Operator { operator: excerpt(name) })
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::In => "in",
            Self::Gt => "gt",
            Self::Gte => "gte",
            Self::Lt => "lt",
            Self::Lte => "lte",
        }
    }

    const fn is_range(self) -> bool {
        !matches!(self, Self::Eq | Self::In)
    }
}

/// A condition: a field, an operator, and what the field is compared with.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    path: Vec<String>,
    operator: Operator,
    values: Vec<Value>,
}

impl Condition {
    /// Makes a condition of values of JSON: texts, numbers, and true or false.
    ///
    /// # Errors
    ///
    /// All of [`FilterError`] but [`FilterError::Conditions`].
    pub fn new(field: &str, operator: Operator, values: Vec<Value>) -> Result<Self, FilterError> {
        let path = parse_field(field)?;
        if values.is_empty() || values.len() > MAX_VALUES {
            return Err(FilterError::Values { count: values.len() });
        }
        for value in &values {
            let expected = match value {
                Value::Number(_) => continue,
                _ if operator.is_range() => "a number",
                Value::String(text) if operator == Operator::In && text.contains('|') => "a text without `|`",
                Value::String(_) | Value::Bool(_) => continue,
                _ => "a text, a number, true or false",
            };
            let value = excerpt(&value.as_str().map_or_else(|| value.to_string(), str::to_owned));
            return Err(FilterError::Value { value, operator: operator.name(), expected });
        }
        Ok(Self { path, operator, values })
    }

    /// Reads a condition of a URL, `meta.FIELD[OPERATOR:TYPE]=VALUE`, given by what stands behind `meta.` and by the value.
    ///
    /// Without an operator it is `eq`. Without a type, values are texts, and numbers for operators that only numbers have; those of `in`
    /// have `|` between them.
    ///
    /// # Errors
    ///
    /// All of [`FilterError`] but [`FilterError::Conditions`].
    pub fn parse(name: &str, value: &str) -> Result<Self, FilterError> {
        let (field, brackets) = match name.split_once('[') {
            None => (name, "eq"),
            Some((field, rest)) => {
                let inner = rest.strip_suffix(']').ok_or_else(|| FilterError::Field { field: excerpt(name) })?;
                (field, inner)
            }
        };
        let (operator, kind) = match brackets.split_once(':') {
            None => (Operator::parse(brackets)?, None),
            Some((operator, kind)) => (Operator::parse(operator)?, Some(kind)),
        };
        let texts: Vec<&str> = if operator == Operator::In { value.split('|').collect() } else { vec![value] };
        let read = |text: &&str| read_value(text, operator, kind);
        Self::new(field, operator, texts.iter().map(read).collect::<Result<_, _>>()?)
    }

    /// Tells whether metadata meets it. A field that is not there meets none, nor does one of another type.
    #[must_use]
    pub fn holds(&self, metadata: &Metadata) -> bool {
        let Some(actual) = metadata.get(&self.path) else { return false };
        self.values.iter().any(|value| match self.operator {
            Operator::Eq | Operator::In => is_equal(actual, value),
            Operator::Gt => is_ordered(actual, value, |a, b| a > b),
            Operator::Gte => is_ordered(actual, value, |a, b| a >= b),
            Operator::Lt => is_ordered(actual, value, |a, b| a < b),
            Operator::Lte => is_ordered(actual, value, |a, b| a <= b),
        })
    }
}

/// Checks that conditions are not too many.
///
/// # Errors
///
/// [`FilterError::Conditions`].
pub(super) fn check_conditions(conditions: &[Condition]) -> Result<(), FilterError> {
    match conditions.len() {
        count if count > MAX_CONDITIONS => Err(FilterError::Conditions { count }),
        _ => Ok(()),
    }
}

/// Cuts the names of a field.
fn parse_field(field: &str) -> Result<Vec<String>, FilterError> {
    let path: Vec<String> = field.split('.').map(str::to_owned).collect();
    let is_name =
        |name: &String| !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    if path.len() > MAX_DEPTH || !path.iter().all(is_name) {
        return Err(FilterError::Field { field: excerpt(field) });
    }
    Ok(path)
}

/// Reads a value of a URL.
fn read_value(text: &str, operator: Operator, kind: Option<&str>) -> Result<Value, FilterError> {
    let wrong = |expected| FilterError::Value { value: excerpt(text), operator: operator.name(), expected };
    let number = || {
        let whole = text.parse::<i64>().ok().map(Value::from);
        let real = || text.parse().ok().and_then(serde_json::Number::from_f64).map(Value::Number);
        whole.or_else(real).ok_or_else(|| wrong("a number"))
    };
    match kind {
        None if operator.is_range() => number(),
        Some("number") => number(),
        None => Ok(text.into()),
        Some("string") if !operator.is_range() => Ok(text.into()),
        Some("boolean") if operator == Operator::Eq => {
            text.parse().map(Value::Bool).map_err(|_| wrong("true or false"))
        }
        Some(kind) => Err(FilterError::Kind { kind: excerpt(kind), operator: operator.name() }),
    }
}

/// Tells whether both are the same, numbers by what they are worth.
fn is_equal(a: &Value, b: &Value) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}

/// Tells whether both are numbers in that order.
fn is_ordered(a: &Value, b: &Value, order: impl FnOnce(f64, f64) -> bool) -> bool {
    a.as_f64().zip(b.as_f64()).is_some_and(|(a, b)| order(a, b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata() -> Metadata {
        Metadata::parse(
            r#"{"status":"active","n":5,"price":9.5,"yes":true,"five":"5","a":{"b":{"c":{"d":{"e":"deep"}}}},"list":[1]}"#,
        )
        .unwrap()
    }

    #[test]
    fn filters_compare_by_type() {
        for (name, value, expected) in [
            ("status", "active", true),
            ("status[eq]", "active", true),
            ("status[eq:string]", "Active", false),
            ("none", "active", false),
            ("n[eq]", "5", false),
            ("n[eq:number]", "5", true),
            ("n[eq:number]", "5.0", true),
            ("five[eq]", "5", true),
            ("five[eq:number]", "5", false),
            ("yes[eq:boolean]", "true", true),
            ("yes[eq:boolean]", "false", false),
            ("yes[eq]", "true", false),
            ("n[gt]", "5", false),
            ("n[gt]", "4.9", true),
            ("n[gte:number]", "5", true),
            ("n[lt]", "6", true),
            ("n[lte]", "4", false),
            ("five[gt]", "1", false),
            ("status[in]", "gone|active", true),
            ("status[in:string]", "gone|lost", false),
            ("n[in:number]", "4|5", true),
            ("n[in]", "4|5", false),
            ("a.b.c.d.e[eq]", "deep", true),
            ("a.b.c[eq]", "deep", false),
            ("list[eq]", "1", false),
            ("status.x[eq]", "active", false),
        ] {
            let condition = Condition::parse(name, value).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(condition.holds(&metadata()), expected, "{name}={value}");
        }
    }

    #[test]
    fn filters_refuse_what_no_rule_allows() {
        let eleven = ["a"; 11].join("|");
        for (name, value, expected) in [
            ("", "x", "is not the name of a field"),
            ("a-b", "x", "is not the name of a field"),
            ("a..b", "x", "is not the name of a field"),
            ("ä", "x", "is not the name of a field"),
            ("a.b.c.d.e.f", "x", "at most 5 levels"),
            ("a[eq", "x", "is not the name of a field"),
            ("a[like]", "x", "`like` is no operator"),
            ("a[]", "x", "is no operator"),
            ("a[eq:date]", "x", "`date` is no type"),
            ("a[gt:string]", "x", "`string` is no type"),
            ("a[in:boolean]", "true", "`boolean` is no type"),
            ("a[eq:number]", "five", "must be a number"),
            ("a[eq:number]", "inf", "must be a number"),
            ("a[gt]", "x", "must be a number"),
            ("a[eq:boolean]", "yes", "must be true or false"),
            ("a[in]", eleven.as_str(), "1 to 10 values, not 11"),
        ] {
            let error = Condition::parse(name, value).unwrap_err().to_string();
            assert!(error.contains(expected), "{name}={value}: {error}");
        }
        assert!(Condition::parse("a[in]", &["a"; 10].join("|")).is_ok());

        let of = |operator, values: &[Value]| Condition::new("a", operator, values.to_vec());
        assert!(of(Operator::In, &["x|y".into()]).is_err() && of(Operator::Eq, &["x|y".into()]).is_ok());
        assert!(of(Operator::Eq, &[Value::Null]).is_err() && of(Operator::Gt, &["5".into()]).is_err());
        assert!(of(Operator::In, &[]).is_err());

        let condition = of(Operator::Eq, &[1.into()]).unwrap();
        assert!(check_conditions(&vec![condition.clone(); 5]).is_ok());
        assert_eq!(check_conditions(&vec![condition; 6]), Err(FilterError::Conditions { count: 6 }));
    }
}
