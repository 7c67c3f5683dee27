//! How the rules speak with a database, whichever it is: statements, values, rows.
//!
//! Statements are written once, in the SQL that SQLite and Postgres have in common: values are `$1`, `$2`; a row in place of another one is
//! `ON CONFLICT … DO UPDATE`; truth is 0 or 1; times are Unix milliseconds. What cannot be said so is a method of [`Transaction`].

use crate::hosted::HostedError;

/// A value in a statement or in a row.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::hosted) enum Value {
    Null,
    Integer(i64),
    Text(String),
}

/// A row of an answer.
#[derive(Clone, Debug)]
pub(in crate::hosted) struct Row(pub(super) Vec<Value>);

/// A transaction that has begun.
pub(in crate::hosted) trait Transaction {
    /// Runs a statement; returns how many rows it changed.
    fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64, HostedError>;

    /// Returns all rows of an answer.
    fn query(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Row>, HostedError>;

    /// Returns the first row, if there is one.
    fn first(&mut self, sql: &str, values: &[Value]) -> Result<Option<Row>, HostedError> {
        Ok(self.query(sql, values)?.into_iter().next())
    }

    /// Returns a number that is always there, such as that of rows.
    fn number(&mut self, sql: &str, values: &[Value]) -> Result<u64, HostedError> {
        let row = self.first(sql, values)?.ok_or_else(|| HostedError::Corrupt { what: "no row".to_owned() })?;
        Ok(u64::try_from(row.integer(0)?).unwrap_or(0))
    }

    /// Returns the layout of the tables; 0 if there are none.
    fn layout(&mut self) -> Result<u32, HostedError>;

    /// Notes the layout of the tables.
    fn set_layout(&mut self, layout: u32) -> Result<(), HostedError>;

    /// Makes tables, as they are written for this database.
    fn create(&mut self, tables: fn(&Dialect) -> String) -> Result<(), HostedError>;
}

/// The words of tables that the databases do not share.
#[derive(Debug)]
pub(in crate::hosted) struct Dialect {
    /// The type of texts, which are ordered by their bytes.
    pub(super) text: &'static str,
    /// The type of integers of 64 bits.
    pub(super) integer: &'static str,
    /// What stands behind a table that is found by its key alone.
    pub(super) keyed: &'static str,
}

impl Row {
    /// Returns an integer.
    pub(in crate::hosted) fn integer(&self, column: usize) -> Result<i64, HostedError> {
        self.integer_or_null(column)?.ok_or_else(|| self.unexpected(column))
    }

    /// Returns an integer, if there is a value.
    pub(in crate::hosted) fn integer_or_null(&self, column: usize) -> Result<Option<i64>, HostedError> {
        match self.0.get(column) {
            Some(Value::Null) => Ok(None),
            Some(Value::Integer(integer)) => Ok(Some(*integer)),
            _ => Err(self.unexpected(column)),
        }
    }

    /// Returns a text.
    pub(in crate::hosted) fn text(&self, column: usize) -> Result<String, HostedError> {
        self.text_or_null(column)?.ok_or_else(|| self.unexpected(column))
    }

    /// Returns a text, if there is a value.
    pub(in crate::hosted) fn text_or_null(&self, column: usize) -> Result<Option<String>, HostedError> {
        match self.0.get(column) {
            Some(Value::Null) => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text.clone())),
            _ => Err(self.unexpected(column)),
        }
    }

    fn unexpected(&self, column: usize) -> HostedError {
        HostedError::Corrupt { what: format!("column {column} of a row is {:?}", self.0.get(column)) }
    }
}

impl From<i64> for Value {
    fn from(integer: i64) -> Self {
        Self::Integer(integer)
    }
}

impl From<u32> for Value {
    fn from(integer: u32) -> Self {
        Self::Integer(integer.into())
    }
}

impl From<bool> for Value {
    fn from(is_true: bool) -> Self {
        Self::Integer(is_true.into())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
