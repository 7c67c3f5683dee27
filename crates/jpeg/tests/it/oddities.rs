//! Files that are wrong somewhere, though every pixel is there; and files that lack some.

use palmette_jpeg::{DamageKind, Decoder, Request};

use crate::decode::{picture, planes};
use crate::turbo::{self, Encode, Sampling};

/// The fixtures whose pixels are those of `plain.jpg`.
const LIKE_PLAIN: [(&str, &[u8]); 3] = [
    ("samsung-sos", include_bytes!("../fixtures/samsung-sos.jpg")),
    ("no-eoi-trailer", include_bytes!("../fixtures/no-eoi-trailer.jpg")),
    ("stray-before-eoi", include_bytes!("../fixtures/stray-before-eoi.jpg")),
];

#[test]
fn oddities_of_cameras_are_no_damage() {
    let request = Request::default();
    let plain = planes(include_bytes!("../fixtures/plain.jpg"), &request);
    assert_eq!(plain.1, None);
    for (name, file) in LIKE_PLAIN {
        assert_eq!(planes(file, &request), plain, "{name}");
    }
}

/// A file with restart markers.
fn with_restarts(progressive: bool) -> Vec<u8> {
    let encode = Encode { restart_rows: 1, progressive, ..Encode::new(80, Sampling::S420) };
    encode.rgba(&picture(100, 70, 60), 100, 70)
}

/// Puts bytes before each restart marker and each marker behind the first scan.
fn with_stray(file: &[u8], stray: &[u8]) -> Vec<u8> {
    let start = file.windows(2).position(|pair| pair == [0xff, 0xda]).expect("a scan");
    let mut result = file[..start].to_vec();
    for (i, &byte) in file.iter().enumerate().skip(start) {
        if i > start && byte == 0xff && file.get(i + 1).is_some_and(|&next| next >= 0xc0) {
            result.extend_from_slice(stray);
        }
        result.push(byte);
    }
    result
}

#[test]
fn oddities_stray_bytes_before_markers() {
    for progressive in [false, true] {
        let file = with_restarts(progressive);
        let right = planes(&file, &Request::default());
        assert_eq!(right.1, None);
        for stray in [&[0][..], &[1, 2, 3], &[0xff, 0, 0xff], &[0xff, 0xff, 0xff], &[0x55; 5000]] {
            assert_eq!(planes(&with_stray(&file, stray), &Request::default()), right, "{:?}", &stray[..1]);
        }
    }
}

#[test]
fn oddities_missing_end_is_no_damage_if_all_scans_are_there() {
    for progressive in [false, true] {
        let file = with_restarts(progressive);
        let right = planes(&file, &Request::default());
        for cut in 0..=2 {
            assert_eq!(planes(&file[..file.len() - cut], &Request::default()), right, "{progressive} {cut}");
        }
    }
}

#[test]
fn oddities_missing_scans_are_damage_unless_the_end_is_marked() {
    let file = with_restarts(true);
    let scans: Vec<usize> = (0..file.len() - 1).filter(|&at| file[at..at + 2] == [0xff, 0xda]).collect();
    assert!(scans.len() > 5);
    for (number, &at) in scans.iter().enumerate().skip(1) {
        let cut = &file[..at];
        let (ours, damage) = planes(cut, &Request::default());
        let damage = damage.expect("scans are missing");
        assert_eq!((damage.kind, damage.scan), (DamageKind::MissingScans, number));
        let (marked, none) = planes(&[cut, &[0xff, 0xd9]].concat(), &Request::default());
        assert_eq!((none, &marked), (None, &ours));
    }
}

#[test]
fn oddities_cut_data_is_damage_at_its_mcu() {
    let encode = Encode::new(80, Sampling::S420);
    let file = encode.rgba(&picture(160, 64, 60), 160, 64);
    let right = planes(&file, &Request::default()).0;
    let start = file.windows(2).position(|pair| pair == [0xff, 0xda]).expect("a scan") + 14;
    let mut last = 0;
    for cut in (start..file.len() - 2).step_by(7) {
        let (ours, damage) = planes(&file[..cut], &Request::default());
        let damage = damage.expect("it is cut");
        assert_eq!((damage.kind, damage.scan), (DamageKind::Ends, 0));
        assert!(damage.mcu >= last && damage.mcu < 40, "{damage} after {last}");
        last = damage.mcu;
        // Whole MCUs before are right, and all is as libjpeg-turbo has it.
        let theirs = turbo::decode_planes(&file[..cut], 1).expect("planes").result;
        assert_eq!(ours, theirs.0, "cut at {cut}");
        let rows = usize::try_from(damage.mcu / 10).expect("few") * 16;
        assert_eq!(ours[0].samples[..rows * 160], right[0].samples[..rows * 160]);
    }
    assert!(last > 36);
}

#[test]
fn oddities_cut_data_before_a_restart_is_damage_at_its_mcu() {
    for progressive in [false, true] {
        let encode = Encode { restart_blocks: 4, progressive, ..Encode::new(90, Sampling::S420) };
        let file = encode.rgba(&picture(160, 64, 60), 160, 64);
        let start = file.windows(2).position(|pair| pair == [0xff, 0xda]).expect("a scan");
        let restarts = (start..file.len() - 1).filter(|&at| file[at] == 0xff && (0xd0..0xd8).contains(&file[at + 1]));
        for (number, at) in restarts.take(9).enumerate() {
            // Six bytes end within a code, most often, and not always in the last MCU.
            let cut = [&file[..at - 6], &file[at..]].concat();
            let (ours, damage) = planes(&cut, &Request::default());
            let damage = damage.expect("it is cut");
            assert_eq!((damage.kind, damage.scan), (DamageKind::Ends, 0), "restart {number}");
            assert!((4 * number as u64..4 * number as u64 + 4).contains(&damage.mcu), "{damage} in restart {number}");
            let theirs = turbo::decode_planes(&cut, 1).expect("planes");
            assert!(theirs.warning.is_some() && ours == theirs.result.0, "restart {number}");
        }
    }
}

#[test]
fn oddities_lengths_of_what_is_passed_do_not_matter() {
    let file = with_restarts(false);
    let right = planes(&file, &Request::default());
    for marker in (0xe0..=0xef).chain([0xdc, 0xfe]) {
        for len in [0, 1] {
            let odd = [&file[..2], &[0xff, marker, 0, len], &file[2..]].concat();
            assert_eq!(planes(&odd, &Request::default()), right, "{marker:#04x}");
            assert_eq!(turbo::decode_planes(&odd, 1).expect("planes").result.0, right.0, "{marker:#04x}");
        }
    }
}

#[test]
fn oddities_every_cut_ends() {
    for progressive in [false, true] {
        let file = with_restarts(progressive);
        for cut in 0..file.len() {
            if let Ok(decoder) = Decoder::new(&file[..cut]) {
                let mut bands = decoder.bands(&Request::default()).expect("the first scan");
                while bands.next_band().is_some() {}
            }
        }
    }
}
