//! Where the bytes of the file go.

use std::io::Write;

use super::bits::{BitBuffer, Bits};
use super::error::Error;
use super::kernels::Kernels;
use super::tokens::{Codes, RESTART, Token, Tokens};

/// A writer, and the bytes that it has not got yet.
#[derive(Debug)]
pub(super) struct Output<W> {
    pub(super) writer: W,
    pub(super) bytes: Vec<u8>,
}

impl<W: Write> Output<W> {
    /// Hands the bytes to the writer.
    ///
    /// # Errors
    ///
    /// [`Error::Write`].
    pub(super) fn flush(&mut self) -> Result<(), Error> {
        self.writer.write_all(&self.bytes)?;
        self.bytes.clear();
        Ok(())
    }
}

/// Writes the codes of some tokens.
pub(super) type WriteTokens = for<'a> fn(&[Token], &Codes, Bits<'a>) -> Bits<'a>;

/// Tokens of one call: their codes take less than half of the bit buffer.
const AT_ONCE: usize = 4096;

/// Writes the data of a scan.
///
/// # Errors
///
/// [`Error::Memory`], [`Error::Write`].
pub(super) fn write_tokens<W: Write>(
    tokens: Tokens,
    codes: &Codes,
    kernels: Kernels,
    bits: &mut BitBuffer,
    output: &mut Output<W>,
) -> Result<(), Error> {
    let has_restarts = tokens.has_restarts();
    for piece in tokens.into_pieces() {
        for tokens in piece.chunks(AT_ONCE) {
            if !has_restarts {
                bits.write(&mut output.bytes, |bits| (kernels.write_tokens)(tokens, codes, bits))?;
                continue;
            }
            for tokens in tokens.split_inclusive(|&token| token == RESTART) {
                bits.write(&mut output.bytes, |bits| (kernels.write_tokens)(tokens, codes, bits))?;
                if tokens.ends_with(&[RESTART]) {
                    bits.restart(&mut output.bytes)?;
                }
            }
        }
        output.flush()?;
    }
    bits.finish(&mut output.bytes)
}

/// The reference: see [`WriteTokens`].
#[inline(always)]
pub(super) fn write_codes<'a>(tokens: &[Token], codes: &Codes, mut bits: Bits<'a>) -> Bits<'a> {
    let (pairs, rest) = tokens.as_chunks::<2>();
    for pair in pairs {
        for &token in pair {
            bits.push(codes.write(token));
        }
        bits.settle();
    }
    for &token in rest {
        bits.push(codes.write(token));
        bits.settle();
    }
    bits
}
