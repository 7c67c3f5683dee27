//! What a model does for a plan, and what is refused without one.

use std::sync::Arc;
use std::time::Instant;

use palmette_core::engine::{self, complete};
use palmette_core::measure::{MeasureStep, Measurement};
use palmette_core::model::ModelStep;
use palmette_core::plan::{Plan, Planned, Planner, StepKind};
use palmette_core::{
    Ability, CpuEngine, Deadline, Error, Limits, Model, ModelError, PictureRows, Pixmap, Rectangle, Rows, Size,
};
use palmette_ops::Class;
use palmette_protocol::list::{parse_list, resolve};

const RED: [u8; 4] = [255, 0, 0, 255];
const GREY: [u8; 4] = [99, 99, 99, 255];

/// Takes every red pixel for a face and for foreground, and grey ones for half foreground; enlarges to blue.
#[derive(Debug)]
struct RedModel;

impl Model for RedModel {
    fn name(&self, _ability: Ability) -> &str {
        "red"
    }

    fn can(&self, _ability: Ability) -> bool {
        true
    }

    fn faces(&self, picture: &Pixmap) -> Result<Vec<Rectangle>, ModelError> {
        let points = (0..picture.height()).flat_map(|y| (0..picture.width()).map(move |x| (x, y)));
        let red = points.filter(|&(x, y)| picture.pixel(x, y) == RED);
        Ok(red.map(|(left, top)| Rectangle { left, top, size: Size::new(1, 1) }).collect())
    }

    fn foreground(&self, picture: &Pixmap, _deadline: Deadline) -> Result<Vec<u8>, ModelError> {
        let share = |pixel: &[u8]| match pixel {
            [255, 0, 0, _] => 255,
            [99, ..] => 128,
            _ => 0,
        };
        Ok(picture.data().chunks_exact(4).map(share).collect())
    }

    fn enlarge(&self, _: Arc<Pixmap>, size: Size, _: Deadline) -> Result<Box<dyn Rows + '_>, ModelError> {
        Ok(Box::new(PictureRows::new(Pixmap::filled(size, [0, 0, 255, 255])?.into())))
    }
}

/// Finds a face far outside of every picture, says nothing of the foreground, and never enlarges.
#[derive(Debug)]
struct BrokenModel;

impl Model for BrokenModel {
    fn name(&self, _ability: Ability) -> &str {
        "broken"
    }

    fn can(&self, ability: Ability) -> bool {
        ability != Ability::Enlarge
    }

    fn faces(&self, _picture: &Pixmap) -> Result<Vec<Rectangle>, ModelError> {
        Ok(vec![Rectangle { left: u32::MAX, top: 0, size: Size::new(u32::MAX, 9) }])
    }

    fn foreground(&self, _picture: &Pixmap, _deadline: Deadline) -> Result<Vec<u8>, ModelError> {
        Ok(vec![255])
    }
}

/// Grey, with red pixels.
fn picture(size: Size, red: &[(u32, u32)]) -> Pixmap {
    let mut picture = Pixmap::filled(size, GREY).expect("a small picture");
    for &(x, y) in red {
        let start = x as usize * 4;
        picture.row_mut(y)[start..start + 4].copy_from_slice(&RED);
    }
    picture
}

fn planner(model: Option<Arc<dyn Model>>, options: &str, size: Size) -> Result<Planner, Error> {
    let list = parse_list(&format!(r#"[{{"imageIndex":0,{options}}}]"#)).expect(options);
    let ops = resolve(&list).expect(options);
    Ok(Planner::new(&ops, &[size], &Limits::default())?.with_model(model.map(Into::into)))
}

fn planned(model: Option<Arc<dyn Model>>, options: &str, size: Size) -> Result<Planned, Error> {
    planner(model, options, size)?.plan()
}

fn run(model: impl Model + 'static, options: &str, source: &Pixmap) -> Result<(Plan, Pixmap), Error> {
    let (engine, sources) = (CpuEngine::scalar(), vec![source.clone()]);
    let mut planner = planner(Some(Arc::new(model)), options, source.size())?;
    let plan = complete(&mut planner, &engine, &sources, Deadline::NONE)?;
    let result = engine::picture(&engine, &plan, &sources, Deadline::NONE)?;
    Ok((plan, result))
}

fn kinds(plan: &Plan) -> Vec<&'static str> {
    plan.asked_steps().map(|step| step.kind.name()).collect()
}

#[test]
fn segment_keeps_the_foreground() {
    let mut source = picture(Size::new(4, 1), &[(0, 0), (1, 0)]);
    source.data_mut()[4..].copy_from_slice(&[255, 0, 0, 77, 99, 99, 99, 255, 1, 2, 3, 255]);
    let (_, result) = run(RedModel, r#""segment":"foreground""#, &source).unwrap();
    assert_eq!(result.data(), [255, 0, 0, 255, 255, 0, 0, 77, 99, 99, 99, 128, 0, 0, 0, 0]);
}

#[test]
fn segment_comes_before_everything_else() {
    let options = r#""segment":"foreground","trim":{"left":1},"background":"white""#;
    let (plan, result) = run(RedModel, options, &picture(Size::new(3, 1), &[(1, 0)])).unwrap();
    assert_eq!(kinds(&plan), ["segment", "crop", "background"]);
    assert_eq!(result.data(), [255, 0, 0, 255, 177, 177, 177, 255]);
}

#[test]
fn window_is_around_the_middle_of_all_faces() {
    for (red, left) in [
        (&[(70, 3)][..], 61),
        // From 20 to 61, whose middle is 40.5.
        (&[(60, 0), (20, 19)], 31),
        (&[(1, 1)], 0),
        (&[(99, 1)], 80),
        (&[], 40),
    ] {
        let source = picture(Size::new(100, 20), red);
        let options = r#""gravity":"face","fit":"cover","width":20,"height":20"#;
        let (plan, result) = run(RedModel, options, &source).unwrap();
        assert_eq!((kinds(&plan), result.size()), (vec!["measure", "crop"], Size::new(20, 20)));
        assert!(
            matches!(plan.asked_steps().nth(1).expect("a crop").kind, StepKind::Crop { left: l, top: 0 } if l == left),
            "{red:?}: {plan:?}"
        );
    }
    let nowhere = run(BrokenModel, r#""gravity":"face","fit":"crop","width":20"#, &picture(Size::new(60, 9), &[]));
    assert!(nowhere.is_ok(), "{nowhere:?}");
}

#[test]
fn faces_are_found_on_a_copy_of_at_most_1024_pixels_a_side() {
    for (size, copy) in [(Size::new(1024, 400), Size::new(1024, 400)), (Size::new(2048, 100), Size::new(1024, 50))] {
        let source = Pixmap::filled(size, RED).unwrap();
        let (plan, _) = run(RedModel, r#""gravity":"face","fit":"cover","width":40,"height":40"#, &source).unwrap();
        assert_eq!(kinds(&plan), ["measure", "resize"]);
        let first = plan.asked_steps().next().map(|step| &step.kind);
        let Some(StepKind::Measure { measure: MeasureStep::Faces(faces), answer, .. }) = first else {
            panic!("faces are measured")
        };
        assert_eq!((faces.copy_size, faces.picture), (copy, size));
        assert_eq!(*answer, Some(Measurement::Faces(Some(Rectangle::whole(size)))));
    }
}

#[test]
fn zoom_keeps_what_is_around_faces() {
    // A face of 20×10 at (100, 40), marked by two corners.
    let source = picture(Size::new(200, 100), &[(100, 40), (119, 49)]);
    let zoomed = |zoom: f64, rest: &str| {
        let options = format!(r#""gravity":"face","zoom":{zoom},{rest}"#);
        let (plan, result) = run(RedModel, &options, &source).unwrap();
        let crop = plan.asked_steps().find(|step| step.origin.option == "zoom").map(|step| match step.kind {
            StepKind::Crop { left, top } => (left, top, plan.output(step).unwrap().size),
            _ => panic!("zoom cuts"),
        });
        (crop, result.size())
    };
    let size = Size::new;
    let cover = r#""fit":"cover","width":40,"height":20"#;
    assert_eq!(zoomed(1.0, cover), (Some((100, 40, size(20, 10))), size(40, 20)));
    assert_eq!(zoomed(0.5, cover), (Some((90, 35, size(40, 20))), size(40, 20)));
    // Grown to a square, as far as the picture allows.
    assert_eq!(zoomed(0.5, r#""fit":"cover","width":50,"height":50"#), (Some((90, 25, size(40, 40))), size(50, 50)));
    // Nothing is left to cut, so the window is the ordinary one.
    assert_eq!(zoomed(0.01, cover), (None, size(40, 20)));
    assert_eq!(zoomed(0.0, cover), (None, size(40, 20)));
    // The side that is not asked for is that of the picture.
    assert_eq!(zoomed(1.0, r#""fit":"cover","width":50"#), (Some((100, 40, size(20, 10))), size(50, 25)));
    // These two never enlarge; and a fit that shows the whole picture has nothing to zoom.
    assert_eq!(zoomed(1.0, r#""fit":"crop","width":40,"height":20"#), (Some((100, 40, size(20, 10))), size(20, 10)));
    assert_eq!(zoomed(1.0, r#""fit":"contain","width":50"#), (None, size(50, 25)));
}

#[test]
fn zoom_without_a_face_is_the_centre() {
    let source = picture(Size::new(100, 20), &[]);
    let options = r#""gravity":"face","zoom":1,"fit":"cover","width":20,"height":20"#;
    let (plan, _) = run(RedModel, options, &source).unwrap();
    let crop = plan.asked_steps().nth(1).map(|step| step.kind.clone());
    assert_eq!(crop, Some(StepKind::Crop { left: 40, top: 0 }));
}

#[test]
fn generate_enlarges_and_nothing_else() {
    let source = picture(Size::new(4, 2), &[]);
    let generate = |options: &str| {
        let (plan, result) = run(RedModel, &format!(r#""upscale":"generate",{options}"#), &source).unwrap();
        (kinds(&plan), result.size(), result.pixel(0, 0) == [0, 0, 255, 255])
    };
    let size = Size::new;
    assert_eq!(generate(r#""width":8,"fit":"contain""#), (vec!["enlarge"], size(8, 4), true));
    assert_eq!(generate(r#""width":6,"height":6,"fit":"cover""#), (vec!["enlarge", "crop"], size(6, 6), true));
    assert_eq!(generate(r#""width":2"#), (vec!["resize"], size(2, 1), false));
    assert_eq!(generate(r#""width":8,"height":1,"fit":"squeeze""#), (vec!["resize"], size(8, 1), false));
    assert_eq!(generate(r#""width":4"#), (vec![], size(4, 2), false));
    let (plan, _) = run(RedModel, r#""upscale":"interpolate","width":8,"fit":"contain""#, &source).unwrap();
    assert_eq!(kinds(&plan), ["resize"]);
}

#[test]
fn abilities_are_asked_for_before_anything_runs() {
    let size = Size::new(4, 2);
    let refused = |options: &str| planned(Some(Arc::new(BrokenModel)), options, size).unwrap_err().to_string();
    assert_eq!(
        refused(r#""upscale":"generate""#),
        "transform 1 of the canvas: `upscale: generate` needs a model that enlarges pictures, and none is \
         installed: run `palmette models install generate`"
    );
    assert!(planned(Some(Arc::new(BrokenModel)), r#""zoom":0"#, size).is_ok());
    for options in [r#""zoom":0"#, r#""zoom":0.5"#, r#""gravity":"face""#, r#""segment":"foreground""#] {
        let error = planned(None, options, size).unwrap_err();
        assert!(error.to_string().contains("and none is installed: run `palmette models install "), "{error}");
        assert_eq!(error.class(), Class::Unsupported);
    }
}

#[test]
fn answers_of_a_model_are_checked() {
    let error = run(BrokenModel, r#""segment":"foreground""#, &picture(Size::new(4, 2), &[])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the model that tells foreground from background failed: 1 bytes of foreground for a picture of 4×2 pixels"
    );
    assert_eq!(error.class(), Class::Ours);
}

#[test]
fn deadline_ends_what_a_model_does() {
    let source = picture(Size::new(4, 2), &[]);
    let step = |model: Arc<dyn Model>| ModelStep::Segment(model.into());
    let passed = Deadline::at(Instant::now());
    for model in [Arc::new(RedModel) as Arc<dyn Model>, Arc::new(BrokenModel)] {
        for step in [step(Arc::clone(&model)), ModelStep::Enlarge(model.into())] {
            let outcome = step.run(source.clone(), source.size(), passed);
            assert!(matches!(outcome, Err(Error::DeadlineExceeded)), "{outcome:?}");
        }
    }
    assert!(step(Arc::new(RedModel)).run(source.clone(), source.size(), Deadline::NONE).is_ok());
}
