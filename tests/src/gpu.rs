//! The GPU, where there is one: opened once, and never passed over in silence.
//!
//! `PALMETTE_GPU` says what to do: `off` tests without, `auto`, the default, uses what is there and says if nothing is,
//! `require` fails where nothing is. CI requires a software adapter, which computes the same bytes; it runs tests on two of them,
//! and `PALMETTE_TEST_ADAPTER` says a part of the name that the adapter must have, so that nobody takes one for the other.

use std::sync::{Arc, OnceLock};
use std::thread;

use palmette_core::Engine;
pub use palmette_gpu::{AdapterChoice, Error, GpuEngine, GpuOptions};

/// Two engines on the same adapter.
#[derive(Clone, Debug)]
pub struct GpuEngines {
    /// As it is used.
    pub whole: Arc<dyn Engine>,
    /// With pages so small that pictures of tests take several, as very large ones do.
    pub tiled: Arc<dyn Engine>,
}

/// How the names of all tests begin that use a GPU: those of one module, so that other drivers and the validation layer run all of them.
const MODULE: &str = "engines::";

/// Words of a page of the tiled engine, as a power of two: 32×32 pixels.
const SMALL_PAGE_SHIFT: u32 = 10;

/// Returns the engines, or nothing if there is no adapter or no wish for one.
///
/// # Panics
///
/// If one is required and there is none, or another one than wanted, if `PALMETTE_GPU` is none of the three words, or in a test outside of
/// the module `engines`.
#[must_use]
pub fn engines() -> Option<&'static GpuEngines> {
    static ENGINES: OnceLock<Option<GpuEngines>> = OnceLock::new();
    // The thread of a test has its name; a program, or the one thread of `--test-threads 1`, is `main`.
    if let Some(test) = thread::current().name().filter(|name| *name != "main") {
        assert!(
            test.starts_with(MODULE),
            "{test} uses a GPU: only tests in {MODULE} run on every driver, so it has to be one"
        );
    }
    ENGINES.get_or_init(open).as_ref()
}

fn open() -> Option<GpuEngines> {
    let wish = std::env::var("PALMETTE_GPU").unwrap_or_else(|_| "auto".to_owned());
    assert!(["off", "auto", "require"].contains(&wish.as_str()), "PALMETTE_GPU is {wish}: off, auto or require");
    if wish == "off" {
        return None;
    }
    let open = |page_shift| {
        let options = GpuOptions { adapter: AdapterChoice::Any, page_shift, ..GpuOptions::default() };
        GpuEngine::open(&options)
    };
    match (open(GpuOptions::default().page_shift), open(SMALL_PAGE_SHIFT)) {
        (Ok(whole), Ok(tiled)) => {
            let adapter = whole.adapter();
            eprintln!("gpu: {adapter}");
            if let Ok(wanted) = std::env::var("PALMETTE_TEST_ADAPTER") {
                assert!(adapter.contains(&wanted), "PALMETTE_TEST_ADAPTER={wanted}, but this is {adapter}");
            }
            Some(GpuEngines { whole: Arc::new(whole), tiled: Arc::new(tiled) })
        }
        (Err(error), _) | (_, Err(error)) => {
            assert!(wish != "require", "PALMETTE_GPU=require, but {error}");
            eprintln!("skipped: no adapter ({error})");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    #[should_panic(expected = "uses a GPU: only tests in engines::")]
    fn engines_open_in_their_module_alone() {
        let _ = super::engines();
    }
}
