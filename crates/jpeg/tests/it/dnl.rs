//! Heights that are said behind the first scan (DNL): libjpeg refuses such files, so they are compared with files that say
//! the same height in the frame.

use palmette_jpeg::{Decoder, Error, Reason, Request, Scale};

use crate::decode::planes;
use crate::twin::{check, check_file, pixels};
use crate::writer::{Layout, Picture, Process, scripts, segment, sequential_scripts};

/// Where the first marker of this code stands.
fn find(file: &[u8], marker: u8) -> usize {
    file.windows(2).position(|pair| pair == [0xff, marker]).expect("the marker")
}

/// A file with its height behind the scan.
fn with_dnl() -> Vec<u8> {
    let picture = Picture::random(40, 33, &[(2, 2), (1, 1), (1, 1)], 9);
    Layout { has_dnl: true, ..Layout::plain(3) }.write(&picture)
}

#[test]
fn dnl_says_the_height() {
    for factors in [&[(2, 2), (1, 1), (1, 1)][..], &[(1, 1)], &[(1, 4), (1, 1)]] {
        let components = u8::try_from(factors.len()).expect("at most four");
        for (width, height) in [(1, 1), (40, 33), (17, 64)] {
            let picture = Picture::random(width, height, factors, 9);
            let sequential = sequential_scripts(components).into_iter().map(|it| (Process::Extended, it));
            let progressive = scripts(components).into_iter().map(|it| (Process::Progressive, it));
            for (process, (name, scans)) in sequential.chain(progressive) {
                for restarts in [[0, 0], [2, 2]] {
                    let what = format!("{factors:?} {width}×{height}, {process:?}, {name}, restarts {restarts:?}");
                    let plain = Layout { restarts, ..Layout::new(process, scans.clone()) };
                    check(&picture, &plain, &what);
                    let file = Layout { has_dnl: true, ..plain.clone() }.write(&picture);
                    let plain = plain.write(&picture);
                    assert_eq!(Decoder::new(&file).unwrap().size(), Decoder::new(&plain).unwrap().size(), "{what}");
                    for scale in Scale::ALL {
                        let ours = planes(&file, &Request::at(scale));
                        assert_eq!(ours, planes(&plain, &Request::at(scale)), "{what}, {scale:?}");
                        assert_eq!(ours.1, None, "{what}");
                    }
                    assert_eq!(pixels(&file), pixels(&plain), "{what}");
                }
            }
        }
    }
}

#[test]
fn dnl_of_a_height_that_is_known_is_skipped() {
    let picture = Picture::random(40, 33, &[(2, 2), (1, 1), (1, 1)], 9);
    for scans in sequential_scripts(3) {
        let layout = Layout::new(Process::Extended, scans.1);
        let file = layout.write(&picture);
        let end = file.len() - 2;
        let mut dnl = Vec::new();
        segment(&mut dnl, 0xdc, &[0, 33]);
        check_file(&[&file[..end], &dnl, &file[end..]].concat(), &picture, scans.0);
    }
}

#[test]
fn dnl_is_needed_where_the_frame_has_no_height() {
    let file = with_dnl();
    let (scan, dnl) = (find(&file, 0xda), find(&file, 0xdc));
    let no_height = Error::Segment { marker: 0xda, at: scan, reason: Reason::Empty };
    let refuses = |file: &[u8], what: &str| assert_eq!(Decoder::new(file).map(|_| ()), Err(no_height), "{what}");
    refuses(&[&file[..dnl], &file[dnl + 6..]].concat(), "none");
    for cut in scan + 14..dnl + 6 {
        refuses(&file[..cut], "a file that ends before");
    }
    Decoder::new(&file[..dnl + 6]).expect("the height is there");
    let with = |segment: &[u8]| [&file[..dnl], segment, &file[dnl + 6..]].concat();
    refuses(&with(&[0xff, 0xdc, 0, 4, 0, 0]), "a height of 0");
    refuses(&with(&[0xff, 0xdc, 0, 3, 33]), "one byte");
    refuses(&with(&[0xff, 0xdc, 0, 5, 0, 33, 0]), "three bytes");
    refuses(&with(&[0xff, 0xdc, 0, 2]), "no bytes");
    refuses(&with(&[0xff, 0xdc, 0, 1, 0, 33]), "a length that is none");
    refuses(&with(&[0xff, 0xfe, 0, 4, 0, 33]), "a comment");
    let behind_comment = with(&[0xff, 0xfe, 0, 3, 0, 0xff, 0xdc, 0, 4, 0, 33]);
    refuses(&behind_comment, "a height behind another segment");
}

#[test]
fn dnl_of_another_height_than_the_data_has() {
    let file = with_dnl();
    let dnl = find(&file, 0xdc);
    let right = planes(&file, &Request::default()).0;
    for height in [1_u16, 16, 32, 34, 48, 49, 200, 65_535] {
        let mut file = file.clone();
        file[dnl + 4..dnl + 6].copy_from_slice(&height.to_be_bytes());
        let (ours, damage) = planes(&file, &Request::at(Scale::Full));
        assert_eq!(ours[0].height, usize::from(height));
        // Rows of MCUs that are not there are damage; those that are there and not wanted are none.
        assert_eq!(damage.is_some(), height > 48, "{height}: {damage:?}");
        let common = 40 * usize::from(height).min(33);
        assert_eq!(ours[0].samples[..common], right[0].samples[..common], "{height}");
    }
}
