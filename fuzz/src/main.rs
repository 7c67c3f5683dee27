//! Fuzzing on a stable toolchain: mutated bytes at everything that reads bytes of strangers, for some seconds.
//!
//! `palmette-fuzz TARGET SECONDS [SEED]` runs one target, `palmette-fuzz all SECONDS [SEED]` each of them, `palmette-fuzz TARGET
//! FILE` one input again. Seeds are made by code, except fonts ([`seeds`]), mutations come from a generator that the seed starts
//! ([`mod@mutate`]), and what has to hold is written down beside each target ([`target`]). A panic, caught or not, a call that
//! takes longer than [`HANG`], and a broken promise end the run; the input is kept in `fuzz/finds`, to become a fixture.
//!
//! There is no coverage to steer by: that needs a nightly compiler. The seeds reach every kind of every format instead, and the
//! mutations know what lengths, chunks and markers look like.

mod mutate;
mod net;
mod seeds;
mod target;
mod twin;

// Where the fonts of tests are found.
#[path = "../../crates/text/tests/it/fonts.rs"]
#[allow(dead_code, reason = "shared with tests that use all of it")]
mod fonts;
// What the tests of the JPEG codec compare with libjpeg-turbo by.
#[path = "../../crates/jpeg/tests/it/differences.rs"]
mod differences;
#[path = "../../crates/jpeg/tests/it/encode_twin.rs"]
#[allow(dead_code, reason = "shared with tests that use all of it")]
mod encode_twin;
#[path = "../../crates/jpeg/tests/it/judge.rs"]
#[allow(dead_code, reason = "shared with tests that use all of it")]
mod judge;
#[path = "../../crates/jpeg/tests/it/turbo.rs"]
#[allow(dead_code, reason = "shared with tests that use all of it")]
mod turbo;
#[path = "../../crates/jpeg/tests/it/writer/mod.rs"]
#[allow(dead_code, unused_imports, reason = "shared with tests that use all of it")]
mod writer;

use std::panic;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use mutate::{Random, mutate};
use target::Target;

/// Nothing that is tried may take longer: limits make every picture small.
const HANG: Duration = Duration::from_secs(10);

/// Panics so far, also those that somebody caught.
static PANICS: AtomicU32 = AtomicU32::new(0);

/// What is being tried, since when; for the thread that watches over hangs.
static CURRENT: Mutex<Option<(&'static str, Vec<u8>, Instant)>> = Mutex::new(None);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (name, second) = match &arguments[..] {
        [name, second] | [name, second, _] => (name.as_str(), second.as_str()),
        _ => return usage(),
    };
    let seed = match arguments.get(2).map(|seed| seed.parse()) {
        Some(Ok(seed)) => seed,
        Some(Err(_)) => return usage(),
        None => SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs()),
    };
    let targets: Vec<Target> = Target::ALL.into_iter().filter(|target| name == "all" || target.name == name).collect();
    if targets.is_empty() {
        return usage();
    }
    watch();
    let found = match second.parse() {
        Ok(seconds) => targets.iter().any(|target| !run(target, Duration::from_secs(seconds), seed)),
        Err(_) => match std::fs::read(second) {
            Ok(input) => targets.iter().any(|target| !holds(target, &input)),
            Err(error) => {
                eprintln!("fuzz: {second}: {error}");
                return ExitCode::from(66);
            }
        },
    };
    if found { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Says how it is used.
fn usage() -> ExitCode {
    let names = Target::ALL.map(|target| target.name).join(", ");
    eprintln!("usage: palmette-fuzz TARGET SECONDS|FILE [SEED]\ntargets: all, {names}");
    ExitCode::from(64)
}

/// Runs a target for a while; says whether it held.
fn run(target: &Target, time: Duration, seed: u64) -> bool {
    let seeds = (target.seeds)();
    let (start, mut tried) = (Instant::now(), 0_u64);
    // The seeds themselves come first.
    for input in &seeds {
        if !holds(target, input) {
            return false;
        }
    }
    let mut random = Random::new(seed);
    while start.elapsed() < time {
        let input = mutate(&seeds, &mut random);
        if !holds(target, &input) {
            return false;
        }
        tried += 1;
    }
    eprintln!("fuzz: {}: {} seeds, {tried} mutations from {seed}, all well", target.name, seeds.len());
    true
}

/// Tries one input; keeps it if something is wrong.
fn holds(target: &Target, input: &[u8]) -> bool {
    let panics = PANICS.load(Ordering::Relaxed);
    *CURRENT.lock().unwrap_or_else(PoisonError::into_inner) = Some((target.name, input.to_vec(), Instant::now()));
    let outcome = panic::catch_unwind(|| (target.run)(input));
    *CURRENT.lock().unwrap_or_else(PoisonError::into_inner) = None;
    if outcome.is_ok() && PANICS.load(Ordering::Relaxed) == panics {
        return true;
    }
    keep(target.name, input);
    false
}

/// Counts panics wherever they are caught, and ends the process when something hangs.
fn watch() {
    let print = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        PANICS.fetch_add(1, Ordering::Relaxed);
        print(info);
    }));
    std::thread::spawn(|| {
        loop {
            std::thread::sleep(Duration::from_secs(1));
            let current = CURRENT.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((name, input, since)) = &*current
                && since.elapsed() > HANG
            {
                eprintln!("fuzz: {name} takes longer than {HANG:?}");
                keep(name, input);
                std::process::exit(1);
            }
        }
    });
}

/// Writes an input into the folder of finds, under a name that depends on its bytes alone.
fn keep(target: &str, input: &[u8]) {
    let hash = input
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("finds");
    let path = folder.join(format!("{target}-{hash:016x}"));
    match std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&path, input)) {
        Ok(()) => eprintln!("fuzz: {target}: kept {}", path.display()),
        Err(error) => eprintln!("fuzz: {target}: could not keep {}: {error}", path.display()),
    }
}
