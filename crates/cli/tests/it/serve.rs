//! `palmette serve`: start, settings, signals.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::server::{Server, transform_request};
use crate::support::{EX_NOINPUT, EX_UNAVAILABLE, EX_USAGE, Folder, NO_GPU, palmette, png};

impl Server {
    fn signal(&self, name: &str) {
        let status = Command::new("sh").args(["-c", &format!("kill -{name} {}", self.child.id())]).status().unwrap();
        assert!(status.success());
    }

    /// Sends the first piece of [`request_in_two`] and waits until the server holds it.
    fn begin_request(&self) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.write_all(&request_in_two().0).unwrap();
        wait_until("the server holds a body", || !self.get("/metrics").contains("palmette_body_bytes 0"));
        stream
    }

    /// Waits until new connections are refused.
    fn wait_until_closed(&self) {
        wait_until("new connections are refused", || TcpStream::connect(self.address).is_err());
    }

    /// Waits for the end of the process and returns its exit status and log.
    fn wait(mut self) -> (Option<i32>, String) {
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        (self.child.wait().unwrap().code(), log)
    }
}

fn wait_until(what: &str, condition: impl Fn() -> bool) {
    for _ in 0..1000 {
        if condition() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("not in 10 s: {what}");
}

/// Returns a request that takes a while, in two pieces: all but its last bytes, and those.
fn request_in_two() -> (Vec<u8>, Vec<u8>) {
    let mut request = transform_request(&[
        ("image", &png(40, 30, [9, 9, 9, 255])),
        ("transforms", b"[]"),
        ("output_format", b"rgba"),
    ]);
    let last = request.split_off(request.len() - 10);
    (request, last)
}

#[test]
fn serve_drains_on_sigterm_and_exits_cleanly() {
    let server = Server::start(&[]);
    let mut stream = server.begin_request();
    server.signal("TERM");
    server.wait_until_closed();
    stream.write_all(&request_in_two().1).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
    let (status, log) = server.wait();
    assert_eq!(status, Some(0), "{log}");
    assert!(log.contains("SIGTERM: stopping") && log.contains("every request was answered"), "{log}");
}

#[test]
fn serve_ends_with_a_warning_when_the_grace_period_is_over() {
    let server = Server::start(&["--grace-ms", "200"]);
    let _stream = server.begin_request();
    let start = Instant::now();
    server.signal("INT");
    let (status, log) = server.wait();
    assert_eq!(status, Some(0), "{log}");
    assert!(log.contains("WARN") && log.contains("connections still open"), "{log}");
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn serve_ends_at_once_on_a_second_signal() {
    let server = Server::start(&[]);
    let _stream = server.begin_request();
    server.signal("INT");
    server.wait_until_closed();
    server.signal("INT");
    let (status, log) = server.wait();
    assert_eq!(status, Some(130), "{log}");
}

#[test]
fn serve_reads_tokens_again_on_sighup() {
    let folder = Folder::new();
    let (tokens, more) = (folder.path().join("tokens"), folder.path().join("more"));
    folder.write("tokens", b"old\n");
    folder.write("more", b"# of a second client\nother\n");
    let [tokens_flag, more_flag] = [&tokens, &more].map(|path| path.to_str().unwrap());
    let server = Server::start(&["--token-file", tokens_flag, "--token-file", more_flag]);
    let takes = |token: &str| {
        let request =
            format!("GET /options HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\r\n");
        server.exchange(request.as_bytes()).starts_with(b"HTTP/1.1 200 ")
    };
    assert_eq!(["old", "other", "new"].map(takes), [true, true, false]);
    folder.write("tokens", b"new\n");
    server.signal("HUP");
    wait_until("the new token is taken", || takes("new"));
    assert_eq!(["old", "other", "new"].map(takes), [false, true, true]);
    folder.write("tokens", b"with a blank\n");
    server.signal("HUP");
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(["old", "other", "new"].map(takes), [false, true, true]);
    server.signal("TERM");
    let (status, log) = server.wait();
    assert_eq!(status, Some(0), "{log}");
    assert!(log.contains("reloaded the tokens"), "{log}");
    assert!(log.contains("kept the old tokens: ") && log.contains("tokens, line 1: "), "{log}");
    assert!(!log.contains("with a blank") && !log.contains("other"), "tokens stay out of the log: {log}");
}

#[test]
fn serve_without_files_ends_at_sighup_as_its_terminal_means_it() {
    let server = Server::start(&[]);
    server.signal("HUP");
    assert_eq!(server.wait().0, None);
}

#[cfg(unix)]
#[test]
fn serve_takes_sockets_from_systemd() {
    use std::os::fd::OwnedFd;
    // As systemd does it: sockets from number 3 on, and the process that they are for.
    let hand_over = "exec 3<&0 4<&2 2>/dev/null; LISTEN_PID=$$ LISTEN_FDS=2 exec \"$@\"";
    let [main, metrics] = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    let [main_address, metrics_address] = [&main, &metrics].map(|listener| listener.local_addr().unwrap());
    let mut command = Command::new("/bin/sh");
    command.args(["-c", hand_over, "sh", env!("CARGO_BIN_EXE_palmette"), "serve", "--engine", "cpu"]);
    command.args(["--listen", "systemd", "--metrics-listen", "systemd"]).env_clear();
    command.stdin(OwnedFd::from(main)).stderr(OwnedFd::from(metrics)).stdout(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    let mut line = || lines.next().unwrap().unwrap();
    assert_eq!(line(), format!("listening on http://{main_address}"));
    assert_eq!(line(), format!("metrics on http://{metrics_address}"));
    let server = Server { child, address: main_address, has_tls: false };
    assert!(server.get("/options").starts_with("HTTP/1.1 200 "));
    assert!(server.get("/metrics").starts_with("HTTP/1.1 404 "));
}

#[test]
fn serve_logs_json_where_asked() {
    let server = Server::start(&["--log-format", "json"]);
    server.signal("TERM");
    let (_, log) = server.wait();
    for line in log.lines() {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(event["message"].is_string(), "{line}");
    }
}

#[test]
fn serve_does_not_start_with_a_wrong_configuration() {
    let folder = Folder::new();
    folder.write("wrong.toml", b"[limits]\nmax_sorces = 1\n");
    folder.fail(&["serve", "--engine", "gpu"], EX_UNAVAILABLE, &["engine `gpu` cannot be used", NO_GPU]);
    folder.fail(&["serve", "--engine", "tpu"], EX_USAGE, &["--engine", "tpu", "auto, cpu, gpu"]);
    folder.fail(&["serve", "--config", "wrong.toml"], EX_USAGE, &["wrong.toml", "max_sorces"]);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    folder.fail(&["serve", "--engine", "cpu", "--listen", &address], EX_UNAVAILABLE, &["cannot listen on", &address]);

    folder.fail(&["serve", "--listen", "here"], EX_USAGE, &["`here` is not a port", "unix:PATH", "systemd"]);
    folder.fail(&["serve", "--listen", "0.0.0.0:0"], EX_USAGE, &["0.0.0.0:0", "--token-file", "--insecure"]);
    folder.fail(
        &["serve", "--engine", "cpu", "--listen", "systemd"],
        EX_UNAVAILABLE,
        &["cannot listen on systemd: no socket was handed over"],
    );
    folder.fail(
        &["serve", "--engine", "cpu", "--listen", "unix:none/a.sock"],
        EX_UNAVAILABLE,
        &["cannot listen on unix:none/a.sock"],
    );
    folder.fail(&["serve", "--playground", "no"], EX_USAGE, &["--playground", "`no` is not on or off"]);
    folder.fail(&["serve", "--token-file", "absent"], EX_USAGE, &["cannot read absent"]);
    folder.fail(&["serve", "--token-file", ""], EX_USAGE, &["--token-file", "`` is not the path of a file, or none"]);
    folder.write("empty", b"# nothing\n");
    folder.fail(&["serve", "--token-file", "empty"], EX_USAGE, &["there is no token in empty"]);
    folder.fail(&["serve", "--token-file", "grey.png"], EX_USAGE, &["grey.png, line 1: a token has visible ASCII"]);
    folder.fail(&["serve", "--tls-cert", "empty"], EX_USAGE, &["`server.tls_cert` is set and `server.tls_key` is not"]);
    folder.fail(&["serve", "--tls-cert", "empty", "--tls-key", "empty"], EX_USAGE, &["empty holds no certificate"]);
    let open = ["--listen", "0.0.0.0:0", "--insecure", "--tls-cert", "empty", "--tls-key", "empty"];
    folder.fail(&[&["serve"], &open[..]].concat(), EX_USAGE, &["empty holds no certificate"]);
}

#[test]
fn serve_checks_its_configuration_without_a_socket() {
    let folder = Folder::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let line = folder.run(&["serve", "--check", "--engine", "cpu", "--listen", &address]);
    assert!(line.status.success(), "{line:?}");
    assert_eq!(line.stdout, b"a server would start with this configuration\n");
    folder.fail(&["serve", "--check", "--timeout-ms", "soon"], EX_USAGE, &["--timeout-ms", "soon"]);
    folder.fail(&["serve", "--check", "--engine", "gpu"], EX_UNAVAILABLE, &["engine `gpu` cannot be used"]);
    let fonts = ["serve", "--check", "--engine", "cpu", "--fonts", "no-such-folder"];
    folder.fail(&fonts, EX_NOINPUT, &["--fonts", "no-such-folder"]);
}

#[test]
fn serve_prints_its_configuration() {
    let folder = Folder::new();
    folder.write("own.toml", b"[limits]\nmax_steps = 10\nmax_depth = 5\n");
    let mut command = palmette();
    command.current_dir(folder.path()).env("PALMETTE_LOG_FILTER", "warn");
    let output =
        command.args(["serve", "--print-config", "--config", "own.toml", "--max-steps", "11"]).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    for line in ["max_steps = 11 # --max-steps", "max_depth = 5 # own.toml", "filter = \"warn\" # PALMETTE_LOG_FILTER"]
    {
        assert!(text.lines().any(|printed| printed == line), "{line} is not in {text}");
    }
    // It can be read again, and says the same.
    folder.write("printed.toml", text.as_bytes());
    let again = folder.succeed(&["serve", "--print-config", "--config", "printed.toml"]);
    let bare = |text: &str| -> String {
        text.lines().map(|line| line.split(" # ").next().unwrap().to_owned() + "\n").collect()
    };
    assert_eq!(bare(&String::from_utf8(again).unwrap()), bare(&text));
    folder.fail(&["serve", "--print-config", "--max-steps", "0"], EX_USAGE, &["--max-steps"]);
}

#[test]
fn misspelt_variables_are_named() {
    let mut command = palmette();
    command.env("PALMETTE_LIMITS_TIMEOUT", "1").stderr(Stdio::piped());
    let server = Server::start_with(command, &[]);
    server.signal("TERM");
    let (_, log) = server.wait();
    let words = ["WARN", "PALMETTE_LIMITS_TIMEOUT` is not a setting", "did you mean PALMETTE_LIMITS_TIMEOUT_MS?"];
    assert!(words.iter().all(|word| log.contains(word)), "{log}");

    let output = palmette().env("PALMETTE_ENGINE_CHOICES", "cpu").args(["doctor"]).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && text.contains("did you mean PALMETTE_ENGINE_CHOICE?"), "{text}");
}

#[test]
fn serve_logs_probes_only_to_those_who_debug() {
    for (filter, probes) in [("info", 0), ("debug", 3)] {
        let server = Server::start(&["--log-format", "json", "--log-filter", filter]);
        for path in ["/live", "/ready", "/metrics", "/options"] {
            server.get(path);
        }
        server.signal("TERM");
        let (_, log) = server.wait();
        let lines: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let answered = |path: &str| {
            let is_of = |line: &&serde_json::Value| line["spans"][0]["http.path"] == path && line["http.status"] == 200;
            lines.iter().filter(is_of).count()
        };
        assert_eq!(["/live", "/ready", "/metrics"].map(answered).iter().sum::<usize>(), probes, "{log}");
        assert_eq!(answered("/options"), 1, "{log}");
        assert!(!log.contains("\"span\""), "the list of spans has them all: {log}");
    }
}

/// A build with traces sends them; `tests/otel.rs` tries that.
#[cfg(not(feature = "otel"))]
#[test]
fn serve_says_that_it_has_no_traces() {
    let mut command = palmette();
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318").stderr(Stdio::piped());
    let server = Server::start_with(command, &[]);
    server.signal("TERM");
    let (_, log) = server.wait();
    assert!(log.contains("WARN") && log.contains("cargo feature otel"), "{log}");
}

#[cfg(not(feature = "buckets"))]
#[test]
fn serve_says_that_it_has_no_buckets() {
    let folder = Folder::new();
    for flag in ["--url-origin", "--cache-bucket"] {
        folder.fail(
            &["serve", "--check", "--engine", "cpu", flag, "s3://pictures/in"],
            EX_USAGE,
            &["s3://pictures/in", "was built without buckets"],
        );
    }
}
