//! Dithering: the error of every pixel is passed on to those that follow (Floyd and Steinberg), in rows that alternate their
//! direction.

use std::ops::Range;

use palmette_core::{Pixmap, alloc};

use super::nearest::Nearest;
use super::split::Group;
use super::{narrow, premultiply};
use crate::Error;

/// Parts of a level that errors are counted in.
const PARTS: i32 = 16;
/// How much of an error is passed on, in parts: not all, so that none runs across a picture that lacks a colour.
const PASSED_ON: i32 = 14;

/// Errors of the pixels of a row, by channel; with one pixel more at either end, so that the ends are no special case.
type Errors = Vec<[i32; 4]>;

/// Gives every pixel a place in the palette, among the colours of its group; clear pixels get the first.
///
/// # Errors
///
/// [`Error::Core`] if memory runs out.
pub(super) fn dither(
    pixmap: &Pixmap,
    palette: &[[u8; 4]],
    [translucent, opaque]: [(Group, Range<usize>); 2],
) -> Result<Vec<u8>, Error> {
    let colors: Vec<[u8; 4]> = palette.iter().map(|&color| premultiply(color)).collect();
    let mut searches = [
        (Nearest::new(translucent.0, &colors[translucent.1.clone()])?, translucent.1.start),
        (Nearest::new(opaque.0, &colors[opaque.1.clone()])?, opaque.1.start),
    ];
    let width = pixmap.width() as usize;
    let mut indices = alloc::try_filled(width * pixmap.height() as usize, 0)?;
    let mut here: Errors = alloc::try_filled(width + 2, [0; 4])?;
    let mut below: Errors = alloc::try_filled(width + 2, [0; 4])?;
    for ((y, row), indices) in pixmap.rows().enumerate().zip(indices.chunks_exact_mut(width)) {
        let (pixels, _) = row.as_chunks::<4>();
        let is_forward = y % 2 == 0;
        for step in 0..width {
            let x = if is_forward { step } else { width - 1 - step };
            let Some(group) = Group::of(pixels[x][3]) else { continue };
            let wanted = wanted(premultiply(pixels[x]), here[x + 1], group);
            let (search, first) = &mut searches[usize::from(group == Group::Opaque)];
            let place = *first + search.find(wanted);
            indices[x] = u8::try_from(place).unwrap_or(u8::MAX);
            // Errors are kept one place to the right.
            let (ahead, behind) = if is_forward { (x + 2, x) } else { (x, x + 2) };
            for channel in 0..4 {
                let error = i32::from(wanted[channel]) - i32::from(colors[place][channel]);
                let error = error * PASSED_ON;
                here[ahead][channel] += error * 7 / 16;
                below[behind][channel] += error * 3 / 16;
                below[x + 1][channel] += error * 5 / 16;
                below[ahead][channel] += error / 16;
            }
        }
        here.fill([0; 4]);
        std::mem::swap(&mut here, &mut below);
    }
    Ok(indices)
}

/// Adds to a pixel what its neighbours lack. What is opaque stays so; no colour exceeds its alpha.
fn wanted(color: [u8; 4], error: [i32; 4], group: Group) -> [u8; 4] {
    let add = |channel: usize, max: u8| {
        let level = i32::from(color[channel]) * PARTS + error[channel] + PARTS / 2;
        narrow(u32::try_from(level.div_euclid(PARTS)).unwrap_or(0)).min(max)
    };
    let alpha = if group == Group::Opaque { u8::MAX } else { add(3, u8::MAX) };
    [add(0, alpha), add(1, alpha), add(2, alpha), alpha]
}
