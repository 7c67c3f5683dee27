//! What files of AVIF hold and how it is found: grids, alpha, tracks, places of bytes; and boxes that mean harm.

use std::time::Instant;

use palmette_codec::{DecodeOptions, Error, Note, OnDamage, probe};
use palmette_core::{Pixmap, Size};
use palmette_ops::Class;

use crate::color::p3_to_srgb;
use crate::draw::{QUADRANTS, corners, max_difference, picture};
use crate::files::{decode, decode_damaged};
use crate::heif::{ALPHA, DEPTH, Item, Place, auxiliary_item, boxed, file, grid_item, ispe, movie, nclx, picture_item};

const RED: [u8; 4] = [255, 0, 0, 255];
const BLUE: [u8; 4] = [0, 0, 255, 255];

/// Draws a picture of one colour.
fn plain(width: u32, height: u32, color: [u8; 4]) -> Pixmap {
    picture(width, height, |_, _| color)
}

/// Draws one grey level.
fn gray(width: u32, height: u32, level: u8) -> Pixmap {
    plain(width, height, [level, level, level, 255])
}

/// Asserts that a pixel is as expected, within two levels.
#[track_caller]
fn assert_near(actual: [u8; 4], expected: [u8; 4]) {
    assert!(max_difference(&actual, &expected) <= 2, "{actual:?} instead of {expected:?}");
}

#[test]
fn container_bytes_lie_anywhere() {
    let item = picture_item(&plain(64, 64, RED));
    let expected = decode(&file(1, std::slice::from_ref(&item), Place::Behind)).unwrap();
    assert_near(expected.pixel(30, 30), RED);
    for place in [Place::Before, Place::Inside, Place::Pieces(2), Place::Pieces(7)] {
        assert_eq!(decode(&file(1, std::slice::from_ref(&item), place)).unwrap(), expected);
    }
}

#[test]
fn container_grid_goes_by_its_references() {
    let mut items: Vec<Item> = QUADRANTS.iter().map(|&color| picture_item(&plain(64, 64, color))).collect();
    for order in [[1_u16, 2, 3, 4], [4, 2, 1, 3], [3, 3, 2, 3]] {
        items.truncate(4);
        items.push(grid_item(2, 2, 100, 90, &order));
        let bytes = file(5, &items, Place::Behind);
        assert_eq!(probe(&bytes).unwrap().size, Size::new(100, 90));
        let decoded = decode(&bytes).unwrap();
        for (actual, item) in corners(&decoded).into_iter().zip(order) {
            assert_near(actual, QUADRANTS[usize::from(item) - 1]);
        }
    }
}

#[test]
fn container_alpha_of_a_picture_of_a_grid_and_of_its_cells() {
    let cells = [picture_item(&plain(64, 64, RED)), picture_item(&plain(64, 64, BLUE))];
    // One for a picture.
    let items = [cells[0].clone(), auxiliary_item(&gray(64, 64, 99), ALPHA, 1)];
    assert_near(decode(&file(1, &items, Place::Behind)).unwrap().pixel(9, 9), [255, 0, 0, 99]);
    // A grid of alpha for a grid.
    let alpha = [picture_item(&gray(64, 64, 50)), picture_item(&gray(64, 64, 200))];
    let mut alpha_grid = grid_item(1, 2, 128, 64, &[4, 5]);
    alpha_grid.properties.push(crate::heif::aux_type(ALPHA));
    alpha_grid.references.push((*b"auxl", vec![3]));
    let grid = grid_item(1, 2, 128, 64, &[1, 2]);
    let [first, second] = cells.clone();
    let [first_alpha, second_alpha] = alpha;
    let decoded =
        decode(&file(3, &[first, second, grid.clone(), first_alpha, second_alpha, alpha_grid], Place::Behind)).unwrap();
    assert_near(decoded.pixel(9, 9), [255, 0, 0, 50]);
    assert_near(decoded.pixel(99, 9), [0, 0, 255, 200]);
    // One for each cell.
    let [first, second] = cells.clone();
    let alpha = [auxiliary_item(&gray(64, 64, 50), ALPHA, 1), auxiliary_item(&gray(64, 64, 200), ALPHA, 2)];
    let [first_alpha, second_alpha] = alpha;
    let decoded =
        decode(&file(3, &[first, second, grid.clone(), second_alpha, first_alpha.clone()], Place::Behind)).unwrap();
    assert_near(decoded.pixel(9, 9), [255, 0, 0, 50]);
    assert_near(decoded.pixel(99, 9), [0, 0, 255, 200]);
    // For one cell only: none.
    let [first, second] = cells;
    let decoded = decode(&file(3, &[first, second, grid, first_alpha], Place::Behind)).unwrap();
    assert!(decoded.is_opaque());
}

#[test]
fn container_depth_is_no_alpha_and_what_is_beside_the_picture_is_bound_by_nothing() {
    let mut gain_map = picture_item(&gray(64, 64, 99));
    gain_map.properties[0] = ispe(60_000, 60_000);
    let mut thumbnail = gain_map.clone();
    thumbnail.references.push((*b"thmb", vec![1]));
    let items = [picture_item(&plain(64, 64, RED)), auxiliary_item(&gray(64, 64, 99), DEPTH, 1), gain_map, thumbnail];
    let decoded = decode(&file(1, &items, Place::Behind)).unwrap();
    assert_eq!(decoded.size(), Size::new(64, 64));
    assert_near(decoded.pixel(5, 5), RED);
}

#[test]
fn container_tracks_beside_the_picture_do_not_confuse() {
    let still = picture_item(&plain(64, 48, RED));
    let sound = Item { kind: *b"mp4a", payload: b"sound".to_vec(), ..still.clone() };
    let mut alpha = auxiliary_item(&gray(64, 48, 77), ALPHA, 2);
    // In a track the box has another name.
    let auxi = alpha.properties.pop().unwrap();
    alpha.properties.push([&auxi[..4], b"auxi", &auxi[8..]].concat());
    let decoded = decode(&movie(&[(*b"soun", sound.clone()), (*b"pict", still.clone())])).unwrap();
    assert_near(decoded.pixel(5, 5), RED);
    let tracks = [(*b"soun", sound), (*b"pict", still.clone()), (*b"auxv", alpha.clone())];
    assert_near(decode(&movie(&tracks)).unwrap().pixel(5, 5), [255, 0, 0, 77]);
    alpha.references[0].1[0] = 1;
    let tracks = [(*b"pict", still), (*b"auxv", alpha)];
    assert_near(decode(&movie(&tracks)).unwrap().pixel(5, 5), [255, 0, 0, 77]);
}

#[test]
fn container_colors_by_numbers_and_by_profile() {
    let stored = [200, 100, 50];
    let mut item = picture_item(&plain(32, 32, [200, 100, 50, 255]));
    item.properties.push(nclx(12, 13, 6));
    assert_near(decode(&file(1, std::slice::from_ref(&item), Place::Behind)).unwrap().pixel(9, 9), p3_to_srgb(stored));
    // Linear light, as a curve of 8 bits.
    item.properties[2] = nclx(1, 8, 6);
    let [red, green, blue, _] = decode(&file(1, std::slice::from_ref(&item), Place::Behind)).unwrap().pixel(9, 9);
    assert_near([red, green, blue, 255], [229, 168, 122, 255]);
    // A profile beside numbers: the matrix is that of the numbers, the colours are the profile's.
    let profile = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    item.properties[2] = nclx(9, 16, 6);
    item.properties.push(boxed(b"colr", &[&b"prof"[..], &profile].concat()));
    let bytes = file(1, &[item], Place::Behind);
    assert_near(decode(&bytes).unwrap().pixel(9, 9), p3_to_srgb(stored));
    assert_eq!(probe(&bytes).unwrap().notes, []);
}

#[test]
fn container_colors_that_are_not_followed_are_noted() {
    let noted = |primaries, transfer| {
        let mut item = picture_item(&plain(32, 32, RED));
        item.properties.push(nclx(primaries, transfer, 6));
        probe(&file(1, &[item], Place::Behind)).unwrap().notes
    };
    assert_eq!(noted(9, 16), [Note::HighDynamicRange]);
    assert_eq!(noted(200, 13), [Note::Primaries { code: 200 }]);
    assert_eq!(noted(1, 13), []);
}

#[test]
fn container_that_is_not_decoded_is_named() {
    let picture = picture_item(&plain(32, 32, RED));
    let unsupported = |items: &[Item]| match decode(&file(1, items, Place::Behind)).unwrap_err() {
        Error::UnsupportedInput { name } => name,
        error => panic!("{error}"),
    };
    let mut overlay = grid_item(1, 1, 32, 32, &[2]);
    overlay.kind = *b"iovl";
    assert_eq!(unsupported(&[overlay, picture.clone()]), "HEIF of a picture derived from others");
    let other = Item { kind: *b"j2k1", ..picture.clone() };
    assert_eq!(unsupported(&[other]), "HEIF of a coding other than AV1 and HEVC");
    let mut unknown = picture;
    unknown.properties.push(boxed(b"zzzz", b"?"));
    assert_eq!(unsupported(&[unknown]), "HEIF with an essential property that is not known");
}

#[test]
fn container_with_a_damaged_cell_is_refused_or_shown_without_it() {
    let mut items = vec![picture_item(&plain(64, 64, RED)), picture_item(&plain(64, 64, BLUE))];
    let len = items[1].payload.len();
    items[1].payload.truncate(len / 2);
    items.push(grid_item(1, 2, 128, 64, &[1, 2]));
    let bytes = file(3, &items, Place::Behind);
    assert!(matches!(decode(&bytes), Err(Error::Damaged { .. })));
    let (shown, damage) = decode_damaged(&bytes).unwrap();
    assert_near(shown.pixel(9, 9), RED);
    assert_near(shown.pixel(99, 9), [0, 0, 0, 255]);
    assert!(damage.is_some());
}

#[test]
fn container_stops_at_its_deadline() {
    let bytes = file(1, &[picture_item(&plain(64, 64, RED))], Place::Behind);
    let options = DecodeOptions {
        deadline: palmette_core::Deadline::at(Instant::now()),
        on_damage: OnDamage::Show,
        ..DecodeOptions::default()
    };
    let error = palmette_codec::decode(&bytes, &options).unwrap_err();
    assert_eq!(error.class(), palmette_ops::Class::Deadline);
}

/// Boxes that claim far more than there is, each with what it is refused as.
#[test]
fn hostile_boxes_cost_nothing() {
    let picture = picture_item(&plain(64, 64, RED));
    let whole = file(1, std::slice::from_ref(&picture), Place::Behind);
    let changed = |kind: &[u8; 4], skip: usize, bytes: &[u8]| {
        let mut changed = whole.clone();
        let at = changed.windows(4).position(|window| window == kind).unwrap() + 4 + skip;
        changed[at..at + bytes.len()].copy_from_slice(bytes);
        changed
    };
    // 65,535 cells of one item, and a cell of 60,000 squared.
    let cells = [1_u16; 65_025];
    let many_cells = file(2, &[picture.clone(), grid_item(255, 255, 16_320, 16_320, &cells)], Place::Behind);
    let mut vast = picture.clone();
    vast.properties[0] = ispe(60_000, 60_000);
    let vast_cell = file(2, &[vast, grid_item(1, 1, 64, 64, &[1])], Place::Behind);
    // A grid of itself.
    let itself = file(1, &[grid_item(1, 1, 64, 64, &[1])], Place::Behind);
    let mut vast_picture = picture.clone();
    vast_picture.properties = vec![ispe(u32::MAX, u32::MAX)];
    for (name, bytes, class) in [
        ("a vast picture", file(1, &[vast_picture], Place::Behind), Class::Limit),
        ("65,535 extents", changed(b"iloc", 14, &[0xff, 0xff]), Class::Caller),
        ("65,535 locations", changed(b"iloc", 6, &[0xff, 0xff]), Class::Caller),
        ("extents of no bytes", changed(b"iloc", 4, &[0]), Class::Caller),
        ("an item that is too long", changed(b"iloc", 20, &[0xff; 4]), Class::Caller),
        ("4 billion associations", changed(b"ipma", 4, &[0xff; 4]), Class::Caller),
        ("a box of 4 billion bytes", changed(b"iprp", 0, &[0xff; 4]), Class::Caller),
        (
            "a meta of 2 bytes",
            {
                let mut bytes = whole.clone();
                bytes[28..32].copy_from_slice(&[0, 0, 0, 2]);
                bytes
            },
            Class::Caller,
        ),
        ("65,025 cells", many_cells, Class::Limit),
        ("a vast cell", vast_cell, Class::Limit),
        ("a grid of itself", itself, Class::Unsupported),
        ("no item", file(9, std::slice::from_ref(&picture), Place::Behind), Class::Caller),
    ] {
        let started = Instant::now();
        let _ = probe(&bytes);
        let error = decode(&bytes).expect_err(name);
        assert_eq!(error.class(), class, "{name}: {error}");
        assert!(started.elapsed().as_secs() < 5, "{name}");
    }
}

#[test]
fn hostile_overlapping_extents_do_not_grow() {
    // One item of 8,192 extents, each of which is the whole file of more than a megabyte.
    let mut item = picture_item(&plain(64, 64, RED));
    item.payload.resize(1 << 20, 0);
    let whole = file(1, &[item], Place::Pieces(8192));
    let mut bytes = whole.clone();
    let at = bytes.windows(4).position(|window| window == b"iloc").unwrap() + 4 + 16;
    for extent in bytes[at..at + 8192 * 8].chunks_exact_mut(8) {
        extent.copy_from_slice(&[0, 0, 0, 0, 0, 0x10, 0, 0]);
    }
    let error = decode(&bytes).unwrap_err();
    assert_eq!(error.to_string(), "the image/avif is damaged: its items claim the same bytes again and again");
    assert_near(decode(&whole).unwrap().pixel(9, 9), RED);
}

#[test]
fn hostile_versions_and_sizes_of_fields_end_well() {
    let whole = file(1, &[picture_item(&plain(64, 64, RED))], Place::Behind);
    for (kind, skip) in [
        (b"iloc", 0),
        (b"iloc", 4),
        (b"iloc", 5),
        (b"iinf", 0),
        (b"infe", 0),
        (b"iref", 0),
        (b"ipma", 0),
        (b"ipma", 3),
        (b"pitm", 0),
    ] {
        let at = whole.windows(4).position(|window| window == kind).unwrap() + 4 + skip;
        for value in 0..=255 {
            let mut bytes = whole.clone();
            bytes[at] = value;
            let _ = probe(&bytes);
            if let Ok(pixmap) = decode(&bytes) {
                assert_eq!(pixmap.size(), Size::new(64, 64));
            }
        }
    }
}
