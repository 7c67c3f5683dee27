//! The options of a `transform`.

use std::num::NonZeroU32;

use palmette_ops::transform::{Border, Length, Segment, Trim, TrimBorder, TrimEdges, Upscale};
use palmette_ops::{Color, Fit, Flip, Gravity, GravityMode, Rotate, Transform};
use palmette_protocol::OptionObject;

use super::{Case, NOT_A_FRACTION, check};

#[test]
fn options_of_transform_at_their_edges() {
    check(CASES, Transform::from_options);
}

const COLOR: &str = "a CSS colour (a name, #rgb, #rgba, #rrggbb, #rrggbbaa, rgb() or hsl())";
const NOT_A_COLOR: &[&str] = &["0", "16711680", "true", "{}", "\"ff0000\"", "\"rgb(1 2)\"", "\"none\""];

const SIDE: &str = "a number of at least 0.5";
const NOT_A_SIDE: &[&str] = &["0", "0.49", "5e-324", "-1", "-1e+300", "\"auto\"", "true", "{}"];

const FACTOR: &str = "0 to 255";
const NOT_A_FACTOR: &[&str] = &["-5e-324", "-1", "255.1", "256", "1e+300", "true", "{}"];

const CUT: &str = "a number of at least 0 (below 1: a fraction of the picture)";
const NOT_CUT: &[&str] = &["-5e-324", "-0.5", "-1", "-1e+300", "true", "{}"];

const KEPT: &str = "a number above 0 (below 1: a fraction of the picture)";
const NOT_KEPT: &[&str] = &["0", "-5e-324", "-1", "true", "{}"];

const WIDTH: &str = "a number of at least 0";
const NOT_A_WIDTH: &[&str] = &["-5e-324", "-1", "-1e+300", "true", "{}"];

/// Lengths that are cut off at one side, or kept along one axis: from a pixel on.
macro_rules! lengths {
    ($side:ident $(, $more:expr)*) => {
        &[
            ("5e-324", |t| t.trim = Some(Trim::Edges(TrimEdges { $side: fraction(5e-324), ..TrimEdges::default() }))),
            ("0.25", |t| t.trim = Some(Trim::Edges(TrimEdges { $side: fraction(0.25), ..TrimEdges::default() }))),
            ("1", |t| t.trim = Some(Trim::Edges(TrimEdges { $side: pixels(1), ..TrimEdges::default() }))),
            ("1.5", |t| t.trim = Some(Trim::Edges(TrimEdges { $side: pixels(2), ..TrimEdges::default() }))),
            ("1e300", |t| t.trim = Some(Trim::Edges(TrimEdges { $side: pixels(u32::MAX), ..TrimEdges::default() }))),
            $($more)*
        ]
    };
}

/// Lengths that are cut off at one side, which may be none.
macro_rules! cuts {
    ($side:ident) => {
        lengths!($side, ("-0", |t| t.trim = Some(Trim::Edges(TrimEdges { $side: pixels(0), ..TrimEdges::default() }))))
    };
}

/// Widths of one side of a border.
macro_rules! widths {
    ($side:ident) => {
        &[
            ("0", |t| t.border = Some(Border::default())),
            ("0.5", |t| t.border = Some(Border { $side: 1, ..Border::default() })),
            ("1e300", |t| t.border = Some(Border { $side: u32::MAX, ..Border::default() })),
        ]
    };
}

fn pixels(pixels: u32) -> Option<Length> {
    Some(Length::Pixels(pixels))
}

fn fraction(fraction: f64) -> Option<Length> {
    Some(Length::Fraction(fraction))
}

fn point(x: f64, y: f64, mode: GravityMode) -> Gravity {
    Gravity::Point { x, y, mode }
}

const CASES: &[Case<Transform>] = &[
    Case {
        option: "trim",
        allowed: "border, or an object of either top, right, bottom, left, width, height or border",
        right: &[
            ("\"border\"", |t| t.trim = Some(Trim::Border(TrimBorder::default()))),
            ("{}", |t| t.trim = Some(Trim::Edges(TrimEdges::default()))),
        ],
        wrong: &["true", "0", "1"],
    },
    Case { option: "trim.top", allowed: CUT, right: cuts!(top), wrong: NOT_CUT },
    Case { option: "trim.right", allowed: CUT, right: cuts!(right), wrong: NOT_CUT },
    Case { option: "trim.bottom", allowed: CUT, right: cuts!(bottom), wrong: NOT_CUT },
    Case { option: "trim.left", allowed: CUT, right: cuts!(left), wrong: NOT_CUT },
    Case { option: "trim.width", allowed: KEPT, right: lengths!(width), wrong: NOT_KEPT },
    Case { option: "trim.height", allowed: KEPT, right: lengths!(height), wrong: NOT_KEPT },
    Case {
        option: "trim.border",
        allowed: "true, false or an object of color, tolerance, keep",
        right: &[
            ("true", |t| t.trim = Some(Trim::Border(TrimBorder::default()))),
            ("{}", |t| t.trim = Some(Trim::Border(TrimBorder::default()))),
            ("false", |t| t.trim = Some(Trim::Edges(TrimEdges::default()))),
        ],
        wrong: &["0", "1", "\"red\"", "\"border\""],
    },
    Case {
        option: "trim.border.color",
        allowed: COLOR,
        right: &[("\"#fff\"", |t| {
            t.trim = Some(Trim::Border(TrimBorder { color: Some(Color::WHITE), ..TrimBorder::default() }));
        })],
        wrong: NOT_A_COLOR,
    },
    Case {
        option: "trim.border.tolerance",
        allowed: "0 to 255",
        right: &[
            ("0", |t| t.trim = Some(Trim::Border(TrimBorder { tolerance: 0.0, ..TrimBorder::default() }))),
            ("0.5", |t| t.trim = Some(Trim::Border(TrimBorder { tolerance: 0.5, ..TrimBorder::default() }))),
            ("255", |t| t.trim = Some(Trim::Border(TrimBorder { tolerance: 255.0, ..TrimBorder::default() }))),
        ],
        wrong: &["-0.001", "255.1", "1e+300", "true", "{}"],
    },
    Case {
        option: "trim.border.keep",
        allowed: "a number of at least 0",
        right: &[
            ("0", |t| t.trim = Some(Trim::Border(TrimBorder { keep: 0, ..TrimBorder::default() }))),
            ("2.5", |t| t.trim = Some(Trim::Border(TrimBorder { keep: 3, ..TrimBorder::default() }))),
            ("1e300", |t| t.trim = Some(Trim::Border(TrimBorder { keep: u32::MAX, ..TrimBorder::default() }))),
        ],
        wrong: &["-0.5", "-1", "-1e+300", "true", "{}"],
    },
    Case {
        option: "flip",
        allowed: "h, v or hv",
        right: &[
            ("\"h\"", |t| t.flip = Some(Flip::Horizontal)),
            ("\"v\"", |t| t.flip = Some(Flip::Vertical)),
            ("\"hv\"", |t| t.flip = Some(Flip::Both)),
        ],
        wrong: &["\"vh\"", "\"H\"", "\" h\"", "true", "0", "1", "{}"],
    },
    Case {
        option: "rotate",
        allowed: "0, 90, 180 or 270",
        right: &[
            ("0", |t| t.rotate = Some(Rotate::None)),
            ("-0", |t| t.rotate = Some(Rotate::None)),
            ("9e1", |t| t.rotate = Some(Rotate::Quarter)),
            ("180.0", |t| t.rotate = Some(Rotate::Half)),
            ("270", |t| t.rotate = Some(Rotate::ThreeQuarters)),
        ],
        wrong: &["1", "-90", "45", "90.5", "360", "450", "1e+300", "\"90\"", "true", "{}"],
    },
    Case {
        option: "width",
        allowed: SIDE,
        right: &[
            ("0.5", |t| t.width = NonZeroU32::new(1)),
            ("1", |t| t.width = NonZeroU32::new(1)),
            ("240.5", |t| t.width = NonZeroU32::new(241)),
            ("4294967295", |t| t.width = Some(NonZeroU32::MAX)),
            ("1e308", |t| t.width = Some(NonZeroU32::MAX)),
        ],
        wrong: NOT_A_SIDE,
    },
    Case {
        option: "height",
        allowed: SIDE,
        right: &[
            ("0.5", |t| t.height = NonZeroU32::new(1)),
            ("1", |t| t.height = NonZeroU32::new(1)),
            ("240.49", |t| t.height = NonZeroU32::new(240)),
            ("4294967296", |t| t.height = Some(NonZeroU32::MAX)),
        ],
        wrong: NOT_A_SIDE,
    },
    Case {
        option: "fit",
        allowed: "scale-down, contain, cover, crop, aspect-crop, pad, squeeze, scale-up or outside",
        right: &[
            ("\"scale-down\"", |t| t.fit = Some(Fit::ScaleDown)),
            ("\"contain\"", |t| t.fit = Some(Fit::Contain)),
            ("\"cover\"", |t| t.fit = Some(Fit::Cover)),
            ("\"crop\"", |t| t.fit = Some(Fit::Crop)),
            ("\"aspect-crop\"", |t| t.fit = Some(Fit::AspectCrop)),
            ("\"pad\"", |t| t.fit = Some(Fit::Pad)),
            ("\"squeeze\"", |t| t.fit = Some(Fit::Squeeze)),
            ("\"scale-up\"", |t| t.fit = Some(Fit::ScaleUp)),
            ("\"outside\"", |t| t.fit = Some(Fit::Outside)),
            ("\"inside\"", |t| t.fit = Some(Fit::Contain)),
            ("\"fill\"", |t| t.fit = Some(Fit::Squeeze)),
            ("\"none\"", |_| ()),
        ],
        wrong: &["\"Cover\"", "\"scale_down\"", "\"stretch\"", "true", "0", "{}"],
    },
    Case {
        option: "gravity",
        allowed: "left, right, top, bottom, center, auto, entropy, face or an object of x, y, mode",
        right: &[
            ("\"left\"", |t| t.gravity = Some(Gravity::Left)),
            ("\"right\"", |t| t.gravity = Some(Gravity::Right)),
            ("\"top\"", |t| t.gravity = Some(Gravity::Top)),
            ("\"bottom\"", |t| t.gravity = Some(Gravity::Bottom)),
            ("\"center\"", |t| t.gravity = Some(Gravity::Center)),
            ("\"auto\"", |t| t.gravity = Some(Gravity::Auto)),
            ("\"entropy\"", |t| t.gravity = Some(Gravity::Entropy)),
            ("\"face\"", |t| t.gravity = Some(Gravity::Face)),
            ("{}", |t| t.gravity = Some(point(0.5, 0.5, GravityMode::Remainder))),
        ],
        wrong: &["\"centre\"", "\"Left\"", "0", "0.5", "true"],
    },
    Case {
        option: "gravity.x",
        allowed: "0 to 1",
        right: &[
            ("0", |t| t.gravity = Some(point(0.0, 0.5, GravityMode::Remainder))),
            ("5e-324", |t| t.gravity = Some(point(5e-324, 0.5, GravityMode::Remainder))),
            ("1", |t| t.gravity = Some(point(1.0, 0.5, GravityMode::Remainder))),
        ],
        wrong: NOT_A_FRACTION,
    },
    Case {
        option: "gravity.y",
        allowed: "0 to 1",
        right: &[
            ("0", |t| t.gravity = Some(point(0.5, 0.0, GravityMode::Remainder))),
            ("0.25", |t| t.gravity = Some(point(0.5, 0.25, GravityMode::Remainder))),
            ("1", |t| t.gravity = Some(point(0.5, 1.0, GravityMode::Remainder))),
        ],
        wrong: NOT_A_FRACTION,
    },
    Case {
        option: "gravity.mode",
        allowed: "remainder or box-center",
        right: &[
            ("\"remainder\"", |t| t.gravity = Some(point(0.5, 0.5, GravityMode::Remainder))),
            ("\"box-center\"", |t| t.gravity = Some(point(0.5, 0.5, GravityMode::BoxCenter))),
        ],
        wrong: &["\"box-centre\"", "0", "true", "{}"],
    },
    Case {
        option: "zoom",
        allowed: "0 to 1",
        right: &[("0", |t| t.zoom = Some(0.0)), ("0.5", |t| t.zoom = Some(0.5)), ("1", |t| t.zoom = Some(1.0))],
        wrong: NOT_A_FRACTION,
    },
    Case {
        option: "upscale",
        allowed: "interpolate or generate",
        right: &[
            ("\"interpolate\"", |t| t.upscale = Some(Upscale::Interpolate)),
            ("\"generate\"", |t| t.upscale = Some(Upscale::Generate)),
        ],
        wrong: &["\"none\"", "true", "2", "{}"],
    },
    Case {
        option: "segment",
        allowed: "foreground",
        right: &[("\"foreground\"", |t| t.segment = Some(Segment::Foreground))],
        wrong: &["\"background\"", "true", "1", "{}"],
    },
    Case {
        option: "brightness",
        allowed: FACTOR,
        right: &[
            ("0", |t| t.brightness = Some(0.0)),
            ("1e-300", |t| t.brightness = Some(1e-300)),
            ("1", |t| t.brightness = Some(1.0)),
            ("255", |t| t.brightness = Some(255.0)),
        ],
        wrong: NOT_A_FACTOR,
    },
    Case {
        option: "contrast",
        allowed: FACTOR,
        right: &[
            ("0", |t| t.contrast = Some(0.0)),
            ("0.5", |t| t.contrast = Some(0.5)),
            ("255", |t| t.contrast = Some(255.0)),
        ],
        wrong: NOT_A_FACTOR,
    },
    Case {
        option: "gamma",
        allowed: FACTOR,
        right: &[
            ("0", |t| t.gamma = Some(0.0)),
            ("5e-324", |t| t.gamma = Some(5e-324)),
            ("255", |t| t.gamma = Some(255.0)),
        ],
        wrong: NOT_A_FACTOR,
    },
    Case {
        option: "saturation",
        allowed: FACTOR,
        right: &[
            ("0", |t| t.saturation = Some(0.0)),
            ("1.5", |t| t.saturation = Some(1.5)),
            ("255", |t| t.saturation = Some(255.0)),
        ],
        wrong: NOT_A_FACTOR,
    },
    Case {
        option: "blur",
        allowed: "0 to 250",
        right: &[
            ("0", |t| t.blur = Some(0)),
            ("0.999", |t| t.blur = Some(0)),
            ("1", |t| t.blur = Some(1)),
            ("1.5", |t| t.blur = Some(2)),
            ("249.4", |t| t.blur = Some(249)),
            ("250", |t| t.blur = Some(250)),
        ],
        wrong: &["-0.1", "-1", "250.1", "251", "256", "1e+300", "true", "{}"],
    },
    Case {
        option: "sharpen",
        allowed: "0 to 10",
        right: &[
            ("0", |t| t.sharpen = Some(0.0)),
            ("1e-300", |t| t.sharpen = Some(1e-300)),
            ("1", |t| t.sharpen = Some(1.0)),
            ("10", |t| t.sharpen = Some(10.0)),
        ],
        wrong: &["-0.1", "-1", "10.1", "11", "1e+300", "true", "{}"],
    },
    Case {
        option: "background",
        allowed: COLOR,
        right: &[
            ("\"RED\"", |t| t.background = Some(Color::opaque(255, 0, 0))),
            ("\"transparent\"", |t| t.background = Some(Color::TRANSPARENT)),
        ],
        wrong: NOT_A_COLOR,
    },
    Case {
        option: "border",
        allowed: "an object of color and either width or top, right, bottom, left",
        right: &[("{}", |t| t.border = Some(Border::default()))],
        wrong: &["0", "3", "\"red\"", "true"],
    },
    Case {
        option: "border.color",
        allowed: COLOR,
        right: &[("\"white\"", |t| t.border = Some(Border { color: Color::WHITE, ..Border::default() }))],
        wrong: NOT_A_COLOR,
    },
    Case {
        option: "border.width",
        allowed: "a number of at least 0",
        right: &[
            ("0", |t| t.border = Some(Border::default())),
            ("2.5", |t| t.border = Some(Border { top: 3, right: 3, bottom: 3, left: 3, ..Border::default() })),
        ],
        wrong: NOT_A_WIDTH,
    },
    Case { option: "border.top", allowed: WIDTH, right: widths!(top), wrong: NOT_A_WIDTH },
    Case { option: "border.right", allowed: WIDTH, right: widths!(right), wrong: NOT_A_WIDTH },
    Case { option: "border.bottom", allowed: WIDTH, right: widths!(bottom), wrong: NOT_A_WIDTH },
    Case { option: "border.left", allowed: WIDTH, right: widths!(left), wrong: NOT_A_WIDTH },
];
