//! Upload links: a draft now, whose picture comes later from somebody without a token, once.

use std::ops::RangeInclusive;
use std::time::{Duration, SystemTime};

use super::database::Transaction;
use super::image::{About, Image, NewFile, checked_id, find, now, put, refuse_existing, remove, to_ms};
use super::{Hosted, HostedError};

/// The shortest and the longest life of a link: two minutes to six hours.
pub(super) const LIFE_S: RangeInclusive<i64> = 120..=21_600;

/// The life of a link where nobody says another one: half an hour.
pub const DEFAULT_LINK_LIFE: Duration = Duration::from_secs(1800);

/// How long it is remembered that a link has expired.
const REMEMBERED: Duration = Duration::from_secs(24 * 3600);

impl Hosted {
    /// Makes a draft, whose picture may come until a moment.
    ///
    /// # Errors
    ///
    /// [`HostedError::Id`], [`HostedError::PrivateCustomId`], [`HostedError::LinkLife`], [`HostedError::Exists`],
    /// [`HostedError::Database`], [`HostedError::Corrupt`].
    pub fn draft(&self, id: Option<String>, about: About, until: SystemTime) -> Result<Image, HostedError> {
        let id = checked_id(id, &about)?;
        let made = now();
        // A moment more or less at both ends is that of the way here.
        const WAY_MS: i64 = 1000;
        let life_ms = to_ms(until) - to_ms(made);
        if life_ms < LIFE_S.start() * 1000 - WAY_MS || life_ms > LIFE_S.end() * 1000 + WAY_MS {
            return Err(HostedError::LinkLife { asked_s: life_ms / 1000 });
        }
        let image = Image {
            id,
            filename: None,
            content_type: None,
            uploaded: made,
            requires_signed_urls: about.requires_signed_urls,
            metadata: about.metadata,
            creator: about.creator,
            link_until: Some(until),
            file: None,
        };
        self.database.write(|transaction| {
            let long_ago = to_ms(made - REMEMBERED);
            transaction.execute("DELETE FROM image WHERE file IS NULL AND link_until_ms < $1", &[long_ago.into()])?;
            refuse_existing(transaction, &image.id)?;
            put(transaction, &image)?;
            Ok(image)
        })
    }

    /// Tells whether the picture of a draft may come now.
    ///
    /// # Errors
    ///
    /// [`HostedError::Missing`], [`HostedError::LinkUsed`], [`HostedError::LinkExpired`], [`HostedError::Database`],
    /// [`HostedError::Corrupt`].
    pub fn check_link(&self, id: &str) -> Result<(), HostedError> {
        self.database.read(|transaction| open_draft(transaction, id)).map(drop)
    }

    /// Takes the picture of a draft, which is none from then on.
    ///
    /// # Errors
    ///
    /// Those of [`check_link`](Self::check_link), and of [`upload`](Self::upload).
    pub fn fulfil(&self, id: &str, file: NewFile) -> Result<Image, HostedError> {
        self.check_link(id)?;
        self.store(file, |transaction| {
            let draft = open_draft(transaction, id)?;
            remove(transaction, id)?;
            Ok(draft)
        })
    }
}

/// Finds a draft whose picture may come now.
fn open_draft(transaction: &mut dyn Transaction, id: &str) -> Result<Image, HostedError> {
    let name = || id.to_owned();
    match find(transaction, id)? {
        Some(image) if image.is_over(now()) => Err(HostedError::LinkExpired { id: name() }),
        Some(image) if image.is_draft() => Ok(image),
        // Only what came by a link has one.
        Some(Image { link_until: Some(_), .. }) => Err(HostedError::LinkUsed { id: name() }),
        _ => Err(HostedError::Missing { kind: "upload link", name: name() }),
    }
}
