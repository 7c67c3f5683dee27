//! The codec seen from outside: what goes out comes back, real kinds of files come out right, hostile ones do no harm.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed, in its helpers too")]
#![expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "levels computed by hand are levels")]

mod animation;
mod avif;
mod avif_planes;
mod color;
mod compositor;
mod containers;

mod draw;
mod encode;
mod extra;
mod files;
mod gif;
mod heic;
mod heif;
mod hostile;
mod jpeg;
mod motion;
mod orientation;
mod palette;
mod planes;
mod png;
mod png_size;
mod reader;
mod round_trip;
mod webp;
mod writer;
