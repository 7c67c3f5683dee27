//! The Rust client against the server, in one process: what it gets is what the pipeline makes of the same request.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use palmette::Engines;
use palmette_client::{
    Draw, Error, Fit, Images, Info, Options, OutputFormat, Rendition, Source, Text, Transform, Transformer,
};
use palmette_core::{CpuEngine, Deadline, Limits};
use palmette_protocol::request::{self, FontFiles, TransformRequest};
use palmette_protocol::{EngineChoice, list};
use palmette_server::{Config, Credentials, serve};
use palmette_tests::pictures;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

#[path = "../../../crates/client/examples/remote_watermark.rs"]
#[expect(dead_code, reason = "an example has a main function")]
mod watermark;

/// A server that ends with the test.
struct Server {
    url: String,
    _stop: oneshot::Sender<()>,
}

impl Server {
    async fn start(config: Config) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("it is bound"));
        let (stop, stopped) = oneshot::channel();
        let credentials = Credentials::read(&config.server).expect("it names no files");
        tokio::spawn(serve(listener.into(), config, credentials, pipeline(), async move {
            let _ = stopped.await;
        }));
        Self { url, _stop: stop }
    }

    fn images(&self) -> Images {
        Images::new(&self.url).expect("an address")
    }
}

fn pipeline() -> palmette::Pipeline {
    palmette::Pipeline::new(Engines::only(Arc::new(CpuEngine::new())), Limits::default(), 4 << 30)
}

/// Makes a picture without a server or a client.
fn direct(sources: &[&[u8]], list: &str, format: OutputFormat) -> Bytes {
    let raw_ops = list::parse_list(list).expect("a list");
    let request = TransformRequest {
        sources: sources.iter().map(|bytes| request::Source::Image(Bytes::copy_from_slice(bytes))).collect(),
        ops: list::resolve(&raw_ops).expect("right options"),
        raw_ops,
        outputs: format.into(),
        explain: false,
        engine: EngineChoice::Auto,
        fonts: FontFiles::default(),
    };
    pipeline().transform(request, Deadline::NONE).expect("a picture").bytes
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let pixmap = pictures::gradient(palmette_core::Size::new(width, height));
    let options = palmette_codec::EncodeOptions::new(palmette_codec::EncodeFormat::Png);
    palmette_codec::encode(pixmap, &options).expect("a small picture").bytes
}

fn options(value: Value) -> Options {
    value.as_object().expect("an object").clone()
}

fn shipped(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/pictures").join(name)
}

/// A beginning, and then zeros, which are never in memory together.
struct Zeros {
    start: Bytes,
    left: usize,
}

impl Stream for Zeros {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        static PIECE: [u8; 64 * 1024] = [0; 64 * 1024];
        if !self.start.is_empty() {
            return Poll::Ready(Some(Ok(std::mem::take(&mut self.start))));
        }
        let length = PIECE.len().min(self.left);
        self.left -= length;
        Poll::Ready((length > 0).then(|| Ok(Bytes::from_static(&PIECE[..length]))))
    }
}

fn padded(start: &[u8], total: usize) -> Source {
    Source::stream(Zeros { start: Bytes::copy_from_slice(start), left: total - start.len() })
}

#[tokio::test(flavor = "multi_thread")]
async fn client_makes_several_pictures_of_one() {
    let server = Server::start(Config::default()).await;
    let source = png(60, 40);
    let renditions = [
        Rendition::new(OutputFormat::Webp.quality(60)).transform(Transform::resize(30, 0)),
        Rendition::new(OutputFormat::Png)
            .transform(Transform { fit: Some(Fit::Contain), ..Transform::resize(20_000, 0) }),
        Rendition::new(OutputFormat::Rgb),
    ];
    let turned = server.images().input(source.clone()).transform(options(json!({"rotate": 90})));
    let mut pictures = turned.outputs(renditions).await.expect("an answer");
    let first = pictures.next().await.expect("three").expect("a picture");
    assert_eq!((first.content_type.as_str(), first.width, first.height), ("image/webp", 30, 45));
    let alone = server.images().input(source.clone()).transform(options(json!({"rotate": 90})));
    let alone =
        alone.transform(Transform::resize(30, 0)).output(OutputFormat::Webp.quality(60)).await.expect("a picture");
    assert_eq!(first.bytes, alone.bytes().await.expect("all of it"));
    let failed = pictures.next().await.expect("three").expect_err("too large");
    assert!(matches!(&failed, Error::Images { code: 9413, message } if message.contains("output 2")), "{failed}");
    let last = pictures.next().await.expect("three").expect("a picture");
    assert_eq!(
        (last.width, last.height, last.bytes),
        (40, 60, direct(&[&source], r#"[{"imageIndex":0,"rotate":90}]"#, OutputFormat::Rgb))
    );
    assert!(pictures.next().await.is_none());

    let none: [Rendition; 0] = [];
    let refused = server.images().input(source).outputs(none).await.expect_err("nothing is asked for");
    assert!(matches!(&refused, Error::Images { code: 9401, message } if message.contains("1 to 32")), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn client_draws_what_the_pipeline_draws() {
    let server = Server::start(Config::default()).await;
    let images = server.images();
    let sources: Vec<Vec<u8>> = [(60, 40), (20, 20), (30, 10), (5, 5), (9, 7)].map(|(w, h)| png(w, h)).into();
    let source = |index: usize| sources[index].clone();
    let turn = |degrees: u16| options(json!({"rotate": degrees}));
    let tree = images
        .input(source(0))
        .transform(turn(90))
        .draw(images.input(source(1)).transform(turn(180)), options(json!({"opacity": 0.5, "top": 3})))
        .draw(
            images.input(source(2)).draw(source(3), options(json!({"repeat": "x"}))).transform(turn(270)),
            Draw::default(),
        )
        .draw(source(4), options(json!({"composite": "xor", "right": 1})));
    let list = r#"[{"imageIndex":0,"rotate":90},{"imageIndex":1,"rotate":180},
        {"drawImageIndex":1,"targetImageIndex":0,"opacity":0.5,"top":3},
        {"drawImageIndex":3,"targetImageIndex":2,"repeat":"x"},{"imageIndex":2,"rotate":270},
        {"drawImageIndex":2,"targetImageIndex":0},
        {"drawImageIndex":4,"targetImageIndex":0,"composite":"xor","right":1}]"#;
    let borrowed: Vec<&[u8]> = sources.iter().map(Vec::as_slice).collect();

    let picture = tree.output(OutputFormat::Rgba).await.expect("a picture");
    assert_eq!(picture.content_type(), "application/octet-stream");
    assert_eq!(picture.engine(), Some("cpu"));
    for stage in ["decode", "run", "encode"] {
        assert!(picture.timings().any(|(known, _)| known == stage), "{picture:?}");
    }
    let bytes = picture.bytes().await.expect("a whole picture");
    assert!(bytes == direct(&borrowed, list, OutputFormat::Rgba), "not the same pixels");
}

#[tokio::test(flavor = "multi_thread")]
async fn client_example_makes_the_scene() {
    let server = Server::start(Config::default()).await;
    let (photo, mark) = (shipped("lake.jpg"), shipped("palmette.png"));
    let picture = watermark::watermark(&server.images(), &photo, &mark).await.expect("a picture");
    let list = r#"[{"imageIndex":1,"width":100,"height":100},
        {"drawImageIndex":1,"targetImageIndex":0,"opacity":0.75,"bottom":10,"right":10}]"#;
    let [photo, mark] = [photo, mark].map(|path| fs::read(path).expect("it is shipped"));
    let expected = direct(&[&photo, &mark], list, OutputFormat::Avif);
    assert!(picture.bytes().await.expect("a whole picture") == expected, "not the same file");
}

#[tokio::test(flavor = "multi_thread")]
async fn client_asks_for_plans_and_facts() {
    let server = Server::start(Config::default()).await;
    let images = server.images();
    let info = images.info(png(60, 40)).await.expect("facts");
    let file_size = png(60, 40).len() as u64;
    assert_eq!(info, Info::Raster { format: "image/png".into(), file_size, width: 60, height: 40 });
    assert_eq!(images.info(&b"<svg xmlns='http://www.w3.org/2000/svg'/>"[..]).await.expect("facts"), Info::Svg);

    let half = options(json!({"width": 30}));
    let plan = images.input(png(60, 40)).transform(half).explain(OutputFormat::Png).await.expect("a plan");
    let plan: Value = serde_json::from_str(&plan).expect("JSON");
    assert_eq!([&plan["output"]["width"], &plan["output"]["height"]], [30, 20], "{plan}");
}

#[tokio::test(flavor = "multi_thread")]
async fn client_reports_every_code_with_its_message() {
    let mut config = Config::default();
    config.limits.request.max_source_bytes = 20_000;
    let server = Server::start(config).await;
    let images = server.images();
    let input = || images.input(png(60, 40));
    let text = Text::new("hello", "font.ttf");
    let unknown = palmette_client::RawOutput { format: "image/bmp".to_owned(), ..OutputFormat::Png.into() };
    let damaged = png(60, 40)[..100].to_vec();

    let cases: Vec<(Transformer, palmette_client::RawOutput, u16, &str)> = vec![
        (
            input().transform(options(json!({"widht": 1}))),
            OutputFormat::Png.into(),
            9401,
            "transform 1 of the canvas: unknown option",
        ),
        (
            input().draw(png(4, 4), options(json!({"top": 1, "bottom": 1}))),
            OutputFormat::Png.into(),
            9401,
            "draw 1 on the canvas: top and bottom cannot be used together",
        ),
        (images.input(padded(&png(4, 4), 30_000)), OutputFormat::Png.into(), 9402, "20000"),
        (images.input(&b"no picture"[..]), OutputFormat::Png.into(), 9412, "the canvas"),
        (input().transform(options(json!({"width": 50_000, "fit": "cover"}))), OutputFormat::Png.into(), 9413, "50000"),
        (input().draw(damaged, Draw::default()), OutputFormat::Png.into(), 9516, "picture 1"),
        (input(), unknown, 9432, "image/bmp"),
        (images.text(text.clone()), OutputFormat::Png.into(), 9410, "the canvas: font \"font.ttf\""),
        (input().draw(text, Draw::default()), OutputFormat::Png.into(), 9410, "picture 1: font \"font.ttf\""),
    ];
    for (transformer, output, expected, words) in cases {
        let error = transformer.output(output).await.expect_err(words);
        assert_eq!(error.code(), Some(expected), "{error}");
        assert!(error.to_string().starts_with(&format!("ERROR {expected}: ")), "{error}");
        assert!(error.to_string().contains(words), "{error}: {words}");
    }
    let error = images.info(&b"no picture"[..]).await.expect_err("no picture");
    assert_eq!(error.code(), Some(9412), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn client_streams_large_sources() {
    let server = Server::start(Config::default()).await;
    let images = server.images();
    // What follows the end of a PNG is no part of it.
    let picture = images.input(padded(&png(60, 40), 20_000_000)).output(OutputFormat::Rgba).await.expect("a picture");
    let bytes = picture.bytes().await.expect("a whole picture");
    assert!(bytes == direct(&[&png(60, 40)], "[]", OutputFormat::Rgba), "not the same pixels");
}

#[tokio::test(flavor = "multi_thread")]
async fn client_gets_answers_that_come_before_the_end_of_its_upload() {
    let server = Server::start(Config::default()).await;
    let images = server.images();
    for _ in 0..4 {
        for total in [20_000_001, 60_000_000] {
            let call = images.input(padded(&png(60, 40), total)).output(OutputFormat::Png);
            assert_eq!(call.await.expect_err("too large").code(), Some(9402), "{total} bytes");
        }
    }
    images.info(png(60, 40)).await.expect("the server goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn client_makes_fifty_calls_at_once() {
    let server = Server::start(Config::default()).await;
    let images = server.images();
    let calls: BTreeMap<u32, _> = (1..=50)
        .map(|width| {
            let resize = Transform { width: std::num::NonZeroU32::new(width), ..Transform::default() };
            let call = images.input(png(200, 100)).transform(resize).output(OutputFormat::Rgb);
            (width, tokio::spawn(async { call.await?.bytes().await }))
        })
        .collect();
    for (width, call) in calls {
        let bytes = call.await.expect("no panic").expect("a picture");
        let list = format!(r#"[{{"imageIndex":0,"width":{width}}}]"#);
        assert!(bytes == direct(&[&png(200, 100)], &list, OutputFormat::Rgb), "width {width}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn client_whose_source_fails_leaves_no_request_behind() {
    /// A picture that ends with an error, in spite of all bytes being there.
    struct Failing(Option<Bytes>);

    impl Stream for Failing {
        type Item = io::Result<Bytes>;

        fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            Poll::Ready(Some(self.0.take().ok_or_else(|| io::Error::other("gone"))))
        }
    }

    let server = Server::start(Config::default()).await;
    let images = server.images();
    for _ in 0..10 {
        let failing = Source::stream(Failing(Some(png(60, 40).into())));
        let error = images.input(png(60, 40)).draw(failing, Draw::default()).output(OutputFormat::Png).await;
        assert!(matches!(error, Err(Error::Source { index: 1, .. })), "{error:?}");
    }
    images.info(png(60, 40)).await.expect("the server goes on");
}
