//! What is kept, for how long, and how it is renewed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use palmette_origin::{Error, Request, Settings, Source};

use crate::support::{Act, Server, file, get, one_street, redirect, send, settings};

/// Fetches twice from a server whose first answer has these headers, and tells where the second came from.
async fn twice(headers: &'static str) -> (Source, Vec<String>) {
    let server = Server::start("127.0.0.2", move |_| file(headers, "file")).await;
    let (fetcher, _) = one_street(&server).fetcher(&settings());
    assert_eq!(get(&fetcher, "http://files.example/").await.unwrap().source, Source::Server);
    let second = get(&fetcher, "http://files.example/").await.unwrap();
    assert_eq!(second.bytes, "file");
    (second.source, server.heads())
}

#[tokio::test]
async fn cached_as_long_as_headers_say() {
    for headers in [
        "cache-control: max-age=60\r\n",
        "cache-control: public, max-age=31536000, immutable\r\n",
        "cache-control: max-age=0, s-maxage=60\r\n",
        "cache-control: max-age=60\r\nage: 10\r\n",
        "cache-control: max-age=18446744073709551615\r\n",
        "expires: Fri, 01 Jan 2100 00:00:00 GMT\r\n",
        "last-modified: Mon, 01 Jan 2001 00:00:00 GMT\r\n",
    ] {
        assert_eq!(twice(headers).await.0, Source::Cache, "{headers}");
    }
    for headers in [
        "",
        "cache-control: no-store\r\n",
        "cache-control: no-store, max-age=60\r\n",
        "cache-control: private, max-age=60\r\n",
        "cache-control: max-age=0\r\n",
        "cache-control: max-age=60\r\nage: 60\r\n",
        "cache-control: no-cache\r\n",
        "expires: 0\r\n",
        "cache-control: max-age=60\r\nvary: *\r\n",
    ] {
        let (source, heads) = twice(headers).await;
        assert_eq!((source, heads.len()), (Source::Server, 2), "{headers}");
        assert!(!heads[1].contains("if-"), "{headers}: there is nothing to ask with");
    }
}

#[tokio::test]
async fn cached_answers_are_renewed_by_a_question() {
    for (headers, question) in [
        ("cache-control: no-cache\r\netag: \"1\"\r\n", "if-none-match: \"1\"\r\n"),
        ("cache-control: max-age=0\r\netag: W/\"1\"\r\n", "if-none-match: W/\"1\"\r\n"),
        (
            "cache-control: max-age=5\r\nage: 9\r\nlast-modified: Mon, 01 Jan 2001 00:00:00 GMT\r\n",
            "if-modified-since: Mon, 01 Jan 2001 00:00:00 GMT\r\n",
        ),
    ] {
        let server = Server::start("127.0.0.2", move |head| match head.contains("if-") {
            true => vec![send(format!("HTTP/1.1 304 Not Modified\r\n{headers}x-new: 1\r\n\r\n"))],
            false => file(headers, "file"),
        })
        .await;
        let (fetcher, _) = one_street(&server).fetcher(&settings());
        for source in [Source::Server, Source::Revalidated, Source::Revalidated] {
            let fetched = get(&fetcher, "http://files.example/").await.unwrap();
            assert_eq!((fetched.bytes, fetched.source), ("file".into(), source), "{headers}");
        }
        assert!(server.heads()[1].contains(question), "{:?}", server.heads());
    }
}

#[tokio::test]
async fn cached_answers_that_changed_are_replaced() {
    let count = AtomicUsize::new(0);
    let server = Server::start("127.0.0.2", move |_| {
        let count = count.fetch_add(1, Ordering::Relaxed);
        file(&format!("cache-control: no-cache\r\netag: \"{count}\"\r\n"), &format!("file {count}"))
    })
    .await;
    let (fetcher, _) = one_street(&server).fetcher(&settings());
    for count in 0..3 {
        let fetched = get(&fetcher, "http://files.example/").await.unwrap();
        assert_eq!((fetched.bytes, fetched.source), (format!("file {count}").into(), Source::Server));
    }
    assert!(server.heads()[2].contains("if-none-match: \"1\"\r\n"));
}

/// A server that says of another state of a file that it holds still.
#[tokio::test]
async fn cached_answers_are_not_renewed_by_word_about_others() {
    let server = Server::start("127.0.0.2", |head| match head.contains("if-") {
        true => vec![send("HTTP/1.1 304 Not Modified\r\netag: \"2\"\r\n\r\n")],
        false => file("cache-control: no-cache\r\netag: \"1\"\r\n", "file"),
    })
    .await;
    let (fetcher, _) = one_street(&server).fetcher(&settings());
    for _ in 0..2 {
        assert_eq!(get(&fetcher, "http://files.example/").await.unwrap().source, Source::Server);
    }
    assert_eq!(server.heads().len(), 3, "asked again, for the file itself");
}

#[tokio::test]
async fn cached_redirects_and_refusals_go_by_their_rules_too() {
    let server = Server::start("127.0.0.2", |head| match head.split(' ').nth(1).unwrap() {
        "/kept" => vec![send(
            "HTTP/1.1 301 Moved\r\nlocation: /file\r\ncache-control: max-age=60\r\ncontent-length: 0\r\n\r\n",
        )],
        "/asked" => redirect("/file"),
        "/none" => vec![send("HTTP/1.1 404 No\r\ncache-control: max-age=60\r\ncontent-length: 0\r\n\r\n")],
        "/busy" => vec![send("HTTP/1.1 503 No\r\ncache-control: max-age=60\r\ncontent-length: 0\r\n\r\n")],
        _ => file("cache-control: max-age=60\r\n", "file"),
    })
    .await;
    let (fetcher, _) = one_street(&server).fetcher(&settings());
    let requests_of = async |path: &str| {
        let before = server.heads().len();
        for _ in 0..2 {
            let _ = get(&fetcher, &format!("http://files.example{path}")).await;
        }
        server.heads().len() - before
    };
    assert_eq!(requests_of("/kept").await, 2, "the redirect and the file, once each");
    assert_eq!(requests_of("/asked").await, 2, "the redirect twice, the file is known");
    assert_eq!(requests_of("/none").await, 1);
    assert_eq!(requests_of("/busy").await, 2);
}

#[tokio::test]
async fn cached_answers_are_bounded_and_judged_again() {
    let body: &'static str = Box::leak("x".repeat(10_000).into_boxed_str());
    let server = Server::start("127.0.0.2", move |_| file("cache-control: max-age=60\r\n", body)).await;
    let (fetcher, _) = one_street(&server).fetcher(&Settings { cache_bytes: 50_000, ..settings() });
    for count in 0..20 {
        get(&fetcher, &format!("http://files.example/{count}")).await.unwrap();
        assert!(fetcher.cached_bytes() <= 50_000);
    }
    assert!(fetcher.cached_bytes() > 20_000, "{}", fetcher.cached_bytes());

    let small = fetcher.get(&Request::new("http://files.example/19", 9_999)).await;
    assert!(matches!(small, Err(Error::TooLarge { max_bytes: 9_999 })), "the limit of this caller");

    let (fetcher, _) = one_street(&server).fetcher(&Settings { cache_bytes: 0, ..settings() });
    for _ in 0..2 {
        assert_eq!(get(&fetcher, "http://files.example/").await.unwrap().source, Source::Server);
    }
    assert_eq!(fetcher.cached_bytes(), 0);
}

#[tokio::test]
async fn cached_answers_are_for_what_was_accepted() {
    let server = Server::start("127.0.0.2", |_| file("cache-control: max-age=60\r\nvary: accept\r\n", "file")).await;
    let (fetcher, _) = one_street(&server).fetcher(&settings());
    for (accept, source) in [("*/*", Source::Server), ("image/*", Source::Server), ("image/*", Source::Cache)] {
        let request = Request::new("http://files.example/", 9).accept(accept.parse().unwrap());
        assert_eq!(fetcher.get(&request).await.unwrap().source, source, "{accept}");
    }
}

/// A server whose first answer, which is old already, has some headers, and whose later ones are what is given.
async fn then(headers: &'static str, later: Vec<Act>) -> Server {
    let count = AtomicUsize::new(0);
    Server::start("127.0.0.2", move |_| match count.fetch_add(1, Ordering::Relaxed) {
        0 => file(&format!("age: 100\r\n{headers}"), "old"),
        _ => later.clone(),
    })
    .await
}

#[tokio::test]
async fn cached_answers_are_used_while_they_are_renewed() {
    let slow = [vec![Act::Wait(Duration::from_millis(300))], file("cache-control: max-age=60\r\n", "new")].concat();
    let server = then("cache-control: max-age=60, stale-while-revalidate=90\r\n", slow).await;
    let (fetcher, _) = one_street(&server).fetcher(&settings());
    get(&fetcher, "http://files.example/").await.unwrap();
    let begun = Instant::now();
    for _ in 0..5 {
        let fetched = get(&fetcher, "http://files.example/").await.unwrap();
        assert_eq!((fetched.bytes, fetched.source, fetched.fresh_for), ("old".into(), Source::Stale, Duration::ZERO));
    }
    assert!(begun.elapsed() < Duration::from_millis(250), "nobody waits");
    tokio::time::sleep(Duration::from_millis(800)).await;
    let fetched = get(&fetcher, "http://files.example/").await.unwrap();
    assert_eq!((fetched.bytes, fetched.source), ("new".into(), Source::Cache));
    assert!(fetched.fresh_for > Duration::from_secs(50), "{:?}", fetched.fresh_for);
    assert_eq!(server.heads().len(), 2, "asked once more, whoever came");
}

#[tokio::test]
async fn cached_answers_stand_in_for_servers_that_fail() {
    for (headers, later, expected) in [
        ("cache-control: max-age=60, stale-if-error=90\r\n", vec![Act::Hang], Some(Source::Stale)),
        (
            "cache-control: max-age=60, stale-if-error=90\r\n",
            vec![send("HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n")],
            Some(Source::Stale),
        ),
        (
            "cache-control: max-age=60, stale-if-error=90\r\n",
            vec![send("HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n")],
            None,
        ),
        ("cache-control: max-age=60, stale-if-error=20\r\n", vec![Act::Hang], None),
        ("cache-control: max-age=60, stale-if-error=90, must-revalidate\r\netag: \"1\"\r\n", vec![Act::Hang], None),
    ] {
        let server = then(headers, later).await;
        let (fetcher, _) = one_street(&server).fetcher(&settings());
        get(&fetcher, "http://files.example/").await.unwrap();
        for _ in 0..2 {
            let fetched = get(&fetcher, "http://files.example/").await;
            assert_eq!(fetched.ok().map(|fetched| fetched.source), expected, "{headers}");
        }
    }
}

#[tokio::test]
async fn failures_are_remembered_for_a_moment() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let server = Server::start("127.0.0.2", move |_| {
        count.fetch_add(1, Ordering::Relaxed);
        vec![send("HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n")]
    })
    .await;
    let time = Duration::from_millis(400);
    let (fetcher, _) = one_street(&server).fetcher(&Settings { failure_time: time, ..settings() });
    let ask = async |path: &str| {
        let error = get(&fetcher, &format!("http://files.example/{path}")).await.unwrap_err();
        assert!(matches!(error, Error::Status { status: 404, .. }), "{error}");
        asked.load(Ordering::Relaxed)
    };
    assert_eq!((ask("a").await, ask("a").await, ask("b").await), (1, 1, 2));
    fetcher.forget("http://files.example/a#fragment");
    assert_eq!((ask("a").await, ask("b").await), (3, 3));
    tokio::time::sleep(time).await;
    assert_eq!(ask("b").await, 4);
    // What a caller asked wrongly is its own.
    for _ in 0..2 {
        assert!(matches!(get(&fetcher, "http://127.0.0.1/").await, Err(Error::NotPublic { .. })));
    }
}

#[tokio::test]
async fn cached_answers_can_be_forgotten() {
    let server = Server::start("127.0.0.2", |_| file("cache-control: max-age=60\r\n", "file")).await;
    let (fetcher, _) = one_street(&server).fetcher(&settings());
    for (path, source) in [("a", Source::Server), ("b", Source::Server), ("a", Source::Cache)] {
        assert_eq!(get(&fetcher, &format!("http://files.example/{path}")).await.unwrap().source, source);
    }
    fetcher.forget("HTTP://files.example:80/a");
    for (path, source) in [("a", Source::Server), ("b", Source::Cache)] {
        assert_eq!(get(&fetcher, &format!("http://files.example/{path}")).await.unwrap().source, source);
    }
}
