//! The kernels of the CPU engine, scalar beside vectorised, on rows of a 12-megapixel picture.
//!
//! Throughput is in source pixels, so that a number is nanoseconds a pixel whatever the size.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use palmette_benches::picture;
use palmette_core::Size;
use palmette_core::cpu::kernels::resize_h_opaque::ROWS;
use palmette_core::cpu::kernels::resize_v::VerticalTaps;
use palmette_core::cpu::kernels::{Kernels, blend};
use palmette_core::plan::DrawStep;
use palmette_core::plan::weights::WeightTable;
use palmette_ops::Composite;

/// All sets of kernels that this machine runs; the last one is called `fastest`, which records compare the others with.
fn variants() -> Vec<(&'static str, Kernels)> {
    let mut all = Kernels::all();
    if let Some((name, _)) = all.last_mut() {
        *name = "fastest";
    }
    all
}

fn rows(criterion: &mut Criterion) {
    let row = picture(Size::new(4000, 1), false);
    let soft_row = picture(Size::new(4000, 1), true);
    let mut wide = vec![0_i16; row.data().len()];
    (Kernels::SCALAR.premultiply)(soft_row.data(), &mut wide);
    let mut group = criterion.benchmark_group("premultiply");
    group.throughput(Throughput::Elements(4000));
    for (name, kernels) in variants() {
        for (kind, row) in [("opaque", &row), ("soft", &soft_row)] {
            let mut output = vec![0_i16; row.data().len()];
            group.bench_function(BenchmarkId::new(kind, name), |bencher| {
                bencher.iter(|| (kernels.premultiply)(black_box(row.data()), &mut output));
            });
        }
    }
    group.finish();

    let mut group = criterion.benchmark_group("unpremultiply");
    group.throughput(Throughput::Elements(4000));
    for (name, kernels) in variants() {
        let mut output = vec![0_u8; wide.len()];
        group.bench_function(BenchmarkId::new("soft", name), |bencher| {
            bencher.iter(|| (kernels.unpremultiply)(black_box(&wide), &mut output));
        });
    }
    group.finish();

    let mut group = criterion.benchmark_group("resize_h");
    group.throughput(Throughput::Elements(4000));
    for scaled in [3000, 800, 100] {
        let table = WeightTable::new(4000, scaled, 0, scaled).expect("memory");
        for (name, kernels) in variants() {
            let mut output = vec![0_i16; scaled as usize * 4];
            group.bench_function(BenchmarkId::new(format!("4000 to {scaled}"), name), |bencher| {
                bencher.iter(|| (kernels.resize_h_rgba)(&table, black_box(&wide), &mut output));
            });
        }
    }
    group.finish();

    let mut group = criterion.benchmark_group("resize_h_opaque");
    group.throughput(Throughput::Elements(4000 * ROWS as u64));
    for scaled in [3000, 800, 100] {
        let table = WeightTable::new(4000, scaled, 0, scaled).expect("memory");
        for (name, kernels) in variants() {
            let mut outputs = [(); ROWS].map(|()| vec![0_i16; scaled as usize * 4]);
            group.bench_function(BenchmarkId::new(format!("4000 to {scaled}"), name), |bencher| {
                bencher.iter(|| {
                    let outputs = outputs.each_mut().map(Vec::as_mut_slice);
                    (kernels.resize_h_opaque)(&table, [black_box(row.data()); ROWS], outputs)
                });
            });
        }
    }
    group.finish();

    let mut group = criterion.benchmark_group("resize_h_plane");
    group.throughput(Throughput::Elements(4000 * ROWS as u64));
    let plane = &row.data()[..4000];
    for scaled in [3000, 800, 100] {
        let table = WeightTable::new(4000, scaled, 0, scaled).expect("memory");
        for (name, kernels) in variants() {
            let mut outputs = [(); ROWS].map(|()| vec![0_i16; scaled as usize]);
            group.bench_function(BenchmarkId::new(format!("4000 to {scaled}"), name), |bencher| {
                bencher.iter(|| {
                    let outputs = outputs.each_mut().map(Vec::as_mut_slice);
                    (kernels.resize_h_plane)(&table, [black_box(plane); ROWS], outputs);
                });
            });
        }
    }
    group.finish();

    let mut group = criterion.benchmark_group("ycc_to_rgba");
    group.throughput(Throughput::Elements(4000));
    for (name, kernels) in variants() {
        let planes = [&wide[..4000], &wide[4000..8000], &wide[8000..12_000]];
        let mut output = vec![0_u8; 4 * 4000];
        group.bench_function(BenchmarkId::new("noise", name), |bencher| {
            bencher.iter(|| (kernels.ycc_to_rgba)(black_box(planes), &mut output));
        });
    }
    group.finish();

    let mut group = criterion.benchmark_group("resize_v");
    for scaled in [2250, 600, 100] {
        let table = WeightTable::new(3000, scaled, 0, scaled).expect("memory");
        let (_, weights) = table.iter().nth(scaled as usize / 2).expect("a row in the middle");
        let taps = VerticalTaps { weights, shift: table.shift(), chunk_shift: table.chunk_shift() };
        let sources = vec![wide.as_slice(); weights.len()];
        group.throughput(Throughput::Elements(4000 * weights.len() as u64));
        for (name, kernels) in variants() {
            let mut output = vec![0_i16; wide.len()];
            group.bench_function(BenchmarkId::new(format!("{} rows", weights.len()), name), |bencher| {
                bencher.iter(|| (kernels.resize_v)(taps, black_box(&sources), &mut output));
            });
        }
    }
    group.finish();
}

fn draw(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("blend");
    let (foreground, backdrop) = (picture(Size::new(4000, 1), true), picture(Size::new(4000, 1), false));
    group.throughput(Throughput::Elements(4000));
    for (name, backdrop) in [("soft on opaque", &backdrop), ("soft on soft", &foreground)] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let pixels = foreground.data().as_chunks::<4>().0.iter().zip(backdrop.data().as_chunks::<4>().0);
                for (&over, &under) in pixels {
                    black_box(blend::blend(Composite::Over, DrawStep::OPACITY_ONE, over, under));
                }
            });
        });
    }
    group.finish();
}

criterion_group!(benches, rows, draw);
criterion_main!(benches);
