//! `GET /` and what it loads from `/playground/`: a page to build a request in and look at its result.
//!
//! The files are in `playground` beside `src`, as they are sent: no build step, nothing from elsewhere. They are in the binary, so
//! the page always belongs to the server that it talks to.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, LazyLock};

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use super::etag::is_known;
use super::unknown_path;
use crate::Error;
use crate::shared::Shared;

/// Where the files are that the page loads.
const FOLDER: &str = "/playground/";

/// One file of the page.
#[derive(Hash)]
struct File {
    name: &'static str,
    text: &'static str,
}

/// Embeds files of the folder.
macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(File { name: $name, text: include_str!(concat!("../../playground/", $name)) }),*]
    };
}

/// The page.
const INDEX: File = File { name: "index.html", text: include_str!("../../playground/index.html") };

/// What the page loads.
const FILES: &[File] = files![
    "app.js",
    "base.css",
    "before.js",
    "code.js",
    "compare.js",
    "compared.css",
    "controls.css",
    "controls.js",
    "dom.js",
    "editor.js",
    "engines.js",
    "facts.js",
    "files.js",
    "hints.js",
    "icon.svg",
    "keep.js",
    "lacks.js",
    "layout.css",
    "loupe.js",
    "notice.js",
    "options.js",
    "pictures.css",
    "pictures.js",
    "plan.css",
    "plan.js",
    "presets.js",
    "problems.js",
    "request.css",
    "request.js",
    "samples.js",
    "share.js",
    "shown.js",
    "slider.js",
    "snippets.js",
    "stage.css",
    "stage.js",
    "texts.js",
    "token.css",
    "token.js",
    "touch.css",
    "tree.js",
];

/// Everything comes from this server; pictures may also be blobs, because they are made in the page. Nothing is framed, sent
/// away by a form, or written as markup by a script.
const POLICY: &str = "default-src 'self'; img-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'; require-trusted-types-for 'script'";

/// Names this version of all files together: they belong together.
static ETAG: LazyLock<String> = LazyLock::new(|| {
    let mut hasher = DefaultHasher::new();
    (INDEX, FILES).hash(&mut hasher);
    format!("\"{:016x}\"", hasher.finish())
});

/// Answers with the page, unless it is a websocket that is asked for: miniflare does that here, and a page would confuse it.
pub(crate) async fn playground(shared: State<Arc<Shared>>, uri: Uri, headers: HeaderMap) -> Result<Response, Error> {
    if headers.get(header::UPGRADE).is_some_and(|protocol| protocol.as_bytes().eq_ignore_ascii_case(b"websocket")) {
        return Err(unknown_path(shared, uri).await);
    }
    Ok(respond(&INDEX, &headers))
}

/// Answers with a file that the page loads.
pub(crate) async fn playground_file(
    shared: State<Arc<Shared>>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Error> {
    // The path stays encoded: decoded, it could break a line of the log or be no text, and no file needs it.
    let name = uri.path().strip_prefix(FOLDER);
    match FILES.iter().find(|file| Some(file.name) == name) {
        Some(file) => Ok(respond(file, &headers)),
        None => Err(unknown_path(shared, uri).await),
    }
}

/// Sends a file, or nothing if the browser has this version already.
fn respond(file: &File, request: &HeaderMap) -> Response {
    let etag = ETAG.as_str();
    let has_it = is_known(request, etag);
    let headers: [(HeaderName, &str); 6] = [
        (header::CONTENT_TYPE, content_type(file.name)),
        (header::ETAG, etag),
        // Kept, but asked about every time: a new server brings a new page.
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    let headers = headers.map(|(name, value)| (name, HeaderValue::from_str(value).expect("visible characters only")));
    if has_it { (StatusCode::NOT_MODIFIED, headers).into_response() } else { (headers, file.text).into_response() }
}

/// Returns the media type of a file by the end of its name.
fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn playground_has_every_file_of_its_folder() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("playground");
        let names: BTreeSet<String> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        let listed: BTreeSet<String> = FILES.iter().chain([&INDEX]).map(|file| file.name.to_owned()).collect();
        assert_eq!(names, listed);
        assert!(listed.iter().all(|name| content_type(name) != "application/octet-stream"));
    }
}
