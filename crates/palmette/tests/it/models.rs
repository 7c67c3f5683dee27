//! A model at work in the pipeline.

use std::sync::Arc;

use palmette::core::{Ability, Deadline, Model, ModelError, Pixmap, Rectangle, Size};
use serde_json::json;

use crate::support::{file_of, pipeline, request};

const RED: [u8; 4] = [255, 0, 0, 255];

/// Takes every red pixel for a face and for foreground; cannot enlarge.
#[derive(Debug)]
struct RedModel;

impl Model for RedModel {
    fn name(&self, _ability: Ability) -> &str {
        "red"
    }

    fn can(&self, ability: Ability) -> bool {
        matches!(ability, Ability::Faces | Ability::Foreground)
    }

    fn faces(&self, picture: &Pixmap) -> Result<Vec<Rectangle>, ModelError> {
        let points = (0..picture.height()).flat_map(|y| (0..picture.width()).map(move |x| (x, y)));
        let red = points.filter(|&(x, y)| picture.pixel(x, y) == RED);
        Ok(red.map(|(left, top)| Rectangle { left, top, size: Size::new(1, 1) }).collect())
    }

    fn foreground(&self, picture: &Pixmap, _deadline: Deadline) -> Result<Vec<u8>, ModelError> {
        Ok(picture.data().chunks_exact(4).map(|pixel| if pixel == RED { 255 } else { 0 }).collect())
    }
}

/// Black, with a red point at (30, 4).
fn picture() -> Pixmap {
    let mut picture = Pixmap::filled(Size::new(40, 10), [0, 0, 0, 255]).unwrap();
    picture.row_mut(4)[120..124].copy_from_slice(&RED);
    picture
}

#[test]
fn pipeline_uses_its_model() {
    let pipeline = pipeline().with_model(Arc::new(RedModel));
    let list = r#"[{"imageIndex":0,"segment":"foreground"},
        {"imageIndex":0,"gravity":"face","zoom":0,"fit":"cover","width":11,"height":10}]"#;
    let request = request(vec![file_of(picture())], list);
    let answer = pipeline.transform(request.clone(), Deadline::NONE).unwrap();
    let expected: Vec<u8> = (0..110).flat_map(|at| if at == 4 * 11 + 5 { RED } else { [0; 4] }).collect();
    assert!(answer.bytes == expected, "the point is in the middle, and all else is clear");

    let explanation = pipeline.explain(request, Deadline::NONE).unwrap();
    let kinds: Vec<_> = explanation.steps.iter().map(|step| step.kind).collect();
    assert_eq!((explanation.is_measured, &kinds[..]), (true, &["segment", "measure", "crop"][..]));
    let [segment, measure, crop] = &explanation.steps[..] else { unreachable!("three kinds") };
    assert_eq!((segment.details["model"].clone(), segment.options.contains_key("segment")), (json!("red"), true));
    assert_eq!((&measure.details["measures"], &measure.details["model"]), (&json!("faces"), &json!("red")));
    assert_eq!((&crop.details["left"], crop.options.contains_key("gravity")), (&json!(25), true));
    let idle: Vec<_> = explanation.idle.iter().map(|idle| &idle.option[..]).collect();
    assert_eq!(idle, ["zoom"], "0 is as close as without");
}

#[test]
fn pipeline_refuses_what_its_model_cannot() {
    let pipeline = pipeline().with_model(Arc::new(RedModel));
    let list = r#"[{"imageIndex":0,"upscale":"generate","width":80,"fit":"contain"}]"#;
    let error = pipeline.transform(request(vec![file_of(picture())], list), Deadline::NONE).unwrap_err();
    assert_eq!(
        error.to_string(),
        "transform 1 of the canvas: `upscale: generate` needs a model that enlarges pictures, and none is installed: run \
         `palmette models install generate`"
    );
}
