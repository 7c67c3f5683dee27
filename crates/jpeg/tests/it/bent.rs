//! Small files, cut at every byte and bent at every byte: a result or an error, at every scale and as rows, never a panic,
//! and nothing but the [`differences`](crate::differences) from libjpeg-turbo that are meant.

use palmette_jpeg::Scale;

use crate::decode::picture;
use crate::judge::{self, Verdict, Way};
use crate::turbo::{Encode, Sampling, Space};
use crate::writer::{Layout, Picture, Process, scripts, sequential_scripts};

/// Pictures that a bent header makes so large are not decoded.
const MAX_PIXELS: u32 = 30_000;

/// Small files: one of each kind.
fn files() -> Vec<(&'static str, Vec<u8>)> {
    let pixels = picture(20, 18, 90);
    let optimized = |sampling| Encode { optimize: true, ..Encode::new(50, sampling) };
    let with_scans = |process, scans, restarts| {
        let picture = Picture::random(21, 17, &[(2, 1), (1, 1), (1, 1)], 40);
        Layout { restarts, ..Layout::new(process, scans) }.write(&picture)
    };
    let mozjpeg = scripts(3).swap_remove(1).1;
    vec![
        ("baseline", optimized(Sampling::S420).rgba(&pixels, 20, 18)),
        ("grey", optimized(Sampling::Gray).rgba(&pixels, 20, 18)),
        ("restarts", Encode { restart_blocks: 1, ..optimized(Sampling::S422) }.rgba(&pixels, 20, 18)),
        ("four inks", Encode { space: Some(Space::Ycck), ..optimized(Sampling::S420) }.cmyk(&pixels, 20, 18)),
        ("progressive", Encode { progressive: true, ..Encode::new(50, Sampling::S420) }.rgba(&pixels, 20, 18)),
        ("progressive with restarts", with_scans(Process::Progressive, mozjpeg, [2, 3])),
        ("a scan each", with_scans(Process::Extended, sequential_scripts(3).swap_remove(1).1, [0, 4])),
    ]
}

/// Decodes to pixels, and to planes at one scale, another one each turn.
fn check(file: &[u8], turn: usize, what: &dyn Fn() -> String) {
    for way in [Way::Pixels, Way::Planes(Scale::ALL[turn % 4])] {
        let Some(outcome) = judge::compare(file, way, MAX_PIXELS) else { return };
        assert!(outcome.verdict(file, way) != Verdict::Wrong, "{}, {way:?}: {outcome}", what());
    }
}

#[test]
fn bent_files_that_are_straight_are_right() {
    for (name, file) in files() {
        for way in Way::ALL {
            let outcome = judge::compare(&file, way, MAX_PIXELS).expect("small");
            assert_eq!(outcome.ours, Ok(None), "{name}");
            // TurboJPEG has no planes of four inks.
            let has_no_planes = name == "four inks" && way != Way::Pixels;
            assert!(outcome.theirs == Ok(None) || has_no_planes, "{name}, {way:?}: {outcome}");
            assert_eq!(outcome.differing, None, "{name}");
        }
    }
}

#[test]
fn bent_files_cut_everywhere() {
    for (name, file) in files() {
        for len in 0..file.len() {
            check(&file[..len], len, &|| format!("{name}, {len} bytes of it"));
        }
    }
}

#[test]
fn bent_files_with_an_end_mark_everywhere() {
    for (name, file) in files() {
        for len in 0..file.len() {
            check(&[&file[..len], &[0xff, 0xd9]].concat(), len, &|| {
                format!("{name}, {len} bytes of it and an end mark")
            });
        }
    }
}

#[test]
fn bent_files_every_byte() {
    for (name, file) in files() {
        let mut bent = file.clone();
        for (at, &byte) in file.iter().enumerate() {
            // Of the eight bits two, by turns; numbers that mean something; and markers.
            let marker = [0xc4, 0xd0, 0xd9, 0xda][at % 4];
            let values = [byte ^ 1 << (at % 8), byte ^ 1 << ((at + 3) % 8), byte.wrapping_add(1), 0, 0xff, marker];
            for (turn, value) in values.into_iter().enumerate().filter(|&(_, value)| value != byte) {
                bent[at] = value;
                check(&bent, at + turn, &|| format!("{name}, {value:#04x} at byte {at}"));
            }
            bent[at] = byte;
        }
    }
}

#[test]
fn bent_files_a_byte_more_or_less() {
    for (name, file) in files() {
        for at in 0..file.len() {
            check(&[&file[..at], &file[at + 1..]].concat(), at, &|| format!("{name} without byte {at}"));
            let byte = [0, 0x55, 0xff][at % 3];
            check(&[&file[..at], &[byte], &file[at..]].concat(), at + 1, &|| {
                format!("{name}, {byte} before byte {at}")
            });
        }
    }
}
