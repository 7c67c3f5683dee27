//! What a server holds at its worst moment above what it holds when it is idle.

use std::fs;
use std::thread;
use std::time::Duration;

use palmette::codec::{EncodeFormat, EncodeOptions, encode};
use palmette::core::{Pixmap, Size};

use crate::server::{Server, transform_request};

/// Twelve megapixels, as a phone takes them.
const PHOTO: Size = Size::new(4_000, 3_000);

/// Draws slopes and stripes with some noise, which come to 1.7 bits a pixel, as photos do.
fn photo(size: Size) -> Vec<u8> {
    let mut state = 1_u32;
    let mut data = Vec::new();
    for y in 0..size.height {
        for x in 0..size.width {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = state >> 27;
            let level = |value: u32| u8::try_from(value % 256).unwrap();
            let slope = |at: u32, of: u32| level(at * 200 / of + noise);
            data.extend([slope(x, size.width), slope(y, size.height), level(x / 64 * 37 + noise), 255]);
        }
    }
    let options = EncodeOptions { quality: Some(80), ..EncodeOptions::new(EncodeFormat::Jpeg) };
    encode(Pixmap::from_vec(size, data).unwrap(), &options).unwrap().bytes
}

/// Has a JPEG turned by its EXIF data, as phones that are held upright do.
fn turned(jpeg: &[u8]) -> Vec<u8> {
    // An APP1 marker of 34 bytes: one directory, in which the tag 0x0112 is the short 6.
    const EXIF: &[u8] = b"\xff\xe1\0\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    [&jpeg[..2], EXIF, &jpeg[2..]].concat()
}

/// Returns a request that makes a JPEG of a width.
fn request(source: &[u8], width: u32) -> Vec<u8> {
    let list = format!(r#"[{{"imageIndex":0,"width":{width}}}]"#);
    transform_request(&[("image", source), ("transforms", list.as_bytes()), ("output_format", b"image/jpeg")])
}

/// Returns a line of the status of a process, in bytes.
fn status_bytes(process: u32, name: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim_matches(|it: char| !it.is_ascii_digit()).parse::<u64>().unwrap() * 1_024
}

/// Returns the most that a server holds above what it holds before, where so many clients ask `times` times each.
fn above_idle_bytes(workers: &str, clients: usize, times: usize, request: &[u8]) -> u64 {
    let server = Server::start(&["--workers", workers, "--engine", "cpu"]);
    // It listens before all of its threads are there.
    thread::sleep(Duration::from_millis(200));
    let idle_bytes = status_bytes(server.child.id(), "VmRSS:");
    thread::scope(|scope| {
        for _ in 0..clients {
            scope.spawn(|| {
                for _ in 0..times {
                    let answer = server.exchange(request);
                    assert!(
                        answer.starts_with(b"HTTP/1.1 200"),
                        "{}",
                        String::from_utf8_lossy(&answer[..answer.len().min(200)])
                    );
                }
            });
        }
    });
    status_bytes(server.child.id(), "VmHWM:") - idle_bytes
}

/// Holds that four photos at once, on two workers, take little more than their bodies, of which four are held as well.
fn check_four_at_once(source: &[u8]) {
    let bytes = above_idle_bytes("2", 4, 3, &request(source, 800));
    eprintln!("four at once on two workers: {} kB above idle, bodies of {} kB", bytes / 1_000, source.len() / 1_000);
    assert!(bytes <= 40_000_000, "{bytes}, with bodies of {}", source.len());
}

#[test]
fn memory_of_a_server_that_makes_four_at_once() {
    check_four_at_once(&photo(PHOTO));
}

#[test]
fn memory_of_a_server_that_turns_four_at_once() {
    let source = turned(&photo(PHOTO));
    let info = palmette::codec::probe(&source).unwrap();
    assert_eq!(info.size, Size::new(PHOTO.height, PHOTO.width));
    check_four_at_once(&source);
}
