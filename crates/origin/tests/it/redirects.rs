//! Redirects: followed by hand, a few of them, each judged.

use palmette_origin::{Error, Settings};

use crate::support::{Act, PUBLIC, Server, Streets, file, get, one_street, redirect, send, settings};

/// Answers by path: `/to?URL` leads to a URL, all else is a file.
fn by_path(head: &str) -> Vec<Act> {
    let path = head.split(' ').nth(1).unwrap();
    path.strip_prefix("/to?").map_or_else(|| file("", path), redirect)
}

#[tokio::test]
async fn redirects_are_followed() {
    let server = Server::start("127.0.0.2", by_path).await;
    let streets = one_street(&server).name("other.example", &[&["8.8.8.8"]]).road("8.8.8.8", &server);
    let (fetcher, _) = streets.fetcher(&settings());
    for (location, end) in [
        ("http://other.example/a", "http://other.example/a"),
        ("/b?c", "http://files.example/b?c"),
        ("d#e", "http://files.example/d"),
        ("//other.example:81/f", "http://other.example:81/f"),
        ("/to?/to?/to?/g", "http://files.example/g"),
    ] {
        let fetched = get(&fetcher, &format!("http://files.example/to?{location}")).await;
        assert_eq!(fetched.unwrap().head.url().as_str(), end, "{location}");
    }
}

#[tokio::test]
async fn redirects_into_what_is_not_public_are_refused() {
    let server = Server::start("127.0.0.1", by_path).await;
    let own = server.origin();
    let streets = one_street(&server).name("inside.example", &[&["127.0.0.1"]]);
    let (fetcher, walked) = streets.road("127.0.0.1", &server).road("::1", &server).fetcher(&settings());
    for location in [
        own.as_str(),
        "http://127.0.0.1/",
        "//127.0.0.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost/",
        "http://localhost./",
        "http://inside.example/",
        "/to?http://inside.example/",
        "/to?/to?//10.0.0.1/",
    ] {
        let error = get(&fetcher, &format!("http://files.example/to?{location}")).await.unwrap_err();
        assert!(matches!(error, Error::NotPublic { .. }), "{location}: {error}");
    }
    let public: std::net::IpAddr = PUBLIC.parse().unwrap();
    assert!(walked.lock().unwrap().dialled.iter().all(|&address| address == public), "nothing else was connected to");
}

#[tokio::test]
async fn redirects_to_an_exception_are_followed() {
    let server = Server::start("127.0.0.1", by_path).await;
    let allow = vec![server.origin().parse().unwrap()];
    let streets = one_street(&server).road("127.0.0.1", &server);
    let (fetcher, _) = streets.fetcher(&Settings { allow, ..settings() });
    let url = format!("http://files.example/to?{}/font", server.origin());
    assert_eq!(get(&fetcher, &url).await.unwrap().bytes, "/font");
}

#[tokio::test]
async fn redirects_end() {
    let server = Server::start("127.0.0.2", |head| match head.starts_with("GET /a ") {
        true => redirect("/b"),
        false => redirect("/a"),
    })
    .await;
    let (fetcher, _) = one_street(&server).fetcher(&settings());
    let error = get(&fetcher, "http://files.example/a").await.unwrap_err();
    assert!(matches!(error, Error::TooManyRedirects { max_redirects: 5 }), "{error}");
    assert_eq!(server.heads().len(), 6);
    let (fetcher, _) = one_street(&server).fetcher(&Settings { max_redirects: 0, ..settings() });
    assert!(matches!(get(&fetcher, "http://files.example/a").await, Err(Error::TooManyRedirects { .. })));
}

#[tokio::test]
async fn redirects_to_nowhere_are_failures() {
    let server = Server::start("127.0.0.2", |head| match head.split(' ').nth(1).unwrap() {
        "/none" => vec![send("HTTP/1.1 302 Found\r\ncontent-length: 0\r\n\r\n")],
        "/bad" => redirect("http://[oops/"),
        "/latin" => vec![send(b"HTTP/1.1 302 Found\r\nlocation: /\xe4\r\ncontent-length: 0\r\n\r\n")],
        "/file" => redirect("file:///etc/passwd"),
        "/user" => redirect("http://u:p@files.example/"),
        _ => redirect("data:,a"),
    })
    .await;
    let (fetcher, _) =
        Streets::default().name("files.example", &[&[PUBLIC]]).road(PUBLIC, &server).fetcher(&settings());
    let get = async |path: &str| get(&fetcher, &format!("http://files.example{path}")).await;
    assert!(matches!(get("/none").await, Err(Error::Status { status: 302, .. })));
    assert!(matches!(get("/bad").await, Err(Error::BadRedirect { .. })));
    assert!(matches!(get("/latin").await, Err(Error::BadRedirect { .. })));
    assert!(matches!(get("/file").await, Err(Error::Scheme { .. })));
    assert!(matches!(get("/user").await, Err(Error::User { .. })));
    assert!(matches!(get("/data").await, Err(Error::Scheme { .. })));
}
