//! Image URLs whose pictures are in a bucket.
#![cfg(all(feature = "buckets", unix))]

use std::thread;
use std::time::{Duration, Instant};

use crate::batch::bucket::S3;
use crate::server::Server;
use crate::support::{EX_USAGE, Folder, palmette, png};

/// What came for a URL.
struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        let value = |line: &'_ str| line.split_once(": ").filter(|(key, _)| *key == name).map(|(_, value)| value.len());
        let line = self.head.lines().find(|line| value(line).is_some());
        line.map_or("", |line| &line[name.len() + 2..])
    }

    /// Returns the failure: the status, and the code.
    fn failure(&self) -> (u16, &str) {
        (self.status, self.header("cf-resized").trim_start_matches("err="))
    }
}

/// Asks for a picture.
fn ask(server: &Server, path: &str) -> Answer {
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    let answer = server.exchange(request.as_bytes());
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head, body: answer[end + 4..].to_vec() }
}

/// Starts a server whose environment leads to a bucket.
fn start(s3: &S3, args: &[&str]) -> Server {
    let mut command = palmette();
    s3.lead(&mut command);
    Server::start_with(command, &[&["--engine", "cpu", "--log-filter", "error"], args].concat())
}

/// Counts fetches with an outcome.
fn fetches(server: &Server, outcome: &str) -> usize {
    let start = format!("palmette_fetches_total{{outcome=\"{outcome}\"}} ");
    let metrics = server.get("/metrics");
    metrics.lines().find_map(|line| line.strip_prefix(&start)?.parse().ok()).unwrap_or(0)
}

#[test]
fn url_bucket_has_the_pictures_of_a_folder() {
    let s3 = S3::start();
    let folder = Folder::new();
    let picture = png(40, 30, [9, 8, 7, 255]);
    for name in ["lake.png", "a b/ü.png", "100%.png"] {
        folder.write(&format!("in/{name}"), &picture);
    }
    for key in ["in/lake.png", "in/a%20b/%C3%BC.png", "in/100%25.png", "secret.png", "inn/lake.png"] {
        s3.put(key, "", &picture);
    }
    folder.write("secret.png", &picture);
    let in_bucket = start(&s3, &["--url-origin", "s3://pictures/in/"]);
    let in_folder = start(&s3, &["--url-origin", &folder.path().join("in").display().to_string()]);
    for path in ["lake.png", "/a%20b//%C3%BC.png", "100%25.png", "lake.png?v=1"] {
        let path = format!("/cdn-cgi/image/width=20/{path}");
        let (one, other) = (ask(&in_bucket, &path), ask(&in_folder, &path));
        assert_eq!((one.status, other.status), (200, 200), "{path}: {}", one.head);
        assert_eq!(one.body, other.body, "{path}");
    }
    for path in [
        "none.png",
        "lake",
        "lake.png/more",
        "../secret.png",
        "..%2Fsecret.png",
        "%2e%2e/secret.png",
        "x/../../secret.png",
        "..%2Finn%2Flake.png",
        "a%00b",
        "%ff.png",
    ] {
        let path = format!("/cdn-cgi/image/width=20/{path}");
        let (one, other) = (ask(&in_bucket, &path), ask(&in_folder, &path));
        assert!(one.status >= 400, "{path}: {}", one.head);
        assert_eq!((one.failure(), &one.body), (other.failure(), &other.body), "{path}");
    }
    let answer = ask(&in_bucket, "/cdn-cgi/image/width=20/lake.png");
    assert!(answer.header("last-modified").ends_with(" GMT"), "{}", answer.head);
    assert_eq!(answer.header("cache-control"), "public, max-age=3600");
    // That of the object is behind ours: 32 digits of MD5.
    let tag = answer.header("etag").trim_end_matches('"').rsplit(':').next().unwrap();
    assert!(tag.len() == 32 && tag.bytes().all(|byte| byte.is_ascii_hexdigit()), "{}", answer.head);
}

#[test]
fn url_bucket_is_asked_no_more_than_a_server_would_be() {
    let s3 = S3::start();
    let [red, blue] = [[255, 0, 0, 255], [0, 0, 255, 255]].map(|color| png(40, 30, color));
    s3.put("lake.png", "cache-control: no-cache\r\n", &red);
    let server = start(&s3, &["--url-origin", "s3://pictures", "--fetch-failure-ms", "60000"]);
    let counts = || ["server", "shared", "revalidated", "cache", "missing"].map(|outcome| fetches(&server, outcome));

    // At once, of different widths: the object is read once.
    let asked: Vec<u16> = thread::scope(|scope| {
        let ask = |width| ask(&server, &format!("/cdn-cgi/image/width={width}/lake.png")).status;
        let all: Vec<_> = (1..=8).map(|width| scope.spawn(move || ask(width))).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(asked, [200; 8]);
    let [read, shared, renewed, ..] = counts();
    assert_eq!((read, read + shared + renewed), (1, 8), "{:?}", counts());

    // One that may not be used without a question is asked for by its tag, and read again when it has changed.
    let before = counts();
    let first = ask(&server, "/cdn-cgi/image/width=20/lake.png");
    assert_eq!(first.header("cache-control"), "no-cache");
    assert_eq!(counts()[2], before[2] + 1, "{:?}", counts());
    s3.put("lake.png", "cache-control: max-age=60\r\n", &blue);
    let second = ask(&server, "/cdn-cgi/image/width=20/lake.png");
    assert_eq!(counts()[0], 2);
    assert!(first.body != second.body && first.header("etag") != second.header("etag"));

    // From then on it is fresh: nobody is asked, until somebody says that it changed.
    ask(&server, "/cdn-cgi/image/width=21/lake.png");
    assert_eq!((counts()[0], counts()[3]), (2, 1), "{:?}", counts());
    Folder::new().succeed(&["purge", "--server", &server.url(), "--source", "/lake.png"]);
    ask(&server, "/cdn-cgi/image/width=21/lake.png");
    assert_eq!(counts()[0], 3);

    // What is not there is not asked for again for a while.
    for width in 1..=3 {
        assert_eq!(ask(&server, &format!("/cdn-cgi/image/width={width}/none.png")).failure(), (404, "9404"));
    }
    assert_eq!(counts()[4], 3);
}

#[test]
fn url_bucket_keeps_the_limits() {
    let s3 = S3::start();
    let picture = png(40, 30, [1, 2, 3, 255]);
    s3.put("small.png", "", &picture);
    s3.put("large.png", "", &vec![0; 300_000]);
    s3.put("packed.png", "content-encoding: gzip\r\n", &picture);
    let server = start(&s3, &["--url-origin", "s3://pictures", "--max-source-bytes", "100000"]);
    let failure = |name: &str| {
        let answer = ask(&server, &format!("/cdn-cgi/image/width=20/{name}"));
        let (status, code) = answer.failure();
        (status, code.to_owned(), String::from_utf8_lossy(&answer.body).into_owned())
    };
    assert_eq!(ask(&server, "/cdn-cgi/image/width=20/small.png").status, 200);
    let (status, code, text) = failure("large.png");
    assert_eq!((status, code.as_str()), (413, "9402"), "{text}");
    assert!(text.contains("larger than 100000 bytes"), "{text}");
    let (_, code, text) = failure("packed.png");
    assert_eq!(code, "9505", "{text}");
    assert!(text.contains("s3://pictures: the answer is compressed"), "{text}");

    // Without the bucket there is an answer, and soon: what is known is still given.
    drop(s3);
    let begun = Instant::now();
    assert_eq!(ask(&server, "/cdn-cgi/image/width=20/small.png").status, 200);
    let (status, code, text) = failure("other.png");
    assert_eq!((status, code.as_str()), (523, "9510"), "{text}");
    assert!(text.contains("s3://pictures: could not be read") && !text.contains("127.0.0.1"), "{text}");
    assert!(begun.elapsed() < Duration::from_secs(9), "{:?}", begun.elapsed());
}

#[test]
fn url_bucket_is_one_place_of_several() {
    let s3 = S3::start();
    let folder = Folder::new();
    let (small, large) = (png(10, 10, [1, 2, 3, 255]), png(20, 10, [1, 2, 3, 255]));
    folder.write("pictures/both.png", &small);
    s3.put("both.png", "", &large);
    s3.put("one.png", "", &large);
    let pictures = folder.path().join("pictures").display().to_string();
    let server =
        start(&s3, &["--url-origin", &pictures, "--url-origin", "s3://nowhere", "--url-origin", "s3://pictures"]);
    for (name, width) in [("both.png", 10), ("one.png", 20)] {
        let answer = ask(&server, &format!("/cdn-cgi/image/f=json/{name}"));
        let text = String::from_utf8_lossy(&answer.body);
        assert!(text.contains(&format!("\"width\":{width}")), "{name}: {text}");
    }
    assert_eq!(ask(&server, "/cdn-cgi/image/f=json/none.png").failure(), (404, "9404"));
}

#[test]
fn url_bucket_that_cannot_be_is_told_at_the_start() {
    let folder = Folder::new();
    for url in ["s3://pictures/../secret", "gs://pictures/a//b"] {
        folder.fail(
            &["serve", "--check", "--engine", "cpu", "--url-origin", url],
            EX_USAGE,
            &["the pictures of image URLs: ", url, "s3://BUCKET/KEY"],
        );
    }
    // A bucket of Azure is reached with the name of an account, which nothing says here.
    folder.fail(
        &["serve", "--check", "--engine", "cpu", "--url-origin", "az://pictures"],
        EX_USAGE,
        &["the pictures of image URLs: az://pictures: ", "ccount"],
    );
    folder.fail(&["serve", "--check", "--url-origin", "r2://pictures"], EX_USAGE, &["s3://BUCKET/PREFIX"]);
}
