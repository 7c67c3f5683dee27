//! The scene of the README, end to end over the wire: a photo gets a watermark and comes back as AVIF.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use palmette::{Engines, Pipeline};
use palmette_codec::{DecodeOptions, decode};
use palmette_core::{CpuEngine, Pixmap, Size};
use palmette_ops::{AxisPosition, Draw, Node, Transform};
use palmette_protocol::form::{Boundary, FormSource, Piece, TransformForm};
use palmette_protocol::{Options, Output, OutputFormat};
use palmette_server::{Config, Credentials, Ending, serve};
use palmette_tests::Case;
use palmette_tests::compare::mean_distance;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// A server on a port of its own, in a thread of its own.
struct Server {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<Ending>,
}

impl Server {
    fn start() -> Self {
        let (tell, told) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn(move || {
            let config = Config::default();
            let engines = Engines::only(Arc::new(CpuEngine::new()));
            let pipeline = Pipeline::new(engines, config.limits.pixels, 4 << 30);
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads can be had");
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
                tell.send(listener.local_addr().expect("it is bound")).expect("the test waits for it");
                let credentials = Credentials::read(&config.server).expect("it names no files");
                serve(listener.into(), config, credentials, pipeline, stopped).await
            })
        });
        Self { address: told.recv().expect("the server starts"), stop, thread }
    }

    /// Sends a form as the real client does: streamed, without a length.
    fn transform(&self, form: TransformForm<Vec<u8>>) -> (String, Vec<u8>) {
        let boundary = Boundary::new(583_346_305_086_275_347_798_022);
        let mut stream = TcpStream::connect(self.address).expect("it listens");
        let head = format!(
            "POST /transform HTTP/1.1\r\nhost: images\r\ncontent-type: {}\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n",
            boundary.content_type()
        );
        stream.write_all(head.as_bytes()).expect("it reads");
        for chunk in Piece::join(&form.into_pieces(&boundary)).chunks(16 * 1024) {
            write!(stream, "{:x}\r\n", chunk.len()).expect("it reads");
            stream.write_all(chunk).expect("it reads");
            stream.write_all(b"\r\n").expect("it reads");
        }
        stream.write_all(b"0\r\n\r\n").expect("it reads");

        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("it answers");
        let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").expect("a head and a body");
        (String::from_utf8_lossy(&answer[..end]).into_owned(), answer[end + 4..].to_vec())
    }

    fn stop(self) {
        self.stop.send(()).expect("it still runs");
        assert_eq!(self.thread.join().expect("it ends well"), Ending::Drained);
    }
}

fn shipped(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/pictures").join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn options<const N: usize>(options: [(&str, f64); N]) -> Options {
    options.map(|(name, value)| (name.to_owned(), value.into())).into_iter().collect()
}

/// Keeps a part of a picture.
fn part(picture: &Pixmap, left: u32, top: u32, size: Size) -> Pixmap {
    palmette_tests::pictures::from_fn(size, |x, y| picture.pixel(left + x, top + y))
}

#[test]
fn scene_watermark_is_where_it_must_be() {
    let mark =
        Node::new(FormSource::Image(shipped("palmette.png"))).transform(options([("width", 100.0), ("height", 100.0)]));
    let corner = options([("bottom", 10.0), ("right", 10.0), ("opacity", 0.75)]);
    let tree = Node::new(FormSource::Image(shipped("lake.jpg"))).draw(mark, corner);
    let server = Server::start();
    let (head, body) = server.transform(TransformForm::new(tree, Output::new(OutputFormat::Avif).to_raw()));
    server.stop();

    assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}\n{}", String::from_utf8_lossy(&body));
    assert!(head.contains("content-type: image/avif") && head.contains("palmette-engine: cpu"), "{head}");

    let decoded = |bytes: &[u8]| decode(bytes, &DecodeOptions::default()).unwrap().pixmap;
    let (photo, result) = (decoded(&shipped("lake.jpg")), decoded(&body));
    assert_eq!(result.size(), photo.size());

    // The same scene without a codec at its end.
    let hundred = NonZeroU32::new(100);
    let mark = Case::of(decoded(&shipped("palmette.png"))).transform(Transform {
        width: hundred,
        height: hundred,
        ..Transform::default()
    });
    let corner = Draw {
        opacity: 0.75,
        horizontal: AxisPosition::FromEnd(10),
        vertical: AxisPosition::FromEnd(10),
        ..Draw::default()
    };
    let exact = Case::of(photo.clone()).draw(mark, corner).check_against_reference();
    assert!(mean_distance(&exact, &result) < 2.0, "{}", mean_distance(&exact, &result));

    let mark_size = Size::new(100, 100);
    let (left, top) = (photo.width() - 110, photo.height() - 110);
    let [marked, bare, came] = [&exact, &photo, &result].map(|picture| part(picture, left, top, mark_size));
    assert!(mean_distance(&marked, &came) < 4.0, "the watermark itself: {}", mean_distance(&marked, &came));
    assert!(mean_distance(&bare, &came) > 20.0, "no watermark: {}", mean_distance(&bare, &came));
    let beside = |picture: &Pixmap| part(picture, left - 110, top, mark_size);
    assert!(mean_distance(&beside(&photo), &beside(&result)) < 2.0, "something beside the watermark");
}
