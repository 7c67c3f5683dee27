//! Pictures that lie in every EXIF orientation come out upright and alike.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs};

use bytes::Bytes;
use palmette::{Engines, Pipeline};
use palmette_codec::{EncodeFormat, EncodeOptions, encode};
use palmette_core::{CpuEngine, Deadline, Limits, Pixmap, Size};
use palmette_ops::{ImageIndex, Op, Transform};
use palmette_protocol::request::{FontFiles, Source, TransformRequest};
use palmette_protocol::{EngineChoice, OutputFormat};
use palmette_tests::compare::mean_distance;
use palmette_tests::pictures::{from_fn, letter};

/// Names the folder of pictures for [`orientation_of_given_pictures`].
const PICTURES_VARIABLE: &str = "PALMETTE_TEST_PICTURES";

/// Sends a file through the pipeline with one `transform`, without a codec at the end.
fn transformed(file: Vec<u8>, options: Transform) -> Pixmap {
    let engines = Engines::only(Arc::new(CpuEngine::new()));
    let request = TransformRequest {
        sources: vec![Source::Image(Bytes::from(file))],
        ops: vec![Op::Transform { image_index: ImageIndex::CANVAS, options }],
        raw_ops: Vec::new(),
        outputs: OutputFormat::Rgba.into(),
        explain: false,
        engine: EngineChoice::Auto,
        fonts: FontFiles::default(),
    };
    let answer = Pipeline::new(engines, Limits::default(), 1 << 30)
        .transform(request, Deadline::NONE)
        .expect("a request like any other");
    Pixmap::from_vec(answer.size, answer.bytes.to_vec()).expect("as many bytes as the size says")
}

/// Lays a picture so that a viewer that follows the orientation sees it upright.
fn laid(upright: &Pixmap, orientation: u8) -> Pixmap {
    let Size { width, height } = upright.size();
    let size = if orientation < 5 { upright.size() } else { upright.size().transposed() };
    from_fn(size, |x, y| match orientation {
        1 => upright.pixel(x, y),
        2 => upright.pixel(width - 1 - x, y),
        3 => upright.pixel(width - 1 - x, height - 1 - y),
        4 => upright.pixel(x, height - 1 - y),
        5 => upright.pixel(y, x),
        6 => upright.pixel(width - 1 - y, x),
        7 => upright.pixel(width - 1 - y, height - 1 - x),
        8 => upright.pixel(y, height - 1 - x),
        _ => panic!("there is no orientation {orientation}"),
    })
}

/// Encodes a JPEG and writes the orientation into it.
fn jpeg(picture: Pixmap, orientation: u8) -> Vec<u8> {
    let options = EncodeOptions { quality: Some(100), ..EncodeOptions::new(EncodeFormat::Jpeg) };
    let mut file = encode(picture, &options).expect("a small picture").bytes;
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    let length = u16::try_from(exif.len() + 2).expect("a short segment").to_be_bytes();
    file.splice(2..2, [&[0xff, 0xe1], &length[..], &exif].concat());
    file
}

#[test]
fn orientation_of_jpeg_is_applied() {
    let upright = letter(Size::new(64, 48));
    for orientation in 1..=8 {
        let result = transformed(jpeg(laid(&upright, orientation), orientation), Transform::default());
        assert_eq!(result.size(), upright.size(), "orientation {orientation}");
        let distance = mean_distance(&upright, &result);
        assert!(distance < 2.0, "orientation {orientation}: {distance}");
    }
}

#[test]
fn orientation_is_applied_before_sizes_are_read() {
    for orientation in 1..=8 {
        let file = jpeg(laid(&letter(Size::new(64, 48)), orientation), orientation);
        assert_eq!(
            transformed(file, crate::options::into(32, 100)).size(),
            Size::new(32, 24),
            "orientation {orientation}"
        );
    }
}

#[test]
fn orientation_of_given_pictures() {
    let Some(folder) = env::var_os(PICTURES_VARIABLE) else {
        eprintln!("skipped: {PICTURES_VARIABLE} names no folder with pictures NAME_1.jpg to NAME_8.jpg");
        return;
    };
    let groups = groups(Path::new(&folder));
    assert!(!groups.is_empty(), "{PICTURES_VARIABLE}: there is no NAME_1.jpg to NAME_8.jpg in {}", folder.display());
    for group in groups {
        let small = |path: &PathBuf| transformed(fs::read(path).unwrap(), crate::options::into(200, 200));
        let first = small(&group[0]);
        for path in &group[1..] {
            let other = small(path);
            assert_eq!(other.size(), first.size(), "{}", path.display());
            let distance = mean_distance(&first, &other);
            eprintln!("{}: {distance:.2} levels from the first", path.display());
            assert!(distance < 6.0, "{}: {distance} levels from the first", path.display());
        }
    }
}

/// Finds all files of which there are eight, numbered from 1.
fn groups(folder: &Path) -> Vec<[PathBuf; 8]> {
    let files = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    files
        .filter_map(|file| Some(file.ok()?.file_name().to_str()?.strip_suffix("_1.jpg")?.to_owned()))
        .map(|name| std::array::from_fn(|index| folder.join(format!("{name}_{}.jpg", index + 1))))
        .filter(|group: &[PathBuf; 8]| group.iter().all(|path| path.exists()))
        .collect()
}
