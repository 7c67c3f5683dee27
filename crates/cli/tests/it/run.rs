//! `palmette run`: the command before it, the server behind it, and what it says. What happens in Node is tested where there is one.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStderr, Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::server::Server;
use crate::support::{EX_UNAVAILABLE, EX_USAGE, palmette};

/// `palmette run` with the arguments, and a cache of its own.
struct Run {
    command: Command,
    cache: TempDir,
}

impl Run {
    fn new(args: &[&str]) -> Self {
        let cache = tempfile::tempdir().unwrap();
        let mut command = palmette();
        command
            .env("PATH", "/usr/bin:/bin")
            .env("XDG_CACHE_HOME", cache.path().join("a blank"))
            .env("HOME", "/nonexistent");
        command.env("PALMETTE_URL", "http://127.0.0.1:0").arg("run").args(args);
        Self { command, cache }
    }

    fn output(&mut self) -> Output {
        self.command.output().unwrap()
    }

    /// Starts it with pipes.
    fn start(&mut self) -> Running {
        let pipes = self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = pipes.spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        Running { child, stderr }
    }
}

struct Running {
    child: Child,
    stderr: BufReader<ChildStderr>,
}

impl Running {
    /// Waits for its first line, and returns the address of the server.
    fn server(&mut self) -> String {
        let mut line = String::new();
        self.stderr.read_line(&mut line).unwrap();
        let address = line.strip_prefix("palmette: server http://").and_then(|rest| rest.split_once(' '));
        address.unwrap_or_else(|| panic!("{line}")).0.to_owned()
    }

    fn read_line(&mut self) -> String {
        let mut line = String::new();
        let mut byte = [0];
        let stdout = self.child.stdout.as_mut().unwrap();
        while stdout.read(&mut byte).unwrap() == 1 && byte != *b"\n" {
            line.push(byte[0].into());
        }
        line
    }

    /// Ends its standard input, and waits.
    fn finish(mut self) -> (Output, String) {
        drop(self.child.stdin.take());
        let mut stderr = String::new();
        self.stderr.read_to_string(&mut stderr).unwrap();
        (self.child.wait_with_output().unwrap(), stderr)
    }
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn is_live(address: &str) -> bool {
    TcpStream::connect(address).is_ok()
}

#[test]
fn run_has_the_exit_status_of_the_command() {
    for (script, status) in [("exit 0", 0), ("exit 7", 7), ("kill -TERM $$", 143), ("kill -KILL $$", 137)] {
        let output = Run::new(&["--", "sh", "-c", script]).output();
        assert_eq!(output.status.code(), Some(status), "{script}: {output:?}");
    }
    let output = Run::new(&["--", "no-such-command"]).output();
    assert_eq!(output.status.code(), Some(127));
    assert!(
        text(&output.stderr).starts_with("palmette: no-such-command: not found in node_modules/.bin"),
        "{output:?}"
    );
}

#[test]
fn run_hands_input_output_and_arguments_on() {
    let mut run =
        Run::new(&["sh", "-c", "cat; echo \"$@\"; echo err >&2", "sh", "--port", "1", "--help", "--", "x"]).start();
    run.server();
    run.child.stdin.as_mut().unwrap().write_all(b"in\n").unwrap();
    let (output, stderr) = run.finish();
    assert_eq!(text(&output.stdout), "in\n--port 1 --help -- x\n");
    assert!(stderr.starts_with("err\n"), "{stderr}");
}

#[test]
fn run_keeps_node_options_and_tells_the_rest() {
    let mut run = Run::new(&[
        "--header",
        "X-Key: a:b",
        "--",
        "sh",
        "-c",
        "echo $NODE_OPTIONS; echo $PALMETTE_RUN; echo $PALMETTE_URL; cat",
    ]);
    run.command.env("NODE_OPTIONS", "--no-warnings --max-http-header-size=9000").env("PALMETTE_CLIENT_TOKEN", "secret");
    let mut running = run.start();
    let server = running.server();
    let [options, settings, url] = [(); 3].map(|()| running.read_line());
    let (before, module) = options.split_once(" --import=file://").unwrap();
    assert_eq!(before, "--no-warnings --max-http-header-size=9000");
    assert!(!module.contains(' ') && module.contains("/a%20blank/palmette/run-"), "{module}");
    let module = module.replace("%20", " ");
    assert!(module.starts_with(run.cache.path().to_str().unwrap()) && fs::metadata(module).unwrap().len() > 1000);
    let settings: serde_json::Value = serde_json::from_str(&settings).unwrap();
    assert_eq!(url, format!("http://{server}"));
    assert_eq!(settings["url"], *url);
    // The server is ours and asks for no token, which may be for another one.
    assert_eq!(settings["headers"], serde_json::json!({ "x-key": "a:b" }));
    let report = settings["report"].as_str().unwrap().to_owned();
    fs::write(&report, "{\"event\":\"binding\",\"worker\":\"app\",\"binding\":\"IMAGES\",\"fate\":\"remote\"}\n")
        .unwrap();
    let (_, stderr) = running.finish();
    assert_eq!(stderr, "palmette: IMAGES of app is remote: left alone\n");
    assert!(fs::metadata(report).is_err());
}

#[test]
fn run_gives_the_command_a_token_of_the_server_that_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let tokens = folder.path().join("tokens");
    fs::write(&tokens, "# two\nfirst\nsecond\n").unwrap();
    let mut run = Run::new(&["--token-file", tokens.to_str().unwrap(), "--", "sh", "-c", "echo $PALMETTE_RUN; cat"]);
    run.command.env("PALMETTE_CLIENT_TOKEN", "of-another-server");
    let mut running = run.start();
    running.server();
    let settings: serde_json::Value = serde_json::from_str(&running.read_line()).unwrap();
    assert_eq!(settings["headers"], serde_json::json!({ "authorization": "Bearer first" }));
    running.finish();
}

#[test]
fn run_stops_the_server_that_it_started_with_the_command() {
    let mut run = Run::new(&["--", "cat"]).start();
    let server = run.server();
    assert!(is_live(&server));
    let (output, stderr) = run.finish();
    assert!(output.status.success());
    assert!(!is_live(&server));
    assert!(stderr.contains("warning: `cat` started no Node process"), "{stderr}");
}

#[test]
fn run_two_at_once_have_a_server_each() {
    let args = ["--engine", "cpu", "--timeout-ms", "9000", "--", "cat"];
    let [mut first, mut second] = [Run::new(&args).start(), Run::new(&args).start()];
    let [one, two] = [first.server(), second.server()];
    assert_ne!(one, two);
    first.finish();
    assert!(!is_live(&one) && is_live(&two));
    second.finish();
}

#[test]
fn run_uses_a_server_that_runs_and_leaves_it() {
    let server = Server::start(&[]);
    let mut run = Run::new(&["--server", &server.url(), "--", "sh", "-c", "echo $PALMETTE_URL"]);
    let output = run.output();
    assert_eq!(text(&output.stdout).trim(), server.url());
    let said = format!("palmette: server {} ({}, runs already); playground", server.url(), env!("CARGO_PKG_VERSION"));
    assert!(text(&output.stderr).starts_with(&said), "{output:?}");
    assert!(server.get("/ready").contains("\"ready\":true"));
}

#[test]
fn run_refuses_what_cannot_be() {
    for (args, status, words) in [
        (&["--server", "http://palmette.invalid:1"][..], EX_UNAVAILABLE, "no server at http://palmette.invalid:1/"),
        (&["--server", "localhost:9901"], EX_USAGE, "--server localhost:9901: must be an http or https URL"),
        (&["--server", "http://127.0.0.1:1", "--engine", "cpu"], EX_USAGE, "one that runs keeps its settings"),
        (&["--header", "nonsense"], EX_USAGE, "NAME: VALUE"),
        (&["--listen", "unix:palmette.sock"], EX_USAGE, "--listen unix:palmette.sock: `palmette run` needs an address"),
        (&["--engine", "tpu"], EX_USAGE, "`tpu` is not one of auto, cpu, gpu"),
    ] {
        let output = Run::new(&[args, &["--", "touch", "/nonexistent/ran"]].concat()).output();
        assert_eq!(output.status.code(), Some(status), "{args:?}: {output:?}");
        assert!(text(&output.stderr).contains(words), "{args:?}: {output:?}");
    }
}

/// `palmette run -- npm run dev`, where that is `palmette run -- vite dev`.
#[test]
fn run_within_another_tells_both() {
    let cache = tempfile::tempdir().unwrap();
    let report = cache.path().join("report");
    fs::write(&report, "").unwrap();
    let event = "{\"event\":\"binding\",\"worker\":\"app\",\"binding\":\"IMAGES\",\"fate\":\"palmette\"}";
    let script =
        format!("echo '{event}' >> \"$(echo \"$PALMETTE_RUN\" | sed 's/.*\"report\":\"\\([^\"]*\\)\".*/\\1/')\"");
    let mut run = Run::new(&["--", "sh", "-c", &script]);
    run.command.env("PALMETTE_RUN", serde_json::json!({ "report": report }).to_string());
    let output = run.output();
    assert!(text(&output.stderr).ends_with("palmette: IMAGES of app goes to Palmette\n"), "{output:?}");
    assert_eq!(fs::read_to_string(report).unwrap(), format!("{event}\n"));
}

#[test]
fn run_takes_a_temporary_folder_where_the_cache_cannot_be_written() {
    let mut run = Run::new(&["--", "sh", "-c", "echo ${NODE_OPTIONS#--import=file://}; cat"]);
    run.command.env("XDG_CACHE_HOME", "/proc/nonexistent");
    let mut running = run.start();
    let module = running.read_line();
    assert!(fs::metadata(&module).is_ok(), "{module}");
    running.finish();
    assert!(fs::metadata(&module).is_err());
}

#[test]
fn run_finds_commands_of_packages_before_others() {
    let folder = tempfile::tempdir().unwrap();
    let bin = folder.path().join("node_modules/.bin");
    fs::create_dir_all(folder.path().join("app")).unwrap();
    fs::create_dir_all(&bin).unwrap();
    std::os::unix::fs::symlink("/bin/echo", bin.join("wrangler")).unwrap();
    let mut run = Run::new(&[]);
    let mut command = palmette();
    command
        .env("PATH", "/usr/bin:/bin")
        .env("XDG_CACHE_HOME", run.cache.path())
        .env("PALMETTE_URL", "http://127.0.0.1:0");
    run.command = command;
    run.command.current_dir(folder.path().join("app")).args(["dev", "--port", "8787", "-e", "local", "--remote"]);
    let output = run.output();
    assert_eq!(text(&output.stdout), "dev --port 8787 -e local --remote\n", "{output:?}");
}

/// Says `up`, counts signals of a name for a second, and ends with a status of its own.
fn counting(signal: &str) -> String {
    format!("trap 'echo got' {signal}; echo up; i=0; while [ $i -lt 10 ]; do sleep 0.1; i=$((i+1)); done; exit 5")
}

#[test]
fn run_hands_on_a_signal_that_another_process_sends() {
    for (name, signal) in [("TERM", Signal::TERM), ("INT", Signal::INT), ("HUP", Signal::HUP)] {
        let mut run = Run::new(&["--", "sh", "-c", &counting(name)]).start();
        assert_eq!(run.read_line(), "up");
        kill_process(Pid::from_child(&run.child), signal).unwrap();
        let (output, _) = run.finish();
        assert_eq!((text(&output.stdout), output.status.code()), ("got\n", Some(5)), "{name}");
    }
}

#[test]
fn run_is_ended_by_a_signal_that_ends_the_command() {
    let mut run = Run::new(&["--", "sh", "-c", "echo up; exec sleep 60"]).start();
    let server = run.server();
    assert_eq!(run.read_line(), "up");
    kill_process(Pid::from_child(&run.child), Signal::TERM).unwrap();
    let (output, _) = run.finish();
    assert_eq!((output.status.code(), output.status.signal()), (Some(143), None));
    assert!(!is_live(&server));
}

#[cfg(target_os = "linux")]
#[test]
fn run_leaves_signals_ignored_that_nohup_ignores() {
    let run = Run::new(&["--", "sh", "-c", "echo up; sleep 0.5; exit 5"]);
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' HUP; exec \"$@\"", "sh"]).arg(run.command.get_program()).args(run.command.get_args());
    command.env_clear().envs(run.command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let mut run = Run { command, cache: run.cache }.start();
    assert_eq!(run.read_line(), "up");
    kill_process(Pid::from_child(&run.child), Signal::HUP).unwrap();
    assert_eq!(run.finish().0.status.code(), Some(5));
}

/// Ctrl-C in a terminal reaches the whole process group, so that it must not be handed on.
#[test]
fn run_leaves_ctrl_c_to_the_terminal() {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let path = ptsname(&terminal, Vec::new()).unwrap().into_string().unwrap();
    let input = fs::OpenOptions::new().read(true).write(true).open(path).unwrap();

    let run = Run::new(&["--", "sh", "-c", &counting("INT")]);
    let mut command = Command::new("setsid");
    command.args(["--ctty", "--wait"]).arg(run.command.get_program()).args(run.command.get_args()).env_clear();
    command.envs(run.command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let mut child = command.stdin(input).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert_eq!(lines.next().as_deref(), Some("up"));
    fs::File::from(terminal.try_clone().unwrap()).write_all(b"\x03").unwrap();
    assert_eq!(lines.collect::<Vec<_>>(), ["got"]);
    assert_eq!(child.wait().unwrap().code(), Some(5));
}
