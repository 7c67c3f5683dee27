//! The same planes, encoded by this crate and by libjpeg-turbo.
#![expect(clippy::cast_possible_truncation, reason = "small pictures")]

use palmette_jpeg::encode::{Coding, Encoder, Error, Options, PlaneRows, Restart, Sampling};

use crate::turbo::{self, Encode, Plane, Planes};

/// The layouts of chroma with their names in the judge.
pub(crate) const SAMPLINGS: [(Sampling, turbo::Sampling); 5] = [
    (Sampling::Gray, turbo::Sampling::Gray),
    (Sampling::S444, turbo::Sampling::S444),
    (Sampling::S422, turbo::Sampling::S422),
    (Sampling::S420, turbo::Sampling::S420),
    (Sampling::S440, turbo::Sampling::S440),
];

/// All ways to code.
pub(crate) const CODINGS: [Coding; 3] = [Coding::Baseline, Coding::Optimized, Coding::Progressive];

/// Gives luma the size that the judge takes: whole chroma samples, the last column and row repeated.
pub(crate) fn widened(planes: &Planes, sampling: turbo::Sampling, width: usize, height: usize) -> Planes {
    let widen = |(i, plane): (usize, &Plane)| {
        let (wide, high) = turbo::plane_size(i, width, height, sampling);
        let at = |x: usize, y: usize| plane.samples[y.min(plane.height - 1) * plane.width + x.min(plane.width - 1)];
        let samples = (0..high).flat_map(|y| (0..wide).map(move |x| (x, y))).map(|(x, y)| at(x, y)).collect();
        Plane { width: wide, height: high, samples }
    };
    Planes(planes.0.iter().enumerate().map(widen).collect())
}

/// Encodes planes.
pub(crate) fn encode(planes: &Planes, width: usize, height: usize, options: &Options<'_>) -> Result<Vec<u8>, Error> {
    let mut encoder = Encoder::new(Vec::new(), width as u32, height as u32, options)?;
    let band_rows = encoder.band_rows();
    for top in (0..height).step_by(band_rows) {
        let rows = planes.0.iter().enumerate().map(|(i, plane)| {
            let top = if i == 0 { top } else { top / options.sampling.chroma_step().1 };
            PlaneRows { samples: &plane.samples[top * plane.width..], stride: plane.width }
        });
        encoder.write_band(&rows.collect::<Vec<_>>())?;
    }
    encoder.finish()
}

/// The judge with the same options.
pub(crate) fn judge(sampling: turbo::Sampling, options: &Options<'_>) -> Encode {
    let (restart_blocks, restart_rows) = match options.restart {
        None => (0, 0),
        Some(Restart::Mcus(mcus)) => (mcus.get(), 0),
        Some(Restart::Rows(rows)) => (0, rows.get()),
    };
    Encode {
        optimize: options.coding == Coding::Optimized,
        progressive: options.coding == Coding::Progressive,
        restart_blocks,
        restart_rows,
        ..Encode::new(options.quality, sampling)
    }
}

/// Fails unless both write the same file of some planes, each of the size that our encoder takes.
pub(crate) fn compare(planes: &Planes, width: usize, height: usize, options: &Options<'_>) {
    let number = SAMPLINGS.iter().position(|it| it.0 == options.sampling).expect("a layout of chroma");
    let (_, theirs) = SAMPLINGS[number];
    let file = encode(planes, width, height, options).expect("it encodes");
    let expected = judge(theirs, options).planes(&widened(planes, theirs, width, height), width, height);
    let difference = file.iter().zip(&expected).position(|(a, b)| a != b);
    assert!(
        file == expected,
        "{width}×{height} {options:?}: {} bytes for {}, first difference {difference:?}",
        file.len(),
        expected.len(),
    );
}
