//! The native half of the Python package `palmette`: the library [`palmette`] and the forms of the protocol, behind Python's types.
//!
//! A picture is described by calls that compute nothing, and made by one that computes with the interpreter released. Options come as
//! keyword arguments: [`options`] writes them under the names of the wire, and the tables of the protocol check them, as they
//! check every request. So nothing here knows a single option.
//!
//! The client of a server is Python (`src/palmette/_client.py`), above the [`tree`] whose forms are written here. `crates/client` would
//! bring a runtime with threads of its own, which a process that forks does not survive, and speaks no `https`; Python's own HTTP
//! client does, and everybody who runs Python has it.
//!
//! What a user sees is declared, with its documentation, in `src/palmette/_palmette.pyi`.

mod error;
mod native;
mod options;
mod output;
mod pipeline;
mod pixels;
mod source;
mod transformer;
mod tree;

use pyo3::prelude::*;

/// The module `palmette._palmette`.
#[pymodule]
mod _palmette {
    #[pymodule_export]
    use crate::native::{format_of, from_array, info, open, text};
    #[pymodule_export]
    use crate::pipeline::Pipeline;
    #[pymodule_export]
    use crate::transformer::Transformer;
    #[pymodule_export]
    use crate::tree::{Tree, info_form};

    /// The set of pixel rules that this version implements.
    #[pymodule_export]
    const PROFILE: &str = palmette::PROFILE;

    /// The version of the package.
    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
}
