//! What options become.

use std::num::NonZeroU32;

use palmette_ops::transform::{Trim, TrimBorder};
use palmette_ops::{Color, Fit, Flip, Gravity, Rotate, Transform};

use super::*;
use crate::plan::{Plan, Planned, Planner, Value, lower};

const PHOTO: Size = Size::new(4000, 3000);

fn transform(options: Transform) -> Op<Transform, Draw> {
    Op::Transform { image_index: ImageIndex::CANVAS, options }
}

fn sized(width: u32, height: u32) -> Transform {
    Transform { width: NonZeroU32::new(width), height: NonZeroU32::new(height), ..Transform::default() }
}

fn kinds(plan: &Plan) -> Vec<&'static str> {
    plan.asked_steps().map(|step| step.kind.name()).collect()
}

#[test]
fn lower_does_nothing_for_nothing() {
    let plan =
        lower(&[transform(Transform::default()), transform(sized(4000, 3000))], &[PHOTO], &Limits::default()).unwrap();
    assert_eq!(plan.asked_steps().count(), 0);
    assert_eq!(plan.result(), Some(Value::rgba(PHOTO)));
}

#[test]
fn lower_applies_options_in_their_fixed_order() {
    let options = Transform {
        background: Some(Color::BLACK),
        rotate: Some(Rotate::Quarter),
        flip: Some(Flip::Horizontal),
        ..sized(300, 300)
    };
    let plan = lower(&[transform(options)], &[PHOTO], &Limits::default()).unwrap();
    assert_eq!(kinds(&plan), ["flip", "rotate", "resize", "background"]);
    assert_eq!(plan.result(), Some(Value::rgba(Size::new(225, 300))));
}

#[test]
fn lower_pad_takes_the_background() {
    let options = Transform { background: Some(Color::BLACK), fit: Some(Fit::Pad), ..sized(300, 300) };
    let plan = lower(&[transform(options)], &[PHOTO], &Limits::default()).unwrap();
    assert_eq!(kinds(&plan), ["resize", "pad"]);
    let without_size = Transform { background: Some(Color::BLACK), fit: Some(Fit::Pad), ..Transform::default() };
    let plan = lower(&[transform(without_size)], &[PHOTO], &Limits::default()).unwrap();
    assert_eq!(kinds(&plan), ["background"]);
}

#[test]
fn lower_checks_every_intermediate_before_it_exists() {
    let error =
        lower(&[transform(Transform { fit: Some(Fit::Squeeze), ..sized(u32::MAX, 1) })], &[PHOTO], &Limits::default());
    assert!(matches!(error, Err(Error::At { place: Place::Transform { number: 1, .. }, .. })), "{error:?}");
    let limits = Limits { max_area_px: 1000, ..Limits::default() };
    assert!(matches!(lower(&[], &[PHOTO], &limits), Err(Error::TooLarge { .. })));
}

#[test]
fn lower_refuses_what_needs_a_model() {
    let error = lower(
        &[transform(Transform { gravity: Some(Gravity::Face), ..Transform::default() })],
        &[PHOTO],
        &Limits::default(),
    );
    assert_eq!(
        error.unwrap_err().to_string(),
        "transform 1 of the canvas: `gravity: face` needs a model that finds faces, and none is installed: run `palmette \
         models install face`"
    );
}

#[test]
fn lower_refuses_nodes_that_are_gone() {
    let draw =
        Op::Draw { draw_image_index: ImageIndex(1), target_image_index: ImageIndex::CANVAS, options: Draw::default() };
    let error = lower(&[draw.clone(), draw], &[PHOTO, PHOTO], &Limits::default()).unwrap_err();
    assert!(matches!(error, Error::At { place: Place::Draw { number: 2, .. }, .. }), "{error}");
}

#[test]
fn tolerance_counts_what_is_within_it() {
    let units = |tolerance: f64| {
        let border = TrimBorder { tolerance, ..TrimBorder::default() };
        let options = Transform { trim: Some(Trim::Border(border)), ..Transform::default() };
        match Planner::new(&[transform(options)], &[PHOTO], &Limits::default()).unwrap().plan().unwrap() {
            Planned::Measure(plan) => match plan.missing() {
                Some((MeasureStep::Border(measure), _)) => measure.tolerance,
                _ => unreachable!("a trim by border measures one"),
            },
            Planned::Complete(_) => unreachable!("a trim by border measures"),
        }
    };
    // 128 units are 0.502 levels, which is more than half a level.
    assert_eq!([0.0, 0.5, 0.2, 0.6, 10.0, 255.0].map(units), [0, 127, 51, 153, 2_550, 65_025]);
}

#[test]
fn lower_skips_a_strength_that_is_none() {
    let options = Transform { sharpen: Some(1e-300), ..Transform::default() };
    assert!(lower(&[transform(options)], &[PHOTO], &Limits::default()).unwrap().asked_steps().next().is_none());
}

#[test]
fn opacity_of_decimals_is_exact() {
    assert_eq!(
        [1.0, 0.75, 0.001, 0.0].map(|opacity| to_units(opacity, DrawStep::OPACITY_ONE)),
        [16_000, 12_000, 16, 0]
    );
}
