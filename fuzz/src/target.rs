//! What is tried, and what has to hold, whatever the bytes are.

use palmette_codec::{DecodeOptions, EncodeFormat, Error, Format, OnDamage, animation, decode, probe, sniff};
use palmette_core::engine::{complete, picture};
use palmette_core::plan::Planner;
use palmette_core::{CpuEngine, Deadline, Limits, Pixmap, Size};
use palmette_ops::Class;
use palmette_ops::text::{Text, TextLayout, Variation};
use palmette_protocol::OutputFormat;
use palmette_protocol::form::{FormLimits, FormReader};
use palmette_protocol::list::{parse_list, resolve};
use palmette_protocol::request::{
    Collector, InfoCollector, MAX_OUTPUTS, Outputs, RawRendition, RequestLimits, TransformCollector, TransformRequest,
    outputs_to_json, parse_outputs,
};
use palmette_protocol::url::{Client, ImageOptions, ImageUrl, Strictness, ipx, next};
use palmette_text::{Font, FontFolder, lay_out};

use crate::{net, seeds, twin};

/// Pictures stay small, so that a size that grew costs nothing.
const LIMITS: Limits = Limits { max_side_px: 400, max_area_px: 60_000, max_animation_area_px: 200_000 };

/// Something that reads bytes of strangers.
#[derive(Clone, Copy)]
pub(crate) struct Target {
    /// Its name on the command line.
    pub(crate) name: &'static str,
    /// Makes what is mutated.
    pub(crate) seeds: fn() -> Vec<Vec<u8>>,
    /// Reads the bytes; panics if something that has to hold does not.
    pub(crate) run: fn(&[u8]),
}

impl Target {
    /// Every target.
    pub(crate) const ALL: [Self; 14] = [
        Self { name: "form", seeds: seeds::forms, run: form },
        Self { name: "list", seeds: seeds::lists, run: list },
        Self { name: "plan", seeds: seeds::lists, run: plan },
        Self { name: "url", seeds: seeds::urls, run: url },
        Self { name: "jpeg", seeds: || seeds::stills(EncodeFormat::Jpeg), run: file },
        Self { name: "jpeg-twin", seeds: twin::files, run: twin::decode },
        Self { name: "jpeg-encode", seeds: twin::pictures, run: twin::encode },
        Self { name: "png", seeds: || seeds::stills(EncodeFormat::Png), run: file },
        Self { name: "gif", seeds: || seeds::moving(EncodeFormat::Gif), run: file },
        Self { name: "webp", seeds: || seeds::moving(EncodeFormat::Webp), run: file },
        Self { name: "avif", seeds: || seeds::stills(EncodeFormat::Avif), run: file },
        Self { name: "net", seeds: net::files, run: net::read },
        Self { name: "tail", seeds: seeds::long_tail, run: file },
        Self { name: "font", seeds: seeds::fonts, run: font },
    ];
}

/// Reads a form in pieces of two sizes; both have to say the same. Several outputs mean the same after they were written again.
fn form(bytes: &[u8]) {
    let [whole, bits] = [bytes.len().max(1), 7].map(|piece| {
        let mut transform = TransformCollector::new(RequestLimits::default());
        let mut info = InfoCollector::new(RequestLimits::default());
        let info = feed(bytes, piece, &mut info).is_ok() && info.finish().is_ok();
        let transform = feed(bytes, piece, &mut transform).and_then(|()| transform.finish()).ok();
        (info, transform)
    });
    assert_eq!(whole, bits, "a form means the same however it is cut");
    if let (_, Some(TransformRequest { outputs: Outputs::Each(renditions), .. })) = whole {
        assert!((1..=MAX_OUTPUTS).contains(&renditions.len()), "as many as there may be");
        let raw: Vec<RawRendition> = renditions.iter().cloned().map(RawRendition::from).collect();
        let again = parse_outputs(&outputs_to_json(&raw)).expect("what was written is read");
        let again: Vec<_> = again.into_iter().map(|raw| (raw.transforms, raw.output.resolve().ok())).collect();
        let expected: Vec<_> = renditions.into_iter().map(|it| (it.raw_transforms, Some(it.output))).collect();
        assert_eq!(again, expected, "outputs mean the same after they were written again");
    }
}

/// Feeds a form to a collector.
fn feed(bytes: &[u8], piece: usize, collector: &mut dyn Collector) -> Result<(), palmette_protocol::Error> {
    let mut reader = FormReader::new(&seeds::boundary().content_type(), FormLimits::default())?;
    for chunk in bytes.chunks(piece) {
        reader.feed(chunk, |event| collector.accept(event))?;
    }
    reader.finish()
}

/// Parses a list, which has to mean the same after it was written again.
fn list(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(raw) = parse_list(text) else { return };
    let again = parse_list(&palmette_protocol::list::list_to_json(&raw)).expect("what was written is read");
    // Not the raw ones: the client writes 0 for 0.0.
    let [raw, again] = [raw, again].map(|raw| resolve(&raw).ok());
    assert_eq!(raw, again, "a list means the same after it was written again");
}

/// Reads a URL in every grammar there is. What is read means the same after it was written as the object of a Worker, and becomes a
/// request whose list is read as a form's.
fn url(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (path, query) = text.split_once('?').map_or((text, None), |(path, query)| (path, Some(query)));
    let parsed = [
        ImageUrl::parse(path, query, Strictness::Strict),
        ImageUrl::parse(path, query, Strictness::Lenient),
        next::parse(query.unwrap_or_default()),
        ipx::parse(path, query),
    ];
    if let [Ok(strict), lenient, ..] = &parsed {
        assert_eq!(Some(strict), lenient.as_ref().ok(), "what is read strictly is read leniently");
    }
    for ImageUrl { options, .. } in parsed.into_iter().flatten() {
        let again = ImageOptions::from_object(&options.to_object()).expect("what was written is read");
        assert_eq!(again, options, "options mean the same after they were written");
        let client = Client { viewport_width: Some(500.0), is_slow: true, ..Client::default() };
        let request = options.request(&b""[..], OutputFormat::Webp, &client).expect("what was read is a request");
        let raw =
            parse_list(&palmette_protocol::list::list_to_json(&request.raw_ops)).expect("what was written is read");
        assert_eq!(resolve(&raw).ok().as_ref(), Some(&request.ops), "a URL is the request of a form");
    }
}

/// Plans a list and runs it: every size is within the limits, and the result has the size that was planned.
fn plan(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Some(ops) = parse_list(text).ok().and_then(|raw| resolve(&raw).ok()) else { return };
    let sources = [Size::new(40, 30), Size::new(1, 1), Size::new(7, 50)];
    for count in 1..=sources.len() {
        let Ok(mut planner) = Planner::new(&ops, &sources[..count], &LIMITS) else { continue };
        let pixmaps: Vec<Pixmap> = sources[..count]
            .iter()
            .map(|&size| Pixmap::filled(size, [200, 100, 50, 128]).expect("a small one"))
            .collect();
        let engine = CpuEngine::new();
        let made = complete(&mut planner, &engine, &pixmaps, Deadline::NONE)
            .and_then(|plan| Ok((picture(&engine, &plan, &pixmaps, Deadline::NONE)?, plan)));
        match made {
            Ok((result, plan)) => {
                assert_eq!(Some(result.size()), plan.result().map(|value| value.size), "the result is as planned");
                let made = plan.steps().iter().filter_map(|step| plan.output(step));
                made.for_each(|value| LIMITS.check(value.size).expect("every step is within the limits"));
            }
            Err(error) => assert_ne!(error.class(), Class::Ours, "{error}"),
        }
    }
}

/// Reads a file in every way there is.
fn file(bytes: &[u8]) {
    let probed = probe(bytes);
    for on_damage in [OnDamage::Refuse, OnDamage::Show] {
        let options = DecodeOptions { on_damage, ..DecodeOptions::new(LIMITS) };
        match decode(bytes, &options) {
            Ok(decoded) => {
                let size = decoded.pixmap.size();
                LIMITS.check(size).expect("what is decoded is within the limits");
                let probed = probed.as_ref().expect("what is decoded has a header");
                assert_eq!(probed.size, size, "the header says the size of the picture");
                assert_eq!(Some(probed.format), sniff(bytes).ok().map(|format: Format| format), "and the format");
                assert!(decoded.damage.is_none() || on_damage == OnDamage::Show, "damage is refused");
            }
            Err(error) => is_of_the_caller(&error),
        }
        match animation(bytes, &options) {
            Ok(frames) => {
                let (size, count) = (frames.size(), frames.frame_count());
                let mut shown = 0;
                for frame in frames {
                    match frame {
                        Ok(frame) => assert_eq!(frame.pixmap.size(), size, "every frame has the size of the canvas"),
                        Err(error) => is_of_the_caller(&error),
                    }
                    shown += 1;
                }
                assert!(shown <= count, "there are no more frames than were counted");
            }
            Err(error) => is_of_the_caller(&error),
        }
    }
}

/// Reads a font and sets a text in many scripts with it.
fn font(bytes: &[u8]) {
    let font = match Font::read(bytes.to_vec()) {
        Ok(font) => font,
        Err(error) => {
            assert_ne!(error.class(), Class::Ours, "{error}");
            assert!(error.is_of_the_font(), "{error}");
            return;
        }
    };
    let layout = TextLayout {
        max_width: Some(150.0),
        variations: vec![Variation { tag: *b"wght", value: 650.0 }],
        ..TextLayout::default()
    };
    let text = Text {
        size: 18.0, layout, ..Text::new("Ag fi, VÄ 4@ سلام न्दि ที่ 漢 🙂🔥\n٣ ۝١٢", "")
    };
    let drawn = lay_out(&text, &font, &FontFolder::default()).and_then(|laid| Ok((laid.draw()?, laid)));
    match drawn {
        Ok((picture, laid)) => assert_eq!(picture.size(), laid.size(), "the picture is as large as it was laid out"),
        Err(error) => assert_ne!(error.class(), Class::Ours, "{error}"),
    }
}

/// Whatever is wrong with a file is not our fault.
fn is_of_the_caller(error: &Error) {
    assert_ne!(error.class(), Class::Ours, "{error}");
}
