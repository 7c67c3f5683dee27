//! Pictures in planes against the exact reference: every sampling, orientation and reduction, and random chains over all layouts.
//!
//! What is in planes, how a source is read, and where each sample lies is what the reference takes the specification to say; the
//! plan is not asked.

use palmette_core::{Layout, Orientation, Picture, Size, Spacing};
use palmette_jpeg::encode::Coding;
use palmette_ops::transform::{Border, Length, Trim, TrimEdges};
use palmette_ops::{AxisPosition, Color, Composite, Draw, Fit, Flip, Rotate, Transform};
use palmette_tests::Chain;
use palmette_tests::pictures::{Alpha, noise};
use palmette_tests::random::Random;
use palmette_tests::stored::{Stored, jpeg, noise_planes};

use super::chains;
use crate::options::{FITS, into, squeezed};

/// What a JPEG may store.
const LAYOUTS: [Layout; 5] = [
    Layout::GRAY,
    Layout::ycc(Spacing::ONE),
    Layout::ycc(Spacing::new(2, 1)),
    Layout::ycc(Spacing::new(1, 2)),
    Layout::ycc(Spacing::new(2, 2)),
];

/// What outputs take: pixels, or planes with chroma of full or half size.
const OUTPUTS: [Option<Spacing>; 3] = [None, Some(Spacing::ONE), Some(Spacing::new(2, 2))];

/// The longest side of a file here: large enough to be read at an eighth.
const LONGEST_PX: u32 = 150;

/// A source that is stored in planes: in a file, or not.
fn stored(random: &mut Random, size: Size, layout: Layout) -> Stored {
    let is_extreme = random.one_in(3);
    let picture = noise_planes(size, layout, is_extreme, random);
    if random.one_in(3) {
        return Stored::Planes(picture, orientation(random));
    }
    let coding = random.pick(&[Coding::Baseline, Coding::Progressive]);
    let orientation = if random.one_in(2) { 1 } else { u8::try_from(random.between(1, 8)).expect("small") };
    Stored::Jpeg(jpeg(&picture, random.pick(&[40, 95, 100]), orientation, coding))
}

fn orientation(random: &mut Random) -> Orientation {
    let flip = random.pick(&[None, Some(Flip::Horizontal), Some(Flip::Vertical), Some(Flip::Both)]);
    Orientation { flip, rotate: random.pick(&[Rotate::None, Rotate::Quarter, Rotate::Half, Rotate::ThreeQuarters]) }
}

/// Grows a tree whose leaves are of any layout.
fn tree(random: &mut Random, depth: u32) -> Chain {
    let output = random.pick(&OUTPUTS);
    let source = if random.one_in(4) {
        Stored::Pixels(chains::picture(random))
    } else {
        let size = Size::new(random.length(LONGEST_PX), random.length(LONGEST_PX));
        let layout = random.pick(&LAYOUTS);
        stored(random, size, layout)
    };
    let mut chain = Chain::of(source, output);
    for _ in 0..random.between(0, 3) {
        chain = if depth < chains::DEEPEST && random.one_in(3) {
            let overlay = tree(random, depth + 1);
            let mut draw = chains::draw(random);
            if random.one_in(2) {
                draw.composite = Composite::Over;
            }
            chain.draw(overlay, draw)
        } else if random.one_in(2) {
            let mut options = chains::transform(random);
            // That takes a look at the picture, which the reference of chains does not.
            options.trim = options.trim.filter(|trim| matches!(trim, Trim::Edges(_)));
            chain.transform(options)
        } else {
            chain.transform(geometry(random))
        };
    }
    chain
}

/// Options that all work in planes.
fn geometry(random: &mut Random) -> Transform {
    let mut options = Transform::default();
    if random.one_in(2) {
        options = into(random.length(LONGEST_PX), random.length(LONGEST_PX));
        options.fit = random.one_in(2).then(|| random.pick(&FITS));
        options.gravity = random.one_in(2).then(|| chains::gravity(random));
        if options.fit == Some(Fit::Pad) && random.one_in(2) {
            options.background = Some(color(random));
        }
    }
    if random.one_in(3) {
        options.flip = Some(random.pick(&[Flip::Horizontal, Flip::Vertical, Flip::Both]));
    }
    if random.one_in(3) {
        options.rotate = Some(random.pick(&[Rotate::Quarter, Rotate::Half, Rotate::ThreeQuarters]));
    }
    if random.one_in(4) {
        let mut cut = || random.one_in(2).then(|| Length::Fraction(0.001 + 0.248 * random.fraction()));
        let (top, right, bottom, left) = (cut(), cut(), cut(), cut());
        options.trim = Some(Trim::Edges(TrimEdges { top, right, bottom, left, width: None, height: None }));
    }
    if random.one_in(4) {
        let [top, right, bottom, left] = [(); 4].map(|()| random.between(0, 4));
        options.border = Some(Border { color: color(random), top, right, bottom, left });
    }
    options
}

/// An opaque colour, often a grey.
fn color(random: &mut Random) -> Color {
    let [red, green, blue, _] = random.bits().to_le_bytes();
    if random.one_in(3) { Color::opaque(red, red, red) } else { Color::opaque(red, green, blue) }
}

fn random_chains(seed: u64, count: usize) {
    let mut random = Random::new(seed);
    for _ in 0..count {
        tree(&mut random, 1).check_against_reference();
    }
}

#[test]
fn planes_random_chains_first() {
    random_chains(71, 250);
}

#[test]
fn planes_random_chains_second() {
    random_chains(72, 250);
}

#[test]
#[ignore = "takes minutes: run it with --ignored after a change of an engine or of the plan"]
fn planes_random_chains_five_thousand() {
    random_chains(73, 5_000);
}

#[test]
fn planes_of_every_layout_and_orientation_are_resized() {
    let mut random = Random::new(74);
    for layout in LAYOUTS {
        for orientation in 1..=8 {
            for output in OUTPUTS {
                let size = Size::new(random.between(90, 130), random.between(90, 130));
                let picture = noise_planes(size, layout, orientation % 2 == 0, &mut random);
                let file = Stored::Jpeg(jpeg(&picture, 90, orientation, Coding::Baseline));
                // No reduction, and each of those.
                for longest in [117, 70, 29, 13, 6] {
                    Chain::of(file.clone(), output).transform(into(longest, longest)).check_against_reference();
                }
            }
        }
    }
}

#[test]
fn planes_are_read_at_the_reduction_that_leaves_two() {
    // 128 pixels to 8 and to 9: an eighth leaves 2 of the first, and less of the second.
    let mut random = Random::new(75);
    for layout in LAYOUTS {
        let picture = noise_planes(Size::new(128, 128), layout, false, &mut random);
        let file = Stored::Jpeg(jpeg(&picture, 100, 1, Coding::Baseline));
        for (output, (width, height)) in OUTPUTS
            .into_iter()
            .flat_map(|output| [(8, 8), (9, 8), (8, 9), (32, 8), (64, 64), (65, 64)].map(|size| (output, size)))
        {
            Chain::of(file.clone(), output).transform(squeezed(width, height)).check_against_reference();
        }
    }
}

#[test]
fn planes_draw_at_every_place() {
    let mut random = Random::new(76);
    let (size, overlay) = (Size::new(31, 23), Size::new(5, 6));
    for layout in LAYOUTS {
        for (left, top) in [(-4, -3), (0, 0), (1, 1), (2, 3), (29, 21), (30, 22), (40, 0)] {
            let overlay = Stored::Pixels(noise(overlay, Alpha::Soft, &mut random));
            let position = |at| AxisPosition::FromStart(at);
            let draw = Draw { opacity: 0.75, horizontal: position(left), vertical: position(top), ..Draw::default() };
            let output = Some(if layout == LAYOUTS[1] { Spacing::ONE } else { Spacing::new(2, 2) });
            let target = Stored::Planes(noise_planes(size, layout, false, &mut random), Orientation::AS_STORED);
            Chain::of(target, output).draw(Chain::of(overlay, None), draw).check_against_reference();
        }
    }
}

#[test]
fn planes_chroma_lies_in_the_middle_of_its_pixels() {
    // Computed by hand. One sample of chroma stands for two pixels: enlarged, it is mixed 3 to 1 with its neighbours, and alone
    // at the edges.
    let luma = vec![100; 4];
    let planes = [luma, vec![128, 168], vec![128; 2]];
    let layout = Layout::ycc(Spacing::new(2, 1));
    let picture = Picture::from_planes(Size::new(4, 1), layout, planes).expect("whole planes");
    let pixels = Chain::of(Stored::Planes(picture, Orientation::AS_STORED), None).check_against_reference();
    // Blue is Y + 1.772·(Cb - 128), with Cb at 128, 138, 158 and 168.
    let blue: Vec<u8> = pixels.plane(0).chunks(4).map(|pixel| pixel[2]).collect();
    assert_eq!(blue, [100, 118, 153, 171]);
}
