//! The static assets of a Worker: a folder on disk, and a Worker that serves it as Cloudflare does.

use std::path::Path;

use serde_json::{Value as Json, json};

use super::capnp::Value;
use super::compatibility::Compatibility;
use super::error::WorkerdError;
use super::modules::{built_in, disk_path};
use super::wrangler::Wrangler;
use crate::error::Error;

/// The Worker that serves a folder.
const SOURCE: &str = include_str!("assets.js");

/// The name of the service that leads to the assets and to the Worker behind them.
pub(super) const SERVICE: &str = "assets";

/// The entrypoint of [`SERVICE`] that knows files only.
pub(super) const FILES: &str = "Files";

/// The name of the service of the folder.
const FOLDER_SERVICE: &str = "assets folder";

/// Files of a folder that wrangler takes rules from.
const RULE_FILES: [&str; 3] = ["_headers", "_redirects", ".assetsignore"];

/// From this day on, what a browser navigates to is an asset rather than the Worker's, where no file answers.
const NAVIGATION_DATE: &str = "2025-04-01";

/// The assets of a Worker.
#[derive(Debug)]
pub(super) struct Assets {
    /// Where the files are.
    folder: Value,
    /// The name of the binding, if the Worker has one.
    pub(super) binding: Option<String>,
    /// Whether some requests never get to the assets.
    pub(super) needs_worker: bool,
    settings: Json,
}

impl Assets {
    /// Reads the key `assets`; `None` if there is none.
    pub(super) fn read(wrangler: &Wrangler) -> Result<Option<Self>, Error> {
        if !wrangler.fields().contains_key("assets") {
            return Ok(None);
        }
        let (mut folder, mut binding) = (None, None);
        let (mut html, mut not_found) = ("auto-trailing-slash", "none");
        let mut order = Order::default();
        for (key, value) in wrangler.object("assets")? {
            let place = format!("assets.{key}");
            let choice = |allowed: &'static str| {
                let is_allowed = |text: &str| allowed.split([' ', ',']).any(|word| word == text && word != "or");
                let text = value.as_str().filter(|text| is_allowed(text));
                text.ok_or_else(|| wrangler.bad_value(&place, allowed, value))
            };
            match key.as_str() {
                "directory" => folder = Some(wrangler.resolve(wrangler.as_text(&place, value)?)),
                "binding" => binding = Some(wrangler.as_text(&place, value)?.to_owned()),
                "html_handling" => html = choice("auto-trailing-slash or none")?,
                "not_found_handling" => not_found = choice("single-page-application, 404-page or none")?,
                "run_worker_first" => order = Order::read(wrangler, &place, value)?,
                _ => return Err(wrangler.unsupported(&place).into()),
            }
        }
        let folder = folder.ok_or_else(|| wrangler.bad_value("assets.directory", "a string", &Json::Null))?;
        let settings = json!({
            "html_handling": html,
            "not_found_handling": not_found,
            "assets_first": order.assets_first,
            "worker_first": order.worker_first,
            "before_worker": order.before_worker(wrangler)?,
        });
        let needs_worker = !order.worker_first.is_empty();
        assert_no_rules(&folder)?;
        Ok(Some(Self { folder: disk_path(&folder)?, binding, needs_worker, settings }))
    }

    /// Returns the services that serve the assets; `worker` is the name of the Worker behind them, if there is one.
    pub(super) fn services(&self, worker: Option<&str>) -> [Value; 2] {
        let mut bindings = vec![
            Value::named("FOLDER", "service", Value::text(FOLDER_SERVICE)),
            Value::named("SETTINGS", "json", Value::Text(self.settings.to_string())),
        ];
        bindings.extend(worker.map(|worker| Value::named("WORKER", "service", Value::text(worker))));
        let disk = Value::Struct(vec![("path", self.folder.clone()), ("allowDotfiles", Value::Bool(true))]);
        [
            Value::named(FOLDER_SERVICE, "disk", disk),
            Compatibility::own().worker(SERVICE, bindings, built_in("assets.js", SOURCE)),
        ]
    }
}

/// Which requests go to the Worker before files are looked for.
#[derive(Debug, Default)]
struct Order {
    /// Patterns of paths that never go to the Worker.
    assets_first: Vec<String>,
    /// Patterns of paths that go to the Worker.
    worker_first: Vec<String>,
    /// Whether patterns were given, after which whatever matches none is left to the assets.
    is_by_pattern: bool,
}

impl Order {
    /// Reads `run_worker_first`: a switch, or patterns, of which those with a `!` are exceptions.
    fn read(wrangler: &Wrangler, key: &str, value: &Json) -> Result<Self, WorkerdError> {
        match value {
            Json::Bool(false) => Ok(Self::default()),
            Json::Bool(true) => Ok(Self { worker_first: vec!["*".to_owned()], ..Self::default() }),
            Json::Array(_) => {
                let mut order = Self { is_by_pattern: true, ..Self::default() };
                for pattern in wrangler.as_texts(key, value)? {
                    match pattern.strip_prefix('!') {
                        Some(exception) => order.assets_first.push(exception.to_owned()),
                        None => order.worker_first.push(pattern.to_owned()),
                    }
                }
                Ok(order)
            }
            _ => Err(wrangler.bad_value(key, "true, false or a list of strings", value)),
        }
    }

    /// Says for which requests `not_found_handling` comes before the Worker.
    fn before_worker(&self, wrangler: &Wrangler) -> Result<&'static str, WorkerdError> {
        if self.is_by_pattern {
            return Ok("all");
        }
        let flags = wrangler.texts("compatibility_flags")?;
        let has = |name| flags.contains(&name);
        let is_new = wrangler.text("compatibility_date")?.is_some_and(|date| date >= NAVIGATION_DATE);
        let is_on =
            has("assets_navigation_prefers_asset_serving") || (is_new && !has("assets_navigation_has_no_effect"));
        Ok(if is_on { "navigations" } else { "none" })
    }
}

/// Checks that the files of a folder can be served as they are.
fn assert_no_rules(folder: &Path) -> Result<(), WorkerdError> {
    match RULE_FILES.map(|name| folder.join(name)).into_iter().find(|path| path.exists()) {
        Some(path) => Err(WorkerdError::AssetRules { path }),
        None => Ok(()),
    }
}
