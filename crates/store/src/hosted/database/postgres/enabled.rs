//! Postgres by the crate `postgres`, whose calls wait where they are made.
//!
//! The tables are in a schema of their own, `palmette`, so that a database may have others beside it.
//!
//! Transactions that write take one lock first, and are one after the other, as in SQLite: then rules that read and write ("no more than two
//! keys", "a link is used once") hold by the very code that holds them there, and none has to be tried again. Those that only read take no lock, and see
//! one state. The price is that all servers together write as fast as one can; a transaction is a few small rows, never the bytes of a picture.
//! A writer that is cut off loses the lock with its connection, or after [`LIMITS`].
//!
//! Values go along with their statement, which is not prepared first: that is one way there and back, and works behind a proxy that hands
//! connections around.

use std::borrow::Cow;
use std::error::Error as _;
use std::fmt;
use std::thread;
use std::time::Duration;

use bytes::BytesMut;
use postgres::config::Host;
use postgres::types::{FromSql, IsNull, ToSql, Type};
use postgres::{Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::super::pool::Pool;
use super::super::sql::{Dialect, Row, Transaction, Value};
use super::super::{Access, DatabaseError};
use crate::hosted::HostedError;

/// Time for a connection to each host of a URL, where it does not say another one.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Time for the other side to confirm what was sent, where a URL does not say another one.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(10);

/// How tables are written. Texts are ordered by their bytes, as in SQLite, and not by a language.
const DIALECT: Dialect = Dialect { text: "TEXT COLLATE \"C\"", integer: "BIGINT", keyed: "" };

/// What holds for a transaction: where its tables are, and how long it may wait for others, compute, and leave others waiting.
const LIMITS: &str = "SET LOCAL search_path = palmette; SET LOCAL lock_timeout = '10s'; SET LOCAL statement_timeout = '60s'; \
                      SET LOCAL idle_in_transaction_session_timeout = '30s'";

/// The lock of those who write.
const LOCK: i64 = i64::from_be_bytes(*b"palmette");

/// Codes of failures, or how they begin, that are over after a while: the connection, resources, a server that starts or stops, or only reads;
/// and those of transactions that were in each other's way, or took too long.
const TRANSIENT: [&str; 9] = ["08", "53", "57P", "57014", "55P03", "40001", "40P01", "25006", "25P03"];

/// Codes of failures, or how they begin, after which a connection is of no use.
const LOST: [&str; 3] = ["08", "57P", "25P03"];

/// The URL of a database of Postgres, checked, with the password.
#[derive(Clone, Debug)]
pub struct PostgresUrl(Box<Config>);

/// A database of Postgres.
pub(in super::super) struct Postgres {
    config: Box<Config>,
    tls: MakeRustlsConnect,
    pool: Pool<Client>,
}

/// A failure of Postgres, or of the way there.
#[derive(Debug)]
pub struct PostgresError(postgres::Error);

impl PostgresUrl {
    /// Reads a URL, `postgres://USER@HOST:PORT/DATABASE?sslmode=require`. The password is not in it, since URLs are shown to everybody: in
    /// lists of processes, and in logs.
    ///
    /// # Errors
    ///
    /// [`HostedError::Url`].
    pub fn parse(url: &str, password: Option<&str>) -> Result<Self, HostedError> {
        let wrong = |why: String| HostedError::Url { why };
        if !Self::is_one(url) {
            return Err(wrong("it must begin with postgres://".to_owned()));
        }
        // Certificates are always verified, so these ask for what `require` does.
        let (place, options) = url.rsplit_once('?').unwrap_or((url, ""));
        let options = options.replace("sslmode=verify-full", "sslmode=require");
        let options = options.replace("sslmode=verify-ca", "sslmode=require");
        let mut config: Config =
            format!("{place}?{options}").parse().map_err(|error| wrong(PostgresError(error).to_string()))?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(wrong("it names no host".to_owned()));
        }
        if config.get_password().is_some() {
            return Err(wrong("it has a password, which belongs into a file".to_owned()));
        }
        if let Some(password) = password {
            config.password(password);
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(SILENCE_TIMEOUT);
        }
        if config.get_application_name().is_none() {
            config.application_name("palmette");
        }
        Ok(Self(Box::new(config)))
    }
}

impl Postgres {
    pub(in super::super) fn new(url: &PostgresUrl) -> Result<Self, HostedError> {
        let tls = crate::tls::config().map_err(|error| HostedError::Authorities { source: error })?;
        Ok(Self { config: url.0.clone(), tls: MakeRustlsConnect::new(tls), pool: Pool::default() })
    }

    /// Names the database, without the password.
    pub(in super::super) fn name(&self) -> String {
        let host = self.config.get_hosts().first().map(|host| match host {
            Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            Host::Unix(path) => path.display().to_string(),
        });
        format!("postgres://{}/{}", host.unwrap_or_default(), self.config.get_dbname().unwrap_or_default())
    }

    /// Does something in a transaction.
    pub(in super::super) fn run<T>(
        &self,
        access: Access,
        work: impl FnOnce(&mut dyn Transaction) -> Result<T, HostedError>,
    ) -> Result<T, HostedError> {
        let (turn, idle) = self.pool.turn().ok_or(DatabaseError::Full)?;
        let mut client = self.begin(access, idle)?;
        let outcome = work(&mut client);
        let ended = client.batch_execute(if outcome.is_ok() { "COMMIT" } else { "ROLLBACK" });
        if ended.is_ok() {
            turn.keep(client);
        }
        // If it failed before its end, that is the reason.
        let outcome = outcome?;
        ended?;
        Ok(outcome)
    }

    /// Begins a transaction, over an idle connection, or over a new one if that was lost in the meantime.
    fn begin(&self, access: Access, idle: Option<Client>) -> Result<Client, postgres::Error> {
        let begin = match access {
            Access::Read => format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {LIMITS}"),
            Access::Write => format!(
                "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; {LIMITS}; SELECT pg_advisory_xact_lock({LOCK})"
            ),
        };
        if let Some(mut client) = idle {
            match client.batch_execute(&begin) {
                Ok(()) => return Ok(client),
                // The others were probably lost with it.
                Err(error) if has_code(&error, &LOST) => drop(self.pool.take_idle()),
                Err(error) => return Err(error),
            }
        }
        let mut client = self.config.connect(self.tls.clone())?;
        client.batch_execute(&begin)?;
        Ok(client)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // A connection waits for its end, and where servers end nobody may wait.
        let idle = self.pool.take_idle();
        if !idle.is_empty() {
            let _ = thread::Builder::new().spawn(move || drop(idle));
        }
    }
}

impl Transaction for Client {
    fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64, HostedError> {
        Ok(self.execute_typed(sql, &typed(values))?)
    }

    fn query(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Row>, HostedError> {
        let rows = self.query_typed(sql, &typed(values))?;
        let read = |row: &postgres::Row| (0..row.len()).map(|column| row.try_get(column)).collect::<Result<_, _>>();
        Ok(rows.iter().map(|row| read(row).map(Row)).collect::<Result<_, postgres::Error>>()?)
    }

    fn layout(&mut self) -> Result<u32, HostedError> {
        let known = "SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = 'palmette' AND tablename = 'layout'";
        if self.number(known, &[])? == 0 {
            return Ok(0);
        }
        Ok(u32::try_from(self.number("SELECT number FROM layout", &[])?).unwrap_or(u32::MAX))
    }

    fn set_layout(&mut self, layout: u32) -> Result<(), HostedError> {
        Transaction::execute(self, "UPDATE layout SET number = $1", &[layout.into()]).map(drop)
    }

    fn create(&mut self, tables: fn(&Dialect) -> String) -> Result<(), HostedError> {
        // To make a schema takes a right that is not needed if there is one.
        if self.number("SELECT count(*) FROM pg_catalog.pg_namespace WHERE nspname = 'palmette'", &[])? == 0 {
            self.batch_execute("CREATE SCHEMA palmette")?;
        }
        self.batch_execute("CREATE TABLE layout (number BIGINT NOT NULL); INSERT INTO layout VALUES (0)")?;
        Ok(self.batch_execute(&tables(&DIALECT))?)
    }
}

/// Says of what type values are. That of nothing is what stands at its place.
fn typed(values: &[Value]) -> Vec<(&(dyn ToSql + Sync), Type)> {
    let typed = |value| {
        let kind = match value {
            &Value::Null => Type::UNKNOWN,
            Value::Integer(_) => Type::INT8,
            Value::Text(_) => Type::TEXT,
        };
        (value as &(dyn ToSql + Sync), kind)
    };
    values.iter().map(typed).collect()
}

type AnyError = Box<dyn std::error::Error + Sync + Send>;

impl ToSql for Value {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, AnyError> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Integer(integer) => integer.to_sql(kind, out),
            Self::Text(text) => without_nul(text).as_ref().to_sql(kind, out),
        }
    }

    fn accepts(_kind: &Type) -> bool {
        true
    }

    postgres::types::to_sql_checked!();
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Self, AnyError> {
        match *kind {
            Type::INT8 => i64::from_sql(kind, raw).map(Self::Integer),
            _ => String::from_sql(kind, raw).map(|text| Self::Text(with_nul(text))),
        }
    }

    fn from_sql_null(_kind: &Type) -> Result<Self, AnyError> {
        Ok(Self::Null)
    }

    fn accepts(kind: &Type) -> bool {
        *kind == Type::INT8 || <String as FromSql<'_>>::accepts(kind)
    }
}

/// What NUL is written with, which no text of Postgres may have. Two characters stand for each of these two.
const ESCAPE: char = '\u{1a}';

/// Writes a text that may have NUL.
fn without_nul(text: &str) -> Cow<'_, str> {
    if !text.contains(['\0', ESCAPE]) {
        return text.into();
    }
    text.replace(ESCAPE, "\u{1a}1").replace('\0', "\u{1a}0").into()
}

/// Reads a text that was written so.
fn with_nul(text: String) -> String {
    if text.contains(ESCAPE) { text.replace("\u{1a}0", "\0").replace("\u{1a}1", "\u{1a}") } else { text }
}

/// Tells whether a failure has one of these codes, or none, and so comes from the connection.
fn has_code(error: &postgres::Error, codes: &[&str]) -> bool {
    error.code().is_none_or(|code| codes.iter().any(|start| code.code().starts_with(start)))
}

impl From<postgres::Error> for HostedError {
    fn from(error: postgres::Error) -> Self {
        let is_transient = has_code(&error, &TRANSIENT);
        let error = DatabaseError::Postgres(PostgresError(error));
        if is_transient { Self::Unavailable(error) } else { Self::Database(error) }
    }
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Postgres").field("config", &self.config).finish_non_exhaustive()
    }
}

/// With the reason, without which the crate's words say little.
impl fmt::Display for PostgresError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)?;
        match self.0.source() {
            Some(source) => write!(f, ": {source}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for PostgresError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source().and_then(std::error::Error::source)
    }
}

#[cfg(test)]
mod tests {
    use postgres::config::SslMode;

    use super::*;

    #[test]
    fn postgres_urls_are_checked() {
        let url = PostgresUrl::parse("postgres://ann@db.example:5433/pictures?sslmode=verify-full", Some("secret"));
        let PostgresUrl(config) = url.unwrap();
        assert_eq!((config.get_password(), config.get_ssl_mode()), (Some(&b"secret"[..]), SslMode::Require));
        assert_eq!(config.get_connect_timeout(), Some(&CONNECT_TIMEOUT));
        assert!(!format!("{config:?}").contains("secret"));
        for (url, expected) in [
            ("mysql://ann@db/pictures", "postgres://"),
            ("postgres://", "no host"),
            ("postgres://ann@db:x/pictures", "port"),
            ("postgres://ann@db/pictures?sslmode=maybe", "sslmode"),
            ("postgres://ann@db/pictures?frob=1", "frob"),
            ("postgres://ann:secret@db/pictures", "it has a password"),
        ] {
            let error = PostgresUrl::parse(url, None).unwrap_err().to_string();
            assert!(error.contains(expected) && !error.contains("secret"), "{url}: {error}");
        }
    }

    #[test]
    fn postgres_keeps_every_text() {
        for text in ["", "plain", "a\0b", "\u{1a}", "\u{1a}0", "\0\u{1a}1\0"] {
            let written = without_nul(text);
            assert!(!written.contains('\0'));
            assert_eq!(with_nul(written.into_owned()), text);
        }
    }
}
