//! The options of a `draw`.

use palmette_ops::{AxisPosition, Composite, Draw, Repeat};
use palmette_protocol::OptionObject;

use super::{Case, NOT_A_FRACTION, check};

#[test]
fn options_of_draw_at_their_edges() {
    check(CASES, Draw::from_options);
}

const OFFSET: &str = "a number";
const NOT_AN_OFFSET: &[&str] = &["true", "{}", "\"5px\"", "\"center\""];

/// Distances from one side.
macro_rules! offsets {
    ($axis:ident, $side:ident) => {
        &[
            ("0", |d| d.$axis = AxisPosition::$side(0)),
            ("-0.5", |d| d.$axis = AxisPosition::$side(0)),
            ("0.5", |d| d.$axis = AxisPosition::$side(1)),
            ("-1.5", |d| d.$axis = AxisPosition::$side(-1)),
            ("2147483647", |d| d.$axis = AxisPosition::$side(i32::MAX)),
            ("-2147483648", |d| d.$axis = AxisPosition::$side(i32::MIN)),
            ("1e308", |d| d.$axis = AxisPosition::$side(i32::MAX)),
            ("-1e308", |d| d.$axis = AxisPosition::$side(i32::MIN)),
        ]
    };
}

const CASES: &[Case<Draw>] = &[
    Case {
        option: "opacity",
        allowed: "0 to 1",
        right: &[
            ("0", |d| d.opacity = 0.0),
            ("1e-300", |d| d.opacity = 1e-300),
            ("0.75", |d| d.opacity = 0.75),
            ("1", |d| d.opacity = 1.0),
        ],
        wrong: NOT_A_FRACTION,
    },
    Case {
        option: "repeat",
        allowed: "true, false, x or y",
        right: &[
            ("true", |d| d.repeat = Repeat::Both),
            ("false", |d| d.repeat = Repeat::None),
            ("\"x\"", |d| d.repeat = Repeat::X),
            ("\"y\"", |d| d.repeat = Repeat::Y),
        ],
        wrong: &["0", "1", "\"xy\"", "\"X\"", "\"true\"", "{}"],
    },
    Case {
        option: "composite",
        allowed: "over, in, atop, out, xor or lighter",
        right: &[
            ("\"over\"", |d| d.composite = Composite::Over),
            ("\"in\"", |d| d.composite = Composite::In),
            ("\"atop\"", |d| d.composite = Composite::Atop),
            ("\"out\"", |d| d.composite = Composite::Out),
            ("\"xor\"", |d| d.composite = Composite::Xor),
            ("\"lighter\"", |d| d.composite = Composite::Lighter),
        ],
        wrong: &["\"multiply\"", "\"Over\"", "true", "0", "{}"],
    },
    Case { option: "top", allowed: OFFSET, right: offsets!(vertical, FromStart), wrong: NOT_AN_OFFSET },
    Case { option: "left", allowed: OFFSET, right: offsets!(horizontal, FromStart), wrong: NOT_AN_OFFSET },
    Case { option: "bottom", allowed: OFFSET, right: offsets!(vertical, FromEnd), wrong: NOT_AN_OFFSET },
    Case { option: "right", allowed: OFFSET, right: offsets!(horizontal, FromEnd), wrong: NOT_AN_OFFSET },
];
