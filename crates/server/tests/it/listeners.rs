//! Where a server listens, and what it serves where.

use std::fs;
use std::path::Path;

use axum::http::StatusCode;
use palmette_server::config::Listen;
use palmette_server::{Config, Credentials, Ending, Inherited, Listeners, serve};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::sockets::send;
use crate::support::{app_with, get, pipeline};

/// A server on the sockets of its configuration.
struct Bound {
    /// Where metrics are.
    metrics: Option<std::net::SocketAddr>,
    main: Option<std::net::SocketAddr>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Ending>,
}

impl Bound {
    async fn start(config: Config) -> Result<Self, String> {
        let credentials = Credentials::read(&config.server).map_err(|error| error.to_string())?;
        let listeners = Listeners::bind(&config.server, Inherited::none()).await.map_err(|error| error.to_string())?;
        let (main, metrics) =
            (listeners.main.address(), listeners.metrics.as_ref().and_then(palmette_server::Listener::address));
        let (stop, stopped) = oneshot::channel();
        let pipeline = pipeline(&config, std::sync::Arc::new(palmette::core::CpuEngine::new()));
        let task = tokio::spawn(serve(listeners, config, credentials, pipeline, async move {
            let _ = stopped.await;
        }));
        Ok(Self { metrics, main, stop, task })
    }

    async fn stop(self) -> Ending {
        self.stop.send(()).unwrap();
        self.task.await.unwrap()
    }
}

fn request(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
}

async fn status(address: std::net::SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let answer = send(&mut stream, request(path).as_bytes()).await;
    answer.split(' ').nth(1).unwrap().to_owned()
}

#[tokio::test]
async fn listeners_of_metrics_serve_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    fs::write(&token, "secret").unwrap();
    let mut config = Config::default();
    config.server.listen = "0".parse().unwrap();
    config.server.metrics_listen = Some("localhost:0".parse().unwrap());
    config.server.token_files = vec![token];
    let server = Bound::start(config.clone()).await.unwrap();
    let (main, metrics) = (server.main.unwrap(), server.metrics.unwrap());
    assert_ne!(main, metrics);
    for (path, here, there) in [
        ("/live", "200", "200"),
        ("/ready", "200", "200"),
        ("/metrics", "401", "200"),
        ("/", "200", "404"),
        ("/options", "401", "404"),
        ("/transform", "401", "404"),
    ] {
        assert_eq!(
            (status(main, path).await, status(metrics, path).await),
            (here.to_owned(), there.to_owned()),
            "{path}"
        );
    }
    assert_eq!(server.stop().await, Ending::Drained);
    config.server.token_files.clear();
    let answer = get(&app_with(config), "/metrics").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(answer.text().ends_with("GET /openapi.json, GET /live or GET /ready"), "{}", answer.text());
}

#[tokio::test]
async fn listeners_without_a_playground() {
    let mut config = Config::default();
    config.server.playground = false;
    let app = app_with(config);
    for path in ["/", "/playground/app.js"] {
        let answer = get(&app, path).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::NOT_FOUND, 9401), "{path}");
        assert!(!answer.text().contains("browser"), "{}", answer.text());
    }
    assert_eq!(get(&app, "/options").await.status, StatusCode::OK);
}

#[tokio::test]
async fn listeners_beyond_this_machine_need_a_token() {
    let mut config = Config::default();
    config.server.listen = "0.0.0.0:0".parse().unwrap();
    let error = Bound::start(config.clone()).await.err().unwrap();
    assert!(error.starts_with("0.0.0.0:0 can be reached from other machines"), "{error}");
    config.server.insecure = true;
    assert_eq!(Bound::start(config).await.unwrap().stop().await, Ending::Drained);
}

#[tokio::test]
async fn listeners_of_systemd_need_one() {
    let mut config = Config::default();
    config.server.listen = Listen::Systemd;
    let error = Bound::start(config).await.err().unwrap();
    assert!(error.starts_with("cannot listen on systemd: "), "{error}");
}

#[cfg(unix)]
mod unix {
    use tokio::net::{UnixListener, UnixStream};

    use super::*;

    fn config(path: &Path) -> Config {
        let mut config = Config::default();
        config.server.listen = Listen::Unix(path.to_owned());
        config
    }

    async fn ask(path: &Path) -> String {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let mut stream = UnixStream::connect(path).await.unwrap();
        stream.write_all(request("/options").as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn listeners_at_a_path_answer_and_clean_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("palmette.sock");
        let server = Bound::start(config(&path)).await.unwrap();
        assert!(ask(&path).await.starts_with("HTTP/1.1 200 "));
        let error = Bound::start(config(&path)).await.err().unwrap();
        assert!(error.ends_with("palmette.sock: another process listens there"), "{error}");
        assert!(ask(&path).await.starts_with("HTTP/1.1 200 "), "the first one has it still");
        assert_eq!(server.stop().await, Ending::Drained);
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn listeners_of_metrics_at_a_path_clean_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.sock");
        let mut config = Config::default();
        config.server.listen = "0".parse().unwrap();
        config.server.metrics_listen = Some(Listen::Unix(path.clone()));
        let server = Bound::start(config).await.unwrap();
        assert!(ask(&path).await.starts_with("HTTP/1.1 404 "));
        server.stop().await;
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn listeners_replace_what_a_dead_server_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("palmette.sock");
        drop(UnixListener::bind(&path).unwrap());
        assert!(path.exists());
        let server = Bound::start(config(&path)).await.unwrap();
        assert!(ask(&path).await.starts_with("HTTP/1.1 200 "));
        // Somebody puts another one there: it is not ours to remove.
        fs::remove_file(&path).unwrap();
        let _other = UnixListener::bind(&path).unwrap();
        server.stop().await;
        assert!(path.exists());
    }

    #[tokio::test]
    async fn listeners_leave_other_files_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "mine").unwrap();
        let error = Bound::start(config(&path)).await.err().unwrap();
        assert!(error.ends_with("file: there is a file that is not a socket"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
        let error = Bound::start(config(&folder.path().join("none/palmette.sock"))).await.err().unwrap();
        assert!(error.starts_with("cannot listen on unix:"), "{error}");
    }
}
