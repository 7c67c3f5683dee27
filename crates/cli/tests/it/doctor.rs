//! `palmette doctor`.

use std::net::TcpListener;
use std::process::Command;

use crate::server::Server;
use crate::support::{EX_USAGE, Folder, NO_GPU, palmette};

#[test]
fn doctor_says_what_is_there() {
    let text = String::from_utf8(Folder::new().succeed(&["doctor"])).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("cpu: ready"), "{text}");
    assert!(lines[1].starts_with(&format!("gpu: not usable: {NO_GPU}")), "{text}");
    let heic = palmette::codec::heic::version()
        .map_or("heic: not decoded".into(), |version| format!("heic: libheif {version}"));
    assert!(lines[2].starts_with(&heic), "{text}");
    assert_eq!(lines[3], "models: none, and no folder for them", "{text}");
}

#[test]
fn doctor_says_it_to_programs() {
    let report: serde_json::Value = serde_json::from_slice(&Folder::new().succeed(&["doctor", "--json"])).unwrap();
    assert_eq!(report["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(report["profile"], palmette::PROFILE);
    assert!(report["cpu"]["cores"].as_u64().unwrap() > 0, "{report}");
    assert_eq!(report["gpu"]["state"], "unusable");
    assert!(report["gpu"]["reason"].as_str().unwrap().contains(NO_GPU), "{report}");
    assert_eq!(report["libheif"].as_str(), palmette::codec::heic::version());
    assert!(report["models"]["folder"].is_null() && report["models"]["installed"]["face"].is_null(), "{report}");
}

/// Asks for the health of a server at an address, as a container does: through the environment.
fn live(address: &str) -> (Option<i32>, String) {
    let mut command: Command = palmette();
    let output = command.args(["doctor", "--live"]).env("PALMETTE_SERVER_LISTEN", address).output().unwrap();
    assert!(output.stdout.is_empty());
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn doctor_checks_the_health_of_a_server() {
    let server = Server::start(&[]);
    assert_eq!(live(&server.address.to_string()), (Some(0), String::new()));
    // It may listen everywhere.
    assert_eq!(live(&format!("0.0.0.0:{}", server.address.port())).0, Some(0));
    drop(server);

    // Something that is no server, and nothing.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let deaf = std::thread::spawn(move || drop(listener.accept().unwrap()));
    let (status, text) = live(&address);
    assert_eq!(status, Some(1), "{text}");
    deaf.join().unwrap();
    let (status, text) = live(&address);
    assert!(status == Some(1) && text.starts_with(&format!("palmette: http://{address}/live: ")), "{text}");
    assert_eq!(live("here").0, Some(EX_USAGE));
    assert!(live("systemd").1.starts_with("palmette: only systemd knows the address"));
}

#[test]
fn doctor_checks_the_health_of_a_server_with_a_token_and_a_socket() {
    let folder = Folder::new();
    folder.write("token", b"secret");
    let (socket, token) = (folder.path().join("metrics.sock"), folder.path().join("token"));
    let metrics = format!("unix:{}", socket.display());
    let server = Server::start(&["--token-file", token.to_str().unwrap(), "--metrics-listen", &metrics]);
    assert_eq!(live(&server.address.to_string()), (Some(0), String::new()));
    assert_eq!(live(&metrics), (Some(0), String::new()));
    // Where there is TLS, only the address of metrics can be asked.
    let with_tls = |metrics_listen: &str| {
        let mut command: Command = palmette();
        command.args(["doctor", "--live"]).env("PALMETTE_SERVER_LISTEN", "127.0.0.1:1");
        command.env("PALMETTE_SERVER_TLS_CERT", "cert.pem").env("PALMETTE_SERVER_METRICS_LISTEN", metrics_listen);
        command.output().unwrap().status.code()
    };
    assert_eq!((with_tls("none"), with_tls(&metrics)), (Some(1), Some(0)));
    drop(server);
    let (status, text) = live(&metrics);
    assert!(status == Some(1) && text.starts_with(&format!("palmette: {metrics}, /live: ")), "{text}");
}
