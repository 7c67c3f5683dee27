//! The proxied form of miniflare, whose "remote" bindings are sent as `POST /` with the request that was meant in headers:
//! its address in `MF-URL`, and each of its headers as `MF-Header-<name>`. The body is the body.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Uri, header};

/// The header with the address that was meant.
const URL: &str = "mf-url";

/// The prefix of the names of the headers that were meant.
const HEADER_PREFIX: &str = "mf-header-";

/// Turns a proxied request into the one that was meant; any other is left alone.
pub(crate) fn unwrap(mut request: Request) -> Request {
    let Some(target) = request.headers().get(URL).and_then(path_and_query) else { return request };
    let meant: Vec<_> = request.headers().iter().filter_map(|(name, value)| meant_header(name, value)).collect();
    request.headers_mut().extend(meant);
    *request.uri_mut() = target;
    request
}

/// Returns an address without its host; any host is ours.
fn path_and_query(url: &HeaderValue) -> Option<Uri> {
    let uri = Uri::try_from(url.as_bytes()).ok()?;
    Uri::builder().path_and_query(uri.path_and_query()?.clone()).build().ok()
}

/// Returns the header that was meant, unless it is about the connection: that one is ours, not the one that was meant.
fn meant_header(name: &HeaderName, value: &HeaderValue) -> Option<(HeaderName, HeaderValue)> {
    let name = HeaderName::from_bytes(name.as_str().strip_prefix(HEADER_PREFIX)?.as_bytes()).ok()?;
    let is_about_connection = [
        header::CONNECTION,
        header::CONTENT_LENGTH,
        header::EXPECT,
        header::HOST,
        header::TE,
        header::TRAILER,
        header::TRANSFER_ENCODING,
        header::UPGRADE,
    ]
    .contains(&name);
    (!is_about_connection).then(|| (name, value.clone()))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    #[test]
    fn proxied_request_is_unwrapped() {
        let request = Request::post("/")
            .header("MF-Binding", "IMAGES")
            .header("MF-URL", "https://js.images.cloudflare.com/transform?a=b")
            .header("MF-Header-content-type", "multipart/form-data; boundary=x")
            .header("MF-Header-transfer-encoding", "chunked")
            .body(Body::empty())
            .unwrap();
        let request = unwrap(request);
        assert_eq!(request.uri(), "/transform?a=b");
        assert_eq!(request.headers()[header::CONTENT_TYPE], "multipart/form-data; boundary=x");
        assert!(!request.headers().contains_key(header::TRANSFER_ENCODING));
    }

    #[test]
    fn plain_request_is_left_alone() {
        for url in [None, Some("http://"), Some("not a url")] {
            let builder = Request::post("/info").header("MF-Header-content-type", "text/html");
            let builder = if let Some(url) = url { builder.header("MF-URL", url) } else { builder };
            let request = unwrap(builder.body(Body::empty()).unwrap());
            assert_eq!(request.uri(), "/info");
            assert!(!request.headers().contains_key(header::CONTENT_TYPE));
        }
    }
}
