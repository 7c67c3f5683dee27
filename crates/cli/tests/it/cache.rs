//! Results in a folder, whatever happens to the process.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crate::server::{Server, transform_request};
use crate::support::{EX_USAGE, Folder, png};

/// Pixels along a side of a result.
const SIDE: u32 = 64;

/// A request whose result is known: every pixel has the colour that is its number.
struct Question {
    color: [u8; 3],
    request: Vec<u8>,
}

impl Question {
    fn new(number: usize) -> Self {
        let [red, green, blue, ..] = u32::try_from(number).unwrap().to_le_bytes();
        let background = format!("#{red:02x}{green:02x}{blue:02x}");
        let request = transform_request(&[
            ("image", &png(SIDE, SIDE, [0, 0, 0, 0])),
            ("transforms", b"[]"),
            ("output_format", b"rgb"),
            ("background", background.as_bytes()),
        ]);
        Self { color: [red, green, blue], request }
    }

    /// Asks it. Tells whether the answer was kept; nothing if there was no whole answer.
    fn ask(&self, server: &Server) -> Option<bool> {
        let answer = server.try_exchange(&self.request)?;
        let split = answer.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
        let head = String::from_utf8_lossy(&answer[..split]).into_owned();
        let length: usize = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok())?;
        // The server was killed while it sent the answer: its client sees that it is not whole.
        let body = answer[split..].get(..length)?;
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert_eq!(body.len(), (SIDE * SIDE * 3) as usize);
        assert!(body.chunks_exact(3).all(|pixel| pixel == self.color), "torn: {:?}", self.color);
        Some(head.contains("palmette-cache: hit"))
    }
}

/// Asks many questions from several threads until they are all asked, or the time is over; counts answers, and hits among them.
fn ask_all(server: &Server, numbers: &(dyn Fn(usize) -> Option<usize> + Sync), is_over: &AtomicBool) -> (usize, usize) {
    let (next, answers, hits) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    let Some(number) = numbers(next.fetch_add(1, Ordering::Relaxed)) else { return };
                    if let Some(is_hit) = Question::new(number).ask(server) {
                        answers.fetch_add(1, Ordering::Relaxed);
                        hits.fetch_add(usize::from(is_hit), Ordering::Relaxed);
                    }
                }
            });
        }
    });
    (answers.into_inner(), hits.into_inner())
}

/// Fills a cache, and kills its server again and again while it answers from it and writes to it.
fn survive(entries: usize, tries: usize) {
    let folder = Folder::new();
    let path = folder.path().join("cache").display().to_string();
    let start = || {
        Server::start(&[
            "--engine",
            "cpu",
            "--cache-folder",
            &path,
            "--cache-memory-bytes",
            "1000000",
            "--log-filter",
            "warn",
        ])
    };
    let random = || usize::try_from(RandomState::new().hash_one(()) % (1 << 30)).unwrap();
    let server = start();
    let (answers, _) = ask_all(&server, &|number| (number < entries).then_some(number), &AtomicBool::new(false));
    assert_eq!(answers, entries);
    drop(server);

    for number in 0..tries {
        let mut server = start();
        let is_over = AtomicBool::new(false);
        // Half of them are known.
        let (answers, hits) = thread::scope(|scope| {
            let asking = scope.spawn(|| ask_all(&server, &|_| Some(random() % (2 * entries)), &is_over));
            thread::sleep(Duration::from_millis(200 + u64::try_from(random() % 800).unwrap()));
            kill(server.child.id());
            is_over.store(true, Ordering::Relaxed);
            asking.join().unwrap()
        });
        let _ = server.child.wait();
        eprintln!("try {number}: {answers} answers, {hits} hits before the end");
    }

    let server = start();
    let (answers, hits) = ask_all(&server, &|number| (number < entries).then_some(number), &AtomicBool::new(false));
    eprintln!("after {tries} ends: {answers} answers, {hits} hits");
    assert_eq!(answers, entries);
    assert!(hits >= entries * 99 / 100, "{hits} of {entries} were kept");
}

/// Ends a process as nothing can keep it from.
fn kill(id: u32) {
    let status = std::process::Command::new("sh").args(["-c", &format!("kill -9 {id}")]).status().unwrap();
    assert!(status.success());
}

#[test]
fn cache_survives_the_end_of_its_server() {
    survive(100, 2);
}

#[test]
#[ignore = "takes minutes"]
fn cache_of_10000_survives_20_ends() {
    survive(10_000, 20);
}

#[test]
fn cache_folder_that_cannot_be_is_told_at_the_start() {
    let folder = Folder::new();
    folder.write("file", b"");
    let path = folder.path().join("file/cache").display().to_string();
    folder.fail(
        &["serve", "--check", "--engine", "cpu", "--cache-folder", &path],
        EX_USAGE,
        &["the cache: cannot write", &path],
    );
}

#[test]
fn purge_tells_a_server_what_to_forget() {
    let folder = Folder::new();
    folder.write("lake.png", &png(40, 30, [9, 9, 9, 255]));
    let origin = folder.path().display().to_string();
    let server = Server::start(&["--engine", "cpu", "--url-origin", &origin]);
    // A file that has just changed is looked at every time.
    thread::sleep(Duration::from_millis(2100));
    let path = "/cdn-cgi/image/width=20/lake.png";
    assert!(
        server
            .exchange(format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes())
            .starts_with(b"HTTP/1.1 200")
    );
    let purge = |args: &[&str]| {
        let url = server.url();
        String::from_utf8(folder.succeed(&[&["purge", "--server", &url], args].concat())).unwrap()
    };
    assert_eq!(purge(&["--source", "/other.png"]), "0 results purged\n");
    assert_eq!(purge(&[path]), "1 results purged\n");
    folder.fail(&["purge", "--server", &server.url(), "/lake.png"], EX_USAGE, &["ERROR 9401: ", "/lake.png"]);
    let nothing_named = folder.run(&["purge"]);
    assert_eq!(nothing_named.status.code(), Some(EX_USAGE));
    assert!(String::from_utf8_lossy(&nothing_named.stderr).contains("<URL>..."), "{nothing_named:?}");
}

#[cfg(all(feature = "buckets", unix))]
#[test]
fn cache_in_a_bucket_is_for_several_servers() {
    use crate::batch::bucket::S3;
    use crate::support::palmette;

    let s3 = S3::start();
    let start = || {
        let mut command = palmette();
        s3.lead(&mut command);
        Server::start_with(
            command,
            &["--engine", "cpu", "--log-filter", "warn", "--cache-bucket", "s3://pictures/results"],
        )
    };
    let (first, second) = (start(), start());
    let has_metric = |server: &Server, line: &str| server.get("/metrics").contains(line);
    assert_eq!(Question::new(5).ask(&first), Some(false));
    let mut hits = 0;
    for _ in 0..100 {
        thread::sleep(Duration::from_millis(50));
        // Whoever comes before it is written finds nothing, and computes.
        let server = start();
        hits = usize::from(Question::new(5).ask(&server).unwrap());
        if hits == 1 {
            assert!(has_metric(&server, "palmette_cache_answers_total{outcome=\"hit\",tier=\"bucket\"} 1"));
            break;
        }
    }
    assert_eq!(hits, 1);
    assert_eq!(Question::new(5).ask(&second), Some(true));
    // Without the bucket everything is computed, and nobody waits for it for long.
    drop(s3);
    let begun = std::time::Instant::now();
    for number in 10..20 {
        assert_eq!(Question::new(number).ask(&second), Some(false));
    }
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert!(!has_metric(&second, "palmette_cache_failures_total{tier=\"bucket\"} 0"));
}
