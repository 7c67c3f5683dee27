//! What holds for all pictures of a store: its name in URLs, and what the API calls its config.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::database::Transaction;
use super::{Hosted, HostedError};

/// The shortest and the longest time that browsers may be told to keep a picture: an hour to a year.
pub(super) const BROWSER_TTL_S: RangeInclusive<u64> = 3600..=31_536_000;

/// Two days.
const DEFAULT_BROWSER_TTL_S: u64 = 172_800;

/// What holds for all pictures of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostedSettings {
    /// What stands for the store in delivery URLs, made with it.
    pub account_hash: String,
    /// Whether delivery URLs may have options in place of the name of a variant; default no.
    pub flexible_variants: bool,
    /// How long browsers may keep a picture; default two days.
    pub browser_ttl: Duration,
}

impl Hosted {
    /// Returns the settings.
    ///
    /// # Errors
    ///
    /// [`HostedError::Database`], [`HostedError::Corrupt`].
    pub fn settings(&self) -> Result<HostedSettings, HostedError> {
        self.database.read(|transaction| {
            let mut get = |name: &str| {
                let found = transaction.first("SELECT value FROM setting WHERE name = $1", &[name.into()])?;
                found.map(|row| row.text(0)).transpose()
            };
            let no_hash = || HostedError::Corrupt { what: "it has no account_hash".to_owned() };
            let ttl_s = get("browser_ttl_s")?.and_then(|text| text.parse().ok()).unwrap_or(DEFAULT_BROWSER_TTL_S);
            Ok(HostedSettings {
                account_hash: get("account_hash")?.ok_or_else(no_hash)?,
                flexible_variants: get("flexible_variants")?.as_deref() == Some("true"),
                browser_ttl: Duration::from_secs(ttl_s),
            })
        })
    }

    /// Changes what the API calls the config; what is absent stays.
    ///
    /// # Errors
    ///
    /// [`HostedError::BrowserTtl`], and those of [`settings`](Self::settings).
    pub fn configure(
        &self,
        flexible_variants: Option<bool>,
        browser_ttl_s: Option<u64>,
    ) -> Result<HostedSettings, HostedError> {
        if let Some(asked_s) = browser_ttl_s.filter(|seconds| !BROWSER_TTL_S.contains(seconds)) {
            return Err(HostedError::BrowserTtl { asked_s });
        }
        self.database.write(|transaction| {
            if let Some(is_on) = flexible_variants {
                put(transaction, "flexible_variants", if is_on { "true" } else { "false" })?;
            }
            if let Some(seconds) = browser_ttl_s {
                put(transaction, "browser_ttl_s", &seconds.to_string())?;
            }
            Ok(())
        })?;
        self.settings()
    }
}

/// Writes a setting, in place of what it was.
pub(super) fn put(transaction: &mut dyn Transaction, name: &str, value: &str) -> Result<(), HostedError> {
    let sql = "INSERT INTO setting (name, value) VALUES ($1, $2) \
               ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    transaction.execute(sql, &[name.into(), value.into()]).map(drop)
}
