//! Image URLs: the picture that a form would make, in the format that is taken, with the headers of the real service; and all that a
//! source can do to keep it from being made.

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use palmette::codec::{EncodeFormat, EncodeOptions, Format, encode, probe};
use palmette_protocol::url::Strictness;
use palmette_server::Config;
use palmette_server::config::{OptionSets, SigningKeys, UrlAccess};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::{Answer, Form, app_with, call, form, get, moving, pixmap, png, transform};

const CHROME: &str = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8";
const SVG: &str = r#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script><rect width="5" height="5"/></svg>"#;

/// A folder of pictures: soft.png, photo.jpg, moving.gif, icon.svg, broken.png, text.txt, large.png.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    write("soft.png", &png(40, 30));
    write("photo.jpg", &photo(60, 40));
    write("large.jpg", &photo(1300, 20));
    write("moving.gif", &moving(EncodeFormat::Gif, 3));
    write("icon.svg", SVG.as_bytes());
    write("broken.png", &png(64, 64)[..100]);
    write("text.txt", b"hello, I am no picture");
    std::fs::create_dir(folder.path().join("a b")).unwrap();
    write("a b/c#d.png", &png(4, 3));
    folder
}

fn photo(width: u32, height: u32) -> Vec<u8> {
    encode(pixmap(width, height), &EncodeOptions::new(EncodeFormat::Jpeg)).unwrap().bytes
}

/// A service of a folder.
fn app_of(folder: &Path, change: impl FnOnce(&mut Config)) -> Router {
    let mut config = Config::default();
    config.url.origins = vec![folder.to_str().unwrap().parse().unwrap()];
    change(&mut config);
    app_with(config)
}

/// A service whose paths lead to a server.
fn app_at(origin: &str, change: impl FnOnce(&mut Config)) -> Router {
    let mut config = Config::default();
    config.url.origins = vec![origin.parse().unwrap()];
    config.fetch.fetcher.timeout = Duration::from_millis(1500);
    change(&mut config);
    app_with(config)
}

async fn ask(app: &Router, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = headers.iter().fold(Request::get(path), |request, (name, value)| request.header(*name, *value));
    call(app, request.body(Body::empty()).unwrap()).await
}

/// Returns the code of a failure, 0 if there is none, after checking that it is told as image URLs tell it.
fn code(answer: &Answer) -> u16 {
    assert_eq!(answer.header("cf-images-binding"), "");
    let Some(number) = answer.header("cf-resized").strip_prefix("err=") else { return 0 };
    assert!(answer.text().starts_with(&format!("ERROR {number}: ")), "{}", answer.text());
    number.parse().unwrap()
}

fn size(answer: &Answer) -> (Format, u32, u32) {
    let probe = probe(&answer.body).unwrap_or_else(|error| panic!("{error}: {}", answer.text()));
    assert_eq!(answer.header("content-type"), probe.format.mime());
    (probe.format, probe.size.width, probe.size.height)
}

/// A server that answers each path with the bytes that are given, head and all, and goes on as long as it is told to.
pub(crate) async fn raw_server(answers: &[(&'static str, Vec<u8>, Duration)]) -> String {
    let answers: HashMap<_, _> = answers.iter().cloned().map(|(path, bytes, wait)| (path, (bytes, wait))).collect();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let answers = answers.clone();
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(stream.read_u8().await?);
                }
                let head = String::from_utf8(head).unwrap();
                let path = head.split(' ').nth(1).unwrap_or_default();
                let Some((bytes, wait)) = answers.get(path) else {
                    stream
                        .write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
                        .await?;
                    return stream.shutdown().await;
                };
                stream.write_all(bytes).await?;
                if bytes.ends_with(b"ENDLESS") {
                    let piece = vec![7; 65_536];
                    loop {
                        stream.write_all(&piece).await?;
                    }
                }
                tokio::time::sleep(*wait).await;
                stream.shutdown().await
            });
        }
    });
    origin
}

/// Writes an answer.
pub(crate) fn http(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 {status}\r\nconnection: close\r\n{headers}\r\n").as_bytes(), body].concat()
}

#[tokio::test]
async fn image_urls_make_what_a_form_makes() {
    let folder = folder();
    let app = app_of(folder.path(), |_| {});
    let picture = std::fs::read(folder.path().join("soft.png")).unwrap();
    for (options, list) in [
        ("width=20", r#"[{"imageIndex":0,"width":20}]"#),
        (
            "fit=cover,w=10,h=10,g=0.5x0.2,trim=1;2;3;4",
            r#"[{"imageIndex":0,"trim":{"top":1,"right":2,"bottom":3,"left":4},"width":10,"height":10,"fit":"cover","gravity":{"x":0.5,"y":0.2}}]"#,
        ),
        (
            "w=10,dpr=2,border.width=1,border.color=%23f80",
            r##"[{"imageIndex":0,"width":20,"border":{"color":"#f80","width":2}}]"##,
        ),
        (
            "rotate=90,flip=h,background=red,blur=3",
            r#"[{"imageIndex":0,"flip":"h","rotate":90,"background":"red","blur":3}]"#,
        ),
        ("trim=border,sharpen=1,saturation=0", r#"[{"imageIndex":0,"trim":"border","sharpen":1,"saturation":0}]"#),
    ] {
        let by_url = get(&app, &format!("/cdn-cgi/image/{options}/soft.png")).await;
        assert_eq!((by_url.status, code(&by_url)), (StatusCode::OK, 0), "{options}: {}", by_url.text());
        let by_form = transform(&app, form(&picture, list, "image/png")).await;
        assert!(by_url.body == by_form.body, "{options}");
    }
    let answer = get(&app, "/cdn-cgi/image/w=2/a%20b/c%23d.png").await;
    assert_eq!(size(&answer), (Format::Png, 2, 2));
}

#[tokio::test]
async fn image_urls_have_the_headers_of_the_real_service() {
    let folder = folder();
    let app = app_of(folder.path(), |config| config.url.strictness = Strictness::Lenient);
    let answer = ask(&app, "/cdn-cgi/image/w=20,fit=cover,sepia=1,f=auto/photo.jpg", &[("accept", CHROME)]).await;
    assert_eq!(size(&answer), (Format::Avif, 20, 13));
    let resized = answer.header("cf-resized");
    assert!(
        resized.starts_with("internal=ok/m q=") && resized.ends_with(&format!(" l={}", answer.body.len())),
        "{resized}"
    );
    assert_eq!(answer.header("vary"), "accept");
    assert_eq!(answer.header("cache-control"), "public, max-age=3600");
    assert!(answer.header("etag").starts_with("\"cf-"), "{}", answer.header("etag"));
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert!(answer.header("content-security-policy").starts_with("default-src 'none'"));
    assert_eq!(answer.header("palmette-engine"), "cpu");
    let warnings: Vec<_> = answer.headers.get_all("warning").iter().map(|value| value.to_str().unwrap()).collect();
    assert_eq!(warnings[0], "cf-images 299 \"unknown option 'sepia' is ignored\"");
    assert_eq!(warnings[1], "cf-images 299 \"cover fit mode needs both width and height\"");

    // HEAD: the same without the body.
    let head =
        Request::builder().method(Method::HEAD).uri("/cdn-cgi/image/w=20/photo.jpg").body(Body::empty()).unwrap();
    let (whole, head) = (get(&app, "/cdn-cgi/image/w=20/photo.jpg").await, call(&app, head).await);
    assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
    assert_eq!(head.header("content-length"), whole.body.len().to_string());
    for name in ["content-type", "etag", "cache-control"] {
        assert_eq!(head.header(name), whole.header(name), "{name}");
    }
    assert_eq!(
        call(&app, Request::post("/cdn-cgi/image/w=20/photo.jpg").body(Body::empty()).unwrap()).await.status,
        StatusCode::METHOD_NOT_ALLOWED
    );
}

#[tokio::test]
async fn image_urls_are_asked_again_by_their_tag() {
    let folder = folder();
    let app = app_of(folder.path(), |_| {});
    let path = "/cdn-cgi/image/w=20,f=auto/photo.jpg";
    let first = ask(&app, path, &[("accept", "image/webp")]).await;
    assert_eq!(size(&first).0, Format::Webp);
    let tag = first.header("etag").to_owned();
    let again = ask(&app, path, &[("accept", "image/webp"), ("if-none-match", &format!("\"x\", W/{tag}"))]).await;
    assert_eq!((again.status, again.body.len(), again.header("etag")), (StatusCode::NOT_MODIFIED, 0, tag.as_str()));
    assert_eq!((again.header("vary"), again.header("cache-control")), ("accept", "public, max-age=3600"));
    for (path, accept) in [
        (path, "*/*"),
        ("/cdn-cgi/image/w=21,f=auto/photo.jpg", "image/webp"),
        ("/cdn-cgi/image/w=20,f=auto,q=5/photo.jpg", "image/webp"),
    ] {
        let other = ask(&app, path, &[("accept", accept), ("if-none-match", &tag)]).await;
        assert_eq!(other.status, StatusCode::OK, "{path} {accept}");
    }
    std::fs::write(folder.path().join("photo.jpg"), photo(61, 40)).unwrap();
    let changed = ask(&app, path, &[("accept", "image/webp"), ("if-none-match", &tag)]).await;
    assert_eq!(changed.status, StatusCode::OK);
    let svg = get(&app, "/cdn-cgi/image/w=5/icon.svg").await;
    let known = ask(&app, "/cdn-cgi/image/w=5/icon.svg", &[("if-none-match", svg.header("etag"))]).await;
    assert_eq!((svg.status, known.status), (StatusCode::OK, StatusCode::NOT_MODIFIED));
}

#[tokio::test]
async fn image_urls_choose_a_format() {
    let folder = folder();
    let app = app_of(folder.path(), |_| {});
    for (options, source, accept, format) in [
        ("w=9", "photo.jpg", CHROME, Format::Jpeg),
        ("w=9", "soft.png", CHROME, Format::Png),
        ("w=9,f=auto", "soft.png", CHROME, Format::Avif),
        ("w=9,f=auto", "soft.png", "image/webp,*/*", Format::Webp),
        ("w=9,f=auto", "soft.png", "*/*", Format::Png),
        ("w=9,f=auto", "moving.gif", CHROME, Format::Webp),
        ("w=9,f=auto,anim=false", "moving.gif", CHROME, Format::Avif),
        ("f=avif,compression=fast", "photo.jpg", CHROME, Format::Jpeg),
        ("f=png", "photo.jpg", CHROME, Format::Png),
        ("f=gif", "photo.jpg", CHROME, Format::Gif),
    ] {
        let answer = ask(&app, &format!("/cdn-cgi/image/{options}/{source}"), &[("accept", accept)]).await;
        assert_eq!(size(&answer).0, format, "{options} of {source} for {accept}");
    }
    let animated = ask(&app, "/cdn-cgi/image/w=9,f=auto/moving.gif", &[("accept", CHROME)]).await;
    assert_eq!(probe(&animated.body).unwrap().frame_count, 3);
    // Too large for AVIF, unless it is asked for by name.
    let large = ask(&app, "/cdn-cgi/image/f=auto/large.jpg", &[("accept", CHROME)]).await;
    assert_eq!((size(&large).0, large.header("warning")), (Format::Webp, "cf-images 299 \"image too large for AVIF\""));
    let small = ask(&app, "/cdn-cgi/image/f=auto,w=1200/large.jpg", &[("accept", CHROME)]).await;
    assert_eq!((size(&small).0, small.header("warning")), (Format::Avif, ""));
    // Progressive, unless it must not be.
    let has = |answer: &Answer, marker: [u8; 2]| answer.body.windows(2).any(|bytes| bytes == marker);
    std::fs::write(folder.path().join("middle.jpg"), photo(300, 200)).unwrap();
    let [plain, baseline] = ["jpeg", "baseline-jpeg"].map(|format| format!("/cdn-cgi/image/f={format}/middle.jpg"));
    let (plain, baseline) = (get(&app, &plain).await, get(&app, &baseline).await);
    assert!(has(&plain, [0xff, 0xc2]) && has(&baseline, [0xff, 0xc0]) && !has(&baseline, [0xff, 0xc2]));
}

#[tokio::test]
async fn image_urls_keep_as_much_metadata_as_they_say() {
    let folder = folder();
    let app = app_of(folder.path(), |_| {});
    // Turned, and by Ada.
    let exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x02\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\x82\x98\0\x02\0\0\0\x04Ada\0\0\0\0\0";
    let xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"/>";
    let segment = |content: &[u8]| {
        let len = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
        [&[0xff, 0xe1][..], &len, content].concat()
    };
    let plain = photo(60, 40);
    let file = [&plain[..2], &segment(exif), &segment(xmp), &plain[2..]].concat();
    std::fs::write(folder.path().join("ada.jpg"), file).unwrap();
    for (options, copyright, has_xmp) in [
        ("w=20", Some("Ada"), false),
        ("w=20,metadata=copyright", Some("Ada"), false),
        ("w=20,metadata=none", None, false),
        ("w=20,metadata=keep", Some("Ada"), true),
    ] {
        let answer = get(&app, &format!("/cdn-cgi/image/{options}/ada.jpg")).await;
        assert_eq!(size(&answer), (Format::Jpeg, 20, 30), "turned once, not twice: {options}");
        assert_eq!(probe(&answer.body).unwrap().copyright.as_deref(), copyright, "{options}");
        let contains = |text: &[u8]| answer.body.windows(text.len()).any(|bytes| bytes == text);
        assert_eq!((contains(b"xmpmeta"), contains(b"Ada")), (has_xmp, copyright.is_some()), "{options}");
    }
    let webp = get(&app, "/cdn-cgi/image/w=20,f=webp,metadata=keep/ada.jpg").await;
    assert_eq!(probe(&webp.body).unwrap().copyright, None);
}

#[tokio::test]
async fn image_urls_follow_hints_of_the_client() {
    let folder = folder();
    let app = app_of(folder.path(), |_| {});
    let auto = "/cdn-cgi/image/width=auto,wbreakpoints=10;20;30,wmobile=12,wdesktop=25/photo.jpg";
    for (headers, width) in [
        (&[][..], 25),
        (&[("sec-ch-ua-mobile", "?1")][..], 12),
        (&[("sec-ch-viewport-width", "11")][..], 20),
        (&[("sec-ch-viewport-width", "11"), ("sec-ch-dpr", "2")][..], 30),
    ] {
        let answer = ask(&app, auto, headers).await;
        assert_eq!(size(&answer).1, width, "{headers:?}");
        assert_eq!(answer.header("vary"), "sec-ch-viewport-width, sec-ch-dpr, sec-ch-ua-mobile, user-agent");
    }
    let slow = "/cdn-cgi/image/q=95,scq=5/photo.jpg";
    let (quick, slowed) = (get(&app, slow).await, ask(&app, slow, &[("save-data", "on")]).await);
    assert!(slowed.body.len() < quick.body.len());
    assert_eq!(quick.header("vary"), "rtt, downlink, ect, save-data");
}

#[tokio::test]
async fn image_urls_tell_sizes_as_json() {
    let folder = folder();
    let app = app_of(folder.path(), |_| {});
    let bytes = std::fs::metadata(folder.path().join("photo.jpg")).unwrap().len();
    let answer = get(&app, "/cdn-cgi/image/w=30,f=json/photo.jpg").await;
    assert_eq!(answer.header("content-type"), "application/json");
    let told: Value = serde_json::from_slice(&answer.body).unwrap();
    let original = json!({"file_size": bytes, "width": 60, "height": 40, "format": "image/jpeg"});
    assert_eq!(told, json!({"width": 30, "height": 20, "original": original}));
    let answer = get(&app, "/cdn-cgi/image/trim=border,f=json/soft.png").await;
    assert!(serde_json::from_slice::<Value>(&answer.body).unwrap()["width"].is_u64());
    let answer = get(&app, "/cdn-cgi/image/f=json/icon.svg").await;
    let told: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(told, json!({"original": {"file_size": SVG.len(), "format": "image/svg+xml"}}));
}

#[tokio::test]
async fn image_urls_clean_svgs_and_leave_them_svgs() {
    let folder = folder();
    let app = app_of(folder.path(), |_| {});
    for options in ["w=5", "w=5,f=auto", "f=svg"] {
        let answer = get(&app, &format!("/cdn-cgi/image/{options}/icon.svg")).await;
        assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "image/svg+xml"));
        assert!(answer.text().contains("<rect") && !answer.text().contains("alert"), "{}", answer.text());
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
    for path in ["/cdn-cgi/image/f=webp/icon.svg", "/cdn-cgi/image/f=svg/photo.jpg"] {
        let answer = get(&app, path).await;
        assert_eq!((code(&answer), answer.status.as_u16()), (9412, 415), "{path}");
    }
}

#[tokio::test]
async fn image_urls_fail_with_codes() {
    let folder = folder();
    let app = app_of(folder.path(), |config| config.limits.request.max_source_bytes = 20_000);
    std::fs::write(folder.path().join("heavy.png"), vec![0; 20_001]).unwrap();
    for (path, number, status, names) in [
        ("/cdn-cgi/image/widht=5/photo.jpg", 9401, 400, "did you mean width?"),
        ("/cdn-cgi/image/w=-5/photo.jpg", 9401, 400, "width must be a number of at least 0.5, or auto, got -5"),
        ("/cdn-cgi/image/w=5", 9401, 400, "the URL must be /cdn-cgi/image/OPTIONS/SOURCE"),
        ("/cdn-cgi/image/w=5/none.jpg", 9404, 404, "there is no such picture"),
        ("/cdn-cgi/image/w=5/%2e%2e/secret", 9406, 403, "the source must be"),
        ("/cdn-cgi/image/w=5/text.txt", 9412, 415, "not an image"),
        ("/cdn-cgi/image/w=5/broken.png", 9516, 422, "image/png"),
        ("/cdn-cgi/image/w=5/heavy.png", 9402, 413, "20000 bytes"),
        ("/cdn-cgi/image/w=20000,fit=contain/photo.jpg", 9413, 413, "12000"),
        ("/cdn-cgi/image/w=5/cdn-cgi/image/w=5/photo.jpg", 9403, 508, "use the original"),
        (
            "/cdn-cgi/image/w=5/https://a.example/photo.jpg",
            9401,
            403,
            "https://a.example:443: pictures from there are not allowed",
        ),
        ("/cdn-cgi/image/zoom=1,g=face,fit=cover,w=5,h=5/photo.jpg", 9401, 400, "palmette models install"),
        ("/_next/image?url=%2Fphoto.jpg", 9401, 400, "the URL must be /_next/image?url=SOURCE&w=WIDTH&q=QUALITY"),
        ("/_ipx/blur_5/photo.jpg", 9401, 400, "unknown option \"blur\""),
    ] {
        let answer = get(&app, path).await;
        assert_eq!((code(&answer), answer.status.as_u16()), (number, status), "{path}: {}", answer.text());
        assert!(answer.text().contains(names), "{path}: {}", answer.text());
        assert!(!answer.text().contains(folder.path().to_str().unwrap()), "the folder is nobody's business");
    }
    let looped = ask(&app, "/cdn-cgi/image/w=5/photo.jpg", &[("via", "1.1 a, 1.1 palmette")]).await;
    assert_eq!((code(&looped), looped.status.as_u16()), (9403, 508));
    let closed = app_with(Config::default());
    let answer = get(&closed, "/cdn-cgi/image/w=5/photo.jpg").await;
    assert_eq!((code(&answer), answer.status.as_u16()), (9401, 403));
    assert!(answer.text().contains("`url.origin`"), "{}", answer.text());
    let metrics = get(&app, "/metrics").await.text();
    assert!(metrics.contains("/cdn-cgi/image/{*rest}"), "{metrics}");
}

#[tokio::test]
async fn image_urls_of_next_and_ipx() {
    let folder = folder();
    let app = app_of(folder.path(), |_| {});
    let next = ask(&app, "/_next/image?url=%2Fphoto.jpg&w=30&q=75", &[("accept", "image/webp,*/*")]).await;
    assert_eq!((size(&next), next.header("vary")), ((Format::Webp, 30, 20), "accept"));
    let larger = ask(&app, "/_next/image?url=%2Fphoto.jpg&w=3840&q=75", &[("accept", "*/*")]).await;
    assert_eq!(size(&larger), (Format::Jpeg, 60, 40), "never enlarged");
    let ipx = get(&app, "/_ipx/s_20x20,f_webp/photo.jpg").await;
    assert_eq!(size(&ipx), (Format::Webp, 20, 20));
    assert_eq!(size(&get(&app, "/_ipx/_/photo.jpg").await), (Format::Jpeg, 60, 40));
}

#[tokio::test]
async fn image_urls_redirect_to_their_source_on_the_same_site_only() {
    let folder = folder();
    let app = app_of(folder.path(), |_| {});
    let host = [("host", "shop.example:8080")];
    for (source, location) in [
        ("text.txt", "/text.txt"),
        ("a%20b/none.jpg?x=1", "/a%20b/none.jpg?x=1"),
        ("%2F%5Cevil.example", "/%5Cevil.example"),
        ("https://shop.example/a.jpg", "https://shop.example/a.jpg"),
        ("https://pictures.shop.example/a.jpg", "https://pictures.shop.example/a.jpg"),
    ] {
        let answer = ask(&app, &format!("/cdn-cgi/image/onerror=redirect,w=5/{source}"), &host).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::FOUND, location), "{source}");
        assert!(answer.header("cf-resized").starts_with("err=9"), "{}", answer.header("cf-resized"));
        assert!(answer.body.is_empty());
    }
    for source in [
        "https://evil.example/a.jpg",
        "https://evilshop.example/a.jpg",
        "https://shop.example.evil.example/a",
        "cdn-cgi/image/w=5/a.jpg",
    ] {
        let answer = ask(&app, &format!("/cdn-cgi/image/onerror=redirect,w=5/{source}"), &host).await;
        assert!(code(&answer) != 0 && answer.header("location").is_empty(), "{source}");
    }
    let made = ask(&app, "/cdn-cgi/image/onerror=redirect,w=5/photo.jpg", &host).await;
    assert_eq!(made.status, StatusCode::OK);
}

#[tokio::test]
async fn image_urls_survive_their_origins() {
    let soft = png(40, 30);
    let length = format!("content-length: {}\r\n", soft.len());
    let forever = Duration::from_secs(60);
    let now = Duration::ZERO;
    let redirect = |to: &str| http("302 Found", &format!("location: {to}\r\ncontent-length: 0\r\n"), b"");
    let origin = raw_server(&[
        ("/right.png", http("200 OK", &format!("{length}etag: \"abc\"\r\nlast-modified: Fri, 27 Nov 2026 10:00:00 GMT\r\ncache-control: max-age=60\r\n"), &soft), now),
        ("/private.png", http("200 OK", &format!("{length}cache-control: max-age=86400\r\ncache-control: private\r\n"), &soft), now),
        ("/moved.png", redirect("/right.png"), now),
        ("/itself", redirect("/itself"), now),
        ("/inside", redirect("http://localhost:1/secret"), now),
        ("/metadata", redirect("http://169.254.169.254/latest/meta-data"), now),
        ("/nowhere", redirect("http://["), now),
        ("/endless", http("200 OK", "", b"\x89PNG\r\n\x1a\nENDLESS"), forever),
        ("/promises", http("200 OK", "content-length: 99999999999\r\n", b"\x89PNG"), forever),
        ("/short", http("200 OK", &format!("content-length: {}\r\n", soft.len() + 9), &soft), now),
        ("/half", http("200 OK", &length, &soft[..soft.len() / 2]), now),
        ("/chunked", http("200 OK", "transfer-encoding: chunked\r\n", b"5\r\nabc"), now),
        ("/silent", Vec::new(), forever),
        ("/stalls", http("200 OK", &length, &soft[..50]), forever),
        ("/noise", b"SSH-2.0-OpenSSH_9.6\r\n".to_vec(), now),
        ("/zipped", http("200 OK", &format!("{length}content-encoding: gzip\r\n"), &soft), now),
        ("/page", http("200 OK", "content-length: 6\r\n", b"<html>"), now),
        ("/loop", http("200 OK", &format!("{length}via: 1.1 palmette\r\n"), &soft), now),
        ("/400", http("400 Bad Request", "content-length: 0\r\n", b""), now),
        ("/403", http("403 Forbidden", "content-length: 0\r\n", b""), now),
        ("/408", http("408 Request Timeout", "content-length: 0\r\n", b""), now),
        ("/410", http("410 Gone", "content-length: 0\r\n", b""), now),
        ("/503", http("503 Busy", "content-length: 0\r\n", b""), now),
        ("/204", http("204 No Content", "", b""), now),
    ])
    .await;
    let app = app_at(&origin, |config| config.limits.request.max_source_bytes = 1_000_000);
    for (path, number, status) in [
        ("right.png", 0, 200),
        ("moved.png", 0, 200),
        ("itself", 9421, 400),
        ("inside", 9406, 403),
        ("metadata", 9406, 403),
        ("nowhere", 9420, 400),
        ("endless", 9402, 413),
        ("promises", 9402, 413),
        ("short", 9416, 422),
        ("half", 9416, 422),
        ("chunked", 9416, 422),
        ("silent", 9504, 524),
        ("stalls", 9504, 524),
        ("noise", 9416, 422),
        ("zipped", 9505, 502),
        ("page", 9412, 415),
        ("loop", 9403, 508),
        ("none", 9404, 404),
        ("400", 9519, 502),
        ("403", 9408, 502),
        ("408", 9408, 408),
        ("410", 9404, 404),
        ("503", 9509, 502),
        ("204", 9505, 502),
    ] {
        let begun = Instant::now();
        let answer = get(&app, &format!("/cdn-cgi/image/w=20/{path}")).await;
        assert_eq!((code(&answer), answer.status.as_u16()), (number, status), "{path}: {}", answer.text());
        assert!(begun.elapsed() < Duration::from_secs(4), "{path}");
    }
    let answer = get(&app, "/cdn-cgi/image/w=20/right.png").await;
    assert!(answer.header("etag").ends_with(":abc\""), "{}", answer.header("etag"));
    assert_eq!(answer.header("last-modified"), "Fri, 27 Nov 2026 10:00:00 GMT");
    assert_eq!(answer.header("cache-control"), "max-age=3600");
    let answer = get(&app, "/cdn-cgi/image/w=20/private.png").await;
    assert_eq!(answer.header("cache-control"), "max-age=86400, private");
    let metrics = get(&app, "/metrics").await.text();
    for held in ["palmette_body_bytes 0", "palmette_pixel_bytes 0", "palmette_answer_bytes 0"] {
        assert!(metrics.contains(held), "{held}: {metrics}");
    }
    assert!(metrics.contains("palmette_cache_entries{tier=\"memory\"} 1\n"), "of the right one alone: {metrics}");
    let dead = get(&app_at("http://127.0.0.1:1", |_| {}), "/cdn-cgi/image/w=20/a").await;
    assert_eq!((code(&dead), dead.status.as_u16()), (9510, 523));
}

#[tokio::test]
async fn image_urls_reach_nothing_private() {
    let origin = raw_server(&[("/right.png", http("200 OK", "", &png(4, 4)), Duration::ZERO)]).await;
    let port = origin.rsplit_once(':').unwrap().1;
    let app = app_with(Config {
        url: palmette_server::config::UrlConfig { allow: vec!["*".parse().unwrap()], ..Default::default() },
        ..Config::default()
    });
    for host in [
        "127.0.0.1",
        "localhost",
        "a.localhost",
        "127.1",
        "2130706433",
        "0x7f.1",
        "017700000001",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "[fd00::1]",
        "[fe80::1]",
        "224.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
    ] {
        for path in [
            format!("/cdn-cgi/image/w=2/http://{host}:{port}/right.png"),
            format!("/_next/image?w=2&url=http%3A%2F%2F{host}:{port}%2Fright.png"),
            format!("/_ipx/w_2/http://{host}:{port}/right.png"),
        ] {
            let answer = get(&app, &path).await;
            assert_eq!((code(&answer), answer.status.as_u16()), (9406, 403), "{path}: {}", answer.text());
        }
    }
    for (url, number) in
        [("http://user:password@a.example/b.jpg", 9406), ("https://", 9401), ("http://[", 9406), ("http://a b/", 9406)]
    {
        let answer = get(&app, &format!("/cdn-cgi/image/w=2/{}", url.replace(' ', "%20"))).await;
        assert_eq!(code(&answer), number, "{url}: {}", answer.text());
    }
}

#[tokio::test]
async fn image_urls_come_from_several_origins() {
    let (first, second) = (folder(), tempfile::tempdir().unwrap());
    std::fs::write(second.path().join("other.png"), png(8, 8)).unwrap();
    std::fs::write(second.path().join("soft.png"), png(8, 8)).unwrap();
    let third = raw_server(&[("/media/far.png", http("200 OK", "", &png(6, 6)), Duration::ZERO)]).await;
    let mut config = Config::default();
    let places = [
        first.path().to_str().unwrap().to_owned(),
        second.path().to_str().unwrap().to_owned(),
        format!("{third}/media/"),
    ];
    config.url.origins = places.iter().map(|place| place.parse().unwrap()).collect();
    let app = app_with(config);
    for (path, width) in [("soft.png", 40), ("other.png", 8), ("far.png", 6)] {
        assert_eq!(size(&get(&app, &format!("/cdn-cgi/image/q=80/{path}")).await).1, width, "{path}");
    }
    // Whole URLs of one's own servers need no other leave, but what is above them does.
    assert_eq!(size(&get(&app, &format!("/cdn-cgi/image/q=80/{third}/media/far.png")).await).1, 6);
    assert_eq!(get(&app, &format!("/cdn-cgi/image/q=80/{third}/far.png")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(code(&get(&app, "/cdn-cgi/image/q=80/none.png").await), 9404);
}

#[tokio::test]
async fn image_urls_are_for_those_who_may() {
    let folder = folder();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let keys = SigningKeys::read(&file("keys", "0123456789abcdef\n")).unwrap();
    let signed = app_of(folder.path(), |config| {
        config.url.access = UrlAccess::Signed;
        config.url.keys = keys;
    });
    let refused = get(&signed, "/cdn-cgi/image/w=5/photo.jpg").await;
    assert_eq!((code(&refused), refused.status.as_u16()), (9425, 403));
    // printf '/cdn-cgi/image/w=5/photo.jpg?v=1' | openssl dgst -sha256 -hmac 0123456789abcdef
    let sig = "b928252e8b91a6a5703c87067844d5b9f270334a021ca6bb71d6106d553749a5";
    let answer = get(&signed, &format!("/cdn-cgi/image/w=5/photo.jpg?v=1&sig={sig}")).await;
    assert_eq!(size(&answer).1, 5);
    assert_eq!(code(&get(&signed, &format!("/cdn-cgi/image/w=6/photo.jpg?v=1&sig={sig}")).await), 9425);

    let tokens = file("tokens", "one-for-the-clients\n");
    let with_tokens = |access| {
        app_of(folder.path(), |config| {
            config.server.token_files = vec![tokens.clone()];
            config.url.access = access;
        })
    };
    let path = "/cdn-cgi/image/w=5/photo.jpg";
    let open = with_tokens(UrlAccess::Open);
    assert_eq!((get(&open, path).await.status, get(&open, "/options").await.status.as_u16()), (StatusCode::OK, 401));
    let closed = with_tokens(UrlAccess::Token);
    let refused = get(&closed, path).await;
    assert_eq!((code(&refused), refused.status.as_u16()), (9401, 401));
    let admitted = ask(&closed, path, &[("authorization", "Bearer one-for-the-clients")]).await;
    assert_eq!(admitted.status, StatusCode::OK);

    let sets =
        OptionSets::read(&file("sets", "width=5,format=auto\nwidth=640,fit=scale-down,quality=75,format=auto\n"));
    let offered = app_of(folder.path(), |config| config.url.sets = sets);
    for (path, number) in [
        ("/cdn-cgi/image/f=auto,w=5/photo.jpg", 0),
        ("/_next/image?url=/photo.jpg&w=640&q=75", 0),
        ("/cdn-cgi/image/f=auto,w=6/photo.jpg", 9401),
        ("/_next/image?url=/photo.jpg&w=641&q=75", 9401),
    ] {
        let answer = get(&offered, path).await;
        assert_eq!(code(&answer), number, "{path}");
        assert!(number == 0 || answer.status == StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn image_urls_share_the_bounds_of_forms() {
    let folder = folder();
    let full = app_of(folder.path(), |config| {
        config.admission.max_body_bytes = palmette_server::config::MaxBytes::Exactly(100);
    });
    let answer = get(&full, "/cdn-cgi/image/w=5/photo.jpg").await;
    assert_eq!((code(&answer), answer.status.as_u16(), answer.header("retry-after")), (9522, 503, "1"));
    let small = app_of(folder.path(), |config| {
        config.admission.max_pixel_bytes = palmette_server::config::MaxBytes::Exactly(1000);
    });
    assert_eq!(code(&get(&small, "/cdn-cgi/image/w=5/photo.jpg").await), 9413);
    let origin = raw_server(&[("/a", Vec::new(), Duration::from_secs(60))]).await;
    let hasty = app_at(&origin, |config| config.limits.timeout = Duration::from_millis(200));
    let answer = get(&hasty, "/cdn-cgi/image/w=5/a").await;
    assert_eq!((code(&answer), answer.status.as_u16()), (9529, 504));
    // A form is answered as before.
    let answer = transform(&hasty, Form::new()).await;
    assert_eq!(answer.code(), 9432);
}

/// URLs of a picture of 60×40, as their builders write them, and the sizes of the results.
const BUILT: &[(&str, (u32, u32))] = &[
    // unpic 4.2.2, the provider `cloudflare`.
    ("/cdn-cgi/image/width=30,height=20,f=auto,fit=cover/photo.jpg", (30, 20)),
    ("/cdn-cgi/image/width=30,quality=70,f=jpeg,fit=cover/photo.jpg", (30, 20)),
    ("/cdn-cgi/image/width=30,height=30,fit=contain,dpr=2,f=auto/https://shop.example/photo.jpg", (60, 40)),
    // @nuxt/image 2.1.0, the provider `cloudflare`, and the provider `ipx`.
    ("/cdn-cgi/image/w=30/photo.jpg", (30, 20)),
    ("/cdn-cgi/image/w=30,h=20,fit=cover,f=webp,q=70/photo.jpg", (30, 20)),
    ("/cdn-cgi/image/w=30,h=30,fit=scale-down/photo.jpg", (30, 20)),
    ("/cdn-cgi/image/w=30,h=30,fit=crop,g=auto/photo.jpg", (30, 30)),
    ("/cdn-cgi/image/w=30,h=30,fit=pad,background=%23fff/photo.jpg", (30, 30)),
    ("/cdn-cgi/image/w=30,f=auto,sharpen=1,dpr=2/photo.jpg", (60, 40)),
    ("/cdn-cgi/image/w=30/https://shop.example/photo.jpg", (30, 20)),
    ("/_ipx/w_30/photo.jpg", (30, 20)),
    ("/_ipx/fit_cover&f_webp&q_70&s_30x20/photo.jpg", (30, 20)),
    ("/_ipx/fit_fill&s_30x30/photo.jpg", (30, 30)),
    ("/_ipx/fit_outside&s_30x30/photo.jpg", (45, 30)),
    ("/_ipx/fit_inside&b_%23fff&s_30x30/photo.jpg", (30, 20)),
    // @astrojs/cloudflare 14.3.3, the service `cloudflare`.
    ("/cdn-cgi/image/onerror=redirect,width=30,height=30,quality=high,fit=cover,format=webp/photo.jpg", (30, 30)),
    ("/cdn-cgi/image/onerror=redirect,width=30,quality=80,fit=inside,format=avif/photo.jpg", (30, 20)),
    // Next, with the loader of Cloudflare's documentation, and with its own, which @opennextjs/cloudflare 1.20.17 answers.
    ("/cdn-cgi/image/width=30,quality=75,format=auto/photo.jpg", (30, 20)),
    ("/_next/image?url=%2Fphoto.jpg&w=30&q=75", (30, 20)),
    ("/_next/image?url=https%3A%2F%2Fshop.example%2Fphoto.jpg&w=16&q=75", (16, 11)),
];

#[tokio::test]
async fn image_urls_as_frameworks_write_them() {
    let folder = folder();
    let picture = photo(60, 40);
    let head = format!("content-length: {}\r\n", picture.len());
    let shop = raw_server(&[("/photo.jpg", http("200 OK", &head, &picture), Duration::ZERO)]).await;
    let app = app_of(folder.path(), |config| {
        config.url.allow = vec![shop.parse().unwrap()];
        config.fetch.fetcher.allow = vec![shop.parse().unwrap()];
    });
    let encoded = shop.replace(':', "%3A").replace('/', "%2F");
    for (url, expected) in BUILT {
        let url = url.replace("https://shop.example", &shop).replace("https%3A%2F%2Fshop.example", &encoded);
        let answer = ask(&app, &url, &[("accept", CHROME)]).await;
        let (_, width, height) = size(&answer);
        assert_eq!((width, height), *expected, "{url}");
    }
}
