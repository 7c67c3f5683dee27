//! SQLite, in a file.
//!
//! In its plain mode: a journal beside the file, and locks of the file system. That is slower for writers than a log of writes (WAL), and works
//! wherever locks do, so that servers on several machines may share a folder. A transaction that writes waits for all others before it reads
//! anything, or what it read could be over when it writes.

use std::path::PathBuf;
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, Statement, ToSql, TransactionBehavior};

use super::pool::Pool;
use super::sql::{Dialect, Row, Transaction, Value};
use super::{Access, DatabaseError};
use crate::hosted::HostedError;

/// How long a writer waits for others.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// How tables are written.
const DIALECT: Dialect = Dialect { text: "TEXT", integer: "INTEGER", keyed: "WITHOUT ROWID" };

/// A database in a file.
#[derive(Debug)]
pub(super) struct Sqlite {
    path: PathBuf,
    pool: Pool<Connection>,
}

impl Sqlite {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, pool: Pool::default() }
    }

    /// Names the database.
    pub(super) fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// Does something in a transaction.
    pub(super) fn run<T>(
        &self,
        access: Access,
        work: impl FnOnce(&mut dyn Transaction) -> Result<T, HostedError>,
    ) -> Result<T, HostedError> {
        let (turn, idle) = self.pool.turn().ok_or(DatabaseError::Full)?;
        let mut connection = match idle {
            Some(connection) => connection,
            None => self.connect()?,
        };
        let behavior = match access {
            Access::Read => TransactionBehavior::Deferred,
            Access::Write => TransactionBehavior::Immediate,
        };
        // If the folder was away for a while, what was opened before is of no more use.
        let begun = connection.transaction_with_behavior(behavior).inspect_err(|_| drop(self.pool.take_idle()));
        let mut transaction = begun?;
        let outcome = work(&mut transaction)?;
        transaction.commit()?;
        // One that failed is closed, whatever state it is in.
        turn.keep(connection);
        Ok(outcome)
    }

    fn connect(&self) -> Result<Connection, rusqlite::Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "synchronous", "EXTRA")?;
        Ok(connection)
    }
}

impl Transaction for rusqlite::Transaction<'_> {
    fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64, HostedError> {
        let mut statement = self.prepare(sql)?;
        bind(&mut statement, values)?;
        Ok(statement.raw_execute()? as u64)
    }

    fn query(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Row>, HostedError> {
        let mut statement = self.prepare(sql)?;
        bind(&mut statement, values)?;
        let columns = statement.column_count();
        let mut found = Vec::new();
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
            let value = |column| Ok::<_, HostedError>(read(row.get_ref(column)?));
            found.push(Row((0..columns).map(value).collect::<Result<_, _>>()?));
        }
        Ok(found)
    }

    fn layout(&mut self) -> Result<u32, HostedError> {
        Ok(self.query_row("PRAGMA user_version", [], |row| row.get(0))?)
    }

    fn set_layout(&mut self, layout: u32) -> Result<(), HostedError> {
        Ok(self.pragma_update(None, "user_version", layout)?)
    }

    fn create(&mut self, tables: fn(&Dialect) -> String) -> Result<(), HostedError> {
        Ok(self.execute_batch(&tables(&DIALECT))?)
    }
}

/// Gives a statement its values, by their names: to SQLite `$1` is one like another.
fn bind(statement: &mut Statement<'_>, values: &[Value]) -> rusqlite::Result<()> {
    for (number, value) in (1..).zip(values) {
        let name = format!("${number}");
        let place = statement.parameter_index(&name)?.ok_or(rusqlite::Error::InvalidParameterName(name))?;
        statement.raw_bind_parameter(place, value)?;
    }
    Ok(())
}

/// Reads a value. What this store does not write counts as nothing.
fn read(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Integer(integer) => Value::Integer(integer),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Null | ValueRef::Real(_) | ValueRef::Blob(_) => Value::Null,
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(integer) => ValueRef::Integer(*integer),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

impl From<rusqlite::Error> for HostedError {
    fn from(error: rusqlite::Error) -> Self {
        let is_busy = matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked));
        let error = DatabaseError::Sqlite(error);
        if is_busy { Self::Unavailable(error) } else { Self::Database(error) }
    }
}
