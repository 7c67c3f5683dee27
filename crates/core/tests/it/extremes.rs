//! Whatever a list asks for, it ends in a picture within the limits or in an error of the caller; and both sets of kernels
//! make the same picture of it.
//!
//! Options are written as JSON and read as those of a request are, so that a value is tried exactly if it can arrive.

use palmette_core::engine::{complete, picture};
use palmette_core::plan::{Planner, Value};
use palmette_core::{CpuEngine, Deadline, Limits, Pixmap, Size};
use palmette_ops::Class;
use palmette_protocol::list::{parse_list, resolve};

/// Small, so that what is within them runs fast and most extreme sizes are not.
const LIMITS: Limits = Limits { max_side_px: 130, max_area_px: 9_000, max_animation_area_px: 9_000 };

/// Sizes of sources: single pixels, lines and rectangles.
const SIZES: [Size; 6] =
    [Size::new(1, 1), Size::new(130, 1), Size::new(1, 130), Size::new(17, 31), Size::new(80, 60), Size::new(2, 3)];

/// What an option may be.
enum Values {
    /// One of these texts.
    Json(&'static [&'static str]),
    /// An object of some of these members.
    Object(Members),
    /// One of these.
    Either(&'static [Values]),
}

type Members = &'static [(&'static str, Values)];

const SIDES: Values = Values::Json(&["0.5", "1", "2", "3", "17.5", "64", "130", "131", "4294967295", "1e308"]);
const LENGTHS: Values = Values::Json(&[
    "0",
    "-0.0",
    "5e-324",
    "0.01",
    "0.5",
    "0.9999999999999999",
    "1",
    "3.5",
    "60",
    "4294967296",
    "1e308",
]);
const KEPT: Values = Values::Json(&["5e-324", "0.01", "0.5", "0.9999999999999999", "1", "3.5", "60", "1e308"]);
const WIDTHS: Values = Values::Json(&["0", "-0.0", "0.5", "1", "3", "60", "4294967295", "1e308"]);
const FACTORS: Values = Values::Json(&["0", "-0.0", "5e-324", "1e-300", "0.999", "1", "2.5", "255"]);
const FRACTIONS: Values = Values::Json(&["0", "-0.0", "5e-324", "0.3", "0.5", "0.9999999999999999", "1"]);
const OFFSETS: Values =
    Values::Json(&["0", "-0.5", "7", "-7.5", "129", "-129", "2147483647", "-2147483648", "1e308", "-1e308"]);
const COLORS: Values = Values::Json(&["\"red\"", "\"transparent\"", "\"#fff8\"", "\"rgb(1e308 -9 0 / 1%)\""]);

const TRANSFORM: Members = &[
    (
        "trim",
        Values::Either(&[
            Values::Object(&[
                ("top", LENGTHS),
                ("right", LENGTHS),
                ("bottom", LENGTHS),
                ("left", LENGTHS),
                ("width", KEPT),
                ("height", KEPT),
            ]),
            Values::Object(&[(
                "border",
                Values::Object(&[
                    ("color", COLORS),
                    ("tolerance", Values::Json(&["0", "5e-324", "0.5", "10", "255"])),
                    ("keep", WIDTHS),
                ]),
            )]),
        ]),
    ),
    ("flip", Values::Json(&["\"h\"", "\"v\"", "\"hv\""])),
    ("rotate", Values::Json(&["-0.0", "90", "180", "270"])),
    ("width", SIDES),
    ("height", SIDES),
    (
        "fit",
        Values::Either(&[
            Values::Json(&["\"scale-down\"", "\"contain\"", "\"cover\"", "\"crop\""]),
            Values::Json(&["\"aspect-crop\"", "\"pad\"", "\"squeeze\"", "\"scale-up\""]),
        ]),
    ),
    (
        "gravity",
        Values::Either(&[
            Values::Json(&["\"left\"", "\"bottom\"", "\"auto\"", "\"entropy\""]),
            Values::Object(&[
                ("x", FRACTIONS),
                ("y", FRACTIONS),
                ("mode", Values::Json(&["\"remainder\"", "\"box-center\""])),
            ]),
        ]),
    ),
    ("brightness", FACTORS),
    ("contrast", FACTORS),
    ("gamma", FACTORS),
    ("saturation", FACTORS),
    ("blur", Values::Json(&["0", "0.99", "1", "2.5", "250"])),
    ("sharpen", Values::Json(&["-0.0", "5e-324", "0.3", "10"])),
    ("background", COLORS),
    (
        "border",
        Values::Either(&[
            Values::Object(&[("color", COLORS), ("width", WIDTHS)]),
            Values::Object(&[("top", WIDTHS), ("right", WIDTHS), ("bottom", WIDTHS), ("left", WIDTHS)]),
        ]),
    ),
];

const DRAW: Members = &[
    ("opacity", FRACTIONS),
    ("repeat", Values::Json(&["true", "false", "\"x\"", "\"y\""])),
    ("composite", Values::Json(&["\"over\"", "\"in\"", "\"atop\"", "\"out\"", "\"xor\"", "\"lighter\""])),
];

/// Makes decisions: a xorshift generator, the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits") % count
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    fn json(&mut self, values: &Values) -> String {
        match values {
            Values::Json(texts) => self.pick(texts).to_owned(),
            Values::Object(members) => format!("{{{}}}", self.members(members, 2).join(",")),
            Values::Either(several) => {
                let at = self.below(several.len());
                self.json(&several[at])
            }
        }
    }

    /// Writes one in `rarity` of the members.
    fn members(&mut self, members: Members, rarity: usize) -> Vec<String> {
        let mut written = Vec::new();
        for (key, values) in members {
            if self.below(rarity) == 0 {
                written.push(format!("\"{key}\":{}", self.json(values)));
            }
        }
        written
    }

    fn transforms(&mut self, node: u32) -> Vec<String> {
        let mut transforms = Vec::new();
        for _ in 0..self.below(3) {
            let mut members = vec![format!("\"imageIndex\":{node}")];
            members.extend(self.members(TRANSFORM, 4));
            transforms.push(format!("{{{}}}", members.join(",")));
        }
        transforms
    }

    fn draw(&mut self) -> String {
        let mut members = vec!["\"drawImageIndex\":1,\"targetImageIndex\":0".to_owned()];
        members.extend(self.members(DRAW, 2));
        for sides in [["left", "right"], ["top", "bottom"]] {
            if self.below(3) > 0 {
                members.push(format!("\"{}\":{}", self.pick(&sides), self.json(&OFFSETS)));
            }
        }
        format!("{{{}}}", members.join(","))
    }

    fn picture(&mut self) -> Pixmap {
        let size = self.pick(&SIZES);
        let palette: [[u8; 4]; 3] = std::array::from_fn(|_| [(); 4].map(|()| self.pick(&[0, 1, 127, 254, 255])));
        let data = (0..size.area()).flat_map(|_| self.pick(&palette)).collect();
        Pixmap::from_vec(size, data).expect("four bytes a pixel")
    }
}

#[test]
fn extremes_end_in_a_picture_or_in_an_error_of_the_caller() {
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    let mut pictures = 0;
    for _ in 0..20_000 {
        let list = [dice.transforms(1), vec![dice.draw()], dice.transforms(0)].concat();
        let list = format!("[{}]", list.join(","));
        let ops = resolve(&parse_list(&list).unwrap()).unwrap_or_else(|error| panic!("{list}: {error}"));
        let sources = vec![dice.picture(), dice.picture()];
        let sizes: Vec<Size> = sources.iter().map(Pixmap::size).collect();
        let run = |engine: CpuEngine| {
            let plan = complete(&mut Planner::new(&ops, &sizes, &LIMITS)?, &engine, &sources, Deadline::NONE)?;
            let picture = picture(&engine, &plan, &sources, Deadline::NONE)?;
            assert_eq!(plan.result(), Some(Value::rgba(picture.size())), "{list}");
            let made = plan.steps().iter().filter_map(|step| plan.output(step));
            made.for_each(|value| LIMITS.check(value.size).expect(&list));
            Ok(picture)
        };
        match (run(CpuEngine::scalar()), run(CpuEngine::new())) {
            (Ok(scalar), Ok(fastest)) => {
                assert!(scalar == fastest, "{list} on {sizes:?}");
                pictures += 1;
            }
            (Err(error), Err(_)) => {
                let error: palmette_core::Error = error;
                assert!(matches!(error.class(), Class::Limit | Class::Caller), "{list} on {sizes:?}: {error}");
            }
            (scalar, fastest) => panic!("{list} on {sizes:?}: {scalar:?} but {fastest:?}"),
        }
    }
    assert!(pictures > 5_000, "only {pictures} lists were run");
}
