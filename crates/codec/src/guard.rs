//! The border that no panic of a format's code crosses.
//!
//! Every call into a decoder or an encoder goes through here, ours and those of libraries alike: hostile bytes find mistakes
//! that no test did, and one file must not take down more than its own request. A panic becomes the error that the same
//! failure would be if the code had noticed it: a damaged file on the way in, a failed encoder on the way out. What was
//! being worked on is dropped, or never touched again.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::{Cause, EncodeFormat, Error, Format};

/// Runs code that reads a file of the given format.
///
/// # Errors
///
/// What `read` returns; [`Error::Damaged`], with the decoder named, if it panics.
pub(crate) fn reading<T>(format: Format, read: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    caught(read).unwrap_or_else(|| Err(Error::Damaged { format, source: Cause::panicked("decoder of", format.mime()) }))
}

/// Runs code that writes a file of the given format.
///
/// # Errors
///
/// What `write` returns; [`Error::Encode`], with the encoder named, if it panics.
pub(crate) fn writing<T>(format: EncodeFormat, write: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    caught(write)
        .unwrap_or_else(|| Err(Error::Encode { format, source: Cause::panicked("encoder of", format.as_str()) }))
}

/// Runs `run`; nothing if it panics. The panic hook has told the log by then.
///
/// What `run` changes may be left half done: the callers drop it, and [`Animation`](crate::Animation) ends.
fn caught<T>(run: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(|| {
        #[cfg(test)]
        tests::panic_if_asked();
        run()
    }))
    .ok()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use palmette_core::{Pixmap, Size};
    use palmette_ops::Class;

    use super::*;
    use crate::{AnimationEncoder, DecodeOptions, EncodeOptions, animation, decode, encode, probe};

    thread_local! {
        /// Whether the next call into a format's code panics.
        static PANICS: Cell<bool> = const { Cell::new(false) };
    }

    /// Stands for a decoder with a mistake.
    pub(super) fn panic_if_asked() {
        assert!(!PANICS.get(), "on purpose");
    }

    /// Runs `run` while every decoder and encoder panics.
    fn while_panicking<T>(run: impl FnOnce() -> T) -> T {
        PANICS.set(true);
        let result = run();
        PANICS.set(false);
        result
    }

    /// Asserts that a panic became a damaged file, with the decoder named.
    #[track_caller]
    fn assert_damaged<T>(format: Format, result: Result<T, Error>) {
        let Err(error) = result else { panic!("a panic is no answer") };
        assert!(matches!(error, Error::Damaged { .. }) && error.class() == Class::Caller, "{error}");
        let mime = format.mime();
        assert_eq!(error.to_string(), format!("the {mime} is damaged: the decoder of {mime} panicked"));
    }

    #[test]
    fn guard_turns_a_panic_of_any_decoder_into_damage() {
        let magic: [(Format, &[u8]); 11] = [
            (Format::Heic, b"\0\0\0\x10ftypheic\0\0\0\0"),
            (Format::Bmp, b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0"),
            (Format::Tiff, b"II*\0"),
            (Format::Ico, b"\0\0\x01\0"),
            (Format::Qoi, b"qoif"),
            (Format::Pnm, b"P6\n"),
            (Format::Jpeg, b"\xff\xd8\xff"),
            (Format::Png, b"\x89PNG\r\n\x1a\n"),
            (Format::Gif, b"GIF89a"),
            (Format::Webp, b"RIFF\0\0\0\0WEBP"),
            (Format::Avif, b"\0\0\0\x10ftypavif\0\0\0\0"),
        ];
        for (format, bytes) in magic {
            let options = DecodeOptions::default();
            assert_damaged(format, while_panicking(|| probe(bytes)));
            assert_damaged(format, while_panicking(|| decode(bytes, &options)));
            assert_damaged(format, while_panicking(|| animation(bytes, &options)));
        }
    }

    #[test]
    #[cfg(all(feature = "png", feature = "gif", feature = "webp"))]
    fn guard_ends_an_animation_whose_decoder_panics() {
        let picture = Pixmap::filled(Size::new(2, 2), [1, 2, 3, 255]).unwrap();
        for (target, format) in
            [(EncodeFormat::Png, Format::Png), (EncodeFormat::Gif, Format::Gif), (EncodeFormat::Webp, Format::Webp)]
        {
            let file = encode(picture.clone(), &EncodeOptions::new(target)).unwrap().bytes;
            let mut frames = animation(&file, &DecodeOptions::default()).unwrap();
            assert_damaged(format, while_panicking(|| frames.next()).unwrap());
            assert!(frames.next().is_none());
        }
    }

    #[test]
    #[cfg(all(feature = "png", feature = "gif"))]
    fn guard_turns_a_panic_of_any_encoder_into_a_failure() {
        let picture = || Pixmap::filled(Size::new(2, 2), [1, 2, 3, 255]).unwrap();
        let error = while_panicking(|| encode(picture(), &EncodeOptions::new(EncodeFormat::Png))).unwrap_err();
        assert_eq!(error.class(), Class::Ours);
        assert_eq!(error.to_string(), "encoding as image/png failed: the encoder of image/png panicked");

        let options = EncodeOptions::new(EncodeFormat::Gif);
        let started = || AnimationEncoder::new(&options, Size::new(2, 2), None);
        assert!(matches!(while_panicking(started), Err(Error::Encode { .. })));
        let mut encoder = started().unwrap();
        assert!(matches!(while_panicking(|| encoder.push(picture(), 10)), Err(Error::Encode { .. })));
        encoder.push(picture(), 10).unwrap();
        assert!(matches!(while_panicking(|| encoder.finish()), Err(Error::Encode { .. })));
    }
}
