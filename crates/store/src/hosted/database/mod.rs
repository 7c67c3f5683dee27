//! The database of a store: its tables, and transactions.
//!
//! The tables and every rule are the same whichever database it is ([`sql`]). What the databases do not share is in a module each:
//! [`sqlite`], in a file, and [`postgres`], over the network. A transaction is on the disk before its function returns.

mod pool;
mod postgres;
mod sql;
mod sqlite;

use std::path::Path;

use self::postgres::Postgres;
use self::sqlite::Sqlite;
use super::HostedError;
use super::key::{self, DEFAULT_KEY};
use super::settings;
use super::variant::{self, Variant, VariantOptions};

pub use self::postgres::{PostgresError, PostgresUrl};

pub(super) use self::sql::{Dialect, Row, Transaction, Value};

/// The newest layout of the tables.
const LAYOUT: u32 = 1;

/// Returns the tables of layout 1. A draft has no file, and a time until which it waits for one.
fn tables(dialect: &Dialect) -> String {
    let Dialect { text, integer, keyed } = dialect;
    format!(
        "
CREATE TABLE image (
    id {text} PRIMARY KEY NOT NULL,
    file {text},
    filename {text},
    content_type {text},
    uploaded_ms {integer} NOT NULL,
    requires_signed_urls {integer} NOT NULL,
    metadata {text} NOT NULL,
    creator {text},
    link_until_ms {integer}
) {keyed};
CREATE INDEX image_by_time ON image (uploaded_ms, id);
CREATE INDEX image_by_file ON image (file);
CREATE TABLE variant (
    name {text} PRIMARY KEY NOT NULL,
    fit {text} NOT NULL,
    width {integer} NOT NULL,
    height {integer} NOT NULL,
    metadata {text} NOT NULL,
    never_require_signed_urls {integer} NOT NULL
) {keyed};
CREATE TABLE key (name {text} PRIMARY KEY NOT NULL, value {text} NOT NULL) {keyed};
CREATE TABLE setting (name {text} PRIMARY KEY NOT NULL, value {text} NOT NULL) {keyed};
"
    )
}

/// What a transaction does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    /// It reads, from one state of the database.
    Read,
    /// It reads and writes, and what it read holds until it has written.
    Write,
}

/// A failure of a database.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// Occurs when so many connections are in use that none was free in time.
    #[error("too many requests at once")]
    Full,
    /// Occurs when SQLite fails.
    #[error(transparent)]
    Sqlite(rusqlite::Error),
    /// Occurs when Postgres fails, or the way there.
    #[error(transparent)]
    Postgres(PostgresError),
}

/// The database of a store.
#[derive(Debug)]
pub(super) struct Database(Kind);

#[derive(Debug)]
enum Kind {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Database {
    /// Opens a database in a file, and makes one if there is none.
    pub(super) fn in_file(path: &Path) -> Result<Self, HostedError> {
        Self(Kind::Sqlite(Sqlite::new(path.to_owned()))).opened()
    }

    /// Opens a database of Postgres, and makes the tables if there are none.
    pub(super) fn at(url: &PostgresUrl) -> Result<Self, HostedError> {
        Self(Kind::Postgres(Postgres::new(url)?)).opened()
    }

    fn opened(self) -> Result<Self, HostedError> {
        match self.read(|transaction| transaction.layout())? {
            // Another server may be making it at the same moment, so this is asked again inside.
            0 => self.write(make)?,
            LAYOUT => {}
            found => {
                let name = match &self.0 {
                    Kind::Sqlite(sqlite) => sqlite.name(),
                    Kind::Postgres(postgres) => postgres.name(),
                };
                return Err(HostedError::Newer { name, found, known: LAYOUT });
            }
        }
        Ok(self)
    }

    /// Reads, from one state of the database.
    pub(super) fn read<T>(
        &self,
        read: impl FnOnce(&mut dyn Transaction) -> Result<T, HostedError>,
    ) -> Result<T, HostedError> {
        self.run(Access::Read, read)
    }

    /// Reads and writes; nothing is changed if that fails.
    pub(super) fn write<T>(
        &self,
        write: impl FnOnce(&mut dyn Transaction) -> Result<T, HostedError>,
    ) -> Result<T, HostedError> {
        self.run(Access::Write, write)
    }

    fn run<T>(
        &self,
        access: Access,
        work: impl FnOnce(&mut dyn Transaction) -> Result<T, HostedError>,
    ) -> Result<T, HostedError> {
        match &self.0 {
            Kind::Sqlite(sqlite) => sqlite.run(access, work),
            Kind::Postgres(postgres) => postgres.run(access, work),
        }
    }
}

/// Makes the tables of a new store, and what stands in them from the beginning.
fn make(transaction: &mut dyn Transaction) -> Result<(), HostedError> {
    if transaction.layout()? != 0 {
        return Ok(());
    }
    transaction.create(tables)?;
    transaction.set_layout(LAYOUT)?;
    let mut hash = key::random_text()?;
    hash.truncate(22);
    settings::put(transaction, "account_hash", &hash)?;
    key::insert(transaction, DEFAULT_KEY, &key::random_text()?)?;
    let public =
        Variant { name: "public".to_owned(), options: VariantOptions::PUBLIC, never_require_signed_urls: false };
    variant::put(transaction, &public)
}
