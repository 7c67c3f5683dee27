//! The keys that delivery URLs are signed with.

use std::fmt;

use super::database::{Row, Transaction};
use super::{Hosted, HostedError};
use crate::hex::to_hex;

/// The most keys of a store: the one that signs, and the one that URLs in use were signed with.
pub const MAX_KEYS: usize = 2;
/// The name of the key of a new store, and of the one that signs if nobody says which.
pub const DEFAULT_KEY: &str = "default";

/// The most characters of a name.
const MAX_NAME_CHARS: usize = 64;
/// The random bytes of a key; its text has twice as many characters.
const SECRET_BYTES: usize = 32;

/// A key. Signatures are made with the bytes of its text.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    /// Its name.
    pub name: String,
    /// Its text, 64 hexadecimal digits.
    pub value: String,
}

impl Hosted {
    /// Returns all keys, in the order of their names.
    ///
    /// # Errors
    ///
    /// [`HostedError::Database`].
    pub fn keys(&self) -> Result<Vec<Key>, HostedError> {
        let key = |row: &Row| Ok(Key { name: row.text(0)?, value: row.text(1)? });
        let sql = "SELECT name, value FROM key ORDER BY name";
        self.database.read(|transaction| transaction.query(sql, &[])?.iter().map(key).collect())
    }

    /// Returns a key.
    ///
    /// # Errors
    ///
    /// [`HostedError::Missing`], [`HostedError::Database`].
    pub fn key(&self, name: &str) -> Result<Key, HostedError> {
        let sql = "SELECT value FROM key WHERE name = $1";
        let found = self.database.read(|transaction| transaction.first(sql, &[name.into()]))?;
        let missing = || HostedError::Missing { kind: "key", name: name.to_owned() };
        Ok(Key { name: name.to_owned(), value: found.ok_or_else(missing)?.text(0)? })
    }

    /// Makes a key, or gives one that is there a new text; URLs that were signed with its old one do not hold any more.
    ///
    /// # Errors
    ///
    /// [`HostedError::KeyName`], [`HostedError::TooMany`], [`HostedError::Random`], [`HostedError::Database`].
    pub fn put_key(&self, name: &str) -> Result<(), HostedError> {
        if !super::is_plain_name(name, MAX_NAME_CHARS) {
            return Err(HostedError::KeyName { name: super::id::excerpt(name), max_chars: MAX_NAME_CHARS });
        }
        let value = random_text()?;
        self.database.write(|transaction| {
            if transaction.number("SELECT count(*) FROM key WHERE name != $1", &[name.into()])? >= MAX_KEYS as u64 {
                return Err(HostedError::TooMany { kind: "keys", max: MAX_KEYS });
            }
            insert(transaction, name, &value)
        })
    }

    /// Removes a key. There is always one: in place of the last one comes a new [`DEFAULT_KEY`].
    ///
    /// # Errors
    ///
    /// [`HostedError::Missing`], [`HostedError::Random`], [`HostedError::Database`].
    pub fn delete_key(&self, name: &str) -> Result<(), HostedError> {
        let next = random_text()?;
        self.database.write(|transaction| {
            if transaction.execute("DELETE FROM key WHERE name = $1", &[name.into()])? == 0 {
                return Err(HostedError::Missing { kind: "key", name: name.to_owned() });
            }
            if transaction.number("SELECT count(*) FROM key", &[])? == 0 {
                insert(transaction, DEFAULT_KEY, &next)
            } else {
                Ok(())
            }
        })
    }
}

/// Writes a key, in place of one of the same name.
pub(super) fn insert(transaction: &mut dyn Transaction, name: &str, value: &str) -> Result<(), HostedError> {
    let sql = "INSERT INTO key (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    transaction.execute(sql, &[name.into(), value.into()]).map(drop)
}

/// Makes a text that nobody can guess.
pub(super) fn random_text() -> Result<String, HostedError> {
    let mut bytes = [0; SECRET_BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(to_hex(&bytes))
}

/// Without its text, which must not get into a log.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("name", &self.name).finish_non_exhaustive()
    }
}
