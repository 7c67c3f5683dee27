//! A photo through decode, run and encode, each stage by itself: 12 megapixels to 800 wide.
//!
//! The photo is the JPEG that `PALMETTE_BENCH_PHOTO` names, or one drawn by code.

use std::num::NonZeroU32;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use palmette_benches::{PHOTO, picture, plan_of};
use palmette_codec::{DecodeOptions, EncodeFormat, EncodeOptions};
use palmette_core::engine::picture as picture_of;
use palmette_core::{CpuEngine, Deadline, Limits};
use palmette_ops::Transform;

/// Reads the photo, or draws one.
fn photo() -> Vec<u8> {
    match std::env::var_os("PALMETTE_BENCH_PHOTO") {
        Some(path) => std::fs::read(path).expect("PALMETTE_BENCH_PHOTO names a file"),
        None => {
            let options = EncodeOptions { quality: Some(90), ..EncodeOptions::new(EncodeFormat::Jpeg) };
            palmette_codec::encode(picture(PHOTO, false), &options).expect("a picture").bytes
        }
    }
}

fn stages(criterion: &mut Criterion) {
    let photo = photo();
    let limits = Limits::default();
    let options = DecodeOptions::new(limits);
    let decoded = palmette_codec::decode(&photo, &options).expect("a photo").pixmap;
    let plan = plan_of(Transform { width: NonZeroU32::new(800), ..Transform::default() }, decoded.size());
    let engine = CpuEngine::new();
    let result = picture_of(&engine, &plan, &decoded, Deadline::NONE).expect("a picture");
    assert_eq!(result.width(), 800);

    let mut group = criterion.benchmark_group("photo to 800 wide");
    group.sample_size(20);
    group.bench_function("decode", |bencher| {
        bencher.iter_with_large_drop(|| palmette_codec::decode(&photo, &options).expect("a photo"));
    });
    group.bench_function("run", |bencher| {
        bencher.iter_with_large_drop(|| picture_of(&engine, &plan, &decoded, Deadline::NONE).expect("a picture"));
    });
    for (name, format) in [
        ("encode jpeg", EncodeFormat::Jpeg),
        ("encode webp", EncodeFormat::Webp),
        ("encode avif", EncodeFormat::Avif),
        ("encode png", EncodeFormat::Png),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || result.clone(),
                |result| palmette_codec::encode(result, &EncodeOptions::new(format)).expect("a file"),
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, stages);
criterion_main!(benches);
