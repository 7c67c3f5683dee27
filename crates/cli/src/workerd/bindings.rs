//! What the bindings of a Worker lead to in workerd.

use std::collections::HashSet;

use serde_json::Value as Json;

use super::assets::{self, Assets};
use super::capnp::Value;
use super::error::WorkerdError;
use super::keys::{self, Role};
use super::palmette::BINDING_SERVICE;
use super::worker_flag::{self, WorkerFlag};
use super::wrangler::Wrangler;

/// Keys of a binding's declaration that hold lists of further declarations.
const NESTED: [&str; 2] = ["bindings", "producers"];

/// The bindings of a Worker.
#[derive(Debug)]
pub(super) struct Bindings {
    /// The bindings as workerd's configuration has them.
    pub(super) values: Vec<Value>,
    /// Whether one of them leads to Palmette.
    pub(super) has_images: bool,
    /// Their names.
    names: Vec<String>,
}

impl Bindings {
    /// Resolves the bindings of a configuration.
    ///
    /// # Errors
    ///
    /// [`WorkerdError::Unserved`] for bindings that nothing leads to, all of them in one message;
    /// [`WorkerdError::NoSuchBinding`] for a flag without a binding; [`WorkerdError::DoubledBinding`] for two bindings of one
    /// name; others for keys that are wrong.
    pub(super) fn resolve(
        wrangler: &Wrangler,
        assets: Option<&Assets>,
        workers: &[WorkerFlag],
    ) -> Result<Self, WorkerdError> {
        let mut bindings = Self { values: Vec::new(), has_images: false, names: Vec::new() };
        let mut declared = Vec::new();

        for (key, value) in wrangler.fields().iter().filter(|(key, _)| keys::role(key).is_none()) {
            for declaration in declarations(value).ok_or_else(|| wrangler.unsupported(key))? {
                let name = name_of(declaration).ok_or_else(|| wrangler.unsupported(key))?;
                // The name under which wrangler takes the binding for development.
                if key == "unsafe" && declaration.get("type").and_then(Json::as_str) == Some("images") {
                    bindings.push_images(name);
                } else {
                    declared.push((key, name));
                }
            }
        }
        if let Some(value) = wrangler.fields().get("images") {
            let allowed = "an object with a binding";
            let name = name_of(value).ok_or_else(|| wrangler.bad_value("images", allowed, value))?;
            bindings.push_images(name);
        }
        if let Some(name) = assets.and_then(|assets| assets.binding.as_deref()) {
            let files = Value::named(assets::SERVICE, "entrypoint", Value::text(assets::FILES));
            bindings.push(name, "service", files);
        }
        assert_all_served(wrangler, workers, &declared)?;
        for (_, name) in &declared {
            bindings.push(name, "service", Value::Text(worker_flag::service(name)));
        }
        for (name, value) in wrangler.object("vars")? {
            match value {
                Json::String(text) => bindings.push(name, "text", Value::text(text)),
                other => bindings.push(name, "json", Value::Text(other.to_string())),
            }
        }
        for (key, value) in wrangler.object("secrets")? {
            if key != "required" {
                return Err(wrangler.unsupported(&format!("secrets.{key}")));
            }
            for name in wrangler.as_texts("secrets.required", value)? {
                bindings.push(name, "fromEnvironment", Value::text(name));
            }
        }
        let mut known = HashSet::new();
        match bindings.names.iter().find(|name| !known.insert(*name)) {
            Some(name) => Err(WorkerdError::DoubledBinding { path: wrangler.path().to_owned(), name: name.clone() }),
            None => Ok(bindings),
        }
    }

    fn push(&mut self, name: &str, kind: &'static str, value: Value) {
        self.names.push(name.to_owned());
        self.values.push(Value::named(name, kind, value));
    }

    /// Adds a binding of the real client, which leads to Palmette.
    fn push_images(&mut self, name: &str) {
        let fetcher = Value::named("fetcher", "service", Value::text(BINDING_SERVICE));
        let wrapped = vec![
            ("moduleName", Value::text("cloudflare-internal:images-api")),
            ("innerBindings", Value::List(vec![fetcher])),
        ];
        self.push(name, "wrapped", Value::Struct(wrapped));
        self.has_images = true;
    }
}

/// Checks that all bindings are served, and that all that is there to serve them is used.
fn assert_all_served(
    wrangler: &Wrangler,
    workers: &[WorkerFlag],
    declared: &[(&String, &str)],
) -> Result<(), WorkerdError> {
    let is_served = |name: &str| workers.iter().any(|worker| worker.name == name);
    let list = |names: Vec<String>| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    if let Some(worker) = workers.iter().find(|worker| declared.iter().all(|(_, name)| *name != worker.name)) {
        let known = list(declared.iter().map(|(_, name)| (*name).to_owned()).collect());
        return Err(WorkerdError::NoSuchBinding { name: worker.name.clone(), known });
    }
    let unserved: Vec<_> = declared.iter().filter(|(_, name)| !is_served(name)).collect();
    if unserved.is_empty() {
        return Ok(());
    }
    let names = list(unserved.iter().map(|(key, name)| format!("the binding {name} ({key})")).collect());
    Err(WorkerdError::Unserved { path: wrangler.path().to_owned(), names })
}

/// Checks the keys that are not read: those that would change what the Worker does are refused.
pub(super) fn assert_keys_supported(wrangler: &Wrangler, is_bundled: bool) -> Result<(), WorkerdError> {
    for key in wrangler.fields().keys() {
        match keys::role(key) {
            Some(Role::Unsupported) => return Err(wrangler.unsupported(key)),
            Some(Role::Bundler) if !is_bundled => {
                return Err(WorkerdError::BundlerSetting { path: wrangler.path().to_owned(), key: key.clone() });
            }
            Some(Role::Bundler | Role::Deployment | Role::Read) | None => {}
        }
    }
    Ok(())
}

/// Returns the declarations under a key: itself, its elements, or those of its lists. `None` if it is none of that.
fn declarations(value: &Json) -> Option<Vec<&Json>> {
    match value {
        Json::Array(list) => Some(list.iter().collect()),
        Json::Object(fields) if name_of(value).is_none() => {
            let said = fields.iter().filter(|(_, value)| !value.as_array().is_some_and(Vec::is_empty));
            let lists = said.map(|(key, value)| value.as_array().filter(|_| NESTED.contains(&key.as_str())));
            Some(lists.collect::<Option<Vec<_>>>()?.into_iter().flatten().collect())
        }
        Json::Object(_) => Some(vec![value]),
        _ => None,
    }
}

/// Returns the name of a binding that is declared; a few kinds write `name` for it.
fn name_of(declaration: &Json) -> Option<&str> {
    declaration.get("binding").or_else(|| declaration.get("name"))?.as_str().filter(|name| !name.is_empty())
}
