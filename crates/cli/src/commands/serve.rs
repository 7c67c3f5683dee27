//! `palmette serve`: configuration, then logging, then the pipeline, then the socket, then requests. Nothing is bound before
//! everything else is known to be right.

use std::io::Write;
use std::path::Path;
use std::process::exit;

use palmette_server::config::{Budgets, Environment, Memory, UnknownVariable};
use palmette_server::shutdown::{Hangups, Signals};
use palmette_server::telemetry::{self, Traces};
use palmette_server::{Config, Credentials, Ending, Inherited, Listeners};
use palmette_store::hosted::{Hosted, HostedClass};
use tokio::sync::oneshot;

use crate::args::ServeCommandArgs;
use crate::error::Error;
use crate::files;

/// Exit status if a second signal cuts the end short: 128 and the number of SIGINT.
const EXIT_INTERRUPTED: i32 = 130;

/// Serves until a signal comes, or only says what it would serve with.
pub(crate) fn serve(args: &ServeCommandArgs) -> Result<(), Error> {
    let inherited = Inherited::take();
    let settings = args.serve.gather()?;
    let text = settings.to_toml();
    let config = settings.resolve()?;
    if args.print_config {
        return files::write(Path::new(files::STANDARD), text.as_bytes());
    }
    let credentials = Credentials::read(&config.server)?;
    let traces = Traces::open();
    telemetry::init(&config.log, traces.as_ref().ok());
    if let Err(missing) = &traces {
        tracing::warn!("{missing}");
    }
    for unknown in UnknownVariable::find(&Environment) {
        tracing::warn!("{unknown}");
    }
    palmette_server::check_stores(&config)?;
    let pipeline = super::build(&config)?;
    check_hosted(&config)?;
    if args.check {
        return files::write(Path::new(files::STANDARD), b"a server would start with this configuration\n");
    }
    let runtime = palmette_server::runtime(&config).map_err(Error::Start)?;
    let outcome = runtime.block_on(listen_and_serve(config, credentials, inherited, pipeline));
    // Work whose client is gone is not waited for.
    runtime.shutdown_background();
    drop(traces);
    outcome
}

/// Opens the store of hosted pictures, as requests do for themselves: what is wrong with it should not wait for the first of them. A
/// database that cannot be used now may come back.
fn check_hosted(config: &Config) -> Result<(), Error> {
    let Some(place) = config.hosted.place()? else { return Ok(()) };
    match Hosted::open_at(&place) {
        Err(error) if error.class() == HostedClass::Unavailable => tracing::warn!("hosted pictures: {error}"),
        opened => drop(opened?),
    }
    Ok(())
}

/// Binds, says where, and serves.
async fn listen_and_serve(
    config: Config,
    credentials: Credentials,
    inherited: Inherited,
    pipeline: palmette::Pipeline,
) -> Result<(), Error> {
    let stop = stop_signal().map_err(Error::Start)?;
    reread_at_hangups(&credentials).map_err(Error::Start)?;
    let listeners = Listeners::bind(&config.server, inherited).await?;
    let url = listeners.main.url(credentials.scheme());
    let budgets = Budgets::of(&config, Memory::find());
    tracing::info!(
        server.address = %listeners.main,
        server.workers = config.admission.workers.count(),
        memory.bytes = budgets.memory.bytes,
        memory.source = %budgets.memory.source,
        memory.pixel_bytes = budgets.pixel_bytes,
        memory.answer_bytes = budgets.answer_bytes,
        memory.body_bytes = budgets.body_bytes,
        engine.choice = config.engine.as_str(),
        "listening on {url}"
    );
    // For scripts that asked for any free port. They may not listen; the log has it too.
    let mut stdout = std::io::stdout();
    let _ = writeln!(stdout, "listening on {url}");
    if let Some(metrics) = &listeners.metrics {
        let url = metrics.url("http");
        tracing::info!(metrics.address = %metrics, "metrics on {url}");
        let _ = writeln!(stdout, "metrics on {url}");
    }

    match palmette_server::serve(listeners, config, credentials, pipeline, stop).await {
        Ending::Drained => tracing::info!("stopped; every request was answered"),
        Ending::Cut { connections } => {
            tracing::warn!(
                server.connections = connections,
                "stopped; the grace period was over with connections still open"
            );
        }
    }
    Ok(())
}

/// Returns a future that resolves at the first signal; a second one ends the process at once.
fn stop_signal() -> std::io::Result<impl Future> {
    let mut signals = Signals::catch()?;
    let (sender, receiver) = oneshot::channel();
    tokio::spawn(async move {
        let name = signals.next().await;
        tracing::info!(signal = name, "{name}: stopping");
        let _ = sender.send(());
        let name = signals.next().await;
        tracing::warn!(signal = name, "{name} again: stopping at once");
        exit(EXIT_INTERRUPTED);
    });
    Ok(receiver)
}

/// Has files read again at each SIGHUP. If there is none to read, the signal ends the process, as a terminal that goes away means it.
fn reread_at_hangups(credentials: &Credentials) -> std::io::Result<()> {
    if !credentials.are_in_files() {
        return Ok(());
    }
    let (mut hangups, credentials) = (Hangups::catch()?, credentials.clone());
    tokio::spawn(async move {
        loop {
            hangups.next().await;
            tracing::info!(signal = "SIGHUP", "SIGHUP: reading files again");
            credentials.reread();
        }
    });
    Ok(())
}
