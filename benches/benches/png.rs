//! Encoding PNG: kinds of pictures that are stored in different ways.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use palmette_benches::{picture, size_of};
use palmette_codec::{DecodeOptions, EncodeFormat, EncodeOptions};
use palmette_core::{Pixmap, Size};

/// Draws boxes of plain colours with dots that repeat, so many colours in all.
fn drawing(size: Size, colors: u32) -> Pixmap {
    let pixel = |x: u32, y: u32| {
        let box_number = (x / 120 + y / 40 * 31) % colors;
        let is_dot = y % 14 < 9 && (x * 7 + y % 14 * 5) % 23 < 6;
        let [low, high, ..] = box_number.to_le_bytes();
        if is_dot { [20, 20, 30, 255] } else { [255 - low, 250, 200 - high, 255] }
    };
    let data = (0..size.height).flat_map(|y| (0..size.width).flat_map(move |x| pixel(x, y))).collect();
    Pixmap::from_vec(size, data).expect("as many pixels as the size says")
}

fn encode(criterion: &mut Criterion) {
    let size = size_of(2.0);
    let options = EncodeOptions::new(EncodeFormat::Png);
    let mut group = criterion.benchmark_group("encode png");
    group.sample_size(10);
    for (name, picture) in [
        ("photo", picture(size, true)),
        ("drawing of 3 colours", drawing(size, 2)),
        ("drawing of 200 colours", drawing(size, 199)),
        ("drawing of 3000 colours", drawing(size, 2999)),
    ] {
        // What is timed is right.
        let file = palmette_codec::encode(picture.clone(), &options).expect("a file").bytes;
        assert!(palmette_codec::decode(&file, &DecodeOptions::default()).expect("a picture").pixmap == picture);
        group.throughput(Throughput::Elements(size.area()));
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || picture.clone(),
                |picture| palmette_codec::encode(picture, &options).expect("a file"),
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, encode);
criterion_main!(benches);
