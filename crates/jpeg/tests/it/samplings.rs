//! Samplings that no encoder at hand writes.

use crate::twin::check;
use crate::writer::{Layout, Picture, Process, Scan, scripts, sequential_scripts};

/// Sampling factors of the components of a picture.
type Factors = &'static [(usize, usize)];

/// Layouts of up to ten blocks an MCU, so that all components may share a scan.
const FACTORS: [Factors; 29] = [
    &[(1, 1)],
    &[(2, 2)],
    &[(4, 3)],
    &[(1, 1), (1, 1)],
    &[(2, 1), (1, 1)],
    &[(1, 1), (2, 2)],
    &[(4, 2), (1, 2)],
    &[(1, 1), (1, 1), (1, 1)],
    &[(2, 1), (2, 1), (2, 1)],
    &[(1, 3), (1, 3), (1, 3)],
    &[(3, 1), (1, 1), (1, 1)],
    &[(1, 3), (1, 1), (1, 1)],
    &[(3, 2), (1, 1), (1, 1)],
    &[(3, 2), (1, 2), (1, 1)],
    &[(3, 2), (3, 1), (1, 1)],
    &[(4, 1), (1, 1), (1, 1)],
    &[(1, 4), (1, 1), (1, 1)],
    &[(4, 2), (1, 1), (1, 1)],
    &[(2, 4), (1, 1), (1, 1)],
    &[(2, 2), (2, 1), (1, 2)],
    &[(2, 2), (1, 2), (2, 1)],
    &[(2, 2), (2, 2), (1, 1)],
    &[(1, 1), (2, 2), (2, 2)],
    &[(1, 1), (4, 1), (1, 4)],
    &[(1, 2), (2, 1), (2, 1)],
    &[(1, 1), (1, 1), (1, 1), (1, 1)],
    &[(2, 2), (1, 1), (1, 1), (2, 2)],
    &[(2, 1), (1, 1), (2, 1), (1, 1)],
    &[(1, 2), (2, 1), (1, 1), (2, 2)],
];

/// Layouts of more blocks, whose components need scans of their own; and ratios that are not whole.
const LARGE: [Factors; 7] = [
    &[(4, 4), (1, 1), (1, 1)],
    &[(4, 4), (4, 4), (4, 4)],
    &[(4, 4), (2, 2), (1, 2)],
    &[(3, 3), (1, 1), (3, 3)],
    &[(4, 4), (1, 1), (4, 1), (1, 4)],
    &[(3, 3), (2, 2), (1, 1)],
    &[(4, 4), (3, 3)],
];

const SIZES: [(usize, usize); 3] = [(1, 1), (37, 29), (70, 83)];

/// The layouts of a picture: sequential and progressive scans in every order.
fn layouts(factors: Factors) -> Vec<(&'static str, Layout)> {
    let components = u8::try_from(factors.len()).expect("at most four");
    let fits = |scans: &[Scan]| {
        scans.iter().all(|scan| {
            let blocks = scan.components.iter().map(|&i| factors[usize::from(i)]).map(|(h, v)| h * v);
            scan.components.len() == 1 || blocks.sum::<usize>() <= 10
        })
    };
    let of = |process: Process| move |(name, scans): (&'static str, Vec<Scan>)| (name, Layout::new(process, scans));
    let sequential = sequential_scripts(components).into_iter().map(of(Process::Extended));
    let progressive = scripts(components).into_iter().take(4).map(of(Process::Progressive));
    let progressive = progressive.map(|(name, mut layout)| {
        // Where all do not fit into one MCU, DC comes component by component.
        if !fits(&layout.scans) {
            let split = |scan: Scan| {
                let Scan { components, band, bits } = scan;
                components.into_iter().map(move |i| Scan::new([i], band, bits))
            };
            layout.scans = layout.scans.into_iter().flat_map(split).collect();
        }
        (name, layout)
    });
    sequential.chain(progressive).filter(|(_, layout)| fits(&layout.scans)).collect()
}

/// Checks a layout in every order of scans.
fn check_all(factors: Factors, width: usize, height: usize) {
    let seed = (width * 100 + height) as u64;
    for (i, (name, mut layout)) in layouts(factors).into_iter().enumerate() {
        let mut picture = Picture::random(width, height, factors, seed);
        // Without Adobe's segment four components are plain inks.
        picture.adobe = (factors.len() == 4 && i % 2 == 0).then_some(2);
        layout.restarts = [[0, 0], [3, 3], [0, 5]][i % 3];
        check(&picture, &layout, &format!("{factors:?} {width}×{height}, {:?}, {name}", layout.process));
    }
}

#[test]
fn samplings_of_up_to_ten_blocks() {
    for factors in FACTORS {
        for (width, height) in SIZES {
            check_all(factors, width, height);
        }
    }
}

#[test]
fn samplings_of_more_blocks() {
    for factors in LARGE {
        for (width, height) in SIZES {
            check_all(factors, width, height);
        }
    }
}
