//! Measures what the values of the models reach, for `src/convert/ranges`: `calibrate PACKAGES OUT PICTURE…`.
//!
//! The variable `MODEL` names the only model that is measured. PACKAGES is a folder with the files of the packages, OUT gets a file a model, and pictures are binary PPMs of 8 bits. Besides them, what
//! no photo has is drawn here: noise, checkers, stripes, strokes, plain colours; such pictures reach three to four times as far.
//!
//! The committed ranges are of 20 photos: a portrait of matplotlib 3.11.2 (`grace_hopper.jpg`) in four forms, `rocket`, `hubble_deep_field`,
//! `retina`, `motorcycle_left` and `ihc` of scikit-image 0.26.0, and eleven of Debian's mate-backgrounds and plasma-workspace-wallpapers, all
//! of at most 1,280 pixels a side; those of `generate-large` of eight of them.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use palmette_core::{Pixmap, Size};
use palmette_models::convert::catalog::{Files, SOURCES, Source};
use palmette_models::convert::float;
use palmette_models::convert::ranges::Ranges;

/// Returns the side of parts of pictures that a model looks at, and how many it looks at. The large one takes ten seconds for the least part.
fn parts(source: &Source) -> (u32, usize) {
    if source.name == "generate-large" { (32, 1) } else { (64, 4) }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [packages, out, pictures @ ..] = &arguments[..] else { return Err("calibrate PACKAGES OUT PICTURE…".into()) };
    let photos = pictures.iter().map(|path| read_ppm(&fs::read(path)?)).collect::<Result<Vec<_>, _>>()?;
    let wanted = env::var("MODEL").ok();
    for source in SOURCES.iter().filter(|source| wanted.as_ref().is_none_or(|wanted| wanted == source.name)) {
        let files = files(source, Path::new(packages))?;
        let graph = source.graph(&files)?;
        // In the size that the net looks at, so that nothing is smoothed.
        let drawn = drawn(source.side().unwrap_or_else(|| parts(source).0));
        let (mut ranges, mut count) = (Ranges::default(), 0);
        for (index, picture) in photos.iter().chain(&drawn).enumerate() {
            for picture in looked_at(source, picture)? {
                let is_photo = index < photos.len();
                let input = source.planes(&source.tensor(&picture)?);
                float::run(&graph, input, |value, planes| ranges.see(value, planes, is_photo, count))?;
                count += u32::from(is_photo);
            }
        }
        let measured = source.measured(&graph);
        ranges.keep(|value| measured.contains(&value));
        let path = Path::new(out).join(source.name).with_extension("txt");
        let head = "# What the values of the model reach: written by examples/calibrate.rs.\n";
        fs::write(&path, head.to_owned() + &ranges.to_text(source.needs_means()))?;
    }
    Ok(())
}

/// Finds the package of a model in a folder.
fn files(source: &Source, folder: &Path) -> Result<Files, Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        if let Ok(files) = source.take(&fs::read(entry?.path())?) {
            return Ok(files);
        }
    }
    Err(format!("no package of {}", source.name).into())
}

/// Returns what a model looks at of a picture: the whole, or some parts of it.
fn looked_at(source: &Source, picture: &Pixmap) -> Result<Vec<Pixmap>, Box<dyn Error>> {
    if source.side().is_some() {
        return Ok(vec![picture.clone()]);
    }
    let (side, count) = parts(source);
    let size = Size::new(side.min(picture.width()), side.min(picture.height()));
    let free = [picture.width() - size.width, picture.height() - size.height];
    let part = |share: [u32; 2]| {
        let (left, top) = (free[0] * share[0] / 8, free[1] * share[1] / 8);
        let row = |y| &picture.row(top + y)[left as usize * 4..(left + size.width) as usize * 4];
        Ok(Pixmap::from_vec(size, (0..size.height).flat_map(row).copied().collect())?)
    };
    [[4, 4], [2, 2], [6, 5], [3, 6]].into_iter().take(count).map(part).collect()
}

/// Makes the levels of a pixel of its column, its row and three random numbers.
type Drawing<'a> = &'a dyn Fn(u32, u32, [u32; 3]) -> [u32; 3];

/// Draws what no photo has.
fn drawn(side: u32) -> Vec<Pixmap> {
    let mut seed = 1_u64;
    let mut random = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from(seed >> 33).unwrap_or(0)
    };
    let ends = |is_bright: bool| [if is_bright { 255 } else { 0 }; 3];
    let drawings: [Drawing<'_>; 14] = [
        &|_, _, noise| noise.map(|number| number & 255),
        &|_, _, noise| [noise[0] & 255; 3],
        &|_, _, noise| ends(noise[0] & 1 == 1),
        &|_, _, noise| noise.map(|number| (number & 1) * 255),
        &|x, y, _| ends((x + y) % 2 == 0),
        &|x, y, _| ends((x / 2 + y / 2) % 2 == 0),
        &|x, y, _| ends((x / 8 + y / 8) % 2 == 0),
        &|x, _, _| ends(x % 2 == 0),
        &|_, y, _| ends(y % 3 == 0),
        // Strokes, as of letters.
        &|x, y, _| ends((x % 7 == 2 && y % 12 < 9) || (y % 12 == 8 && x % 7 < 5) || (x * y) % 31 == 3),
        &|x, y, _| [x * 255 / side, y * 255 / side, 255 - x * 255 / side],
        &|x, y, _| {
            let kind = (x * 4 / side + y * 4 / side) % 6 + 1;
            [kind & 1, kind >> 1 & 1, kind >> 2].map(|bit| bit * 255)
        },
        &|_, _, _| [255; 3],
        &|_, _, _| [0; 3],
    ];
    let mut draw = |drawing: Drawing<'_>| {
        let mut picture = Pixmap::filled(Size::new(side, side), [255; 4]).expect("a small picture");
        for y in 0..side {
            for (x, pixel) in (0..side).zip(picture.row_mut(y).chunks_exact_mut(Pixmap::PIXEL_BYTES)) {
                let levels = drawing(x, y, [random(), random(), random()]);
                pixel.iter_mut().zip(levels).for_each(|(level, drawn)| *level = u8::try_from(drawn).unwrap_or(u8::MAX));
            }
        }
        picture
    };
    drawings.into_iter().map(&mut draw).collect()
}

/// Reads a binary PPM of 8 bits.
fn read_ppm(file: &[u8]) -> Result<Pixmap, Box<dyn Error>> {
    let mut words = Vec::new();
    let mut at = 0;
    while words.len() < 4 {
        let start = at;
        while !file.get(at).ok_or("a header that ends")?.is_ascii_whitespace() {
            at += 1;
        }
        words.push(std::str::from_utf8(&file[start..at])?);
        at += 1;
    }
    if (words[0], words[3]) != ("P6", "255") {
        return Err("not a binary PPM of 8 bits".into());
    }
    let size = Size::new(words[1].parse()?, words[2].parse()?);
    let data = file[at..].chunks_exact(3).flat_map(|pixel| [pixel[0], pixel[1], pixel[2], 255]).collect();
    Ok(Pixmap::from_vec(size, data)?)
}
