//! The way from a Worker to Palmette.

use super::capnp::Value;
use super::compatibility::Compatibility;
use super::error::WorkerdError;
use super::modules::built_in;

/// The name of the service that is Palmette.
const PALMETTE_SERVICE: &str = "palmette";

/// The name of the service that adds a token to requests to Palmette.
const TOKEN_SERVICE: &str = "palmette token";

/// The Worker that adds a token.
const TOKEN_SOURCE: &str = include_str!("token.js");

/// Where Palmette is and what it wants.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Palmette<'a> {
    /// Where it listens.
    pub(crate) address: &'a str,
    /// The environment variable of workerd that holds a bearer token for it, if it needs one.
    pub(crate) token_env: Option<&'a str>,
}

impl Palmette<'_> {
    /// Returns the name of the service that requests are sent to.
    pub(super) const fn service(&self) -> &'static str {
        if self.token_env.is_some() { TOKEN_SERVICE } else { PALMETTE_SERVICE }
    }

    /// Returns the services on the way.
    pub(super) fn services(&self) -> Result<Vec<Value>, WorkerdError> {
        // Palmette says where it listens as an URL, which is copied easily.
        let address = self.address.strip_prefix("http://").unwrap_or(self.address).trim_end_matches('/');
        if address.contains("//") || (address.contains('/') && !address.starts_with("unix:")) {
            return Err(WorkerdError::NoAddress { address: self.address.to_owned() });
        }
        let server = vec![("address", Value::text(address)), ("http", Value::Struct(vec![]))];
        let mut services = vec![Value::named(PALMETTE_SERVICE, "external", Value::Struct(server))];
        if let Some(variable) = self.token_env {
            let bindings = vec![
                Value::named("PALMETTE", "service", Value::text(PALMETTE_SERVICE)),
                Value::named("TOKEN", "fromEnvironment", Value::text(variable)),
            ];
            services.push(Compatibility::own().worker(TOKEN_SERVICE, bindings, built_in("token.js", TOKEN_SOURCE)));
        }
        Ok(services)
    }
}
