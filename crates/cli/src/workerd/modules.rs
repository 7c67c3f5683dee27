//! The files that a Worker is made of: its main module and what that imports, directly or not.
//!
//! Nothing is bundled and nothing is translated. What needs that (packages, TypeScript, names without an extension) is left to
//! the tool that does it: an error says how.

use std::path::{Component, Path, PathBuf};

use super::capnp::Value;
use super::error::WorkerdError;
use super::imports;
use crate::error::Error;
use crate::files;

/// The most bytes that a module may have, which is more than Cloudflare takes for a whole Worker.
const MAX_MODULE_BYTES: u64 = 128 << 20;

/// Beginnings of the names of modules that workerd has.
const BUILT_IN: [&str; 3] = ["cloudflare:", "node:", "workerd:"];

/// A module of a Worker.
#[derive(Debug, PartialEq)]
pub(super) struct Module {
    /// Where it is, absolute.
    path: PathBuf,
    /// The field of workerd's configuration that holds it.
    field: &'static str,
}

/// The modules of a Worker, the main one first.
#[derive(Debug, PartialEq)]
pub(super) struct Modules {
    modules: Vec<Module>,
    /// The folder that they are all in; names of modules are relative to it.
    base: PathBuf,
}

impl Modules {
    /// Collects the modules that begin with `main`.
    pub(super) fn collect(main: &Path) -> Result<Self, Error> {
        let main = absolute(main)?;
        let mut modules = vec![Module { field: field_of(&main).ok_or_else(|| needs_bundler(&main))?, path: main }];
        let mut next = 0;
        while let Some(Module { path, field }) = modules.get(next) {
            next += 1;
            if *field == "esModule" {
                for found in imports_of(path, next == 1)? {
                    if !modules.contains(&found) {
                        modules.push(found);
                    }
                }
            } else if next == 1 {
                return Err(WorkerdError::NotAModule { path: path.clone() }.into());
            }
        }
        let folder = |module: &Module| module.path.parent().map(Path::to_owned).unwrap_or_default();
        let base = modules.iter().map(folder).reduce(|a, b| common(&a, &b)).unwrap_or_default();
        Ok(Self { modules, base })
    }

    /// Writes the modules for a file in `folder`, which is absolute.
    pub(super) fn to_value(&self, folder: &Path) -> Value {
        let module = |module: &Module| {
            let name = relative(&module.path, &self.base);
            Value::named(&name, module.field, Value::Embed(relative(&module.path, folder)))
        };
        Value::List(self.modules.iter().map(module).collect())
    }
}

/// Writes the one module of a Worker that is part of this program.
pub(super) fn built_in(name: &str, source: &'static str) -> Value {
    Value::List(vec![Value::named(name, "esModule", Value::Block(source))])
}

/// Returns the files that a module imports.
fn imports_of(path: &Path, is_main: bool) -> Result<Vec<Module>, Error> {
    let bytes = files::read(path, MAX_MODULE_BYTES)?;
    let source = String::from_utf8(bytes).map_err(|_| WorkerdError::NotText { path: path.to_owned() })?;
    let imports = imports::scan(&source);
    if is_main && !imports.has_export {
        return Err(WorkerdError::NotAModule { path: path.to_owned() }.into());
    }
    let is_file = |specifier: &&str| !BUILT_IN.iter().any(|prefix| specifier.starts_with(prefix));
    imports.specifiers.into_iter().filter(is_file).map(|specifier| resolve(path, specifier)).collect()
}

/// Finds the file that a module imports.
fn resolve(importer: &Path, specifier: &str) -> Result<Module, Error> {
    let needs_bundler =
        || WorkerdError::ImportNeedsBundler { path: importer.to_owned(), specifier: specifier.to_owned() };
    if !specifier.starts_with("./") && !specifier.starts_with("../") {
        return Err(needs_bundler().into());
    }
    let path = normalise(&importer.with_file_name("").join(specifier));
    match field_of(&path) {
        Some(field) if path.is_file() => Ok(Module { path, field }),
        _ => Err(needs_bundler().into()),
    }
}

/// Returns the field that holds modules with such a name, by the rules that wrangler has without a bundler.
fn field_of(path: &Path) -> Option<&'static str> {
    Some(match path.extension()?.to_str()? {
        "js" | "mjs" => "esModule",
        "json" => "json",
        "wasm" => "wasm",
        "txt" | "html" | "sql" => "text",
        "bin" => "data",
        _ => return None,
    })
}

fn needs_bundler(path: &Path) -> WorkerdError {
    WorkerdError::MainNeedsBundler { path: path.to_owned() }
}

/// Returns where a file or folder is, seen from the root of the file system; it has to exist.
pub(super) fn absolute(path: &Path) -> Result<PathBuf, Error> {
    path.canonicalize().map_err(|source| Error::Read { path: path.to_owned(), source })
}

/// Returns where a folder is, as workerd's disk services want it.
pub(super) fn disk_path(path: &Path) -> Result<Value, Error> {
    let path = absolute(path)?;
    if path.is_dir() {
        Ok(Value::Text(path.to_string_lossy().into_owned()))
    } else {
        Err(WorkerdError::NotAFolder { path }.into())
    }
}

/// Returns the way from an absolute folder to an absolute path, with slashes.
pub(super) fn relative(path: &Path, folder: &Path) -> String {
    let shared = common(path, folder);
    let up = folder.strip_prefix(&shared).map_or(0, |rest| rest.components().count());
    let down = path.strip_prefix(&shared).unwrap_or(path);
    let names = down.components().map(|component| component.as_os_str().to_string_lossy().into_owned());
    std::iter::repeat_n("..".to_owned(), up).chain(names).collect::<Vec<_>>().join("/")
}

/// Returns what two absolute paths begin with, both.
fn common(a: &Path, b: &Path) -> PathBuf {
    a.components().zip(b.components()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect()
}

/// Resolves `.` and `..` in a path.
fn normalise(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut normal, component| {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            other => normal.push(other),
        }
        normal
    })
}
