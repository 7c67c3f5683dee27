//! What an operator writes down: origins that are exceptions, and hosts that are the only ones.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

use crate::Error;

/// A scheme, a host and a port; or a [store](crate::Store), by the scheme and the host of its URLs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin(Kind);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Http { is_secure: bool, host: Host, port: u16 },
    Store { scheme: String, name: String },
}

impl Origin {
    /// Returns the origin of a URL, if it is one of HTTP with a host.
    #[must_use]
    pub fn of(url: &Url) -> Option<Self> {
        let is_secure = match url.scheme() {
            "http" => false,
            "https" => true,
            _ => return None,
        };
        let host = without_dot(url.host()?.to_owned());
        Some(Self(Kind::Http { is_secure, host, port: url.port_or_known_default()? }))
    }

    /// Returns the origin of a URL that is to be asked.
    ///
    /// # Errors
    ///
    /// [`Error::Scheme`] if it is not one of HTTP with a host.
    pub(crate) fn asked(url: &Url) -> Result<Self, Error> {
        Self::of(url).ok_or_else(|| Error::Scheme { scheme: url.scheme().to_owned() })
    }

    /// Returns the origin of a URL that leads into a store.
    pub(crate) fn of_store(url: &Url) -> Self {
        let name = url.host_str().unwrap_or_default();
        Self(Kind::Store { scheme: url.scheme().to_owned(), name: name.to_owned() })
    }

    /// Returns the port, if it is one of HTTP.
    pub(crate) const fn port(&self) -> Option<u16> {
        match &self.0 {
            Kind::Http { port, .. } => Some(*port),
            Kind::Store { .. } => None,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Http { is_secure, host, port } => write!(f, "{}://{host}:{port}", scheme(*is_secure)),
            Kind::Store { scheme, name } => write!(f, "{scheme}://{name}"),
        }
    }
}

/// Returns a scheme of HTTP.
const fn scheme(is_secure: bool) -> &'static str {
    if is_secure { "https" } else { "http" }
}

/// Origins that may be asked although their addresses are not public, whatever these are: one, such as `http://127.0.0.1:8787`, or
/// one at any port, `http://127.0.0.1:*`.
///
/// ```
/// use palmette_origin::OriginRule;
///
/// let rule: OriginRule = "https://Fonts.example".parse()?;
/// assert_eq!(rule.to_string(), "https://fonts.example:443");
/// assert!("fonts.example".parse::<OriginRule>().is_err(), "no scheme");
/// assert!("http://127.0.0.1:8787/fonts".parse::<OriginRule>().is_err(), "more than an origin");
/// # Ok::<(), palmette_origin::guard::RuleError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OriginRule {
    is_secure: bool,
    host: Host,
    /// Nothing if any will do.
    port: Option<u16>,
}

impl OriginRule {
    /// Tells whether an origin is meant.
    #[must_use]
    pub fn holds(&self, origin: &Origin) -> bool {
        let Kind::Http { is_secure, host, port } = &origin.0 else { return false };
        self.is_secure == *is_secure && self.host == *host && self.port.is_none_or(|own| own == *port)
    }
}

impl fmt::Display for OriginRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, host) = (scheme(self.is_secure), &self.host);
        match self.port {
            None => write!(f, "{scheme}://{host}:*"),
            Some(port) => write!(f, "{scheme}://{host}:{port}"),
        }
    }
}

impl FromStr for OriginRule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let not_one = || RuleError::Origin { text: text.to_owned() };
        let (without_star, has_any_port) = text.strip_suffix(":*").map_or((text, false), |text| (text, true));
        let url = Url::parse(without_star).map_err(|_| not_one())?;
        let has_more = url.path() != "/" || url.query().is_some() || url.fragment().is_some();
        let has_user = !url.username().is_empty() || url.password().is_some();
        let has_star = url.host_str().is_some_and(|host| host.contains('*'));
        // A port that is the usual one is no longer in the URL.
        let after_scheme = without_star.split_once("://").map_or("", |(_, rest)| rest);
        let after_host = after_scheme.rsplit(']').next().unwrap_or_default();
        let has_two_ports = has_any_port && after_host.contains([':', '/']);
        let origin = Origin::of(&url).filter(|_| !(has_more || has_user || has_star || has_two_ports));
        let Some(Origin(Kind::Http { is_secure, host, port })) = origin else { return Err(not_one()) };
        Ok(Self { is_secure, host, port: (!has_any_port).then_some(port) })
    }
}

/// A host that may be asked, where only listed ones may: `b.com` is that name alone, `*.b.com` that name and all below it.
///
/// Any port of it, over HTTP and HTTPS. That `*.b.com` holds `b.com` is the rule of Cloudflare's list of allowed origins.
///
/// ```
/// use palmette_origin::HostRule;
///
/// let rule: HostRule = "*.b.com".parse()?;
/// assert!(rule.holds("b.com") && rule.holds("fonts.b.com") && rule.holds("a.fonts.b.com"));
/// assert!(!rule.holds("ab.com") && !rule.holds("b.com.example"));
/// # Ok::<(), palmette_origin::guard::RuleError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HostRule {
    host: Host,
    has_subdomains: bool,
}

impl HostRule {
    /// Tells whether a host, as [`Url::host_str`] writes it, is meant.
    #[must_use]
    pub fn holds(&self, host: &str) -> bool {
        let host = host.strip_suffix('.').unwrap_or(host);
        match &self.host {
            Host::Domain(own) if self.has_subdomains => {
                host.strip_suffix(own.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            }
            own => own.to_string() == host,
        }
    }
}

impl fmt::Display for HostRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.has_subdomains { "*." } else { "" }, self.host)
    }
}

impl FromStr for HostRule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let not_one = || RuleError::Host { text: text.to_owned() };
        let (name, has_subdomains) = text.strip_prefix("*.").map_or((text, false), |name| (name, true));
        let host = without_dot(Host::parse(name).map_err(|_| not_one())?);
        let is_plain = match &host {
            Host::Domain(name) => !name.contains('*') && !name.is_empty(),
            Host::Ipv4(_) | Host::Ipv6(_) => !has_subdomains,
        };
        if is_plain { Ok(Self { host, has_subdomains }) } else { Err(not_one()) }
    }
}

/// Removes the dot that may end a name; it only says that the name is whole.
pub(super) fn without_dot(host: Host) -> Host {
    match host {
        Host::Domain(mut name) => {
            if name.ends_with('.') {
                name.pop();
            }
            Host::Domain(name)
        }
        address => address,
    }
}

/// A failure to understand what an operator wrote down.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RuleError {
    /// Occurs when a text is no origin.
    #[error("{text}: not an origin such as http://127.0.0.1:8787: a scheme, a host, and perhaps a port or * for any")]
    Origin {
        /// The text.
        text: String,
    },
    /// Occurs when a text is no host.
    #[error("{text}: not a host such as fonts.example, or *.fonts.example for it and all names below it")]
    Host {
        /// The text.
        text: String,
    },
}
