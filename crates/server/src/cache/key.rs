//! The key of a result: the digest of everything that decides its bytes.
//!
//! That is the [program](Program): the profile, the version of this program with its encoders, the models, the fonts of the operator,
//! the limits, and what is done with damaged sources; the [partition](Partition); the sources, by digests that were made while they
//! arrived; the texts and their fonts; the list; and the output. It is not the engine: all engines give the same bytes.
//!
//! Lists and outputs enter by the `Debug` of their types. Those are derived, so an option that is added later is in the key from the first
//! day, and two ways to write one value (`"red"` and `"#f00"`) have one key. The version of the program makes sure that nothing outlives a
//! change of these texts.

use std::fmt::{self, Debug};

use palmette::Pipeline;
use palmette::codec::{Format, heic, sniff};
use palmette::core::Ability;
use palmette::ops::Op;
use palmette_protocol::Output;
use palmette_protocol::request::{FontUrl, Source, TransformRequest};
use sha2::{Digest as _, Sha256};

use super::digests::SourceDigests;
use crate::Config;
use crate::hex::to_hex;

/// A SHA-256. On machines with instructions for it, one core makes some 2 GB of it a second, which is less than a tenth of what the first
/// look at a JPEG takes; the workspace has it already.
pub(crate) type Digest = [u8; 32];

/// What a result is found by.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key(Digest);

impl Key {
    /// Returns the digest.
    pub(crate) const fn digest(&self) -> &Digest {
        &self.0
    }
}

impl fmt::Display for Key {
    /// Writes hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

impl Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Those who share results: everybody, or all who have one token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Partition {
    /// Everybody.
    All,
    /// Who has the token with this digest.
    Token(Digest),
}

/// What is the same for all requests of a process, and decides bytes.
#[derive(Clone)]
pub(crate) struct Program(Sha256);

impl Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Program")
    }
}

impl Program {
    pub(super) fn new(config: &Config, pipeline: &Pipeline) -> Self {
        let mut hash = Sha256::new();
        for part in [palmette::PROFILE, env!("CARGO_PKG_VERSION")] {
            add(&mut hash, part.as_bytes());
        }
        // A limit refuses, and changes no byte. But who lowers one expects that it holds for everything that is answered.
        add_shown(&mut hash, &config.limits.pixels);
        add_shown(&mut hash, &config.limits.on_damage);
        for ability in Ability::ALL {
            let model = pipeline.model().filter(|model| model.can(ability));
            add(&mut hash, model.map_or("", |model| model.name(ability)).as_bytes());
        }
        add(&mut hash, pipeline.fonts().map_or(&[][..], |fonts| fonts.fingerprint()));
        Self(hash)
    }
}

/// What decides the bytes of the results of a request, except for what is said of each.
#[derive(Clone)]
pub(crate) struct Recipe(Sha256);

impl Recipe {
    /// Takes a request whose fonts are there.
    pub(super) fn new(
        program: &Program,
        partition: Partition,
        request: &TransformRequest,
        digests: &SourceDigests,
    ) -> Self {
        let mut hash = program.0.clone();
        match partition {
            Partition::All => add(&mut hash, b""),
            Partition::Token(digest) => add(&mut hash, &digest),
        }
        add(&mut hash, &(request.sources.len() as u64).to_le_bytes());
        for (source, digest) in request.sources.iter().zip(digests.of(&request.sources)) {
            match source {
                Source::Image(bytes) => {
                    add(&mut hash, b"image");
                    add(&mut hash, digest);
                    // It is a library of the machine that reads these.
                    if sniff(bytes).is_ok_and(|format| format == Format::Heic) {
                        add(&mut hash, heic::version().unwrap_or_default().as_bytes());
                    }
                }
                Source::Text(text) => {
                    add(&mut hash, b"text");
                    add_shown(&mut hash, text);
                    if let FontUrl::Remote(url) = FontUrl::parse(&text.font_url)
                        && let Some(Ok(font)) = request.fonts.get(url)
                    {
                        add(&mut hash, &Sha256::digest(font));
                    }
                }
            }
        }
        Self(hash)
    }

    /// Returns the key of one result, given its list, whether it is asked for alone or with others.
    pub(crate) fn key(&self, ops: &[Op], output: &Output) -> Key {
        let mut hash = self.0.clone();
        add_shown(&mut hash, &ops);
        add_shown(&mut hash, output);
        Key(hash.finalize().into())
    }
}

/// Adds a part, whose length is said first, so that no two lists of parts look alike.
fn add(hash: &mut Sha256, part: &[u8]) {
    hash.update((part.len() as u64).to_le_bytes());
    hash.update(part);
}

/// Adds a value, by all that it shows of itself.
fn add_shown(hash: &mut Sha256, value: &impl Debug) {
    add(hash, format!("{value:?}").as_bytes());
}
