//! What an operator writes down: origins that are exceptions, and hosts that are the only ones.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

/// A scheme, a host and a port, such as `http://127.0.0.1:8787`: what may be asked although its address is not public.
///
/// ```
/// use palmette_origin::Origin;
///
/// let origin: Origin = "https://Fonts.example".parse()?;
/// assert_eq!(origin.to_string(), "https://fonts.example:443");
/// assert!("fonts.example".parse::<Origin>().is_err(), "no scheme");
/// assert!("http://127.0.0.1:8787/fonts".parse::<Origin>().is_err(), "more than an origin");
/// # Ok::<(), palmette_origin::guard::RuleError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    is_secure: bool,
    host: Host,
    port: u16,
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
        Some(Self { is_secure, host, port: url.port_or_known_default()? })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}:{}", if self.is_secure { "https" } else { "http" }, self.host, self.port)
    }
}

impl FromStr for Origin {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let not_one = || RuleError::Origin { text: text.to_owned() };
        let url = Url::parse(text).map_err(|_| not_one())?;
        let has_more = url.path() != "/" || url.query().is_some() || url.fragment().is_some();
        let has_user = !url.username().is_empty() || url.password().is_some();
        Self::of(&url).filter(|_| !has_more && !has_user).ok_or_else(not_one)
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
    #[error("{text}: not an origin such as http://127.0.0.1:8787, which is a scheme, a host and perhaps a port")]
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
