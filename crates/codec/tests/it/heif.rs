//! Files of AVIF put together box by box around frames of our encoder.

use palmette_codec::EncodeFormat;
use palmette_core::Pixmap;

use crate::files::encoded;

/// What an auxiliary picture is that is alpha.
pub(crate) const ALPHA: &str = "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha";

/// What an auxiliary picture is that is depth.
pub(crate) const DEPTH: &str = "urn:mpeg:mpegB:cicp:systems:auxiliary:depth";

/// An item; its number is its place in the file's list, from 1.
#[derive(Clone)]
pub(crate) struct Item {
    pub(crate) kind: [u8; 4],
    pub(crate) payload: Vec<u8>,
    /// Boxes.
    pub(crate) properties: Vec<Vec<u8>>,
    pub(crate) references: Vec<([u8; 4], Vec<u16>)>,
}

/// Where the bytes of items lie.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Place {
    /// In a box behind `meta`.
    Behind,
    /// In a box before `meta`, which goes to the end of the file.
    Before,
    /// Inside of `meta`.
    Inside,
    /// Behind `meta`, in this many pieces with something between them.
    Pieces(usize),
}

/// Makes a box.
pub(crate) fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    [&be_32(content.len() + 8)[..], kind, content].concat()
}

/// Makes a box with a version.
pub(crate) fn full_box(kind: &[u8; 4], version: u8, content: &[u8]) -> Vec<u8> {
    boxed(kind, &[&[version, 0, 0, 0], content].concat())
}

fn be_32(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap().to_be_bytes()
}

/// Makes the property of a size.
pub(crate) fn ispe(width: u32, height: u32) -> Vec<u8> {
    full_box(b"ispe", 0, &[width.to_be_bytes(), height.to_be_bytes()].concat())
}

/// Makes the property that says what an auxiliary picture is.
pub(crate) fn aux_type(name: &str) -> Vec<u8> {
    full_box(b"auxC", 0, &[name.as_bytes(), &[0]].concat())
}

/// Makes the property of colours by numbers, in full range.
pub(crate) fn nclx(primaries: u8, transfer: u8, matrix: u8) -> Vec<u8> {
    boxed(b"colr", &[b"nclx", &[0, primaries, 0, transfer, 0, matrix, 0x80][..]].concat())
}

/// Takes the one frame out of a file of our encoder, and the property of its kind.
pub(crate) fn frame(pixmap: &Pixmap, quality: u8) -> (Vec<u8>, Vec<u8>) {
    let file = encoded(pixmap, EncodeFormat::Avif, quality);
    let at = |name: &[u8; 4]| file.windows(4).position(|window| window == name).unwrap();
    (file[at(b"mdat") + 4..].to_vec(), file[at(b"av1C") - 4..at(b"av1C") + 8].to_vec())
}

/// Makes the item of an opaque picture.
pub(crate) fn picture_item(pixmap: &Pixmap) -> Item {
    let (payload, config) = frame(pixmap, 90);
    let properties = vec![ispe(pixmap.width(), pixmap.height()), config];
    Item { kind: *b"av01", payload, properties, references: Vec::new() }
}

/// Makes the item of an alpha (or of something else) for another item.
pub(crate) fn auxiliary_item(gray: &Pixmap, name: &str, of: u16) -> Item {
    let mut item = picture_item(gray);
    item.properties.push(aux_type(name));
    item.references.push((*b"auxl", vec![of]));
    item
}

/// Makes the item of a grid.
pub(crate) fn grid_item(rows: u8, columns: u8, width: u16, height: u16, cells: &[u16]) -> Item {
    let payload = [&[0, 0, rows - 1, columns - 1][..], &width.to_be_bytes(), &height.to_be_bytes()].concat();
    let properties = vec![ispe(width.into(), height.into())];
    Item { kind: *b"grid", payload, properties, references: vec![(*b"dimg", cells.to_vec())] }
}

/// Writes a file whose picture is the item `primary`.
pub(crate) fn file(primary: u16, items: &[Item], place: Place) -> Vec<u8> {
    let brands = boxed(b"ftyp", b"avif\0\0\0\0avifmif1miaf");
    if place == Place::Before {
        let (data, extents) = lay_out(items, place, brands.len() + 8);
        let mut meta = meta(primary, items, place, &extents);
        // A length of 0: to the end.
        meta[..4].fill(0);
        return [brands, boxed(b"mdat", &data), meta].concat();
    }
    let (_, extents) = lay_out(items, place, 0);
    let start = brands.len() + meta(primary, items, place, &extents).len() + 8;
    let (data, extents) = lay_out(items, place, start);
    let meta = meta(primary, items, place, &extents);
    if place == Place::Inside { [brands, meta].concat() } else { [brands, meta, boxed(b"mdat", &data)].concat() }
}

/// Puts payloads behind each other; returns them, and where each piece starts and how long it is.
fn lay_out(items: &[Item], place: Place, start: usize) -> (Vec<u8>, Vec<Vec<(usize, usize)>>) {
    let mut data = Vec::new();
    let pieces = if let Place::Pieces(count) = place { count } else { 1 };
    let extents = items
        .iter()
        .map(|item| {
            let chunks = item.payload.chunks(item.payload.len().div_ceil(pieces));
            let placed = chunks.map(|chunk| {
                let at = data.len();
                data.extend_from_slice(chunk);
                if pieces > 1 {
                    data.extend_from_slice(b"other");
                }
                (if place == Place::Inside { at } else { start + at }, chunk.len())
            });
            placed.collect()
        })
        .collect();
    (data, extents)
}

fn meta(primary: u16, items: &[Item], place: Place, extents: &[Vec<(usize, usize)>]) -> Vec<u8> {
    let count = u16::try_from(items.len()).unwrap().to_be_bytes();
    let mut locations = [&[0x44, 0][..], &count].concat();
    let (mut entries, mut references, mut listed, mut whose) =
        (count.to_vec(), Vec::new(), Vec::new(), be_32(items.len()).to_vec());
    let mut property = 0;
    for ((number, item), extents) in (1_u16..).zip(items).zip(extents) {
        let number = number.to_be_bytes();
        locations.extend([number, [0, u8::from(place == Place::Inside)], [0, 0]].concat());
        locations.extend(u16::try_from(extents.len()).unwrap().to_be_bytes());
        extents.iter().for_each(|&(at, len)| locations.extend([be_32(at), be_32(len)].concat()));
        entries.extend(full_box(b"infe", 2, &[&number[..], &[0, 0], &item.kind, &[0]].concat()));
        for (kind, to) in &item.references {
            let to: Vec<u8> = to.iter().flat_map(|to| to.to_be_bytes()).collect();
            let count = u16::try_from(to.len() / 2).unwrap().to_be_bytes();
            references.extend(boxed(kind, &[&number[..], &count, &to].concat()));
        }
        whose.extend(number);
        // Each is named twice, as some encoders do.
        whose.push(u8::try_from(item.properties.len() * 2).unwrap());
        for content in &item.properties {
            property += 1;
            listed.extend_from_slice(content);
            let is_essential = !matches!(&content[4..8], b"ispe" | b"colr" | b"auxC");
            whose.extend([property | if is_essential { 0x80 } else { 0 }; 2]);
        }
    }
    let data: Vec<u8> = items.iter().flat_map(|item| item.payload.clone()).collect();
    let content = [
        full_box(b"hdlr", 0, b"\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0\0"),
        full_box(b"pitm", 0, &primary.to_be_bytes()),
        full_box(b"iloc", 1, &locations),
        full_box(b"iinf", 0, &entries),
        full_box(b"iref", 0, &references),
        boxed(b"iprp", &[boxed(b"ipco", &listed), full_box(b"ipma", 0, &whose)].concat()),
        if place == Place::Inside { boxed(b"idat", &data) } else { Vec::new() },
    ];
    full_box(b"meta", 0, &content.concat())
}

/// Writes a file of tracks: of what the first sample of each is, its kind of samples, its sample and its boxes.
pub(crate) fn movie(tracks: &[([u8; 4], Item)]) -> Vec<u8> {
    let brands = boxed(b"ftyp", b"avis\0\0\0\0avismsf1miaf");
    let starts = |from: usize| {
        tracks.iter().scan(from, |at, (_, item)| {
            let start = *at;
            *at += item.payload.len();
            Some(start)
        })
    };
    let movie = |from: usize| -> Vec<u8> {
        let all = (1_u32..).zip(tracks).zip(starts(from));
        boxed(
            b"moov",
            &all.flat_map(|((number, (handler, item)), start)| track(number, *handler, item, start))
                .collect::<Vec<u8>>(),
        )
    };
    let movie = movie(brands.len() + movie(0).len() + 8);
    let data: Vec<u8> = tracks.iter().flat_map(|(_, item)| item.payload.clone()).collect();
    [brands, movie, boxed(b"mdat", &data)].concat()
}

fn track(number: u32, handler: [u8; 4], item: &Item, start: usize) -> Vec<u8> {
    let [width, height] = [&item.properties[0][12..16], &item.properties[0][16..20]].map(|side| [side[2], side[3]]);
    // 8 bytes, what is told of all samples, size, 50 bytes, boxes.
    let entry = [&[0; 24][..], &width, &height, &[0; 50], &item.properties[1..].concat()].concat();
    let references: Vec<u8> = item
        .references
        .iter()
        .flat_map(|(kind, to)| boxed(kind, &to.iter().flat_map(|&to| u32::from(to).to_be_bytes()).collect::<Vec<u8>>()))
        .collect();
    let table = [
        full_box(b"stsd", 0, &[&[0, 0, 0, 1][..], &boxed(&item.kind, &entry)].concat()),
        full_box(b"stsc", 0, &[0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1]),
        full_box(b"stsz", 0, &[[0; 4], [0, 0, 0, 1], be_32(item.payload.len())].concat()),
        full_box(b"stco", 0, &[[0, 0, 0, 1], be_32(start)].concat()),
    ];
    let media = [
        full_box(b"hdlr", 0, &[&[0; 4][..], &handler, &[0; 13]].concat()),
        boxed(b"minf", &boxed(b"stbl", &table.concat())),
    ];
    let head = full_box(b"tkhd", 0, &[&[0; 8][..], &number.to_be_bytes(), &[0; 68]].concat());
    boxed(b"trak", &[head, boxed(b"tref", &references), boxed(b"mdia", &media.concat())].concat())
}
