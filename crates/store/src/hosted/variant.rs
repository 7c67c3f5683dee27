//! Variants: sizes with a name, which delivery URLs end with.

use super::database::{Row, Transaction, Value};
use super::{Hosted, HostedError};

/// The most variants of a store.
pub const MAX_VARIANTS: usize = 100;
/// The most characters of a name.
pub(super) const MAX_NAME_CHARS: usize = 99;
/// The most pixels along a side.
pub(super) const MAX_SIDE_PX: u32 = 12_000;

/// Why a variant is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VariantError {
    /// Occurs when a name could be options, or needs to be escaped in a URL.
    #[error("`{name}` cannot be the name of a variant: it must be 1 to {MAX_NAME_CHARS} letters, digits, `-` or `_`")]
    Name {
        /// The name.
        name: String,
    },
    /// Occurs when a side is 0 or too long.
    #[error("width and height of a variant are 1 to {MAX_SIDE_PX}, not {actual}")]
    Side {
        /// The length.
        actual: u64,
    },
    /// Occurs when a word is none of those that are allowed.
    #[error("`{actual}` is not allowed for `{option}` of a variant, only {}", allowed.join(", "))]
    Word {
        /// The option.
        option: &'static str,
        /// The word.
        actual: String,
        /// What is allowed.
        allowed: &'static [&'static str],
    },
}

/// A variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Its name.
    pub name: String,
    /// What it makes of a picture.
    pub options: VariantOptions,
    /// Whether it shows pictures without a signature that require one elsewhere.
    pub never_require_signed_urls: bool,
}

/// What a variant makes of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VariantOptions {
    /// How the picture fits: one of [`VariantOptions::FITS`].
    pub fit: &'static str,
    /// The width in pixels.
    pub width: u32,
    /// The height in pixels.
    pub height: u32,
    /// What is kept of its metadata: one of [`VariantOptions::METADATA`].
    pub metadata: &'static str,
}

/// What is to change of a variant; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct VariantChange {
    /// [`VariantOptions::fit`].
    pub fit: Option<String>,
    /// [`VariantOptions::width`].
    pub width: Option<u64>,
    /// [`VariantOptions::height`].
    pub height: Option<u64>,
    /// [`VariantOptions::metadata`].
    pub metadata: Option<String>,
    /// [`Variant::never_require_signed_urls`].
    pub never_require_signed_urls: Option<bool>,
}

impl VariantOptions {
    /// The ways that a picture may fit.
    pub const FITS: &'static [&'static str] = &["scale-down", "contain", "cover", "crop", "pad"];
    /// What may be kept of metadata.
    pub const METADATA: &'static [&'static str] = &["keep", "copyright", "none"];

    /// The variant `public` of a new store: what fits on most screens.
    pub(super) const PUBLIC: Self = Self { fit: "scale-down", width: 1366, height: 768, metadata: "none" };
}

impl VariantChange {
    /// Returns a variant with the change.
    fn apply(&self, variant: &mut Variant) -> Result<(), VariantError> {
        let options = &mut variant.options;
        if let Some(fit) = &self.fit {
            options.fit = word("fit", fit, VariantOptions::FITS)?;
        }
        if let Some(metadata) = &self.metadata {
            options.metadata = word("metadata", metadata, VariantOptions::METADATA)?;
        }
        if let Some(width) = self.width {
            options.width = side(width)?;
        }
        if let Some(height) = self.height {
            options.height = side(height)?;
        }
        if let Some(never) = self.never_require_signed_urls {
            variant.never_require_signed_urls = never;
        }
        Ok(())
    }
}

impl Hosted {
    /// Returns all variants, in the order of their names.
    ///
    /// # Errors
    ///
    /// [`HostedError::Database`].
    pub fn variants(&self) -> Result<Vec<Variant>, HostedError> {
        let sql = format!("SELECT {COLUMNS} FROM variant ORDER BY name");
        self.database.read(|transaction| transaction.query(&sql, &[])?.iter().map(from_row).collect())
    }

    /// Returns a variant, if there is one of that name.
    ///
    /// # Errors
    ///
    /// [`HostedError::Database`].
    pub fn variant(&self, name: &str) -> Result<Option<Variant>, HostedError> {
        self.database.read(|transaction| find(transaction, name))
    }

    /// Makes a variant. What the change does not say is as in a new store's `public`, but for `scale-down` with both sides.
    ///
    /// # Errors
    ///
    /// [`HostedError::Variant`], [`HostedError::Exists`], [`HostedError::TooMany`], [`HostedError::Database`].
    pub fn add_variant(&self, name: &str, change: &VariantChange) -> Result<Variant, HostedError> {
        let mut variant = Variant {
            name: check_name(name)?.to_owned(),
            options: VariantOptions::PUBLIC,
            never_require_signed_urls: false,
        };
        change.apply(&mut variant)?;
        self.database.write(|transaction| {
            if find(transaction, name)?.is_some() {
                return Err(HostedError::Exists { kind: "variant", name: name.to_owned() });
            }
            if transaction.number("SELECT count(*) FROM variant", &[])? >= MAX_VARIANTS as u64 {
                return Err(HostedError::TooMany { kind: "variants", max: MAX_VARIANTS });
            }
            put(transaction, &variant)
        })?;
        Ok(variant)
    }

    /// Changes a variant.
    ///
    /// # Errors
    ///
    /// [`HostedError::Variant`], [`HostedError::Missing`], [`HostedError::Database`].
    pub fn change_variant(&self, name: &str, change: &VariantChange) -> Result<Variant, HostedError> {
        self.database.write(|transaction| {
            let missing = || HostedError::Missing { kind: "variant", name: name.to_owned() };
            let mut variant = find(transaction, name)?.ok_or_else(missing)?;
            change.apply(&mut variant)?;
            put(transaction, &variant)?;
            Ok(variant)
        })
    }

    /// Removes a variant.
    ///
    /// # Errors
    ///
    /// [`HostedError::Missing`], [`HostedError::Database`].
    pub fn delete_variant(&self, name: &str) -> Result<(), HostedError> {
        let sql = "DELETE FROM variant WHERE name = $1";
        match self.database.write(|transaction| transaction.execute(sql, &[name.into()]))? {
            0 => Err(HostedError::Missing { kind: "variant", name: name.to_owned() }),
            _ => Ok(()),
        }
    }
}

/// The columns of [`from_row`], in its order.
const COLUMNS: &str = "name, fit, width, height, metadata, never_require_signed_urls";

/// Makes a variant of a row.
fn from_row(row: &Row) -> Result<Variant, HostedError> {
    let word = |column: usize, words: &'static [&'static str]| {
        let text = row.text(column)?;
        // What this store does not write counts as its default.
        Ok::<_, HostedError>(words.iter().copied().find(|word| *word == text).unwrap_or(words[0]))
    };
    let side = |column| Ok::<_, HostedError>(side(u64::try_from(row.integer(column)?).unwrap_or(0))?);
    Ok(Variant {
        name: row.text(0)?,
        options: VariantOptions {
            fit: word(1, VariantOptions::FITS)?,
            width: side(2)?,
            height: side(3)?,
            metadata: word(4, VariantOptions::METADATA)?,
        },
        never_require_signed_urls: row.integer(5)? != 0,
    })
}

/// Finds a variant.
fn find(transaction: &mut dyn Transaction, name: &str) -> Result<Option<Variant>, HostedError> {
    let row = transaction.first(&format!("SELECT {COLUMNS} FROM variant WHERE name = $1"), &[name.into()])?;
    row.as_ref().map(from_row).transpose()
}

/// Writes a variant, in place of one of the same name.
pub(super) fn put(transaction: &mut dyn Transaction, variant: &Variant) -> Result<(), HostedError> {
    let Variant { name, options: VariantOptions { fit, width, height, metadata }, never_require_signed_urls } = variant;
    let values: [Value; 6] = [
        name.as_str().into(),
        (*fit).into(),
        (*width).into(),
        (*height).into(),
        (*metadata).into(),
        (*never_require_signed_urls).into(),
    ];
    let sql = format!(
        "INSERT INTO variant ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (name) DO UPDATE SET \
         fit = excluded.fit, width = excluded.width, height = excluded.height, metadata = excluded.metadata, \
         never_require_signed_urls = excluded.never_require_signed_urls"
    );
    transaction.execute(&sql, &values).map(drop)
}

/// Checks a name, which must not look like options.
fn check_name(name: &str) -> Result<&str, VariantError> {
    if super::is_plain_name(name, MAX_NAME_CHARS) {
        return Ok(name);
    }
    Err(VariantError::Name { name: super::id::excerpt(name) })
}

/// Checks a side.
fn side(actual: u64) -> Result<u32, VariantError> {
    u32::try_from(actual).ok().filter(|side| (1..=MAX_SIDE_PX).contains(side)).ok_or(VariantError::Side { actual })
}

/// Finds a word among those that are allowed.
fn word(option: &'static str, actual: &str, allowed: &'static [&'static str]) -> Result<&'static str, VariantError> {
    let found = allowed.iter().copied().find(|word| *word == actual);
    found.ok_or_else(|| VariantError::Word { option, actual: super::id::excerpt(actual), allowed })
}
