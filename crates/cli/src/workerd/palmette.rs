//! The way from a Worker to Palmette.
//!
//! The binding calls methods for hosted pictures, which only a Worker has. So it leads to the [adapter](ADAPTER), which makes requests of calls; behind
//! that is the Worker that adds a token, if one is needed; and last the server, an external service.

use std::net::Ipv6Addr;
use std::path::Path;

use serde_json::json;

use super::capnp::Value;
use super::compatibility::Compatibility;
use super::error::WorkerdError;
use super::modules::{absolute, built_in, relative};
use crate::commands::ADAPTER;
use crate::error::Error;

/// The name of the service that the binding leads to.
pub(super) const BINDING_SERVICE: &str = "palmette binding";

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
    /// The file of the authority that its certificate is from, if it has TLS and that is none that browsers know.
    pub(crate) ca: Option<&'a Path>,
    /// The environment variable of workerd that holds a bearer token for it, if it needs one.
    pub(crate) token_env: Option<&'a str>,
}

impl Palmette<'_> {
    /// Returns the services on the way, the first of them [`BINDING_SERVICE`], for a configuration in `folder`, which is absolute.
    pub(super) fn services(&self, folder: &Path) -> Result<Vec<Value>, Error> {
        // Palmette says where it listens as a URL, which is copied easily.
        let (secure, plain) = (self.address.strip_prefix("https://"), self.address.strip_prefix("http://"));
        let address = secure.or(plain).map_or(self.address, |url| url.strip_suffix('/').unwrap_or(url));
        if !is_address(address) || (secure.is_some() && address.starts_with("unix:")) {
            return Err(WorkerdError::NoAddress { address: self.address.to_owned() }.into());
        }
        let protocol = match (secure, self.ca) {
            (Some(_), ca) => ("https", https(ca, folder)?),
            (None, None) => ("http", Value::Struct(vec![])),
            (None, Some(_)) => return Err(WorkerdError::NoTls { address: self.address.to_owned() }.into()),
        };
        let scheme = protocol.0;
        let server = Value::named(
            PALMETTE_SERVICE,
            "external",
            Value::Struct(vec![("address", Value::text(address)), protocol]),
        );
        let behind = if self.token_env.is_some() { TOKEN_SERVICE } else { PALMETTE_SERVICE };
        let mut services = vec![adapter(scheme, address, behind), server];
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

/// Returns the Worker that the binding calls, before the service `behind`.
fn adapter(scheme: &str, address: &str, behind: &str) -> Value {
    // A socket of Unix is no part of a URL.
    let host = if address.starts_with("unix:") { "localhost" } else { address };
    let config = json!({ "url": format!("{scheme}://{host}"), "server": address, "headers": {} });
    let bindings = vec![
        Value::named("SERVER", "service", Value::text(behind)),
        Value::named("CONFIG", "json", Value::Text(config.to_string())),
    ];
    Compatibility::own().worker(BINDING_SERVICE, bindings, built_in("adapter.js", ADAPTER))
}

/// Returns how TLS is spoken: trusting what browsers trust, or one authority alone.
fn https(ca: Option<&Path>, folder: &Path) -> Result<Value, Error> {
    let trusted = match ca {
        None => ("trustBrowserCas", Value::Bool(true)),
        Some(ca) => ("trustedCertificates", Value::List(vec![Value::Embed(relative(&absolute(ca)?, folder))])),
    };
    Ok(Value::Struct(vec![("options", Value::Struct(vec![])), ("tlsOptions", Value::Struct(vec![trusted]))]))
}

/// Tells whether workerd can take a text for an address: a path, or a host and perhaps a port.
fn is_address(text: &str) -> bool {
    if let Some(path) = text.strip_prefix("unix:") {
        return !path.is_empty();
    }
    let (host, rest) = match text.strip_prefix('[').and_then(|text| text.split_once(']')) {
        Some((host, rest)) if host.parse::<Ipv6Addr>().is_ok() => (host, rest),
        _ => text.split_at(text.find(':').unwrap_or(text.len())),
    };
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':');
    let is_port = rest.is_empty() || rest.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
    !host.is_empty() && host.bytes().all(is_host) && is_port
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_other_texts() {
        for text in ["127.0.0.1:9901", "[::1]:9901", "[::1]", "pictures.internal:80", "pictures_1", "unix:/run/a b"] {
            assert!(is_address(text), "{text}");
        }
        for text in [
            "",
            ":9901",
            "a:",
            "a:99999",
            "a:b",
            "::1",
            "[a]:1",
            "[::1]9901",
            "u:p@a:1",
            "a:1/b",
            "a?b",
            "a:1 ",
            "unix:",
        ] {
            assert!(!is_address(text), "{text}");
        }
    }
}
