//! The guard, from outside: what is refused is never connected to, whatever way leads there.

use palmette_origin::{Error, Settings};

use crate::support::{PUBLIC, Server, Streets, file, get, one_street, redirect, settings};

#[tokio::test]
async fn guarded_public_names_are_fetched_and_nothing_tells_who_asks() {
    let server = Server::start("127.0.0.2", |_| file("content-type: font/woff2\r\netag: \"1\"\r\n", "font")).await;
    let (fetcher, walked) = one_street(&server).fetcher(&settings());
    let fetched = get(&fetcher, "http://files.example/a%20b?c=d#fragment").await.unwrap();
    assert_eq!(fetched.bytes, "font");
    assert_eq!((fetched.head.content_type(), fetched.head.etag()), (Some("font/woff2"), Some("\"1\"")));
    let head = &server.heads()[0];
    assert!(head.starts_with("GET /a%20b?c=d HTTP/1.1\r\n"), "{head}");
    let mut names: Vec<_> = head.lines().skip(1).filter_map(|line| Some(line.split_once(':')?.0)).collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "accept-encoding", "host", "user-agent", "via"]);
    assert!(head.contains("host: files.example\r\n") && head.contains("via: 1.1 palmette\r\n"), "{head}");
    assert!(head.contains("accept-encoding: identity\r\n"), "{head}");
    assert_eq!(walked.lock().unwrap().lookups, ["files.example"]);
}

#[tokio::test]
async fn guarded_names_that_lead_inside_are_never_connected_to() {
    let server = Server::start("127.0.0.2", |_| file("", "secret")).await;
    let inside = ["127.0.0.2", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.2", "fd00::1", "64:ff9b::7f00:2"];
    for address in inside {
        let streets = Streets::default().name("a.example", &[&[PUBLIC, address]]).road(address, &server);
        let (fetcher, walked) = streets.road(PUBLIC, &server).fetcher(&settings());
        for url in ["http://a.example/", "https://a.example/"] {
            let error = get(&fetcher, url).await.unwrap_err();
            assert!(matches!(error, Error::NotPublic { .. }), "{address}: {error}");
        }
        assert!(walked.lock().unwrap().dialled.is_empty(), "{address}: one refused address is enough");
    }
    let url = format!("{}/", server.origin());
    let (fetcher, walked) = Streets::default().road("127.0.0.2", &server).fetcher(&settings());
    assert!(matches!(get(&fetcher, &url).await, Err(Error::NotPublic { .. })));
    assert!(walked.lock().unwrap().dialled.is_empty());
    assert_eq!(server.connections(), 0);
}

/// A name that is judged at one address and leads elsewhere when it is looked up again.
#[tokio::test]
async fn guarded_names_that_change_are_connected_to_where_they_were_judged() {
    let outside =
        Server::start("127.0.0.2", |_| file("cache-control: no-store\r\nconnection: close\r\n", "outside")).await;
    let inside = Server::start("127.0.0.3", |_| file("", "inside")).await;
    let streets = Streets::default().name("a.example", &[&[PUBLIC], &["127.0.0.3"]]);
    let (fetcher, walked) = streets.road(PUBLIC, &outside).road("127.0.0.3", &inside).fetcher(&settings());
    assert_eq!(get(&fetcher, "http://a.example/").await.unwrap().bytes, "outside");
    {
        let walked = walked.lock().unwrap();
        assert_eq!((walked.lookups.len(), &walked.dialled[..]), (1, &[PUBLIC.parse().unwrap()][..]));
    }
    // The next connection looks the name up again, and judges what it finds.
    assert!(matches!(get(&fetcher, "http://a.example/").await, Err(Error::NotPublic { .. })));
    assert_eq!((outside.connections(), inside.connections()), (1, 0));
}

#[tokio::test]
async fn guarded_connections_are_used_again_without_a_look_up() {
    let server = Server::start("127.0.0.2", |_| file("cache-control: no-store\r\n", "file")).await;
    let (fetcher, walked) = one_street(&server).fetcher(&settings());
    for path in ["a", "b", "c"] {
        assert_eq!(get(&fetcher, &format!("http://files.example/{path}")).await.unwrap().bytes, "file");
    }
    assert_eq!((server.connections(), server.heads().len(), walked.lock().unwrap().lookups.len()), (1, 3, 1));
}

#[tokio::test]
async fn guarded_exceptions_reach_what_is_inside() {
    for ip in ["127.0.0.1", "127.0.0.2", "::1"] {
        let server = Server::start(ip, |_| file("", "inside")).await;
        let allow = vec![server.origin().parse().unwrap()];
        let fetcher = palmette_origin::Fetcher::new(&Settings { allow, ..settings() });
        assert_eq!(get(&fetcher, &format!("{}/font.ttf", server.origin())).await.unwrap().bytes, "inside", "{ip}");
    }
    let server = Server::start("127.0.0.2", |_| file("", "inside")).await;
    let allow = vec!["http://worker.internal:8787".parse().unwrap()];
    let streets = Streets::default().name("worker.internal", &[&["10.0.0.1", "127.0.0.2"]]).road("127.0.0.2", &server);
    let (fetcher, _) = streets.fetcher(&Settings { allow, ..settings() });
    assert_eq!(get(&fetcher, "http://worker.internal:8787/").await.unwrap().bytes, "inside", "and the second address");
    assert!(matches!(get(&fetcher, "http://worker.internal:8788/").await, Err(Error::NotPublic { .. })));
}

#[tokio::test]
async fn guarded_lists_of_hosts_hold_for_redirects_too() {
    let server = Server::start("127.0.0.2", |head| match head.contains("host: a.b.com") {
        true => redirect("http://files.example/"),
        false => file("", "file"),
    })
    .await;
    let streets = one_street(&server).name("a.b.com", &[&[PUBLIC]]).name("b.com", &[&[PUBLIC]]);
    let allow_hosts = vec!["*.b.com".parse().unwrap()];
    let (fetcher, _) = streets.fetcher(&Settings { allow_hosts, ..settings() });
    assert_eq!(get(&fetcher, "http://b.com/").await.unwrap().bytes, "file");
    for url in ["http://files.example/", "http://a.b.com/"] {
        let error = get(&fetcher, url).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "http://files.example:80: not one of the hosts that this server fetches from (setting `fetch.allow_hosts`)"
        );
    }
}

#[tokio::test]
async fn guarded_failures_on_the_way_have_their_names() {
    let (fetcher, _) =
        Streets::default().name("empty.example", &[&[]]).name("off.example", &[&[PUBLIC]]).fetcher(&settings());
    assert!(matches!(get(&fetcher, "http://none.example/").await, Err(Error::Lookup { .. })));
    assert!(matches!(get(&fetcher, "http://empty.example/").await, Err(Error::Lookup { .. })));
    assert!(matches!(get(&fetcher, "http://off.example/").await, Err(Error::Connect { .. })));
    assert!(matches!(get(&fetcher, "nonsense").await, Err(Error::Url { .. })));
    assert!(matches!(get(&fetcher, "file:///etc/passwd").await, Err(Error::Scheme { .. })));
    assert!(matches!(get(&fetcher, "http://u:p@files.example/").await, Err(Error::User { .. })));
}
