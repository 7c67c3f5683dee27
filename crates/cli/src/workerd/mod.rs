//! `palmette workerd-config`: a Worker's wrangler configuration becomes one of workerd, in which its bindings are services.
//!
//! [`wrangler`] reads the file and chooses an environment; [`keys`] says what every key means here; [`bindings`], [`assets`] and
//! [`modules`] turn what has a meaning into values of Cap'n Proto's text format, which [`capnp`] writes. Whatever the Worker
//! would do differently from Cloudflare is an error, not a silent difference.

mod assets;
mod bindings;
mod capnp;
mod error;
mod imports;
mod keys;
mod modules;
mod worker_flag;
mod wrangler;

use std::path::{Path, PathBuf};

pub(crate) use error::WorkerdError;
pub(crate) use worker_flag::WorkerFlag;

use self::assets::Assets;
use self::bindings::Bindings;
use self::capnp::Value;
use self::modules::Modules;
use self::wrangler::Wrangler;
use crate::error::Error;

/// The name of the service of the Worker itself.
const WORKER_SERVICE: &str = "worker";

/// The name of the service that is Palmette.
const PALMETTE_SERVICE: &str = "palmette";

/// The name of the service that adds a token to requests to Palmette.
const TOKEN_SERVICE: &str = "palmette token";

/// The Worker that adds a token.
const TOKEN_SOURCE: &str = include_str!("token.js");

/// The first day on which the client of the Images binding has the streams it needs.
const IMAGES_DATE: &str = "2022-11-30";

/// The flag that gives an older Worker those streams.
const IMAGES_FLAG: &str = "streams_enable_constructors";

/// What the text begins with.
const HEAD: &str = "\
# Written by `palmette workerd-config`; run it with `workerd serve FILE`.
using Workerd = import \"/workerd/workerd.capnp\";

const config :Workerd.Config = ";

/// What is asked for.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    /// The configuration of the Worker.
    pub(crate) wrangler: &'a Path,
    /// Which of its environments.
    pub(crate) environment: Option<&'a str>,
    /// The main module, if it is another one than the configuration says: a bundled one.
    pub(crate) main: Option<&'a Path>,
    /// Workers that serve bindings.
    pub(crate) workers: &'a [WorkerFlag],
    /// Where Palmette listens.
    pub(crate) palmette: &'a str,
    /// The environment variable of workerd that holds the token for Palmette, if it needs one.
    pub(crate) token_env: Option<&'a str>,
    /// Where workerd shall listen.
    pub(crate) listen: &'a str,
    /// The folder that the text will be in; the files it embeds are named relative to it.
    pub(crate) folder: &'a Path,
}

impl Request<'_> {
    /// Writes the configuration.
    pub(crate) fn to_text(&self) -> Result<String, Error> {
        let wrangler = Wrangler::read(self.wrangler, self.environment)?;
        bindings::assert_keys_supported(&wrangler, self.main.is_some())?;
        let folder = modules::absolute(self.folder)?;
        let assets = Assets::read(&wrangler)?;
        let images_service = if self.token_env.is_some() { TOKEN_SERVICE } else { PALMETTE_SERVICE };
        let bindings = Bindings::resolve(&wrangler, assets.as_ref(), self.workers, images_service)?;
        let compatibility = compatibility(&wrangler, bindings.has_images)?;

        let mut services = Vec::new();
        let main = self.main_module(&wrangler)?;
        let has_worker = main.is_some();
        if let Some(main) = &main {
            services.push(worker(WORKER_SERVICE, &compatibility, bindings.values, main, &folder)?);
        } else if assets.as_ref().is_none_or(|assets| assets.needs_worker) || !bindings.values.is_empty() {
            return Err(wrangler.bad_value("main", "the file of the Worker", &serde_json::Value::Null).into());
        }
        if bindings.has_images {
            services.extend(self.palmette_services()?);
        }
        for flag in self.workers {
            services.extend(binding_services(flag, &compatibility, &folder)?);
        }
        services.extend(assets.iter().flat_map(|assets| assets.services(has_worker.then_some(WORKER_SERVICE))));

        let entry = if assets.is_some() { assets::SERVICE } else { WORKER_SERVICE };
        let socket = Value::Struct(vec![
            ("name", Value::text("http")),
            ("address", Value::text(self.listen)),
            ("http", Value::Struct(vec![])),
            ("service", Value::text(entry)),
        ]);
        let config = Value::Struct(vec![("services", Value::List(services)), ("sockets", Value::List(vec![socket]))]);
        Ok(format!("{HEAD}{config};\n"))
    }

    /// Returns the main module; a Worker of assets alone has none.
    fn main_module(&self, wrangler: &Wrangler) -> Result<Option<PathBuf>, WorkerdError> {
        let written = || Ok(wrangler.text("main")?.map(|main| wrangler.resolve(main)));
        self.main.map_or_else(written, |main| Ok(Some(main.to_owned())))
    }

    /// Returns the services on the way to Palmette.
    fn palmette_services(&self) -> Result<Vec<Value>, WorkerdError> {
        // Palmette says where it listens as an URL, which is copied easily.
        let address = self.palmette.strip_prefix("http://").unwrap_or(self.palmette).trim_end_matches('/');
        if address.contains("//") || (address.contains('/') && !address.starts_with("unix:")) {
            return Err(WorkerdError::NoAddress { address: self.palmette.to_owned() });
        }
        let server = vec![("address", Value::text(address)), ("http", Value::Struct(vec![]))];
        let mut services = vec![service(PALMETTE_SERVICE, "external", Value::Struct(server))];
        if let Some(variable) = self.token_env {
            let binding =
                |name, kind, value| Value::Struct(vec![("name", Value::text(name)), (kind, Value::text(value))]);
            let module = vec![("name", Value::text("token.js")), ("esModule", Value::Block(TOKEN_SOURCE))];
            let worker = vec![
                ("compatibilityDate", Value::text(assets::COMPATIBILITY_DATE)),
                (
                    "bindings",
                    Value::List(vec![
                        binding("PALMETTE", "service", PALMETTE_SERVICE),
                        binding("TOKEN", "fromEnvironment", variable),
                    ]),
                ),
                ("modules", Value::List(vec![Value::Struct(module)])),
            ];
            services.push(service(TOKEN_SERVICE, "worker", Value::Struct(worker)));
        }
        Ok(services)
    }
}

/// The fields of a Worker that say which version of the runtime it is written for.
type Compatibility = Vec<(&'static str, Value)>;

/// Reads the version of the runtime.
fn compatibility(wrangler: &Wrangler, has_images: bool) -> Result<Compatibility, WorkerdError> {
    let date = wrangler.text("compatibility_date")?;
    let is_date = |text: &&str| {
        text.len() == 10
            && text
                .bytes()
                .enumerate()
                .all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() })
    };
    let date = date.filter(is_date).ok_or_else(|| {
        wrangler.bad_value(
            "compatibility_date",
            "a date, YYYY-MM-DD",
            &wrangler.text("compatibility_date").ok().flatten().into(),
        )
    })?;
    let flags = wrangler.texts("compatibility_flags")?;
    if has_images && date < IMAGES_DATE && !flags.contains(&IMAGES_FLAG) {
        return Err(wrangler.bad_value(
            "compatibility_date",
            "2022-11-30 or later for a Worker with images",
            &date.into(),
        ));
    }
    let mut fields = vec![("compatibilityDate", Value::text(date))];
    if !flags.is_empty() {
        fields.push(("compatibilityFlags", Value::texts(flags)));
    }
    Ok(fields)
}

/// Makes the service of a Worker that is made of files.
fn worker(
    name: &str,
    compatibility: &Compatibility,
    bindings: Vec<Value>,
    main: &Path,
    folder: &Path,
) -> Result<Value, Error> {
    let mut fields = compatibility.clone();
    if !bindings.is_empty() {
        fields.push(("bindings", Value::List(bindings)));
    }
    fields.push(("modules", Modules::collect(main)?.to_value(folder)));
    Ok(service(name, "worker", Value::Struct(fields)))
}

/// Makes the services behind a `--worker`.
fn binding_services(flag: &WorkerFlag, compatibility: &Compatibility, folder: &Path) -> Result<Vec<Value>, Error> {
    let name = bindings::service_of(&flag.name);
    let disk_name = format!("{name} disk");
    let mut services = Vec::new();
    let mut bindings = Vec::new();
    if let Some(disk) = &flag.disk {
        let path = modules::absolute(disk)?;
        if !path.is_dir() {
            return Err(WorkerdError::NotAFolder { path }.into());
        }
        let disk = vec![("path", Value::Text(path.to_string_lossy().into_owned())), ("writable", Value::Bool(true))];
        services.push(service(&disk_name, "disk", Value::Struct(disk)));
        bindings.push(Value::Struct(vec![("name", Value::text("DISK")), ("service", Value::text(&disk_name))]));
    }
    services.insert(0, worker(&name, compatibility, bindings, &flag.file, folder)?);
    Ok(services)
}

fn service(name: &str, kind: &'static str, value: Value) -> Value {
    Value::Struct(vec![("name", Value::text(name)), (kind, value)])
}
