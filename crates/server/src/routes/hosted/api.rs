//! What every request to the API has: an account, a store, and a way to write URLs.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use palmette_protocol::url::decode;
use palmette_store::hosted::Hosted;

use super::failure::HostedFailure;
use super::urls::Urls;
use crate::Error;
use crate::shared::Shared;

/// A request to the API, for the account of this server.
pub(super) struct Api {
    pub(super) shared: Arc<Shared>,
    /// The origin that URLs in the answer begin with.
    origin: String,
    /// What stands behind `v1/` or the like, if the route has that.
    parameters: HashMap<String, String>,
    /// The path, as it came.
    path: String,
}

impl FromRequestParts<Arc<Shared>> for Api {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Error> {
        // Browsers send such requests for any page, and a server on the machine of its user often has no tokens.
        let is_for_other_site = parts.headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site");
        if is_for_other_site && shared.credentials.tokens().are_none() {
            return Err(HostedFailure::CrossSite.into());
        }
        let parameters = Path::from_request_parts(parts, shared).await;
        let Path(parameters): Path<HashMap<String, String>> = parameters.map_err(|_| HostedFailure::Path)?;
        if let Some(asked) = parameters.get("account")
            && let Some(hosted) = &shared.config.hosted.account
            && asked != hosted
        {
            return Err(HostedFailure::Account { account: asked.clone() }.into());
        }
        let origin = Urls::origin(shared, &parts.headers);
        Ok(Self { shared: Arc::clone(shared), origin, parameters, path: parts.uri.path().to_owned() })
    }
}

/// What is asked of a picture, by the last part of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aspect {
    /// The picture itself.
    Whole,
    /// Its bytes.
    Blob,
    /// A signed URL.
    SignedUrl,
}

impl Api {
    /// Does something with the store.
    pub(super) async fn run<T: Send + 'static, E: Into<HostedFailure> + Send + 'static>(
        &self,
        work: impl FnOnce(&Hosted) -> Result<T, E> + Send + 'static,
    ) -> Result<T, Error> {
        run(&self.shared, work).await
    }

    /// Does something with the store that needs URLs.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Hosted, &Urls) -> Result<T, HostedFailure> + Send + 'static,
    ) -> Result<T, Error> {
        let origin = self.origin.clone();
        self.run(move |hosted| work(hosted, &Urls::of(hosted, origin)?)).await
    }

    /// Returns the name that the path ends with.
    pub(super) fn name(&self) -> String {
        self.parameters.get("name").cloned().unwrap_or_default()
    }

    /// Returns the id of a picture in the path, and what is asked of it. The last part is looked at as it came, so that a picture may be
    /// called `cats/blob` if its slash is escaped.
    pub(super) fn id(&self) -> Result<(String, Aspect), HostedFailure> {
        let rest = self.path.split_once("/images/v1/").map_or("", |(_, rest)| rest);
        let (id, aspect) = match rest.rsplit_once('/') {
            Some((id, "blob")) => (id, Aspect::Blob),
            Some((id, "signed_url")) => (id, Aspect::SignedUrl),
            _ => (rest, Aspect::Whole),
        };
        Ok((decode(id).ok_or(HostedFailure::Path)?, aspect))
    }
}

/// Does something with the store of a server that has one.
pub(super) async fn run<T: Send + 'static, E: Into<HostedFailure> + Send + 'static>(
    shared: &Shared,
    work: impl FnOnce(&Hosted) -> Result<T, E> + Send + 'static,
) -> Result<T, Error> {
    let store = shared.hosted.as_ref().expect("routes of hosted pictures are there only with a store");
    store.run(work).await
}
