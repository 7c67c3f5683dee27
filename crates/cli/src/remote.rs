//! Requests that a server answers instead of this process: `--server URL`, and what is sent along to one that this process starts or asks.

use std::fs::File;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

use bytes::Bytes;
use clap::Args;
use palmette::ops::tree::Step;
use palmette::protocol::form::FormSource;
use palmette::protocol::{RawNode, RawRendition};
use palmette_client::{Images, Source, Transformer};
use palmette_server::config::{Environment, Strings};
use tokio::runtime::{Builder, Runtime};

use crate::error::Error;
use crate::files;
use crate::form::{Input, Outline, OutlineOutputs};
use crate::header_flag::Header;

/// The environment variable that holds a bearer token for the server.
const TOKEN_VARIABLE: &str = "PALMETTE_CLIENT_TOKEN";

/// The environment variable that names a file with certificates of authorities that are trusted, besides those that browsers trust.
const AUTHORITIES_VARIABLE: &str = "PALMETTE_CLIENT_CA_FILE";

/// Where a request is sent.
#[derive(Debug, Args)]
pub(crate) struct RemoteArgs {
    /// Server that does the work, such as http://127.0.0.1:9901; a bearer token is taken from PALMETTE_CLIENT_TOKEN, and certificates
    /// of authorities to trust from the file that PALMETTE_CLIENT_CA_FILE names
    #[arg(long, value_name = "URL", conflicts_with = "config")]
    server: Option<String>,
}

/// A server that was asked for.
#[derive(Debug)]
pub(crate) struct Remote {
    images: Images,
    runtime: Runtime,
}

/// Returns the bearer token of the environment.
pub(crate) fn token() -> Result<Option<String>, Error> {
    Ok(Environment.get(TOKEN_VARIABLE)?.filter(|token| !token.is_empty()))
}

/// Returns headers for a server, with a bearer token if there is one and they have none.
pub(crate) fn with_token(mut headers: Vec<Header>, token: Option<String>) -> Vec<Header> {
    const NAME: &str = "authorization";
    if let Some(token) = token
        && headers.iter().all(|header| header.name != NAME)
    {
        headers.push(Header { name: NAME.to_owned(), value: format!("Bearer {token}") });
    }
    headers
}

/// Opens a server.
pub(crate) fn at(url: &str) -> Result<Remote, Error> {
    let mut builder = Images::builder(url);
    if let Some(token) = token()? {
        builder = builder.token(&token);
    }
    if let Some(path) = Environment.get(AUTHORITIES_VARIABLE)?.filter(|path| !path.is_empty()) {
        let pem = std::fs::read(&path).map_err(|source| Error::Read { path: path.into(), source })?;
        builder = builder.authorities(pem);
    }
    let images = builder.build().map_err(|source| Error::Client { source, sources: Vec::new() })?;
    let runtime = Builder::new_current_thread().enable_all().build().map_err(Error::Start)?;
    Ok(Remote { images, runtime })
}

impl RemoteArgs {
    /// Returns the server, if the request is for one.
    pub(crate) fn open(&self) -> Result<Option<Remote>, Error> {
        self.server.as_deref().map(at).transpose()
    }
}

impl Remote {
    /// Makes a picture, or its plan; `sources` are the names of its sources, for messages.
    pub(crate) fn transform(self, outline: Outline, sources: Vec<String>) -> Result<Vec<u8>, Error> {
        let picture = self.transform_next(outline, sources);
        self.end();
        picture
    }

    /// Makes a picture, one of many, which may be asked for by several threads at once.
    pub(crate) fn transform_next(&self, outline: Outline, sources: Vec<String>) -> Result<Vec<u8>, Error> {
        let (transformer, outputs, explain) = self.describe_outline(outline)?;
        let OutlineOutputs::One(output) = outputs else { return Err(Error::SeveralResults) };
        self.wait(sources, async {
            if explain {
                return Ok(transformer.explain(output).await?.into_bytes());
            }
            Ok(transformer.output(output).await?.bytes().await?.into())
        })
    }

    /// Makes several results of a picture, and hands each over with its index and its width as it comes, until `each` fails.
    pub(crate) fn transform_each(
        self,
        outline: Outline,
        sources: &[String],
        each: impl FnMut(usize, Result<(Bytes, u32), Error>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let ended = self.transform_each_next(outline, sources, each);
        self.end();
        ended
    }

    /// Makes several results of a picture, one of many, as [`Remote::transform_each`] does.
    pub(crate) fn transform_each_next(
        &self,
        outline: Outline,
        sources: &[String],
        mut each: impl FnMut(usize, Result<(Bytes, u32), Error>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let (transformer, outputs, explain) = self.describe_outline(outline)?;
        if explain {
            return Err(Error::ExplainSeveral);
        }
        let renditions = match outputs {
            OutlineOutputs::One(output) => vec![RawRendition::new(output)],
            OutlineOutputs::Each(renditions) => renditions,
        };
        let failed = |source| Error::Client { source, sources: sources.to_vec() };
        self.runtime.block_on(async {
            let mut pictures = transformer.outputs(renditions).await.map_err(failed)?;
            for index in 0.. {
                match pictures.next().await {
                    None => break,
                    Some(Ok(picture)) => each(index, Ok((picture.bytes, picture.width)))?,
                    Some(Err(error @ palmette_client::Error::Images { .. })) => each(index, Err(failed(error)))?,
                    Some(Err(error)) => return Err(failed(error)),
                }
            }
            Ok(())
        })
    }

    /// Describes a request with the client, and returns what is asked for, and whether that is the plan.
    fn describe_outline(&self, outline: Outline) -> Result<(Transformer, OutlineOutputs, bool), Error> {
        let Outline { tree, outputs, explain, engine } = outline;
        let mut transformer = self.describe(tree)?;
        if let Some(engine) = engine {
            transformer = transformer.engine(engine);
        }
        Ok((transformer, outputs, explain))
    }

    /// Asks for the format and size of a picture, and returns the JSON.
    pub(crate) fn info(self, file: &Path) -> Result<String, Error> {
        let source = self.open(file)?;
        let images = self.images.clone();
        let info = self.wait(vec![file.display().to_string()], async move { Ok(images.info(source).await?.to_json()) });
        self.end();
        info
    }

    /// Has image URLs and sources forgotten; returns how many results that were.
    pub(crate) fn purge(self, urls: &[String], sources: &[String]) -> Result<u64, Error> {
        let purged = self.wait(Vec::new(), self.images.purge(urls, sources));
        self.end();
        purged
    }

    /// Describes a tree with the client. Trees are no deeper than the protocol allows.
    fn describe(&self, tree: RawNode<FormSource<Input>>) -> Result<Transformer, Error> {
        let mut transformer = match tree.source {
            FormSource::Image(Input::File(path)) => self.images.input(self.open(&path)?),
            FormSource::Image(Input::Bytes(bytes)) => self.images.input(bytes),
            FormSource::Text(options) => self.images.text(options),
        };
        for step in tree.steps {
            transformer = match step {
                Step::Transform(options) => transformer.transform(options),
                Step::Draw { child, options } => transformer.draw(self.describe(child)?, options),
            };
        }
        Ok(transformer)
    }

    /// Opens a file, which is read while it is sent.
    fn open(&self, path: &Path) -> Result<Source, Error> {
        if files::is_standard(path) {
            return Ok(Source::reader(tokio::io::stdin()));
        }
        let unreadable = |source| Error::Read { path: path.to_owned(), source };
        let file = File::open(path).map_err(unreadable)?;
        if file.metadata().map_err(unreadable)?.is_dir() {
            return Err(unreadable(io::ErrorKind::IsADirectory.into()));
        }
        Ok(tokio::fs::File::from_std(file).into())
    }

    /// Waits for a call.
    fn wait<T>(
        &self,
        sources: Vec<String>,
        call: impl Future<Output = Result<T, palmette_client::Error>>,
    ) -> Result<T, Error> {
        self.runtime.block_on(call).map_err(|source| Error::Client { source, sources })
    }

    /// Ends the threads; one that waits for standard input, which nobody needs any more, is not waited for.
    fn end(self) {
        self.runtime.shutdown_background();
    }
}

/// Returns the address at which this machine reaches a server that listens at `address`.
pub(crate) fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
