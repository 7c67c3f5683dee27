//! Results that are kept, and shared while they are made: for whom, and for whom not.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use palmette::codec::{EncodeFormat, OnDamage};
use palmette::core::plan::Plan;
use palmette::core::{CpuEngine, Deadline, Engine, EngineKind, Error, Sink, Sources};
use palmette_server::config::{MaxBytes, Workers};
use palmette_server::{Config, app};
use tokio::task::{JoinHandle, JoinSet};

use crate::engines::{Fragile, Gate, Gated};
use crate::support::{Answer, Form, app_with, call, default_app, form, get, moving, pipeline, png, post, transform};

/// Headers that are about the request, and not about the picture.
pub(crate) const OF_THE_REQUEST: [&str; 3] = ["x-request-id", "server-timing", "palmette-cache"];

/// Returns a number of the metrics, 0 if it is not there.
pub(crate) async fn metric(app: &Router, name: &str) -> u64 {
    let metrics = get(app, "/metrics").await.text();
    metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok()).unwrap_or(0)
}

/// Counts what was computed.
pub(crate) async fn computed(app: &Router) -> u64 {
    let metrics = get(app, "/metrics").await.text();
    let counts = metrics.lines().filter(|line| line.starts_with("palmette_selections_total{"));
    counts.map(|line| line.rsplit_once(' ').unwrap().1.parse::<u64>().unwrap()).sum()
}

fn resized(image: &[u8], width: u32, format: &str) -> Form {
    self::form(image, &format!(r#"[{{"imageIndex":0,"width":{width}}}]"#), format)
}

pub(crate) fn way(answer: &Answer) -> &str {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.header("palmette-cache")
}

/// A service whose only engine waits at a gate.
fn gated_app(change: impl FnOnce(&mut Config)) -> (Router, Gate) {
    let mut config = Config::default();
    config.admission.workers = Workers::Exactly(NonZeroUsize::new(2).unwrap());
    change(&mut config);
    let (engine, gate) = Gated::new();
    let pipeline = pipeline(&config, engine);
    (app(config, pipeline).unwrap(), gate)
}

/// Sends a form from a task of its own.
fn send(app: &Router, form: &Form) -> JoinHandle<Answer> {
    let (app, form) = (app.clone(), form.clone());
    tokio::spawn(async move { transform(&app, form).await })
}

/// Gives others the time to come to where they wait.
pub(crate) async fn settle() {
    tokio::time::sleep(Duration::from_millis(200)).await;
}

#[tokio::test]
async fn cache_answers_again_with_the_same_answer() {
    let app = app_with(Config {
        limits: palmette_server::config::LimitsConfig { on_damage: OnDamage::Show, ..Default::default() },
        ..Config::default()
    });
    let whole = png(64, 64);
    let forms = [
        resized(&whole, 20, "image/png"),
        resized(&whole, 20, "image/jpeg"),
        resized(&whole, 20, "rgba"),
        resized(&whole[..whole.len() / 2], 20, "image/webp"),
        resized(&moving(EncodeFormat::Gif, 3), 20, "image/gif"),
    ];
    for (count, form) in (1..).zip(forms) {
        let (first, again) = (transform(&app, form.clone()).await, transform(&app, form).await);
        assert_eq!((way(&first), way(&again)), ("miss", "hit"));
        assert!(first.body == again.body);
        let of_the_picture = |answer: &Answer| {
            let mut headers = answer.headers.clone();
            OF_THE_REQUEST.iter().for_each(|name| drop(headers.remove(*name)));
            headers
        };
        assert_eq!(of_the_picture(&first), of_the_picture(&again));
        assert!(first.header("server-timing").starts_with("decode;dur="), "{}", first.header("server-timing"));
        assert!(again.header("server-timing").starts_with("cache;dur="), "{}", again.header("server-timing"));
        assert_eq!(metric(&app, "palmette_cache_entries{tier=\"memory\"}").await, count);
        assert_eq!(computed(&app).await, count);
    }
    assert_eq!(metric(&app, "palmette_cache_answers_total{outcome=\"hit\",tier=\"memory\"}").await, 5);
    assert_eq!(metric(&app, "palmette_cache_answers_total{outcome=\"miss\",tier=\"none\"}").await, 5);
    for name in ["palmette_body_bytes", "palmette_answer_bytes", "palmette_pixel_bytes"] {
        assert_eq!(metric(&app, name).await, 0, "{name}");
    }
    let bytes = metric(&app, "palmette_cache_bytes{tier=\"memory\"}").await;
    assert!((2000..50_000).contains(&bytes), "{bytes}");
}

#[tokio::test]
async fn cache_knows_everything_that_decides_bytes() {
    let app = default_app();
    let (one, other) = (png(8, 6), png(6, 8));
    let both = |first: &[u8], second: &[u8], list: &str| {
        Form::new().file("image", &one).file("draw_image", first).file("draw_image", second).text("transforms", list)
    };
    let draws = r#"[{"drawImageIndex":1,"targetImageIndex":0},{"drawImageIndex":2,"targetImageIndex":0}]"#;
    let moved = r#"[{"drawImageIndex":1,"targetImageIndex":0},{"drawImageIndex":2,"targetImageIndex":0,"left":1}]"#;
    let forms = [
        form(&one, "[]", "image/png"),
        form(&other, "[]", "image/png"),
        form(&one, "[]", "image/webp"),
        form(&one, "[]", "image/webp").text("output_quality", "40"),
        form(&one, "[]", "image/png").text("background", "#ff0000"),
        form(&moving(EncodeFormat::Gif, 2), "[]", "image/gif"),
        form(&moving(EncodeFormat::Gif, 2), "[]", "image/gif").text("anim", "false"),
        form(&one, r#"[{"imageIndex":0,"width":4}]"#, "image/png"),
        form(&one, r#"[{"imageIndex":0,"height":4}]"#, "image/png"),
        form(&one, r#"[{"imageIndex":0,"width":4,"height":4}]"#, "image/png"),
        form(&one, r#"[{"imageIndex":0,"width":4,"height":4,"fit":"pad"}]"#, "image/png"),
        form(&one, r#"[{"imageIndex":0,"width":4},{"imageIndex":0,"rotate":90}]"#, "image/png"),
        form(&one, r#"[{"imageIndex":0,"rotate":90},{"imageIndex":0,"width":4}]"#, "image/png"),
        both(&one, &other, draws).text("output_format", "image/png"),
        both(&other, &one, draws).text("output_format", "image/png"),
        both(&other, &one, moved).text("output_format", "image/png"),
    ];
    for (index, form) in forms.iter().enumerate() {
        assert_eq!(way(&transform(&app, form.clone()).await), "miss", "{index}");
    }
    for (index, form) in forms.into_iter().enumerate() {
        assert_eq!(way(&transform(&app, form).await), "hit", "{index}");
    }
    // The same in other words, and in another order.
    for same in [
        form(&one, "[]", "image/png").text("background", "red"),
        form(&one, r#"[{"height":4.0, "width":4, "imageIndex":0}]"#, "image/png"),
        Form::new().text("output_format", "image/png").text("transforms", "[]").file("image", &one),
        form(&one, "[]", "image/png").text("engine", "auto"),
    ] {
        assert_eq!(way(&transform(&app, same).await), "hit");
    }
    // Who chooses an engine sees it at work, or that there is none, whatever is kept.
    let chosen = transform(&app, form(&one, "[]", "image/png").text("engine", "cpu")).await;
    assert_eq!((chosen.code(), chosen.header("palmette-engine"), chosen.header("palmette-cache")), (0, "cpu", ""));
    let refused = transform(&app, form(&one, "[]", "image/png").text("engine", "gpu")).await;
    assert!(refused.code() != 0 && refused.header("palmette-cache").is_empty());
}

#[tokio::test]
async fn cache_keeps_no_failures_and_no_plans() {
    let app = default_app();
    let whole = png(64, 64);
    let bad = [
        resized(&whole[..100], 20, "image/png"),
        resized(b"no picture", 20, "image/png"),
        form(&whole, r#"[{"imageIndex":0,"gravity":"face","width":5,"height":5,"fit":"cover"}]"#, "image/png"),
    ];
    for form in bad {
        for _ in 0..2 {
            let answer = transform(&app, form.clone()).await;
            assert!(answer.code() != 0 && answer.header("palmette-cache").is_empty(), "{}", answer.text());
        }
    }
    for _ in 0..2 {
        let plan = transform(&app, resized(&whole, 20, "image/png").text("explain", "true")).await;
        assert_eq!((way(&plan), plan.header("content-type")), ("", "application/json"));
    }
    assert_eq!(metric(&app, "palmette_cache_entries{tier=\"memory\"}").await, 0);
}

#[tokio::test]
async fn cache_of_no_bytes_is_none() {
    let (app, gate) = gated_app(|config| config.cache.memory_bytes = MaxBytes::Exactly(0));
    let form = resized(&png(9, 9), 4, "image/png");
    let both = [send(&app, &form), send(&app, &form)];
    gate.begun().await;
    gate.begun().await;
    drop(gate);
    for answer in both {
        assert_eq!(way(&answer.await.unwrap()), "");
    }
    assert_eq!((computed(&app).await, way(&transform(&app, form).await)), (2, ""));
}

#[tokio::test]
async fn cache_stays_within_its_bytes() {
    let app = app_with(Config {
        cache: palmette_server::config::CacheConfig { memory_bytes: MaxBytes::Exactly(100_000), ..Default::default() },
        ..Config::default()
    });
    for width in 1..=64 {
        transform(&app, resized(&png(64, 64), width, "rgba")).await;
    }
    let bytes = metric(&app, "palmette_cache_bytes{tier=\"memory\"}").await;
    assert!((50_000..=100_000).contains(&bytes), "{bytes}");
    assert!(metric(&app, "palmette_cache_evictions_total{tier=\"memory\"}").await > 5);
    // What has no room at all is made, every time.
    for _ in 0..2 {
        let large = transform(&app, resized(&png(200, 200), 170, "rgba")).await;
        assert_eq!((way(&large), large.body.len()), ("miss", 170 * 170 * 4));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cache_computes_200_equal_requests_once() {
    let (app, gate) = gated_app(|_| {});
    let form = resized(&png(90, 60), 50, "image/webp");
    let mut crowd = JoinSet::new();
    for _ in 0..200 {
        let (app, form) = (app.clone(), form.clone());
        crowd.spawn(async move { transform(&app, form).await });
    }
    gate.begun().await;
    settle().await;
    // A second one at work would wait here for ever.
    gate.open();
    let answers = crowd.join_all().await;
    let count = |word: &str| answers.iter().filter(|answer| way(answer) == word).count();
    assert_eq!((count("miss"), count("shared") + count("hit")), (1, 199));
    assert!(count("shared") > 100, "{}", count("shared"));
    assert!(answers.iter().all(|answer| answer.body == answers[0].body && !answer.body.is_empty()));
    assert_eq!(computed(&app).await, 1);
    for name in ["palmette_body_bytes", "palmette_answer_bytes", "palmette_pixel_bytes"] {
        assert_eq!(metric(&app, name).await, 0, "{name}");
    }
}

#[tokio::test]
async fn cache_hits_take_no_worker() {
    let (app, gate) = gated_app(|config| {
        config.admission.workers = Workers::Exactly(NonZeroUsize::MIN);
    });
    let known = resized(&png(9, 9), 4, "image/png");
    gate.open();
    assert_eq!(way(&transform(&app, known.clone()).await), "miss");
    gate.begun().await;
    let _busy = send(&app, &resized(&png(9, 9), 5, "image/png"));
    gate.begun().await;
    assert_eq!(way(&transform(&app, known).await), "hit");
}

#[tokio::test]
async fn cache_goes_on_when_the_first_leaves() {
    let (app, gate) = gated_app(|_| {});
    let form = resized(&png(9, 9), 4, "image/png");
    let first = send(&app, &form);
    gate.begun().await;
    let second = send(&app, &form);
    settle().await;
    first.abort();
    settle().await;
    gate.open();
    assert_eq!(way(&second.await.unwrap()), "shared");
    assert_eq!(way(&transform(&app, form).await), "hit");
}

#[tokio::test]
async fn cache_drops_what_nobody_waits_for() {
    let (app, gate) = gated_app(|config| config.admission.workers = Workers::Exactly(NonZeroUsize::MIN));
    let _busy = send(&app, &resized(&png(9, 9), 5, "image/png"));
    gate.begun().await;
    let form = resized(&png(9, 9), 4, "image/png");
    let both = [send(&app, &form), send(&app, &form)];
    settle().await;
    assert_eq!(metric(&app, "palmette_queued_requests").await, 1);
    both.iter().for_each(JoinHandle::abort);
    settle().await;
    assert_eq!(metric(&app, "palmette_queued_requests").await, 0);
}

#[tokio::test]
async fn cache_leaves_everybody_a_deadline() {
    let (app, gate) = gated_app(|config| config.limits.timeout = Duration::from_millis(1500));
    let form = resized(&png(9, 9), 4, "image/png");
    let first = send(&app, &form);
    gate.begun().await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let second = send(&app, &form);
    // The time of the first is over, that of the second is not.
    assert_eq!(first.await.unwrap().code(), 9529);
    gate.open();
    gate.begun().await;
    gate.open();
    assert_eq!(way(&second.await.unwrap()), "miss", "it took over");
    assert_eq!(way(&transform(&app, form).await), "hit");
}

/// Panics once it has waited at a gate, the first time.
#[derive(Debug)]
struct Stumbling {
    gated: Arc<Gated>,
    has_stumbled: AtomicBool,
}

impl Engine for Stumbling {
    fn kind(&self) -> EngineKind {
        EngineKind::Cpu
    }

    fn run(&self, plan: &Plan, sources: &dyn Sources, sink: &mut dyn Sink, deadline: Deadline) -> Result<(), Error> {
        let run = self.gated.run(plan, sources, sink, deadline);
        assert!(self.has_stumbled.swap(true, Ordering::Relaxed), "the first time");
        run
    }
}

#[tokio::test]
async fn cache_survives_a_panic_of_the_first() {
    let config = Config::default();
    let (gated, gate) = Gated::new();
    let pipeline = pipeline(&config, Arc::new(Stumbling { gated, has_stumbled: AtomicBool::new(false) }));
    let app = app(config, pipeline).unwrap();
    let form = resized(&png(9, 9), 4, "image/png");
    let first = send(&app, &form);
    gate.begun().await;
    let others = [send(&app, &form), send(&app, &form)];
    settle().await;
    gate.open();
    assert_eq!(first.await.unwrap().code(), 9523);
    // Both wait again before the one of them that took over has made it.
    gate.begun().await;
    settle().await;
    gate.open();
    let mut ways = Vec::new();
    for other in others {
        ways.push(way(&other.await.unwrap()).to_owned());
    }
    ways.sort();
    assert_eq!(ways, ["miss", "shared"]);
}

#[tokio::test]
async fn cache_gives_up_on_what_always_panics() {
    let config = Config::default();
    let pipeline = pipeline(&config, Arc::new(Fragile));
    let app = app(config, pipeline).unwrap();
    let form = form(&png(1, 9), "[]", "image/png");
    let crowd: Vec<_> = (0..20).map(|_| send(&app, &form)).collect();
    for answer in crowd {
        assert_eq!(answer.await.unwrap().code(), 9523);
    }
    assert_eq!(way(&transform(&app, resized(&png(9, 9), 4, "image/png")).await), "miss");
}

#[tokio::test]
async fn cache_is_apart_for_each_token() {
    let folder = tempfile::tempdir().unwrap();
    let tokens = folder.path().join("tokens");
    std::fs::write(&tokens, "token-a\ntoken-b\n").unwrap();
    let ask = async |app: &Router, token: &str| {
        let body = resized(&png(9, 9), 4, "image/png").bytes();
        let mut request = post("/transform", body);
        request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
        way(&call(app, request).await).to_owned()
    };
    for (is_across_tokens, expected) in [(false, ["miss", "hit", "miss", "hit"]), (true, ["miss", "hit", "hit", "hit"])]
    {
        let mut config = Config::default();
        config.server.token_files = vec![tokens.clone()];
        config.cache.is_across_tokens = is_across_tokens;
        let app = app_with(config);
        let mut ways = Vec::new();
        for token in ["token-a", "token-a", "token-b", "token-b"] {
            ways.push(ask(&app, token).await);
        }
        assert_eq!(ways, expected);
    }
}

#[tokio::test]
async fn cache_answers_image_urls() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("soft.png"), png(40, 30)).unwrap();
    let mut config = Config::default();
    config.url.origins = vec![folder.path().to_str().unwrap().parse().unwrap()];
    let app = app_with(config);
    let path = "/cdn-cgi/image/width=20,format=auto/soft.png";
    let ask =
        async |accept: &str| call(&app, Request::get(path).header("accept", accept).body(Body::empty()).unwrap()).await;
    let (first, again, other) = (ask("image/webp").await, ask("image/webp").await, ask("*/*").await);
    assert_eq!((way(&first), way(&again), way(&other)), ("miss", "hit", "miss"));
    assert!(first.body == again.body);
    for name in ["etag", "cache-control", "vary", "content-type", "content-security-policy"] {
        assert_eq!(first.header(name), again.header(name), "{name}");
    }
    assert!(first.header("cf-resized").starts_with("internal=ok/m "), "{}", first.header("cf-resized"));
    assert!(again.header("cf-resized").starts_with("internal=ok/h q=0 "), "{}", again.header("cf-resized"));
    // What the picture is made of has changed.
    std::fs::write(folder.path().join("soft.png"), png(42, 30)).unwrap();
    assert_eq!(way(&ask("image/webp").await), "miss");
}

/// Sends a form for several results, and returns the headers that tell how each was come by, and the whole answer.
async fn several(app: &Router, outputs: &str) -> (Vec<String>, Vec<u8>) {
    let form = Form::new().file("image", &png(40, 30)).text("transforms", "[]").text("outputs", outputs);
    let answer = transform(app, form).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let text = answer.text();
    let ways = text.lines().filter_map(|line| line.strip_prefix("palmette-cache: ")).map(str::to_owned).collect();
    (ways, answer.body)
}

#[tokio::test]
async fn cache_knows_each_of_several_results() {
    let app = default_app();
    let outputs = r#"[{"output_format":"image/png","transforms":[{"width":20}]},{"output_format":"image/webp"}]"#;
    assert_eq!(several(&app, outputs).await.0, ["miss", "miss"]);
    let (ways, body) = several(&app, outputs).await;
    assert_eq!(ways, ["hit", "hit"]);
    // Each is the result of the request for it alone.
    for alone in [resized(&png(40, 30), 20, "image/png"), form(&png(40, 30), "[]", "image/webp")] {
        let answer = transform(&app, alone).await;
        assert_eq!(way(&answer), "hit");
        assert!(body.windows(answer.body.len()).any(|window| window == answer.body));
    }
    let more = r#"[{"output_format":"image/webp"},{"output_format":"image/jpeg"}]"#;
    assert_eq!(several(&app, more).await.0, ["miss", "miss"], "one that is missing makes all");
    assert_eq!(metric(&app, "palmette_answer_bytes").await, 0);
}

#[tokio::test]
async fn cache_in_a_folder_outlives_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let start = || {
        let mut config = Config::default();
        config.cache.folder = Some(folder.path().join("results"));
        config.limits.on_damage = OnDamage::Show;
        app_with(config)
    };
    let whole = png(64, 64);
    let forms = [resized(&whole, 20, "rgba"), resized(&whole[..whole.len() / 2], 20, "image/webp")];
    let app = start();
    let mut first = Vec::new();
    for form in &forms {
        first.push(transform(&app, form.clone()).await);
    }
    wait_until(async || metric(&app, "palmette_cache_entries{tier=\"folder\"}").await == 2).await;
    drop(app);

    let app = start();
    for (form, first) in forms.iter().zip(&first) {
        let again = transform(&app, form.clone()).await;
        assert_eq!((way(&again), again.body == first.body), ("hit", true));
        for name in ["content-type", "image-width", "image-height", "palmette-damaged", "palmette-engine"] {
            assert_eq!(again.header(name), first.header(name), "{name}");
        }
        assert_eq!(way(&transform(&app, form.clone()).await), "hit");
    }
    assert_eq!(computed(&app).await, 0);
    for (tier, count) in [("folder", 2), ("memory", 2)] {
        let name = format!("palmette_cache_answers_total{{outcome=\"hit\",tier=\"{tier}\"}}");
        assert_eq!(metric(&app, &name).await, count, "{tier}");
    }

    // A torn file is a miss, and is made again.
    for entry in walkdir(&folder.path().join("results")) {
        let bytes = std::fs::read(&entry).unwrap();
        std::fs::write(&entry, &bytes[..bytes.len() - 1]).unwrap();
    }
    let app = start();
    for (form, first) in forms.iter().zip(&first) {
        let again = transform(&app, form.clone()).await;
        assert_eq!((way(&again), again.body == first.body), ("miss", true));
    }
    // With other settings, or another version, nothing is found.
    let mut config = Config::default();
    config.cache.folder = Some(folder.path().join("results"));
    assert_eq!(way(&transform(&app_with(config), forms[0].clone()).await), "miss");
}

#[tokio::test]
async fn cache_does_without_a_disk_that_fails() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::default();
    config.cache.folder = Some(folder.path().join("results"));
    config.cache.memory_bytes = MaxBytes::Exactly(0);
    let app = app_with(config);
    std::fs::remove_dir(folder.path().join("results")).unwrap();
    std::fs::write(folder.path().join("results"), "no folder any more").unwrap();
    for _ in 0..2 {
        assert_eq!(way(&transform(&app, resized(&png(9, 9), 4, "image/png")).await), "miss");
    }
    wait_until(async || metric(&app, "palmette_cache_failures_total{tier=\"folder\"}").await == 2).await;

    let mut config = Config::default();
    config.cache.folder = Some(folder.path().join("results"));
    let error =
        palmette_server::app(config.clone(), pipeline(&config, Arc::new(CpuEngine::new()))).unwrap_err().to_string();
    assert!(error.starts_with("the cache: cannot write ") && error.contains("results"), "{error}");
}

/// Waits until something is true.
pub(crate) async fn wait_until(is_so: impl AsyncFn() -> bool) {
    for _ in 0..500 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never came");
}

/// Lists the files two folders deep.
fn walkdir(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = |folder: &std::path::Path| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries(folder).flat_map(|part| entries(&part).collect::<Vec<_>>()).collect()
}
