//! The version of the runtime that a Worker is written for.

use super::capnp::Value;
use super::error::WorkerdError;
use super::wrangler::Wrangler;

/// The key that says it.
const DATE_KEY: &str = "compatibility_date";

/// The first day on which the client of the Images binding has the streams it needs.
const IMAGES_DATE: &str = "2022-11-30";

/// The flag that gives an older Worker those streams.
const IMAGES_FLAG: &str = "streams_enable_constructors";

/// What the Workers that are written here were written for: the first day on which the errors of calls keep their `code`.
const OWN_DATE: &str = "2026-04-21";

/// The fields of a Worker that say its version.
#[derive(Clone, Debug)]
pub(super) struct Compatibility(Vec<(&'static str, Value)>);

impl Compatibility {
    /// Returns the version of the Workers that are written here.
    pub(super) fn own() -> Self {
        Self(vec![("compatibilityDate", Value::text(OWN_DATE))])
    }

    /// Reads the version of a Worker and checks that its bindings work with it.
    pub(super) fn read(wrangler: &Wrangler, has_images: bool) -> Result<Self, WorkerdError> {
        let text = wrangler.text(DATE_KEY)?;
        let refused = |allowed| wrangler.bad_value(DATE_KEY, allowed, &text.into());
        let date = text.filter(|text| is_date(text)).ok_or_else(|| refused("a date, YYYY-MM-DD"))?;
        let flags = wrangler.texts("compatibility_flags")?;
        if has_images && date < IMAGES_DATE && !flags.contains(&IMAGES_FLAG) {
            return Err(refused("2022-11-30 or later for a Worker with images"));
        }
        let mut fields = vec![("compatibilityDate", Value::text(date))];
        if !flags.is_empty() {
            fields.push(("compatibilityFlags", Value::texts(flags)));
        }
        Ok(Self(fields))
    }

    /// Makes a service of a Worker of this version.
    pub(super) fn worker(&self, name: &str, bindings: Vec<Value>, modules: Value) -> Value {
        let mut fields = self.0.clone();
        if !bindings.is_empty() {
            fields.push(("bindings", Value::List(bindings)));
        }
        fields.push(("modules", modules));
        Value::named(name, "worker", Value::Struct(fields))
    }
}

/// Tells whether a text has the form of a date; dates of this form are in order as texts.
fn is_date(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}
