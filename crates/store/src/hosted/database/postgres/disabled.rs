//! Postgres in a build without it.

use super::super::Access;
use super::super::sql::Transaction;
use crate::hosted::HostedError;

/// The URL of a database; there is none.
#[derive(Clone, Debug)]
pub enum PostgresUrl {}

/// A database; there is none.
#[derive(Debug)]
pub(in super::super) enum Postgres {}

/// A failure of a database; there is none.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {}

impl PostgresUrl {
    /// Refuses a URL: this build has no Postgres.
    ///
    /// # Errors
    ///
    /// [`HostedError::NotBuilt`].
    pub fn parse(_url: &str, _password: Option<&str>) -> Result<Self, HostedError> {
        Err(HostedError::NotBuilt)
    }
}

impl Postgres {
    pub(in super::super) fn new(url: &PostgresUrl) -> Result<Self, HostedError> {
        match *url {}
    }

    pub(in super::super) fn name(&self) -> String {
        match *self {}
    }

    pub(in super::super) fn run<T>(
        &self,
        _access: Access,
        _work: impl FnOnce(&mut dyn Transaction) -> Result<T, HostedError>,
    ) -> Result<T, HostedError> {
        match *self {}
    }
}
