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
}
