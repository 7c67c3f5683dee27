//! The database of a store: its tables, its connections, and transactions.
//!
//! SQLite keeps it, in its plain mode: a journal beside the file, and locks of the file system. That is slower for writers than a log of
//! writes (WAL), and works wherever locks do, so that servers on several machines may share a folder. A transaction is on the disk before its
//! function returns.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::HostedError;
use super::key::{self, DEFAULT_KEY};
use super::settings;
use super::variant::{self, Variant, VariantOptions};

/// The newest layout of the tables.
const LAYOUT: u32 = 1;

/// How long a writer waits for others.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// The most connections that are kept for later.
const MAX_IDLE: usize = 8;

/// The tables of layout 1. Times are Unix milliseconds. A draft has no file, and a time until which it waits for one.
const TABLES: &str = "
CREATE TABLE image (
    id TEXT PRIMARY KEY NOT NULL,
    file TEXT,
    filename TEXT,
    content_type TEXT,
    uploaded_ms INTEGER NOT NULL,
    requires_signed_urls INTEGER NOT NULL,
    metadata TEXT NOT NULL,
    creator TEXT,
    link_until_ms INTEGER
) WITHOUT ROWID;
CREATE INDEX image_by_time ON image (uploaded_ms, id);
CREATE INDEX image_by_file ON image (file);
CREATE TABLE variant (
    name TEXT PRIMARY KEY NOT NULL,
    fit TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    metadata TEXT NOT NULL,
    never_require_signed_urls INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE key (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE setting (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) WITHOUT ROWID;
";

/// The database of a store.
#[derive(Debug)]
pub(super) struct Database {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Database {
    /// Opens a database, and makes one if there is none.
    pub(super) fn open(path: &Path) -> Result<Self, HostedError> {
        let database = Self { path: path.to_owned(), idle: Mutex::default() };
        let found: u32 =
            database.read(|connection| Ok(connection.query_row("PRAGMA user_version", [], |row| row.get(0))?))?;
        match found {
            // Another server may be making it at the same moment, so this is asked again inside.
            0 => database.write(make)?,
            LAYOUT => {}
            _ => return Err(HostedError::Newer { path: path.to_owned(), found, known: LAYOUT }),
        }
        Ok(database)
    }

    /// Reads, from one state of the database.
    pub(super) fn read<T>(
        &self,
        read: impl FnOnce(&Transaction<'_>) -> Result<T, HostedError>,
    ) -> Result<T, HostedError> {
        self.with(TransactionBehavior::Deferred, read)
    }

    /// Reads and writes; nothing is changed if that fails.
    pub(super) fn write<T>(
        &self,
        write: impl FnOnce(&Transaction<'_>) -> Result<T, HostedError>,
    ) -> Result<T, HostedError> {
        // It waits for other writers before it reads anything, or what it read could be over when it writes.
        self.with(TransactionBehavior::Immediate, write)
    }

    fn with<T>(
        &self,
        behavior: TransactionBehavior,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, HostedError>,
    ) -> Result<T, HostedError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => self.connect()?,
        };
        let transaction = connection.transaction_with_behavior(behavior)?;
        let outcome = work(&transaction)?;
        transaction.commit()?;
        // One that failed is closed, whatever state it is in.
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MAX_IDLE {
            idle.push(connection);
        }
        Ok(outcome)
    }

    fn connect(&self) -> Result<Connection, HostedError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "synchronous", "EXTRA")?;
        Ok(connection)
    }
}

/// Makes the tables of a new store, and what stands in them from the beginning.
fn make(transaction: &Transaction<'_>) -> Result<(), HostedError> {
    let found: u32 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found != 0 {
        return Ok(());
    }
    transaction.execute_batch(TABLES)?;
    transaction.pragma_update(None, "user_version", LAYOUT)?;
    let mut hash = key::random_text()?;
    hash.truncate(22);
    settings::put(transaction, "account_hash", &hash)?;
    key::insert(transaction, DEFAULT_KEY, &key::random_text()?)?;
    let public =
        Variant { name: "public".to_owned(), options: VariantOptions::PUBLIC, never_require_signed_urls: false };
    variant::put(transaction, &public)
}
