//! Forms, pictures, calls and servers for tests.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use palmette::codec::{AnimationEncoder, EncodeFormat, EncodeOptions, encode};
use palmette::core::{CpuEngine, Engine, Pixmap, Size};
use palmette::{Engines, Pipeline};
use palmette_server::config::{Budgets, Memory};
use palmette_server::{Config, Credentials, Ending, app, serve};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tower::ServiceExt;

pub(crate) const BOUNDARY: &str = "--------------------------012345678901234567890123";

/// A form as the client writes it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Form(Vec<u8>);

impl Form {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn file(self, name: &str, bytes: &[u8]) -> Self {
        self.part(&format!(r#"form-data; name="{name}"; filename="{name}""#), bytes)
    }

    pub(crate) fn text(self, name: &str, text: &str) -> Self {
        self.part(&format!(r#"form-data; name="{name}""#), text.as_bytes())
    }

    fn part(mut self, disposition: &str, bytes: &[u8]) -> Self {
        self.0.extend(format!("--{BOUNDARY}\r\ncontent-disposition: {disposition}\r\n\r\n").as_bytes());
        self.0.extend(bytes);
        self.0.extend(b"\r\n");
        self
    }

    /// Returns the parts without the closing boundary, as a client whose source failed leaves them.
    pub(crate) fn unclosed(self) -> Vec<u8> {
        self.0
    }

    pub(crate) fn bytes(mut self) -> Vec<u8> {
        self.0.extend(format!("--{BOUNDARY}--\r\n").as_bytes());
        self.0
    }
}

/// The usual end of a form: a list and an output format.
pub(crate) fn form(image: &[u8], transforms: &str, format: &str) -> Form {
    Form::new().file("image", image).text("transforms", transforms).text("output_format", format)
}

/// A form that draws a second picture on the first, all options set.
pub(crate) fn watermark_form() -> Form {
    let transforms = r#"[{"imageIndex":1,"width":3,"height":3,"fit":"cover"},
        {"drawImageIndex":1,"targetImageIndex":0,"bottom":1,"right":1,"opacity":0.75}]"#;
    Form::new()
        .file("image", &png(8, 6))
        .file("draw_image", &png(5, 5))
        .text("transforms", transforms)
        .text("output_format", "image/png")
        .text("background", "#ff880080")
}

/// A gradient of the given size, soft at its right side.
pub(crate) fn pixmap(width: u32, height: u32) -> Pixmap {
    let low = |number: u32| number.to_le_bytes()[0];
    let mut data = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let alpha = if x * 2 < width { 255 } else { 128 };
            data.extend([low(x), low(y), low(x + y), alpha]);
        }
    }
    Pixmap::from_vec(Size::new(width, height), data).unwrap()
}

pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    encode(pixmap(width, height), &EncodeOptions::new(EncodeFormat::Png)).unwrap().bytes
}

/// A bar that goes from left to right over 40×30 pixels, played twice; every frame stays 10 ms longer than the one before.
pub(crate) fn moving(format: EncodeFormat, frame_count: u32) -> Vec<u8> {
    let size = Size::new(40, 30);
    let mut encoder = AnimationEncoder::new(&EncodeOptions::new(format), size, NonZeroU32::new(2)).unwrap();
    for frame in 0..frame_count {
        let mut pixmap = Pixmap::filled(size, [0, 0, 0, 255]).unwrap();
        let start = frame as usize * Pixmap::PIXEL_BYTES;
        for y in 0..size.height {
            pixmap.row_mut(y)[start..start + 8 * Pixmap::PIXEL_BYTES].fill(255);
        }
        encoder.push(pixmap, 30 + 10 * frame).unwrap();
    }
    encoder.finish().unwrap().bytes
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Returns the number of the error, 0 if there is none, after checking that header and body agree.
    pub(crate) fn code(&self) -> u16 {
        let Some(number) = self.header("cf-images-binding").strip_prefix("err=") else { return 0 };
        assert!(self.text().starts_with(&format!("ERROR {number}: ")), "{}", self.text());
        assert!(self.header("content-type").starts_with("text/plain"));
        number.parse().unwrap()
    }
}

/// Sends a request through a router.
pub(crate) async fn call(app: &Router, request: Request<Body>) -> Answer {
    let response = app.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes().to_vec();
    Answer { status: parts.status, headers: parts.headers, body }
}

/// Makes a request that carries a form.
pub(crate) fn post(path: &str, body: impl Into<Body>) -> Request<Body> {
    let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
    Request::post(path).header("content-type", content_type).body(body.into()).unwrap()
}

pub(crate) async fn transform(app: &Router, form: Form) -> Answer {
    call(app, post("/transform", form.bytes())).await
}

pub(crate) async fn get(app: &Router, path: &str) -> Answer {
    call(app, Request::get(path).body(Body::empty()).unwrap()).await
}

pub(crate) fn pipeline(config: &Config, engine: Arc<dyn Engine>) -> Pipeline {
    let budgets = Budgets::of(config, Memory::find());
    Pipeline::new(Engines::only(engine), config.limits.pixels, budgets.pixel_bytes)
        .with_on_damage(config.limits.on_damage)
}

/// A router with the real engine.
pub(crate) fn app_with(config: Config) -> Router {
    let pipeline = pipeline(&config, Arc::new(CpuEngine::new()));
    app(config, pipeline).unwrap()
}

pub(crate) fn default_app() -> Router {
    app_with(Config::default())
}

/// A server on a socket of its own.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) credentials: Credentials,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Ending>,
}

impl Server {
    pub(crate) async fn start(config: Config) -> Self {
        let pipeline = pipeline(&config, Arc::new(CpuEngine::new()));
        Self::start_with(config, pipeline).await
    }

    pub(crate) async fn start_with(config: Config, pipeline: Pipeline) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let credentials = Credentials::read(&config.server).unwrap();
        let task = tokio::spawn(serve(listener.into(), config, credentials.clone(), pipeline, async move {
            let _ = stopped.await;
        }));
        Self { address, credentials, stop, task }
    }

    pub(crate) async fn stop(self) -> Ending {
        self.stop.send(()).unwrap();
        self.task.await.unwrap()
    }
}
