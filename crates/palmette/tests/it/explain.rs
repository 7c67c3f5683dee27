//! That an explanation leaves nothing out, and that what it shows is what runs.

use bytes::Bytes;
use palmette::Explanation;
use palmette::codec::{EncodeFormat, EncodeOptions, encode};
use palmette::core::{Deadline, Pixmap, Size};
use palmette::ops::{Color, Draw, Transform};
use palmette::protocol::{Code, OptionObject, Output, OutputFormat, Quality};
use serde_json::{Value, json};

use crate::support::{file_of, pipeline, png, request};

/// Values that change a picture of 40×30 in another way than the examples of their options, with what they need beside them.
const TRANSFORM: &[(&str, &str)] = &[
    ("gravity", r#""gravity":"entropy","fit":"cover","width":7,"height":7"#),
    ("gravity", r#""gravity":"top","fit":"crop","width":40,"height":7"#),
    ("background", r#""background":"red""#),
    ("background", r#""background":"red","fit":"pad","width":20,"height":20"#),
];

/// The options that need a model, with what the refusal says.
const NEEDS_MODEL: &[(&str, &str, &str)] = &[
    (
        "segment",
        r#""segment":"foreground""#,
        "`segment: foreground` needs a model that tells foreground from background",
    ),
    ("gravity", r#""gravity":"face""#, "`gravity: face` needs a model that finds faces"),
    ("zoom", r#""zoom":0.5"#, "`zoom` needs a model that finds faces"),
    ("upscale", r#""upscale":"generate""#, "`upscale: generate` needs a model that enlarges pictures"),
];

/// A value of every option of a draw, with the detail that shows it.
const DRAW: &[(&str, &str, &str, f64)] = &[
    ("opacity", r#""opacity":0.5"#, "opacity", 0.5),
    ("repeat", r#""repeat":true"#, "phase_x", 0.0),
    ("composite", r#""composite":"lighter""#, "composite", f64::NAN),
    ("top", r#""top":1"#, "top", 1.0),
    ("left", r#""left":-2"#, "left", -2.0),
    ("bottom", r#""bottom":3"#, "top", 24.0),
    ("right", r#""right":4"#, "left", 31.0),
];

fn explain(sources: Vec<Bytes>, list: &str) -> Explanation {
    pipeline().explain(request(sources, list), Deadline::NONE).unwrap()
}

#[test]
fn explain_shows_every_option_of_a_transform() {
    for option in Transform::OPTIONS {
        let shows = |json: &str| {
            let list = json.replacen('{', r#"[{"imageIndex":0,"#, 1) + "]";
            let explanation = explain(vec![png(180, 120)], &list);
            explanation.idle.is_empty() && explanation.steps.iter().any(|step| step.options.contains_key(option.name))
        };
        let is_shown = option.examples.iter().any(|json| shows(json));
        assert!(is_shown || NEEDS_MODEL.iter().any(|(name, ..)| *name == option.name), "{} is not shown", option.name);
    }
    for (name, options) in TRANSFORM {
        let explanation = explain(vec![png(40, 30)], &format!(r#"[{{"imageIndex":0,{options}}}]"#));
        let shown = explanation.steps.iter().any(|step| step.op == 0 && step.options.contains_key(*name));
        assert!(shown, "{options}: {explanation:?}");
        assert_eq!(explanation.idle, [], "{options}");
    }
}

#[test]
fn explain_refuses_what_needs_a_model() {
    for (_, options, message) in NEEDS_MODEL {
        let list = format!(r#"[{{"imageIndex":0}},{{"imageIndex":0,{options}}}]"#);
        let error = pipeline().explain(request(vec![png(40, 30)], &list), Deadline::NONE).unwrap_err();
        assert_eq!(error.code(), Code::InvalidOption);
        let start =
            format!("transform 2 of the canvas: {message}, and none is installed: run `palmette models install ");
        assert!(error.to_string().starts_with(&start), "{error}");
    }
}

#[test]
fn explain_shows_every_option_of_a_draw() {
    for option in Draw::OPTIONS {
        let (_, text, detail, number) = DRAW
            .iter()
            .find(|(name, ..)| *name == option.name)
            .unwrap_or_else(|| panic!("{} has no case", option.name));
        let list = format!(r#"[{{"drawImageIndex":1,"targetImageIndex":0,{text}}}]"#);
        let explanation = explain(vec![png(40, 30), png(5, 3)], &list);
        let [step] = &explanation.steps[..] else { panic!("one draw is one step") };
        assert!(step.kind == "draw" && step.options.contains_key(option.name), "{text}: {step:?}");
        let shown = &step.details[*detail];
        assert!(shown.as_f64() == Some(*number) || *shown == json!("lighter"), "{text}: {step:?}");
        assert_eq!(explanation.idle, []);
    }
}

#[test]
fn explain_shows_every_field_of_the_output() {
    let mut request = request(vec![png(4, 4)], "[]");
    let output = Output {
        quality: Quality::new(70),
        background: Some(Color::BLACK),
        anim: Some(true),
        ..Output::new(OutputFormat::Webp)
    };
    request.outputs = output.into();
    let explanation = pipeline().explain(request.clone(), Deadline::NONE).unwrap();
    let output = serde_json::to_value(&explanation.output).unwrap();
    let expected = json!({
        "format": "image/webp", "width": 4, "height": 4, "quality": 70, "background": "#000000", "is_animated": false,
        "copyright": null
    });
    assert_eq!(output, expected);
    assert_eq!(serde_json::to_value(&explanation.idle).unwrap(), json!([{"op": null, "option": "anim"}]));

    request.outputs = OutputFormat::Rgb.quality(70).into();
    let explanation = pipeline().explain(request.clone(), Deadline::NONE).unwrap();
    assert_eq!((explanation.output.quality, explanation.output.background.as_deref()), (None, Some("#ffffff")));
    assert_eq!(explanation.idle[0].option, "output_quality");

    request.outputs = OutputFormat::Jpeg.into();
    let explanation = pipeline().explain(request, Deadline::NONE).unwrap();
    assert_eq!((explanation.output.quality, explanation.idle.len()), (Some(85), 0), "defaults are filled in");
}

#[test]
fn explain_names_what_has_become_a_part_of_a_reading() {
    let picture = Pixmap::filled(Size::new(64, 48), [9, 8, 7, 255]).unwrap();
    let jpeg: Bytes = encode(picture, &EncodeOptions::new(EncodeFormat::Jpeg)).unwrap().bytes.into();
    // Never enlarged, only cut to a square: the decoder reads that part.
    let list = r#"[{"imageIndex":0,"width":200,"height":200,"fit":"aspect-crop","gravity":"left"}]"#;
    let explanation = explain(vec![jpeg], list);
    let [read, ..] = &explanation.steps[..] else { panic!("it is read") };
    let options: Vec<_> = read.options.keys().map(String::as_str).collect();
    assert_eq!((read.kind, options), ("read", vec!["width", "height", "fit", "gravity"]));
    assert_eq!(explanation.idle, []);
}

#[test]
fn explain_lists_what_changes_nothing() {
    let list = r#"[{"imageIndex":0,"brightness":1,"width":40,"gravity":"left","rotate":180,"blur":null}]"#;
    let explanation = explain(vec![png(40, 30)], list);
    let idle: Vec<_> = explanation.idle.iter().map(|idle| (idle.op, &idle.option[..])).collect();
    assert_eq!(idle, [(Some(0), "brightness"), (Some(0), "width"), (Some(0), "gravity")]);
    assert_eq!(explanation.steps.len(), 1);
}

#[test]
fn explain_measures_what_the_plan_depends_on() {
    // A white point at (10, 5) of black.
    let mut pixmap = Pixmap::filled(Size::new(40, 30), [0, 0, 0, 255]).unwrap();
    pixmap.row_mut(5)[40..44].fill(255);
    let list = r#"[{"imageIndex":0,"trim":{"border":{"keep":1}},"width":9,"fit":"contain"}]"#;
    let pipeline = pipeline();
    let request = request(vec![file_of(pixmap)], list);
    let explanation = pipeline.explain(request.clone(), Deadline::NONE).unwrap();
    let kinds: Vec<_> = explanation.steps.iter().map(|step| step.kind).collect();
    assert_eq!((explanation.is_measured, &kinds[..]), (true, &["measure", "crop", "resize"][..]));
    let crop = &explanation.steps[1];
    assert_eq!((crop.output, &crop.details), (Size::new(3, 3), json!({"left": 9, "top": 4}).as_object().unwrap()));
    assert_eq!(explanation.output.size, Size::new(9, 9));
    assert_eq!(pipeline.transform(request, Deadline::NONE).unwrap().size, Size::new(9, 9), "as the picture");
}

#[test]
fn explain_does_not_decode_without_need() {
    let broken = png(64, 64).slice(..60);
    let explanation = explain(vec![broken], r#"[{"imageIndex":0,"width":2}]"#);
    assert!(!explanation.is_measured);
}

#[test]
fn explain_as_json() {
    let (canvas, mark) = (png(1080, 720), png(20, 10));
    let list = r##"[
        {"imageIndex":0,"width":500,"height":500,"fit":"cover"},
        {"imageIndex":1,"rotate":90,"background":"#ff880080"},
        {"drawImageIndex":1,"targetImageIndex":0,"bottom":10,"right":10,"opacity":0.75}
    ]"##;
    let explanation: Value =
        serde_json::from_str(&explain(vec![canvas.clone(), mark.clone()], list).to_json()).unwrap();
    let size = |width: u32, height: u32| json!({"width": width, "height": height});
    let source = |bytes: &Bytes, width: u32, height: u32| json!({"format": "image/png", "width": width, "height": height, "file_size": bytes.len(), "frame_count": 1});
    let expected = json!({
        "profile": "2026-12",
        "engine": "cpu",
        "engine_reason": "cpu_wanted",
        // Both sources and the canvas as it is resized, then nine rows of it, four at the ends of the passes, and tables.
        "memory_bytes": 1_834_448,
        "is_measured": false,
        "sources": [source(&canvas, 1080, 720), source(&mark, 20, 10)],
        "frame_count": 1,
        "steps": [
            {
                "node": 0, "op": 0, "kind": "resize", "options": {"width": 500, "height": 500, "fit": "cover"},
                "input": size(1080, 720), "output": size(500, 500),
                "details": {
                    "kernel_x": "lanczos3", "taps_x": 9, "kernel_y": "lanczos3", "taps_y": 9, "first": "x",
                    "scaled": size(750, 500), "left": 125, "top": 0
                }
            },
            {
                "node": 1, "op": 1, "kind": "rotate", "options": {"rotate": 90},
                "input": size(20, 10), "output": size(10, 20), "details": {"degrees": 90}
            },
            {
                "node": 1, "op": 1, "kind": "background", "options": {"background": "#ff880080"},
                "input": size(10, 20), "output": size(10, 20), "details": {"color": "#ff880080"}
            },
            {
                "node": 0, "op": 2, "kind": "draw", "options": {"bottom": 10, "right": 10, "opacity": 0.75},
                "input": size(500, 500), "output": size(500, 500),
                "details": {
                    "foreground": 1, "foreground_size": size(10, 20), "composite": "over", "opacity": 0.75,
                    "left": 480, "top": 470
                }
            }
        ],
        "idle": [],
        "output": {
            "format": "rgba", "width": 500, "height": 500, "quality": null, "background": null, "is_animated": false,
            "copyright": null
        }
    });
    assert_eq!(explanation, expected);
}
