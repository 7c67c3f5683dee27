//! `palmette serve --hosted`: what was acknowledged is there after the server was killed, and nothing is there by half.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Mutex;
use std::time::Duration;

use crate::server::Server;
use crate::support::{EX_CANTCREAT, Folder, png};

pub(crate) const API: &str = "/client/v4/accounts/me/images";

/// The servers that are killed, and the pictures that are sent to all of them.
const SERVERS: u32 = 4;
const PICTURES: u32 = 100;

/// Returns a picture that no other number has, large enough to be written in several pieces.
pub(crate) fn picture(number: u32) -> Vec<u8> {
    let [low, high, ..] = number.to_le_bytes();
    let mut bytes = png(40, 30, [low, high, 7, 255]);
    // Behind the end of a PNG nothing counts.
    bytes.extend(number.to_le_bytes().repeat(50_000));
    bytes
}

/// Returns the request of an upload.
pub(crate) fn upload(number: u32) -> Vec<u8> {
    let id = format!("--b\r\ncontent-disposition: form-data; name=\"id\"\r\n\r\np{number}\r\n");
    send_to(&format!("{API}/v1"), &id, number)
}

/// Returns a request with a picture, behind other parts of the form.
pub(crate) fn send_to(path: &str, parts: &str, number: u32) -> Vec<u8> {
    let mut body = parts.as_bytes().to_vec();
    body.extend(b"--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n");
    body.extend(picture(number));
    body.extend(b"\r\n--b--\r\n");
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\
         content-type: multipart/form-data; boundary=b\r\n\r\n",
        body.len()
    );
    [head.into_bytes(), body].concat()
}

/// Sends a picture; tells whether the server said that it has it. One that is killed says nothing.
fn is_acknowledged(address: SocketAddr, number: u32) -> bool {
    let sent = || {
        let mut stream = TcpStream::connect(address)?;
        stream.write_all(&upload(number))?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok::<_, std::io::Error>(answer)
    };
    sent().is_ok_and(|answer| answer.starts_with(b"HTTP/1.1 200") && answer.ends_with(b"\"messages\":[]}"))
}

/// Returns the body of an answer.
pub(crate) fn body(answer: &[u8]) -> &[u8] {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    &answer[end + 4..]
}

#[test]
fn hosted_pictures_survive_a_kill() {
    let folder = Folder::new();
    let store = folder.path().join("store");
    let start = || Server::start(&["--hosted", store.to_str().unwrap(), "--log-filter", "warn"]);
    let acknowledged = Mutex::new(Vec::new());
    for round in 0..SERVERS {
        let mut server = start();
        let address = server.address;
        let (first, last) = (round * PICTURES / SERVERS, (round + 1) * PICTURES / SERVERS);
        std::thread::scope(|scope| {
            for half in 0..2 {
                let acknowledged = &acknowledged;
                scope.spawn(move || {
                    for number in (first..last).filter(|number| number % 2 == half) {
                        if is_acknowledged(address, number) {
                            acknowledged.lock().unwrap().push(number);
                        }
                    }
                });
            }
            // In the middle of an upload: when some have come, and at another moment each time.
            let enough = acknowledged.lock().unwrap().len() + 5;
            for _ in 0..2000 {
                if acknowledged.lock().unwrap().len() >= enough {
                    break;
                }
                std::thread::sleep(Duration::from_millis(5));
            }
            std::thread::sleep(Duration::from_millis(u64::from(3 + round * 5)));
            server.child.kill().unwrap();
        });
    }
    let acknowledged = acknowledged.into_inner().unwrap();
    assert!(!acknowledged.is_empty() && acknowledged.len() < PICTURES as usize, "{}", acknowledged.len());

    let server = start();
    let blob = |number: u32| {
        let request = format!("GET {API}/v1/p{number}/blob HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        server.exchange(request.as_bytes())
    };
    for number in 0..PICTURES {
        let answer = blob(number);
        if answer.starts_with(b"HTTP/1.1 200") {
            assert!(body(&answer) == picture(number), "p{number} is there by half");
        } else {
            assert!(answer.starts_with(b"HTTP/1.1 404"), "p{number}: {}", String::from_utf8_lossy(&answer));
            assert!(!acknowledged.contains(&number), "p{number} was acknowledged, and is lost");
        }
    }
    // One that was not acknowledged can come again, unless it is there.
    for number in (0..PICTURES).filter(|number| !acknowledged.contains(number)) {
        assert!(blob(number).starts_with(b"HTTP/1.1 200") || is_acknowledged(server.address, number), "p{number}");
    }
}

#[test]
fn hosted_folder_that_cannot_be_one_stops_the_start() {
    let folder = Folder::new();
    folder.fail(
        &["serve", "--listen", "127.0.0.1:0", "--log-filter", "error", "--hosted", "grey.png"],
        EX_CANTCREAT,
        &["hosted pictures", "grey.png"],
    );
    folder.fail(&["serve", "--hosted", ""], crate::support::EX_USAGE, &["--hosted", "the path of a folder, or none"]);
}
