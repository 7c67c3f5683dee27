//! `palmette workerd-config`: a Worker's wrangler configuration becomes one of workerd, in which its bindings are services.
//!
//! [`wrangler`] reads the file and chooses an environment; [`keys`] says what every key means here; [`compatibility`],
//! [`bindings`], [`assets`] and [`modules`] turn what has a meaning into values of Cap'n Proto's text format, which [`capnp`]
//! writes. What the flags add is in [`palmette`] and [`worker_flag`]. Whatever the Worker would do differently from Cloudflare
//! is an error, not a silent difference.

mod assets;
mod bindings;
mod capnp;
mod compatibility;
mod error;
mod imports;
mod keys;
mod modules;
mod palmette;
mod worker_flag;
mod wrangler;

use std::path::{Path, PathBuf};

pub(crate) use error::WorkerdError;
pub(crate) use palmette::Palmette;
pub(crate) use worker_flag::WorkerFlag;

use self::assets::Assets;
use self::bindings::Bindings;
use self::capnp::Value;
use self::compatibility::Compatibility;
use self::modules::Modules;
use self::wrangler::Wrangler;
use crate::error::Error;

/// The name of the service of the Worker itself.
const WORKER_SERVICE: &str = "worker";

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
    /// Where images come from.
    pub(crate) palmette: Palmette<'a>,
    /// The address that workerd listens on.
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
        let bindings = Bindings::resolve(&wrangler, assets.as_ref(), self.workers)?;
        let compatibility = Compatibility::read(&wrangler, bindings.has_images)?;

        let mut services = Vec::new();
        let main = self.main_module(&wrangler)?;
        if let Some(main) = &main {
            let modules = Modules::collect(main)?.to_value(&folder);
            services.push(compatibility.worker(WORKER_SERVICE, bindings.values, modules));
        } else if assets.as_ref().is_none_or(|assets| assets.needs_worker) || !bindings.values.is_empty() {
            return Err(wrangler.bad_value("main", "the file of the Worker", &serde_json::Value::Null).into());
        }
        if bindings.has_images {
            services.extend(self.palmette.services(&folder)?);
        } else if self.palmette.token_env.is_some() {
            return Err(WorkerdError::NoImages { path: self.wrangler.to_owned() }.into());
        }
        for flag in self.workers {
            services.extend(flag.services(&compatibility, &folder)?);
        }
        let behind = main.map(|_| WORKER_SERVICE);
        services.extend(assets.iter().flat_map(|assets| assets.services(behind)));

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
}
