//! What a picture is that comes, by its header, and how a picture is described in answers.

use bytes::Bytes;
use palmette::Pipeline;
use palmette::codec::{Error as CodecError, Format};
use palmette_store::hosted::{Image, NewFile};
use serde_json::{Map, Value};

use super::failure::HostedFailure;
use super::fields::{FilePart, iso};
use super::urls::Urls;
use crate::Error;
use crate::routes::image_url::svg;
use crate::shared::Shared;

/// Looks at a file that comes: its type, and the size of its picture.
pub(super) async fn look(shared: &Shared, file: FilePart) -> Result<NewFile, Error> {
    let pipeline = shared.pipeline.clone();
    let limits = shared.config.limits.pixels;
    shared
        .admission
        .glance(move || content_type(&pipeline, limits, &file.bytes).map(|kind| new_file(file, kind)))
        .await?
}

fn new_file(file: FilePart, content_type: &str) -> NewFile {
    NewFile { filename: file.name, content_type: content_type.to_owned(), bytes: file.bytes }
}

/// Returns the media type of a file.
fn content_type(pipeline: &Pipeline, limits: palmette::core::Limits, bytes: &Bytes) -> Result<&'static str, Error> {
    let failed = |source| Error::from(palmette::Error::Source { index: 0, source });
    let probe = match palmette::codec::probe(bytes) {
        Ok(probe) => probe,
        // As it is delivered; one that cannot be would be of no use.
        Err(CodecError::Svg) => return svg::clean(bytes).map(|_| svg::MIME).map_err(Into::into),
        Err(CodecError::Empty) => return Err(HostedFailure::Type { actual: "nothing".to_owned() }.into()),
        Err(CodecError::NotAPicture) => {
            return Err(HostedFailure::Type { actual: "something else".to_owned() }.into());
        }
        Err(source) => return Err(failed(source)),
    };
    match probe.format {
        Format::Jpeg | Format::Png | Format::Gif | Format::Webp | Format::Avif | Format::Heic => {}
        Format::Bmp | Format::Tiff | Format::Ico | Format::Qoi | Format::Pnm => {
            return Err(HostedFailure::Type { actual: probe.format.mime().to_owned() }.into());
        }
    }
    limits.check(probe.size).map_err(|error| failed(error.into()))?;
    // Whatever else the header says, such as a size of 0.
    pipeline.info(bytes)?;
    Ok(probe.format.mime())
}

/// Describes a picture as the API does.
pub(super) fn describe(image: &Image, urls: &Urls) -> Value {
    let mut told = Map::new();
    told.insert("id".to_owned(), image.id.clone().into());
    if let Some(filename) = &image.filename {
        told.insert("filename".to_owned(), filename.clone().into());
    }
    told.insert("uploaded".to_owned(), iso(image.uploaded).into());
    told.insert("requireSignedURLs".to_owned(), image.requires_signed_urls.into());
    told.insert("variants".to_owned(), urls.variants(&image.id).into());
    told.insert("meta".to_owned(), image.metadata.object().clone().into());
    if let Some(creator) = &image.creator {
        told.insert("creator".to_owned(), creator.clone().into());
    }
    if image.is_draft() {
        told.insert("draft".to_owned(), true.into());
    }
    told.into()
}
