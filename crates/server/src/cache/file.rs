//! A result as a file: what its answer says about it, as JSON behind its length, and its bytes.

use bytes::Bytes;
use palmette::Size;
use palmette::core::EngineKind;
use palmette_protocol::OutputFormat;
use serde_json::{Value, json};

use super::result::{CachedResult, Facts};

/// The bytes that tell the length of the JSON.
const LENGTH_BYTES: usize = 4;

/// Writes what stands before the bytes of a result.
pub(super) fn head(result: &CachedResult) -> Vec<u8> {
    let Facts { format, size, engine, damage } = &result.facts;
    let facts = json!({
        "format": format.as_str(),
        "width": size.width,
        "height": size.height,
        "engine": engine.as_str(),
        "damage": damage,
    });
    let facts = facts.to_string();
    let length = u32::try_from(facts.len()).expect("a few words and what a header can hold");
    [&length.to_le_bytes()[..], facts.as_bytes()].concat()
}

/// Reads a result. Nothing of it is copied.
pub(super) fn read(file: &Bytes) -> Option<(Facts, Bytes)> {
    let (length, rest) = file.split_first_chunk::<LENGTH_BYTES>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let facts: Value = serde_json::from_slice(rest.get(..length)?).ok()?;
    let pixels = |name: &str| u32::try_from(facts.get(name)?.as_u64()?).ok();
    let engine = facts.get("engine")?.as_str()?;
    let facts = Facts {
        format: OutputFormat::parse(facts.get("format")?.as_str()?).ok()?,
        size: Size::new(pixels("width")?, pixels("height")?),
        engine: [EngineKind::Cpu, EngineKind::Gpu].into_iter().find(|kind| kind.as_str() == engine)?,
        damage: facts.get("damage")?.as_str().map(str::to_owned),
    };
    Some((facts, file.slice(LENGTH_BYTES + length..)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_say_what_answers_say() {
        for format in OutputFormat::ALL {
            for (engine, damage) in [(EngineKind::Cpu, None), (EngineKind::Gpu, Some("source 0: half".to_owned()))] {
                let facts = Facts { format, size: Size::new(640, 1), engine, damage };
                let result = CachedResult::read(Bytes::from_static(b"picture"), facts.clone());
                let file = Bytes::from([&head(&result)[..], b"picture"].concat());
                assert_eq!(read(&file), Some((facts, Bytes::from_static(b"picture"))));
                for length in 0..file.len() - b"picture".len() {
                    assert_eq!(read(&file.slice(..length)), None, "{length}");
                }
            }
        }
        assert_eq!(read(&Bytes::from_static(b"\xff\xff\xff\xff{}")), None);
    }
}
