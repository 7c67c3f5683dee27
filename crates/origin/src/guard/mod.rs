//! What may be asked, and what not.
//!
//! A URL comes from a stranger, and this machine can reach what the stranger cannot: itself, its neighbours, the host that it
//! runs on. So a URL is checked twice. [`Guard::check`] judges what it says: scheme, user, host. [`Guard::check_addresses`] judges
//! where its name leads, after the one look-up whose answer is then also connected to; a name that leads elsewhere a moment later
//! gains nothing by it. Redirects pass through both again, each of them.
//!
//! One address that is not public refuses a name, even if others of it are. To use only the public ones would be as safe, but a name
//! that mixes them is a mistake or an attack, and which of its machines answers should not depend on the guard.
//!
//! Any port may be asked. What answers there in another protocol than HTTP is not understood.

mod address;
mod rules;

use std::net::IpAddr;

use url::{Host, Url};

pub use address::{Special, special};
pub use rules::{HostRule, Origin, OriginRule, RuleError};

use crate::Error;

/// What an operator allows.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    allowed: Vec<OriginRule>,
    hosts: Vec<HostRule>,
}

/// How far the host of a URL is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// It is an exception of the operator: all addresses are right.
    Listed,
    /// Only public addresses are right.
    Public,
}

impl Guard {
    /// Makes a guard with exceptions, and with the only hosts that may be asked; if there are none of these, all may.
    ///
    /// An exception may be asked in any case.
    #[must_use]
    pub const fn new(allowed: Vec<OriginRule>, hosts: Vec<HostRule>) -> Self {
        Self { allowed, hosts }
    }

    /// Judges what a URL says, before any look-up.
    ///
    /// # Errors
    ///
    /// [`Error::Scheme`] if it is not one of HTTP, [`Error::User`] if it has a user or a password, [`Error::NotListed`] if
    /// only listed hosts may be asked and this is none, [`Error::NotPublic`] if its host is an address that is not public, or
    /// is `localhost`.
    pub fn check(&self, url: &Url) -> Result<Trust, Error> {
        let origin = Origin::asked(url)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Error::User { origin });
        }
        if self.allowed.iter().any(|rule| rule.holds(&origin)) {
            return Ok(Trust::Listed);
        }
        let host = url.host_str().unwrap_or_default();
        if !self.hosts.is_empty() && !self.hosts.iter().any(|rule| rule.holds(host)) {
            return Err(Error::NotListed { origin });
        }
        let special = match url.host() {
            Some(Host::Ipv4(address)) => special(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => special(IpAddr::V6(address)),
            // RFC 6761: always this machine, whatever a name server says.
            Some(Host::Domain(name)) if is_localhost(name) => Some(Special::Loopback),
            Some(Host::Domain(_)) | None => None,
        };
        match special {
            Some(special) => Err(Error::NotPublic { origin, special }),
            None => Ok(Trust::Public),
        }
    }

    /// Judges where the host of a URL leads. One address that is not public is enough to refuse all of them.
    ///
    /// # Errors
    ///
    /// [`Error::NotPublic`] with the first that is not.
    pub fn check_addresses(&self, url: &Url, trust: Trust, addresses: &[IpAddr]) -> Result<(), Error> {
        if trust == Trust::Listed {
            return Ok(());
        }
        let special = addresses.iter().copied().find_map(special);
        let Some(special) = special else { return Ok(()) };
        Err(Error::NotPublic { origin: Origin::asked(url)?, special })
    }
}

/// Tells whether a name is `localhost`, or below it.
fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests;
