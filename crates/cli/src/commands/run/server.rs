//! Finding the server, or starting one in this process, which then lives exactly as long as the command.
//!
//! One that is started without a wish for an address takes a free port, not 9901: two commands at once have a server each, and none
//! loses it because the other one ends.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use palmette_client::{Error as Call, Images, Ready};
use palmette_server::config::{Environment, Listen, Strings};
use palmette_server::{Config, Credentials, Inherited, Listeners, telemetry};
use tokio::runtime::Runtime;
use url::{Host, Url};

use crate::args::RunArgs;
use crate::error::Error;
use crate::header_flag::Header;
use crate::remote;

/// Where a server is looked for if nobody says where.
const DEFAULT_URL: &str = "http://127.0.0.1:9901";

/// The variable that names a server, for this command and for the npm package.
pub(super) const URL_VARIABLE: &str = "PALMETTE_URL";

/// Time that a server has to say that it is one.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// What a started server may fetch if nobody says otherwise: from this machine, at any port, beside public addresses, since a Worker
/// that runs here has its fonts among its own assets, and tools choose its port late. Whoever can ask this server reaches
/// the same ports without it.
const THIS_MACHINE: &str = "http://localhost:*,http://127.0.0.1:*,http://[::1]:*";

/// Where hosted pictures of a project are, from the folder that the command is run in; made when the first of them comes.
const PROJECT_STORE: &str = ".palmette/hosted";

/// Which server was asked for.
pub(super) enum Wanted {
    /// The one at this address, by flag or environment.
    At(Url),
    /// One with settings of its own.
    Own,
    /// Whichever is there.
    Any,
}

/// A server that takes requests.
pub(super) struct Server {
    pub(super) url: Url,
    pub(super) headers: Vec<Header>,
    /// Absent where it was not asked, over https.
    ready: Option<Ready>,
    is_ours: bool,
}

impl Wanted {
    /// Reads flags and environment.
    pub(super) fn of(args: &RunArgs) -> Result<Self, Error> {
        let variable = Environment.get(URL_VARIABLE)?.filter(|url| !url.is_empty());
        let named = match (&args.server, &variable) {
            (Some(url), _) => Some(parse_url("--server", url)?),
            (None, Some(url)) => Some(parse_url(URL_VARIABLE, url)?),
            (None, None) => None,
        };
        match (named, args.serve.is_given()) {
            (Some(_), true) if args.server.is_some() => Err(Error::SettingsOfServer),
            // What is said on the command line counts more than the environment.
            (_, true) => Ok(Self::Own),
            (Some(url), false) => Ok(Self::At(url)),
            (None, false) => Ok(Self::Any),
        }
    }
}

/// Finds a server or starts one, in the runtime that comes with it.
pub(super) fn find_or_start(wanted: Wanted, args: &RunArgs) -> Result<(Runtime, Server), Error> {
    let defaults = [
        ("server.listen", "127.0.0.1:0"),
        ("fetch.allow", THIS_MACHINE),
        // Pictures of a project change while one looks at them, so only what their own server says counts.
        ("url.max_age_s", "0"),
        ("hosted.folder", PROJECT_STORE),
        ("log.filter", "warn"),
    ];
    let mut config = args.serve.to_config_over(defaults)?;
    telemetry::init(&config.log, None);
    let runtime = palmette_server::runtime(&config).map_err(Error::Start)?;

    let found = match &wanted {
        Wanted::Own => None,
        Wanted::Any => match Server::find(&parse_url("", DEFAULT_URL)?, args, &runtime) {
            // Something else has the port; that is nobody's fault.
            Err(Error::Client {
                source: Call::NotAnAnswer { .. } | Call::Transport { .. } | Call::TimedOut { .. },
                ..
            }) => None,
            found => found?,
        },
        Wanted::At(url) => Server::find(url, args, &runtime)?,
    };
    if let Some(server) = found {
        return Ok((runtime, server));
    }
    if let Wanted::At(url) = &wanted {
        let address = listen_address(url).ok_or_else(|| Error::NoServer { url: url.to_string() })?;
        config.server.listen = Listen::Address(address);
    }
    let server = Server::start(config, &runtime, args)?;
    Ok((runtime, server))
}

impl Server {
    /// Asks for the server at an address; there is none if nothing listens there. Over https it is taken for one: whom the
    /// command trusts that asks it is not known here.
    fn find(url: &Url, args: &RunArgs, runtime: &Runtime) -> Result<Option<Self>, Error> {
        let headers = remote::with_token(args.headers.clone(), remote::token()?);
        let found = Self { url: url.clone(), headers, ready: None, is_ours: false };
        if url.scheme() == "https" {
            return Ok(Some(found));
        }
        if url.port() == Some(0) {
            return Ok(None);
        }
        let failed = |source| Error::Client { source, sources: Vec::new() };
        let mut builder = Images::builder(url.as_str()).timeout(ANSWER_TIMEOUT);
        for Header { name, value } in &found.headers {
            builder = builder.header(name, value);
        }
        let client = builder.build().map_err(failed)?;
        match runtime.block_on(client.ready()) {
            Ok(ready) => Ok(Some(Self { ready: Some(ready), ..found })),
            Err(Call::Connect { .. }) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    /// Starts one in the background of a runtime. If it asks for tokens, its clients get one of them.
    fn start(config: Config, runtime: &Runtime, args: &RunArgs) -> Result<Self, Error> {
        let credentials = Credentials::read(&config.server)?;
        let headers = remote::with_token(args.headers.clone(), Credentials::read_one_token(&config.server)?);
        let pipeline = crate::commands::build(&config)?;
        let listeners = runtime.block_on(Listeners::bind(&config.server, Inherited::none()))?;
        let address =
            listeners.main.address().ok_or_else(|| Error::NoAddress { listen: config.server.listen.clone() })?;
        let url = parse_url("", &format!("{}://{}", credentials.scheme(), remote::reachable(address)))?;
        let stop = std::future::pending::<()>();
        runtime.spawn(palmette_server::serve(listeners, config, credentials, pipeline, stop));
        let ready = Ready::new(palmette::PROFILE, env!("CARGO_PKG_VERSION"));
        Ok(Self { url, headers, ready: Some(ready), is_ours: true })
    }
}

/// Returns what a server listens on that is to answer at `url`, if that is an address which only this machine reaches.
fn listen_address(url: &Url) -> Option<SocketAddr> {
    let ip = match url.host()? {
        Host::Domain("localhost") => Ipv4Addr::LOCALHOST.into(),
        Host::Domain(_) => return None,
        Host::Ipv4(ip) => IpAddr::from(ip),
        Host::Ipv6(ip) => IpAddr::from(ip),
    };
    let is_bare = url.scheme() == "http" && url.path() == "/" && ip.is_loopback();
    Some(SocketAddr::new(ip, url.port_or_known_default()?)).filter(|_| is_bare)
}

/// Reads an address; `origin` says in messages where it is from.
fn parse_url(origin: &'static str, text: &str) -> Result<Url, Error> {
    let wrong = || Error::ServerUrl { origin, url: text.to_owned() };
    let url = Url::parse(text).map_err(|_| wrong())?;
    let is_bare =
        url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    if is_bare && matches!(url.scheme(), "http" | "https") { Ok(url) } else { Err(wrong()) }
}

/// The line that `palmette run` begins with.
impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self.url.as_str().trim_end_matches('/');
        let origin = if self.is_ours { "started" } else { "runs already" };
        match &self.ready {
            Some(Ready { version: Some(version), .. }) => write!(f, "server {url} ({version}, {origin})")?,
            Some(_) => write!(f, "server {url} (an older version, {origin})")?,
            None => write!(f, "server {url} (not asked for its version)")?,
        }
        write!(f, "; playground {url}/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn server_is_started_only_where_nobody_else_reaches_it() {
        for (url, expected) in [
            ("http://127.0.0.1:9901", Some("127.0.0.1:9901")),
            ("http://localhost", Some("127.0.0.1:80")),
            ("http://[::1]:0/", Some("[::1]:0")),
            ("http://127.0.0.1:9901/images", None),
            ("https://127.0.0.1:9901", None),
            ("http://pictures.example:9901", None),
            ("http://10.0.0.1:9901", None),
        ] {
            let expected = expected.map(|address| address.parse().unwrap());
            assert_eq!(listen_address(&parse_url("", url).unwrap()), expected, "{url}");
        }
    }

    #[test]
    fn server_urls_are_checked() {
        for url in [
            "localhost:9901",
            "ftp://localhost",
            "http://a:b@localhost",
            "http://localhost/?a",
            "http://localhost/#a",
            "",
        ] {
            assert!(parse_url("--server", url).is_err(), "{url}");
        }
    }
}
