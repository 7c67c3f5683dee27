//! The other widths of a page, which are made ahead: for whom, when, and when not.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use palmette::codec::{EncodeFormat, EncodeOptions, OnDamage, encode};
use palmette::core::Engine;
use palmette_server::config::{ConfigError, MaxBytes, OptionSets, Workers};
use palmette_server::{Config, app};
use tokio::task::JoinHandle;

use crate::cache::{OF_THE_REQUEST, computed, metric, settle, way};
use crate::cache_urls::Origin;
use crate::engines::{Counting, Gate, Halting};
use crate::support::{Answer, app_with, call, form, get, moving, pipeline, pixmap, png, transform};

/// A folder of pictures: lake.png, photo.jpg, moving.gif, broken.jpg.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        // Old enough that its time tells the next change.
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(std::time::SystemTime::now() - std::time::Duration::from_secs(60)).unwrap();
    };
    write("lake.png", &png(100, 60));
    let photo = encode(pixmap(400, 300), &EncodeOptions::new(EncodeFormat::Jpeg)).unwrap().bytes;
    write("photo.jpg", &photo);
    write("broken.jpg", &photo[..photo.len() / 2]);
    write("moving.gif", &moving(EncodeFormat::Gif, 3));
    folder
}

fn config(folder: &Path, srcset: &str) -> Config {
    let mut config = Config::default();
    config.url.origins = vec![folder.to_str().unwrap().parse().unwrap()];
    config.url.srcset = srcset.parse().unwrap();
    config
}

fn app_on(config: Config, engine: Arc<dyn Engine>) -> Router {
    let pipeline = pipeline(&config, engine);
    app(config, pipeline).unwrap()
}

fn path(options: &str, name: &str) -> String {
    format!("/cdn-cgi/image/{options}/{name}")
}

async fn ask(app: &Router, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = headers.iter().fold(Request::get(path), |request, (name, value)| request.header(*name, *value));
    call(app, request.body(Body::empty()).unwrap()).await
}

/// Asks from a task of its own.
fn send(app: &Router, path: String) -> JoinHandle<Answer> {
    let app = app.clone();
    tokio::spawn(async move { get(&app, &path).await })
}

/// Waits until so many results were made ahead, given up, or not begun.
async fn ahead(app: &Router, outcome: &str, count: u64) {
    let name = format!("palmette_cache_ahead_total{{outcome=\"{outcome}\"}}");
    let wait = async {
        while metric(app, &name).await < count {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), wait).await.unwrap_or_else(|_| panic!("{outcome}"));
    assert_eq!(metric(app, &name).await, count, "{outcome}");
}

/// Returns all that an answer says of its picture.
fn of_the_picture(answer: &Answer) -> (Vec<(String, String)>, &[u8]) {
    let is_of_it = |name: &str| !OF_THE_REQUEST.contains(&name) && name != "cf-resized";
    let headers = answer.headers.iter().filter(|(name, _)| is_of_it(name.as_str()));
    (headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect(), &answer.body)
}

#[tokio::test]
async fn srcset_makes_the_other_widths_ahead() {
    let folder = folder();
    let chrome = ("accept", "image/avif,image/webp,*/*");
    for (options, name, headers) in [
        ("width=W", "lake.png", &[][..]),
        ("fit=contain,trim=2;2;2;2,quality=70,width=W,f=jpeg,sharpen=1", "lake.png", &[]),
        ("w=W,dpr=2,onerror=redirect", "photo.jpg", &[]),
        ("width=W,format=auto", "photo.jpg", &[chrome]),
        ("trim=border,width=W,f=webp", "lake.png", &[]),
        ("fit=cover,width=W", "lake.png", &[]),
    ] {
        let of_width = |width| path(&options.replace('W', width), name);
        let engine = Arc::new(Counting::default());
        let app = app_on(config(folder.path(), "20,40,80"), Arc::<Counting>::clone(&engine));
        let alone = app_with(config(folder.path(), "none"));
        let asked = ask(&app, &of_width("40"), headers).await;
        assert_eq!(way(&asked), "miss", "{options}");
        ahead(&app, "made", 2).await;
        assert_eq!(computed(&app).await, 3);
        let counts = engine.counts();
        for width in ["20", "40", "80"] {
            let (kept, made) =
                (ask(&app, &of_width(width), headers).await, ask(&alone, &of_width(width), headers).await);
            assert_eq!((way(&kept), way(&made)), ("hit", "miss"), "{options}: {width}");
            assert_eq!(of_the_picture(&kept), of_the_picture(&made), "{options}: {width}");
        }
        assert_eq!((computed(&app).await, engine.counts()), (3, counts), "and nothing is made again");
        if name == "lake.png" && !options.contains("border") {
            assert_eq!(counts, [1, 1, 3], "{options}: one plan, which reads the source once");
        }
        for name in ["palmette_body_bytes", "palmette_answer_bytes", "palmette_pixel_bytes"] {
            assert_eq!(metric(&app, name).await, 0, "{name}");
        }
    }
}

#[tokio::test]
async fn srcset_is_found_without_the_source() {
    let origin = Origin::start("cache-control: max-age=60\r\n").await;
    let app = origin.app(|config| {
        config.url.srcset = "10,20,40".parse().unwrap();
        config.fetch.fetcher.cache_bytes = 0;
    });
    assert_eq!(way(&get(&app, "/_next/image?url=/lake.png&w=20").await), "miss");
    ahead(&app, "made", 2).await;
    for path in ["/_next/image?url=/lake.png&w=10", "/_next/image?url=/lake.png&w=40"] {
        assert_eq!(way(&get(&app, path).await), "hit", "{path}");
    }
    assert_eq!(origin.asked(), 1);
    // What a source does not want to have kept is not made ahead.
    origin.set("200 OK", "cache-control: no-store\r\n", &png(40, 30));
    assert_eq!(way(&get(&app, "/cdn-cgi/image/width=20/other.png").await), "");
    settle().await;
    ahead(&app, "made", 2).await;
}

#[tokio::test]
async fn srcset_of_nothing_makes_nothing_ahead() {
    let folder = folder();
    let off = app_with(config(folder.path(), "none"));
    for width in ["40", "20", "80"] {
        assert_eq!(way(&get(&off, &path(&format!("width={width}"), "lake.png")).await), "miss");
    }
    let on = app_with(config(folder.path(), "20,40,80"));
    for (options, name) in [
        ("width=41", "lake.png"),
        ("width=40,height=40", "lake.png"),
        ("quality=50", "lake.png"),
        ("width=40", "moving.gif"),
    ] {
        assert_eq!(way(&get(&on, &path(options, name)).await), "miss", "{options}");
    }
    assert_eq!(get(&on, &path("width=40,format=json", "lake.png")).await.status, StatusCode::OK);
    settle().await;
    assert_eq!(computed(&on).await, 4);
    ahead(&on, "skipped", 2).await;
    // One frame of what moves does not.
    assert_eq!(way(&get(&on, &path("width=40,anim=false", "moving.gif")).await), "miss");
    ahead(&on, "made", 2).await;
}

#[tokio::test]
async fn srcset_has_only_what_is_offered() {
    let folder = folder();
    std::fs::write(folder.path().join("sets"), "width=40\nwidth=80\n").unwrap();
    let mut config = config(folder.path(), "20,40,80");
    config.url.sets = Some(OptionSets::read(&folder.path().join("sets")).unwrap());
    let app = app_with(config);
    assert_eq!(way(&get(&app, &path("width=40", "lake.png")).await), "miss");
    ahead(&app, "made", 1).await;
    assert_eq!(way(&get(&app, &path("width=80", "lake.png")).await), "hit");
    assert_eq!(get(&app, &path("width=20", "lake.png")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(computed(&app).await, 2);
}

#[tokio::test]
async fn srcset_of_auto_is_the_breakpoints() {
    let folder = folder();
    let app = app_with(config(folder.path(), "auto"));
    let path = path("width=auto,wbreakpoints=30;60;90,wmobile=30,wdesktop=90", "lake.png");
    assert_eq!(way(&ask(&app, &path, &[("sec-ch-viewport-width", "50")]).await), "miss");
    ahead(&app, "made", 2).await;
    for viewport in ["20", "55", "80", "1000"] {
        assert_eq!(way(&ask(&app, &path, &[("sec-ch-viewport-width", viewport)]).await), "hit", "{viewport}");
    }
    assert_eq!(way(&get(&app, &path).await), "hit");
    assert_eq!(computed(&app).await, 3);
}

#[tokio::test]
async fn srcset_fails_in_the_words_of_who_asked() {
    let folder = folder();
    for on_damage in [OnDamage::Refuse, OnDamage::Show] {
        let with = |srcset| {
            let mut config = config(folder.path(), srcset);
            config.limits.on_damage = on_damage;
            app_with(config)
        };
        let (app, alone) = (with("20,40,80"), with("none"));
        for (options, name) in [
            ("width=40", "broken.jpg"),
            ("width=40,gravity=face,fit=cover,segment=foreground", "lake.png"),
            ("width=40,border.width=50000", "lake.png"),
            ("width=40", "none.png"),
        ] {
            let (answer, expected) = (get(&app, &path(options, name)).await, get(&alone, &path(options, name)).await);
            assert_eq!((answer.status, answer.text()), (expected.status, expected.text()), "{options} of {name}");
            let is_shown = on_damage == OnDamage::Show && name == "broken.jpg";
            assert_eq!(answer.status == StatusCode::OK, is_shown, "{options} of {name}");
            let damage = [&answer, &expected].map(|answer| answer.header("palmette-damaged").to_owned());
            assert!(damage[0] == damage[1] && damage[0].is_empty() != is_shown, "{damage:?}");
        }
        settle().await;
        ahead(&app, "made", 0).await;
    }
    // One that cannot be made is nobody's business but its own.
    let app = app_with({
        let mut config = config(folder.path(), "20,40,8000");
        config.limits.pixels.max_side_px = 500;
        config
    });
    assert_eq!(way(&get(&app, &path("width=40,fit=contain", "lake.png")).await), "miss");
    ahead(&app, "made", 1).await;
    assert_eq!(way(&get(&app, &path("width=20,fit=contain", "lake.png")).await), "hit");
    assert_eq!(get(&app, &path("width=8000,fit=contain", "lake.png")).await.header("cf-resized"), "err=9413");
}

/// A service whose only engine halts before it hands a result on, with so many workers.
fn halting(folder: &Path, workers: usize) -> (Router, Gate) {
    let mut config = config(folder, "20,40,80");
    config.admission.workers = Workers::Exactly(NonZeroUsize::new(workers).unwrap());
    let (engine, gate) = Halting::new();
    (app_on(config, engine), gate)
}

#[tokio::test]
async fn srcset_keeps_nobody_waiting_for_more_than_was_asked() {
    let folder = folder();
    let (app, gate) = halting(folder.path(), 1);
    let asked = send(&app, path("width=40", "lake.png"));
    gate.begun().await;
    gate.open();
    assert_eq!(way(&asked.await.unwrap()), "miss", "while the others are not there");
    gate.begun().await;
    // Who asks for what is being made waits for it, and it is not made twice.
    let same = send(&app, path("width=20", "lake.png"));
    settle().await;
    gate.open();
    assert_eq!(way(&same.await.unwrap()), "shared");
    gate.begun().await;
    gate.open();
    ahead(&app, "made", 2).await;
    assert_eq!((computed(&app).await, way(&get(&app, &path("width=80", "lake.png")).await)), (3, "hit"));
}

#[tokio::test]
async fn srcset_gives_way_to_those_who_wait() {
    let folder = folder();
    let (app, gate) = halting(folder.path(), 1);
    let asked = send(&app, path("width=40", "lake.png"));
    gate.begun().await;
    gate.open();
    assert_eq!(way(&asked.await.unwrap()), "miss");
    gate.begun().await;
    let other = send(&app, path("width=33", "photo.jpg"));
    // One that is still to come, and is not made ahead then.
    let late = send(&app, path("width=80", "lake.png"));
    settle().await;
    gate.open();
    ahead(&app, "given_up", 1).await;
    for _ in 0..2 {
        gate.begun().await;
        gate.open();
    }
    assert_eq!((way(&other.await.unwrap()), way(&late.await.unwrap())), ("miss", "miss"));
    ahead(&app, "made", 1).await;
    assert_eq!((computed(&app).await, way(&get(&app, &path("width=20", "lake.png")).await)), (4, "hit"));
}

#[tokio::test]
async fn srcset_is_left_out_where_there_is_no_room() {
    let folder = folder();
    let (app, gate) = halting(folder.path(), 1);
    let other = send(&app, path("width=33", "photo.jpg"));
    gate.begun().await;
    // The only worker is busy.
    let asked = send(&app, path("width=40", "lake.png"));
    settle().await;
    ahead(&app, "skipped", 2).await;
    drop(gate);
    assert_eq!((way(&other.await.unwrap()), way(&asked.await.unwrap())), ("miss", "miss"));
    assert_eq!(computed(&app).await, 2);

    // Nor is there memory for more than one at a time.
    let mut small = config(folder.path(), "20,40,80");
    small.admission.max_pixel_bytes = MaxBytes::Exactly(memory_of_one(folder.path()) + 1000);
    let app = app_with(small);
    assert_eq!(way(&get(&app, &path("width=40", "lake.png")).await), "miss");
    ahead(&app, "skipped", 2).await;
}

/// Returns the least memory with which the picture of 40 pixels can be made.
fn memory_of_one(folder: &Path) -> u64 {
    let request = palmette_protocol::url::ImageOptions::parse("width=40", palmette_protocol::url::Strictness::Strict);
    let bytes = std::fs::read(folder.join("lake.png")).unwrap();
    let request = request.unwrap().0.request(bytes, palmette::OutputFormat::Png, &Default::default()).unwrap();
    let pipeline = pipeline(&Config::default(), Arc::new(palmette::core::CpuEngine::new()));
    pipeline.prepare(request, palmette::core::Deadline::NONE).unwrap().memory_bytes()
}

#[tokio::test]
async fn srcset_is_for_urls_and_needs_a_cache() {
    let folder = folder();
    let service = app_with(config(folder.path(), "20,40,80"));
    let list = r#"[{"imageIndex":0,"width":40}]"#;
    assert_eq!(way(&transform(&service, form(&png(100, 60), list, "image/png")).await), "miss");
    settle().await;
    assert_eq!(computed(&service).await, 1);

    let mut without = config(folder.path(), "20,40");
    without.cache.memory_bytes = MaxBytes::Exactly(0);
    let pipeline = pipeline(&without, Arc::new(Counting::default()));
    assert!(matches!(app(without.clone(), pipeline.clone()), Err(ConfigError::AheadOfNothing)));
    without.cache.folder = Some(folder.path().join("cache"));
    assert!(app(without, pipeline).is_ok());
}
