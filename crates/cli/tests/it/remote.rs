//! `--server`: the same files, facts and failures as without, from a server in another process.

use std::net::TcpListener;
use std::process::{Command, Output};

use crate::server::Server;
use crate::support::{
    EX_CANTCREAT, EX_DATAERR, EX_NOINPUT, EX_TEMPFAIL, EX_UNAVAILABLE, EX_USAGE, Folder, palmette, png,
};

const REQUEST: &[u8] = br#"{
    "sources": ["grey.png", "red.png", "red.png"],
    "transforms": [
        {"imageIndex": 0, "width": 39.5},
        {"imageIndex": 1, "width": 10, "rotate": 90},
        {"drawImageIndex": 2, "targetImageIndex": 1, "repeat": true, "opacity": 0.5},
        {"drawImageIndex": 1, "targetImageIndex": 0, "bottom": 1}
    ],
    "output_format": "image/webp",
    "output_quality": "high",
    "background": "white",
    "anim": false
}"#;

#[test]
fn remote_pictures_are_those_made_here() {
    // A plan names the engine, which for one picture is the CPU unless another is wanted.
    let server = Server::start(&["--engine", "cpu"]);
    let folder = Folder::new();
    folder.write("request.json", REQUEST);
    folder
        .write("plan.json", br#"{"sources": ["grey.png"], "transforms": [], "output_format": "rgb", "explain": true}"#);
    for args in [
        &["grey.png"][..],
        &["grey.png", "--width", "20", "--gravity", r#"{"x":0,"y":1}"#, "--fit", "cover", "--height", "20"],
        &[
            "grey.png",
            "--draw",
            "red.png:width=10,fit=squeeze,height=4,bottom=2,right=3,opacity=0.5",
            "--draw",
            "red.png",
        ],
        &["grey.png", "--format", "jpeg", "--quality", "low", "--output-background", "#123", "--anim", "true"],
        &["--request", "request.json"],
        &["--request", "plan.json"],
    ] {
        folder.succeed(&[&["transform", "-o", "here.png"], args].concat());
        folder.succeed(&[&["transform", "-o", "there.png", "--server", &server.url()], args].concat());
        let [here, there] = ["here.png", "there.png"].map(|name| std::fs::read(folder.path().join(name)).unwrap());
        assert!(here == there, "{args:?}");
    }
    assert_eq!(folder.succeed(&["info", "red.png", "--server", &server.url()]), folder.succeed(&["info", "red.png"]));
}

#[test]
fn remote_reads_standard_input_and_writes_standard_output() {
    let server = Server::start(&[]);
    let folder = Folder::new();
    let picture = png(4, 2, [1, 2, 3, 255]);
    let args = ["transform", "-", "-o", "-", "--format", "rgba", "--width", "2", "--server", &server.url()];
    assert_eq!(folder.run_with_input(&args, &picture).stdout, [1, 2, 3, 255].repeat(2));
    let facts = folder.run_with_input(&["info", "-", "--server", &server.url()], &picture).stdout;
    assert!(String::from_utf8(facts).unwrap().starts_with(r#"{"format":"image/png","file_size":"#));
}

#[test]
fn remote_chooses_the_engine_of_the_server() {
    let server = Server::start(&[]);
    let folder = Folder::new();
    let args = ["transform", "grey.png", "-o", "out.png", "--server", &server.url(), "--engine"];
    folder.succeed(&[&args[..], &["cpu"]].concat());
    folder.fail(&[&args[..], &["gpu"]].concat(), EX_USAGE, &["ERROR 9401: ", "gpu"]);
    folder.fail(&[&args[..], &["tpu"]].concat(), EX_USAGE, &["ERROR 9401: ", "auto, cpu or gpu"]);
    folder.fail(&["info", "grey.png", "--server", &server.url(), "--engine", "cpu"], EX_USAGE, &["--engine"]);
}

#[test]
fn remote_failures_are_those_of_here() {
    let server = Server::start(&["--max-source-bytes", "10000", "--timeout-ms", "5000"]);
    let folder = Folder::new();
    folder.write("notes.txt", b"no picture");
    folder.write("broken.png", &png(40, 30, [9, 9, 9, 255])[..60]);
    folder.write("large.png", &[0; 10_001]);
    folder.write("twice.json", br#"{"sources": ["grey.png"], "transforms": [], "output_format": "image/png"}"#);
    folder
        .write("tree.json", br#"{"sources": ["grey.png"], "transforms": [{"imageIndex": 1}], "output_format": "rgb"}"#);
    folder.write(
        "explain.json",
        br#"{"sources": ["grey.png"], "transforms": [], "output_format": "rgb", "explain": "yes"}"#,
    );
    folder.write("none.json", br#"{"sources": [], "transforms": [], "output_format": "rgb"}"#);
    let url = server.url();
    for (args, status, words) in [
        (&["grey.png", "-o", "out"][..], EX_USAGE, &["out", "--format"][..]),
        (
            &["grey.png", "-o", "out.png", "--width", "0x"],
            EX_USAGE,
            &["ERROR 9401: ", "transform 1 of the canvas", "width"],
        ),
        (&["grey.png", "-o", "out.png", "--draw", "red.png:widht=1"], EX_USAGE, &["ERROR 9401: ", "widht"]),
        (&["grey.png", "-o", "out.png", "--quality", "101"], EX_USAGE, &["ERROR 9401: ", "101"]),
        (&["grey.png", "-o", "out.png", "--format", "bmp"], EX_DATAERR, &["ERROR 9432: ", "bmp"]),
        (&["notes.txt", "-o", "out.png"], EX_DATAERR, &["ERROR 9412: ", "the canvas", "(notes.txt)"]),
        (&["grey.png", "-o", "out.png", "--draw", "broken.png"], EX_DATAERR, &["ERROR 9516: ", "(broken.png)"]),
        (&["large.png", "-o", "out.png"], EX_DATAERR, &["ERROR 9402: ", "10000"]),
        (&["grey.png", "-o", "out.png", "--width", "20000", "--fit", "cover"], EX_DATAERR, &["ERROR 9413: "]),
        (&["nowhere.png", "-o", "out.png"], EX_NOINPUT, &["nowhere.png"]),
        (&[".", "-o", "out.png"], EX_NOINPUT, &["directory"]),
        (&["grey.png", "-o", "no/such/folder/out.png"], EX_CANTCREAT, &["no/such/folder/out.png"]),
        (
            &["--request", "twice.json", "-o", "out.png", "--format", "png"],
            EX_DATAERR,
            &["ERROR 9432: ", "output_format"],
        ),
        (&["--request", "tree.json", "-o", "out.png"], EX_USAGE, &["ERROR 9401: ", "transform 1 of picture 1"]),
        (&["--request", "none.json", "-o", "out.png"], EX_DATAERR, &["ERROR 9432: "]),
        (&["--request", "explain.json", "-o", "out.png"], EX_USAGE, &["ERROR 9401: explain must be", "got \"yes\""]),
    ] {
        folder.fail(&[&["transform", "--server", &url], args].concat(), status, words);
    }
    folder.fail(&["info", "notes.txt", "--server", &url], EX_DATAERR, &["ERROR 9412: ", "notes.txt"]);
    assert!(!folder.path().join("out.png").exists(), "nothing is written by what failed");
}

#[test]
fn remote_needs_a_server() {
    let folder = Folder::new();
    // A port that was free a moment ago.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{address}");
    for command in [&["transform", "grey.png", "-o", "out.png"][..], &["info", "grey.png"]] {
        let with =
            |url: &str| [command, &["--server", url]].concat().into_iter().map(str::to_owned).collect::<Vec<_>>();
        let fail = |url: &str, status, words: &[&str]| {
            folder.fail(&with(url).iter().map(String::as_str).collect::<Vec<_>>(), status, words);
        };
        fail(&url, EX_UNAVAILABLE, &[&url, "no server answers", "refused"]);
        fail("ftp://example.com", EX_USAGE, &["ftp://example.com", "http:// or https://"]);
        fail("localhost:9901", EX_USAGE, &["localhost:9901", "http://"]);
    }
    // Settings are the server's affair.
    let output = folder.run(&["info", "grey.png", "--server", &url, "--config", "palmette.toml"]);
    assert_eq!(output.status.code(), Some(EX_USAGE));
}

#[test]
fn remote_speaks_tls_with_whom_it_trusts() {
    let folder = Folder::new();
    let rcgen::CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    folder.write("cert.pem", cert.pem().as_bytes());
    folder.write("key.pem", signing_key.serialize_pem().as_bytes());
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (cert, key) = (path("cert.pem"), path("key.pem"));
    let server = Server::start(&["--engine", "cpu", "--tls-cert", &cert, "--tls-key", &key]);
    assert!(server.url().starts_with("https://"));
    let run = |authorities: Option<&str>| {
        let mut command: Command = palmette();
        command.args(["transform", "grey.png", "-o", "out.webp", "--server", &server.url()]);
        command.envs(authorities.map(|path| ("PALMETTE_CLIENT_CA_FILE", path)));
        let output = command.current_dir(folder.path()).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    for (authorities, status, words) in [
        (None, EX_UNAVAILABLE, &["no server answers", "certificate"][..]),
        (Some("none.pem"), EX_NOINPUT, &["cannot read none.pem"]),
        (Some("key.pem"), EX_USAGE, &["authorities", "no certificate in PEM"]),
    ] {
        let (code, text) = run(authorities);
        assert_eq!(code, Some(status), "{text}");
        assert!(words.iter().all(|word| text.contains(word)), "{text}");
        assert!(!folder.path().join("out.webp").exists());
    }
    assert_eq!(run(Some("cert.pem")), (Some(0), String::new()));
    folder.succeed(&["transform", "grey.png", "-o", "here.webp"]);
    let bytes = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    assert_eq!(bytes("out.webp"), bytes("here.webp"));
}

#[test]
fn remote_sends_the_token_of_the_environment() {
    let folder = Folder::new();
    let (address, request) = answer_once("HTTP/1.1 401 x\r\ncontent-length: 7\r\n\r\ngo away");
    let run = |token: &str, url: &str| -> Output {
        let mut command: Command = palmette();
        command.args(["info", "grey.png", "--server", url]).env("PALMETTE_CLIENT_TOKEN", token);
        command.current_dir(folder.path()).output().unwrap()
    };
    let output = run("open sesame", &format!("http://{address}"));
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(EX_UNAVAILABLE), "{text}");
    assert!(text.contains("status 401, go away") && !text.contains("sesame"), "{text}");
    assert!(request.join().unwrap().contains("authorization: Bearer open sesame\r\n"));
    assert_eq!(run("new\nline", "http://127.0.0.1:1").status.code(), Some(EX_USAGE));
}

#[test]
fn remote_tells_a_broken_connection() {
    let folder = Folder::new();
    let (address, request) =
        answer_once("HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: 100\r\n\r\nhalf");
    let url = format!("http://{address}");
    folder.fail(&["transform", "grey.png", "-o", "out.png", "--server", &url], EX_TEMPFAIL, &["the connection broke"]);
    assert!(!folder.path().join("out.png").exists());
    request.join().unwrap();
}

#[test]
fn remote_texts_stay_on_one_line() {
    let folder = Folder::new();
    let (address, request) = answer_once(
        "HTTP/1.1 400 x\r\ncf-images-binding: err=9401\r\ncontent-length: 23\r\n\r\nERROR 9401: \x1b]0;a\x07\nb\u{9b}c",
    );
    let args = ["info", "grey.png", "--server", &format!("http://{address}")];
    folder.fail(&args, EX_USAGE, &[r"palmette: ERROR 9401: \u{1b}]0;a\u{7}\nb\u{9b}c"]);
    request.join().unwrap();
}

/// Listens for one connection, reads the request to its end, and answers it. Returns what came.
fn answer_once(answer: &'static str) -> (std::net::SocketAddr, std::thread::JoinHandle<String>) {
    use std::io::{Read, Write};
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let request = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut seen = Vec::new();
        let mut chunk = [0; 4096];
        while !seen.ends_with(b"\r\n0\r\n\r\n") {
            let length = stream.read(&mut chunk).unwrap();
            assert_ne!(length, 0, "the request is whole");
            seen.extend_from_slice(&chunk[..length]);
        }
        stream.write_all(answer.as_bytes()).unwrap();
        String::from_utf8_lossy(&seen).into_owned()
    });
    (address, request)
}
