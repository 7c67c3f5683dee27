//! Coefficients: those that were written are those that are read, in every process and order of scans.

use palmette_jpeg::Decoder;

use crate::writer::{Layout, Picture, Process, scripts, sequential_scripts};

/// Checks every block of a file.
#[track_caller]
fn check(file: &[u8], picture: &Picture, what: &str) {
    let decoder = Decoder::new(file).expect("a header");
    let mut bands = decoder.coefficients().expect("scans");
    let mut rows = vec![0; picture.components.len()];
    while let Some(band) = bands.next_band() {
        assert_eq!(band.len(), picture.components.len(), "{what}");
        for (i, (band, component)) in band.iter().zip(&picture.components).enumerate() {
            assert_eq!(*band.steps(), picture.steps[component.steps], "{what}");
            assert_eq!(band.y() as usize, rows[i], "{what}: bands follow each other");
            let across = component.size.0.div_ceil(8);
            for row in band.rows() {
                let same = &component.blocks[rows[i] * component.across..][..across];
                assert!(row == same, "{what}: component {i}, row {}", rows[i]);
                rows[i] += 1;
            }
        }
    }
    for (rows, component) in rows.into_iter().zip(&picture.components) {
        assert_eq!(rows, component.size.1.div_ceil(8), "{what}");
    }
    assert_eq!(bands.damage(), None, "{what}");
}

#[test]
fn coefficients_of_every_order_of_scans() {
    let factors: [&[(usize, usize)]; 4] =
        [&[(2, 2), (1, 1), (1, 1)], &[(2, 1), (1, 2), (1, 1), (2, 2)], &[(4, 1), (1, 1)], &[(1, 1)]];
    for factors in factors {
        let components = u8::try_from(factors.len()).expect("at most four");
        let sequential = sequential_scripts(components).into_iter().map(|it| (Process::Extended, it));
        let progressive = scripts(components).into_iter().map(|it| (Process::Progressive, it));
        for (process, (name, scans)) in sequential.chain(progressive) {
            // The wide one has several runs of blocks in a row.
            for (width, height) in [(101, 75), (2100, 18)] {
                let picture = Picture::random(width, height, factors, 11);
                let file = Layout { restarts: [7, 5], ..Layout::new(process, scans.clone()) }.write(&picture);
                check(&file, &picture, &format!("{factors:?}, {process:?}, {name}, {width}×{height}"));
            }
        }
    }
}
