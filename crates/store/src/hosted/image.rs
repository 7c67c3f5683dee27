//! Pictures: what is known of one, and how it comes, changes and goes.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;

use super::database::{Row, Transaction, Value};
use super::id::{check_custom_id, is_uuid, new_id};
use super::metadata::Metadata;
use super::{Hosted, HostedError};

/// The most bytes of a picture.
pub const MAX_PICTURE_BYTES: usize = 10_000_000;

/// What is known of a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    /// Its id: one that its owner chose, or a UUID.
    pub id: String,
    /// The name of the file that it came in, if it had one.
    pub filename: Option<String>,
    /// The media type of its bytes; none while it is a draft.
    pub content_type: Option<String>,
    /// When it came; of a draft, when that was made.
    pub uploaded: SystemTime,
    /// Whether only signed URLs show it.
    pub requires_signed_urls: bool,
    /// What its owner says about it.
    pub metadata: Metadata,
    /// Who its owner says made it.
    pub creator: Option<String>,
    /// Until when it may come, if it has not.
    pub link_until: Option<SystemTime>,
    /// The file of its bytes; none while it is a draft.
    pub(super) file: Option<String>,
}

/// A picture that comes.
#[derive(Clone, Debug, Default)]
pub struct NewImage {
    /// Its id; none for a new one.
    pub id: Option<String>,
    /// What its owner says of it.
    pub about: About,
    /// What it is.
    pub file: NewFile,
}

/// What an owner says of a picture that comes, at once or by an upload link.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// Whether only signed URLs show it.
    pub requires_signed_urls: bool,
    /// [`Image::metadata`].
    pub metadata: Metadata,
    /// [`Image::creator`].
    pub creator: Option<String>,
}

/// The bytes of a picture that comes.
#[derive(Clone, Debug, Default)]
pub struct NewFile {
    /// [`Image::filename`].
    pub filename: Option<String>,
    /// The media type of the bytes, as whoever looked at them knows it.
    pub content_type: String,
    /// The bytes.
    pub bytes: Bytes,
}

/// What is to change of a picture; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct ImageChange {
    /// [`Image::requires_signed_urls`].
    pub requires_signed_urls: Option<bool>,
    /// [`Image::metadata`], which is replaced as a whole.
    pub metadata: Option<Metadata>,
    /// [`Image::creator`]; an empty text removes it.
    pub creator: Option<String>,
}

impl Image {
    /// Tells whether the picture has not come yet.
    #[must_use]
    pub const fn is_draft(&self) -> bool {
        self.file.is_none()
    }

    /// Returns what stands for the bytes: other bytes have another one.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.file.as_deref()
    }

    /// Tells whether it is a draft whose time is over.
    pub(super) fn is_over(&self, now: SystemTime) -> bool {
        self.is_draft() && self.link_until.is_none_or(|until| until < now)
    }
}

impl Hosted {
    /// Keeps a picture. It is there, whole, when this returns; if this fails in any way, it is not.
    ///
    /// # Errors
    ///
    /// [`HostedError::Id`], [`HostedError::PrivateCustomId`], [`HostedError::TooLarge`], [`HostedError::Exists`], and what the database and
    /// the files can fail with.
    pub fn upload(&self, new: NewImage) -> Result<Image, HostedError> {
        let NewImage { id, about, file } = new;
        let id = checked_id(id, &about)?;
        // So that nothing is written for an answer that is known already.
        if self.database.read(|transaction| find(transaction, &id))?.is_some_and(|image| !image.is_over(now())) {
            return Err(HostedError::Exists { kind: "picture", name: id });
        }
        let image = Image {
            id,
            filename: None,
            content_type: None,
            uploaded: now(),
            requires_signed_urls: about.requires_signed_urls,
            metadata: about.metadata,
            creator: about.creator,
            link_until: None,
            file: None,
        };
        self.store(file, |transaction| {
            refuse_existing(transaction, &image.id)?;
            Ok(image)
        })
    }

    /// Returns what is known of a picture, a draft included whose time is not over.
    ///
    /// # Errors
    ///
    /// [`HostedError::Database`], [`HostedError::Corrupt`].
    pub fn image(&self, id: &str) -> Result<Option<Image>, HostedError> {
        let found = self.database.read(|transaction| find(transaction, id))?;
        Ok(found.filter(|image| !image.is_over(now())))
    }

    /// Returns the bytes of a picture; nothing if it is a draft, or was removed since.
    ///
    /// # Errors
    ///
    /// [`HostedError::Lost`] if there is a picture without its bytes; [`HostedError::File`], [`HostedError::Database`].
    pub fn bytes(&self, image: &Image) -> Result<Option<Bytes>, HostedError> {
        let Some(file) = &image.file else { return Ok(None) };
        let bytes = self.pictures.read(file)?;
        // They go after their row. A row that is still there belongs to a copy of the database alone, or to a damaged disk.
        if bytes.is_none() && self.image(&image.id)?.is_some_and(|found| found.file == image.file) {
            return Err(HostedError::Lost { id: image.id.clone(), file: file.clone() });
        }
        Ok(bytes)
    }

    /// Changes what is known of a picture. If it requires signed URLs from now on, or does not any more, it gets a new id, so that no
    /// URL that was known shows it.
    ///
    /// # Errors
    ///
    /// [`HostedError::Missing`], [`HostedError::PrivateCustomId`], [`HostedError::Database`], [`HostedError::Corrupt`].
    pub fn change(&self, id: &str, change: ImageChange) -> Result<Image, HostedError> {
        self.database.write(|transaction| {
            let found = find(transaction, id)?.filter(|image| !image.is_over(now()));
            let mut image = found.ok_or_else(|| HostedError::no_picture(id))?;
            if let Some(requires) =
                change.requires_signed_urls.filter(|&requires| requires != image.requires_signed_urls)
            {
                if !is_uuid(id) {
                    return Err(HostedError::PrivateCustomId);
                }
                image.requires_signed_urls = requires;
                // An upload link that was handed out keeps its id.
                if !image.is_draft() {
                    image.id = new_id();
                }
            }
            if let Some(metadata) = change.metadata {
                image.metadata = metadata;
            }
            if let Some(creator) = change.creator {
                image.creator = Some(creator).filter(|creator| !creator.is_empty());
            }
            remove(transaction, id)?;
            put(transaction, &image)?;
            Ok(image)
        })
    }

    /// Removes a picture, or a draft; tells whether there was one.
    ///
    /// # Errors
    ///
    /// [`HostedError::Database`], [`HostedError::Corrupt`].
    pub fn delete(&self, id: &str) -> Result<bool, HostedError> {
        let found = self.database.write(|transaction| {
            let found = find(transaction, id)?.filter(|image| !image.is_over(now()));
            if found.is_some() {
                remove(transaction, id)?;
            }
            Ok(found)
        })?;
        if let Some(file) = found.as_ref().and_then(|image| image.file.as_deref()) {
            self.pictures.remove(file);
        }
        Ok(found.is_some())
    }

    /// Returns the number of pictures, without drafts.
    ///
    /// # Errors
    ///
    /// [`HostedError::Database`].
    pub fn count(&self) -> Result<u64, HostedError> {
        let sql = "SELECT count(*) FROM image WHERE file IS NOT NULL";
        self.database.read(|transaction| transaction.number(sql, &[]))
    }

    /// Writes the bytes of a picture first, and then, in a transaction, the row that `row_of` decides on with what it finds there.
    pub(super) fn store(
        &self,
        new: NewFile,
        row_of: impl FnOnce(&mut dyn Transaction) -> Result<Image, HostedError>,
    ) -> Result<Image, HostedError> {
        let NewFile { filename, content_type, bytes } = new;
        if bytes.len() > MAX_PICTURE_BYTES {
            return Err(HostedError::TooLarge { max_bytes: MAX_PICTURE_BYTES });
        }
        let file = self.pictures.write(bytes)?;
        let stored = self.database.write(|transaction| {
            let mut image = row_of(transaction)?;
            image.file = Some(file.clone());
            image.filename = filename;
            image.content_type = Some(content_type);
            image.uploaded = now();
            put(transaction, &image)?;
            Ok(image)
        });
        // After a failure of the database nobody knows whether there is a row. A file too many is swept; one too few is a lost picture.
        let is_unknown = |error: &HostedError| matches!(error, HostedError::Database(_) | HostedError::Unavailable(_));
        if stored.as_ref().is_err_and(|error| !is_unknown(error)) {
            self.pictures.remove(&file);
        }
        stored
    }
}

/// Checks the id that an owner chose, or makes one.
pub(super) fn checked_id(id: Option<String>, about: &About) -> Result<String, HostedError> {
    let Some(id) = id else { return Ok(new_id()) };
    check_custom_id(&id)?;
    if about.requires_signed_urls { Err(HostedError::PrivateCustomId) } else { Ok(id) }
}

/// Refuses an id that somebody has; a draft whose time is over makes room.
pub(super) fn refuse_existing(transaction: &mut dyn Transaction, id: &str) -> Result<(), HostedError> {
    match find(transaction, id)? {
        Some(image) if image.is_over(now()) => remove(transaction, id),
        Some(_) => Err(HostedError::Exists { kind: "picture", name: id.to_owned() }),
        None => Ok(()),
    }
}

/// The columns of [`from_row`], in its order.
pub(super) const COLUMNS: &str =
    "id, file, filename, content_type, uploaded_ms, requires_signed_urls, metadata, creator, link_until_ms";

/// Makes a picture of a row.
pub(super) fn from_row(row: &Row) -> Result<Image, HostedError> {
    Ok(Image {
        id: row.text(0)?,
        file: row.text_or_null(1)?,
        filename: row.text_or_null(2)?,
        content_type: row.text_or_null(3)?,
        uploaded: from_ms(row.integer(4)?),
        requires_signed_urls: row.integer(5)? != 0,
        // What this store does not write counts as nothing.
        metadata: Metadata::parse(&row.text(6)?).unwrap_or_default(),
        creator: row.text_or_null(7)?,
        link_until: row.integer_or_null(8)?.map(from_ms),
    })
}

/// Finds a picture.
pub(super) fn find(transaction: &mut dyn Transaction, id: &str) -> Result<Option<Image>, HostedError> {
    let row = transaction.first(&format!("SELECT {COLUMNS} FROM image WHERE id = $1"), &[id.into()])?;
    row.as_ref().map(from_row).transpose()
}

/// Writes a picture whose id is free.
pub(super) fn put(transaction: &mut dyn Transaction, image: &Image) -> Result<(), HostedError> {
    let values: [Value; 9] = [
        image.id.as_str().into(),
        image.file.clone().into(),
        image.filename.clone().into(),
        image.content_type.clone().into(),
        to_ms(image.uploaded).into(),
        image.requires_signed_urls.into(),
        image.metadata.to_json().into(),
        image.creator.clone().into(),
        image.link_until.map(to_ms).into(),
    ];
    let sql = format!("INSERT INTO image ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
    transaction.execute(&sql, &values).map(drop)
}

/// Removes a row.
pub(super) fn remove(transaction: &mut dyn Transaction, id: &str) -> Result<(), HostedError> {
    transaction.execute("DELETE FROM image WHERE id = $1", &[id.into()]).map(drop)
}

/// Returns the time, to the millisecond, as it is kept.
pub(super) fn now() -> SystemTime {
    from_ms(to_ms(SystemTime::now()))
}

/// Returns a time as Unix milliseconds.
pub(super) fn to_ms(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Returns the time of Unix milliseconds.
pub(super) fn from_ms(ms: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(u64::try_from(ms).unwrap_or(0))
}
