//! What is measured: a list of operations for each kernel, and those of requests as they come.

use palmette_benches::{picture, planes};
use palmette_core::engine::complete;
use palmette_core::plan::{Plan, Planner, Source, Value};
use palmette_core::{CpuEngine, Deadline, Limits, Orientation, Picture, Size, Spacing};
use palmette_protocol::list;

/// A list of operations and what it shows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    pub(crate) kind: Kind,
    /// What it is called in the record. That of a kernel begins with its stem, if there is only one.
    pub(crate) name: &'static str,
    canvas: Canvas,
    overlay: Overlay,
    /// The list as it comes over the wire. WIDTH and HEIGHT are the canvas's; NARROW and LOW are what it is scaled to: 800 wide
    /// and in proportion, or half of what is less than 1600 wide.
    list: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One step, to see its kernels. Their time is that on the device's clock.
    Kernel,
    /// Several steps, as a request has them, on a picture that is decoded.
    Chain,
    /// From file to file.
    Request,
}

impl Kind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Kernel => "kernel",
            Self::Chain => "chain",
            Self::Request => "request",
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Canvas {
    /// Opaque, as a photo is.
    Opaque,
    /// With a white frame of an eighth of its sides.
    Framed,
    /// In planes, with chroma of half size along both axes, as photos are stored; the result may be in planes, too.
    Planes,
    /// The same, where the result is pixels.
    PlanesToPixels,
}

#[derive(Clone, Copy, Debug)]
enum Overlay {
    None,
    /// A logo of 400×400 with soft edges.
    Logo,
    /// As large as the canvas, and soft.
    Whole,
}

const fn kernel(name: &'static str, list: &'static str) -> Case {
    Case { kind: Kind::Kernel, name, canvas: Canvas::Opaque, overlay: Overlay::None, list }
}

const fn chain(name: &'static str, overlay: Overlay, list: &'static str) -> Case {
    Case { kind: Kind::Chain, name, canvas: Canvas::Opaque, overlay, list }
}

/// Everything that is measured.
pub(crate) const CASES: [Case; 20] = [
    kernel("map, flip h", r#"[{"imageIndex":0,"flip":"h"}]"#),
    kernel("map, rotate 90", r#"[{"imageIndex":0,"rotate":90}]"#),
    kernel("map, saturation", r#"[{"imageIndex":0,"saturation":1.2}]"#),
    Case {
        overlay: Overlay::Whole,
        ..kernel("draw, over", r#"[{"drawImageIndex":1,"targetImageIndex":0,"opacity":0.75}]"#)
    },
    kernel("resize_h, narrower", r#"[{"imageIndex":0,"width":NARROW,"height":HEIGHT,"fit":"squeeze"}]"#),
    kernel("resize_v, lower", r#"[{"imageIndex":0,"width":WIDTH,"height":LOW,"fit":"squeeze"}]"#),
    Case {
        canvas: Canvas::Planes,
        ..kernel("resize of planes", r#"[{"imageIndex":0,"width":NARROW,"height":LOW,"fit":"squeeze"}]"#)
    },
    Case {
        canvas: Canvas::PlanesToPixels,
        ..kernel("resize of planes to pixels", r#"[{"imageIndex":0,"width":NARROW,"height":LOW,"fit":"squeeze"}]"#)
    },
    Case { canvas: Canvas::PlanesToPixels, ..kernel("ycc_to_rgba, at full size", "[]") },
    Case { canvas: Canvas::Planes, ..kernel("map_plane, rotate 90", r#"[{"imageIndex":0,"rotate":90}]"#) },
    Case {
        canvas: Canvas::Planes,
        overlay: Overlay::Whole,
        ..kernel("draw_plane, over", r#"[{"drawImageIndex":1,"targetImageIndex":0,"opacity":0.75}]"#)
    },
    kernel("blur, radius 20", r#"[{"imageIndex":0,"blur":20}]"#),
    kernel("sharpen", r#"[{"imageIndex":0,"sharpen":1}]"#),
    Case { canvas: Canvas::Framed, ..kernel("trim, a frame of an eighth", r#"[{"imageIndex":0,"trim":"border"}]"#) },
    chain("resize", Overlay::None, r#"[{"imageIndex":0,"width":NARROW}]"#),
    chain(
        "resize and watermark",
        Overlay::Logo,
        r#"[{"imageIndex":0,"width":NARROW},{"imageIndex":1,"width":100},
            {"drawImageIndex":1,"targetImageIndex":0,"bottom":10,"right":10,"opacity":0.75}]"#,
    ),
    chain(
        "resize, sharpen and colour",
        Overlay::None,
        r#"[{"imageIndex":0,"width":NARROW,"sharpen":1,"brightness":1.1,"contrast":1.1,"saturation":1.2}]"#,
    ),
    chain("blur", Overlay::None, r#"[{"imageIndex":0,"blur":20}]"#),
    chain(
        "rotate and cover",
        Overlay::None,
        r#"[{"imageIndex":0,"rotate":90,"width":NARROW,"height":NARROW,"fit":"cover"}]"#,
    ),
    Case {
        kind: Kind::Request,
        canvas: Canvas::Planes,
        ..chain("JPEG to JPEG", Overlay::None, r#"[{"imageIndex":0,"width":NARROW}]"#)
    },
];

impl Case {
    /// Plans the list for a canvas of a size, has measured what it depends on, and draws the sources.
    pub(crate) fn prepare(&self, size: Size) -> (Plan, Vec<Picture>) {
        let mut sources = vec![self.canvas.draw(size)];
        match self.overlay {
            Overlay::None => {}
            Overlay::Logo => sources.push(picture(Size::new(400, 400), true).into()),
            Overlay::Whole => sources.push(picture(size, true).into()),
        }
        let narrow = 800.min(size.width / 2);
        let low = size.height * narrow / size.width;
        let words = [("WIDTH", size.width), ("HEIGHT", size.height), ("NARROW", narrow), ("LOW", low)];
        let list = words.iter().fold(self.list.to_owned(), |list, (word, px)| list.replace(word, &px.to_string()));
        let ops = list::resolve(&list::parse_list(&list).expect("a list")).expect("right options");
        let stored = |picture: &Picture| Source {
            stored: Value { size: picture.size(), layout: picture.layout() },
            orientation: Orientation::AS_STORED,
            // A reduced reading would leave both engines less to do.
            is_reducible: false,
        };
        let stored = sources.iter().map(stored).collect();
        let chroma = matches!(self.canvas, Canvas::Planes).then_some(Spacing::new(2, 2));
        let planner = Planner::of_sources(&ops, stored, &Limits::default()).expect("sizes of a bench");
        let mut planner = planner.with_target(chroma);
        let plan = complete(&mut planner, &CpuEngine::new(), &sources, Deadline::NONE).expect("a plan");
        (plan, sources)
    }
}

impl Canvas {
    fn draw(self, size: Size) -> Picture {
        if matches!(self, Self::Planes | Self::PlanesToPixels) {
            return planes(size, Spacing::new(2, 2));
        }
        let mut canvas = picture(size, false);
        if matches!(self, Self::Framed) {
            let (side, top) = (size.width / 8, size.height / 8);
            for y in 0..size.height {
                let row = canvas.row_mut(y).as_chunks_mut::<4>().0;
                let is_frame = y < top || y >= size.height - top;
                let (left, right) = if is_frame { (size.width, 0) } else { (side, side) };
                let len = row.len();
                row[..left as usize].fill([255; 4]);
                row[len - right as usize..].fill([255; 4]);
            }
        }
        canvas.into()
    }
}
