//! GIF by the `gif` crate: the first frame, composed on the logical screen.
//!
//! Outside the frame the screen is transparent, and the background colour of the header is ignored, as in browsers.

use palmette_core::{Limits, Pixmap, Size, alloc};

use crate::{Cause, Error, Format, Probe};

/// Reads the size of the logical screen, and looks for a second frame by stepping over blocks.
pub(crate) fn probe(bytes: &[u8]) -> Result<Probe, Error> {
    Ok(Probe {
        format: Format::Gif,
        size: screen_size(bytes)?,
        is_animated: is_animated(bytes),
        frame_count: count_frames(bytes, u32::MAX).unwrap_or(1).max(1),
        copyright: None,
    })
}

/// Decodes the first frame.
pub(crate) fn decode(bytes: &[u8], limits: &Limits) -> Result<Pixmap, Error> {
    let screen = screen_size(bytes)?;
    limits.check(screen)?;
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::RGBA);
    let mut decoder = options.read_info(bytes).map_err(damaged)?;
    let frame = decoder.next_frame_info().map_err(damaged)?.ok_or_else(|| damaged_here("it has no frame"))?;
    let frame_size = Size::new(frame.width.into(), frame.height.into());
    let (left, top) = (u32::from(frame.left), u32::from(frame.top));
    // A frame may be larger than the screen that it is cut to.
    limits.check(frame_size)?;
    let mut pixmap = Pixmap::filled(screen, [0; 4])?;
    if frame_size == screen && left == 0 && top == 0 {
        decoder.read_into_buffer(pixmap.data_mut()).map_err(damaged)?;
        return Ok(pixmap);
    }
    let mut pixels = alloc::try_filled(decoder.buffer_size(), 0_u8)?;
    decoder.read_into_buffer(&mut pixels).map_err(damaged)?;
    place(&mut pixmap, &Pixmap::from_vec(frame_size, pixels)?, left, top);
    Ok(pixmap)
}

/// Copies a frame to its place, cutting off what is outside.
fn place(screen: &mut Pixmap, frame: &Pixmap, left: u32, top: u32) {
    let width = frame.width().min(screen.width().saturating_sub(left)) as usize * Pixmap::PIXEL_BYTES;
    let start = left as usize * Pixmap::PIXEL_BYTES;
    if width == 0 {
        return;
    }
    for (row, y) in frame.rows().zip(top..screen.height()) {
        screen.row_mut(y)[start..start + width].copy_from_slice(&row[..width]);
    }
}

/// Reads the size of the logical screen.
fn screen_size(bytes: &[u8]) -> Result<Size, Error> {
    match bytes.get(6..10) {
        Some(&[w0, w1, h0, h1]) => {
            Ok(Size::new(u16::from_le_bytes([w0, w1]).into(), u16::from_le_bytes([h0, h1]).into()))
        }
        _ => Err(damaged_here("its header is cut off")),
    }
}

/// Looks for a second frame; a file that ends before it has none.
fn is_animated(bytes: &[u8]) -> bool {
    count_frames(bytes, 2) == Some(2)
}

/// Steps over blocks until `enough` frames were met, or the bytes end.
fn count_frames(bytes: &[u8], enough: u32) -> Option<u32> {
    let mut rest = skip_table(bytes.get(13..)?, *bytes.get(10)?)?;
    let mut frames = 0;
    loop {
        match *rest.first()? {
            // An extension: its label, then blocks.
            0x21 => rest = skip_blocks(rest.get(2..)?)?,
            // A frame: its box, a table of colours, the size of its codes, then blocks.
            0x2c => {
                frames += 1;
                if frames == enough {
                    return Some(frames);
                }
                rest = skip_blocks(skip_table(rest.get(10..)?, *rest.get(9)?)?.get(1..)?)?;
            }
            _ => return Some(frames),
        }
    }
}

/// Steps over a table of colours, whose presence and size `flags` tells.
fn skip_table(bytes: &[u8], flags: u8) -> Option<&[u8]> {
    let colors = if flags & 0x80 == 0 { 0 } else { 2_usize << (flags & 7) };
    bytes.get(3 * colors..)
}

/// Steps over blocks up to the empty one that ends them.
fn skip_blocks(mut bytes: &[u8]) -> Option<&[u8]> {
    loop {
        let (&len, rest) = bytes.split_first()?;
        if len == 0 {
            return Some(rest);
        }
        bytes = rest.get(usize::from(len)..)?;
    }
}

/// Makes the error of a damaged GIF.
fn damaged(error: gif::DecodingError) -> Error {
    Error::Damaged { format: Format::Gif, source: Cause::from(error) }
}

/// Makes the error of a GIF that was found damaged here.
fn damaged_here(reason: &'static str) -> Error {
    Error::Damaged { format: Format::Gif, source: Cause::new(reason) }
}
