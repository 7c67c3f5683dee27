//! A picture that is being described.

use hyper::header::CONTENT_TYPE;
use palmette_protocol::form::TransformForm;
use palmette_protocol::{EngineChoice, IntoOptions, RawOutput, RawRendition};

use crate::images::Images;
use crate::overlay::{Overlay, Tree};
use crate::{Error, Outputs, Picture};

/// A source and the steps that make a picture of it; nothing is sent before [`Transformer::output`].
#[derive(Debug)]
#[must_use = "nothing happens before `output`"]
pub struct Transformer {
    images: Images,
    tree: Tree,
    engine: Option<EngineChoice>,
}

impl Transformer {
    pub(crate) const fn new(images: Images, tree: Tree) -> Self {
        Self { images, tree, engine: None }
    }

    /// Adds a transform: a [`Transform`](crate::Transform), or [`Options`](crate::Options) by their names on the wire.
    pub fn transform(mut self, options: impl IntoOptions) -> Self {
        self.tree = self.tree.transform(options.into_options());
        self
    }

    /// Draws a picture on this one: a [`Transformer`] with its own steps, a [`Source`](crate::Source), bytes, or a
    /// [`Text`](crate::Text). The options are a [`Draw`](crate::Draw), or [`Options`](crate::Options) by their names on the wire.
    pub fn draw(mut self, overlay: impl Into<Overlay>, options: impl IntoOptions) -> Self {
        self.tree = self.tree.draw(overlay.into().0, options.into_options());
        self
    }

    /// Chooses the engine that computes; only servers of this project know how. Pixels are the same with every engine. Of an
    /// overlay the choice does not count.
    pub fn engine(mut self, engine: EngineChoice) -> Self {
        self.engine = Some(engine);
        self
    }

    /// Makes the picture: an [`OutputFormat`](crate::OutputFormat), an [`Output`](crate::Output) with more to say, or a
    /// [`RawOutput`] as text.
    ///
    /// # Errors
    ///
    /// [`Error::Images`] if the server refuses or fails; [`Error::Source`] if a source does; [`Error::Connect`],
    /// [`Error::Transport`], [`Error::TimedOut`] or [`Error::NotAnAnswer`] if there is no answer.
    pub async fn output(self, output: impl Into<RawOutput>) -> Result<Picture, Error> {
        let output = output.into();
        let (images, form) = self.into_form(|tree| TransformForm::new(tree, output));
        let (head, answer) = images.post("/transform", |boundary| form.into_pieces(boundary)).await?;
        Picture::accept(head, answer).await
    }

    /// Makes several pictures of this one, 1 to 32: [`Rendition`](crate::Rendition)s, each with transforms of its own behind the steps of
    /// this picture, or [`RawRendition`]s as text. The sources are sent and decoded once. Only servers of this project know how.
    ///
    /// ```no_run
    /// use palmette_client::{Images, OutputFormat, Rendition, Source, Transform};
    ///
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let photo = Images::new("http://127.0.0.1:9901")?.input(Source::file("photo.jpg").await?);
    /// let widths = [320, 640, 1280].map(|width| Rendition::new(OutputFormat::Webp).transform(Transform::resize(width, 0)));
    /// let mut pictures = photo.outputs(widths).await?;
    /// while let Some(picture) = pictures.next().await {
    ///     let picture = picture?;
    ///     tokio::fs::write(format!("photo-{}.webp", picture.width), picture.bytes).await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Transformer::output`], for what is wrong with all of them; what is wrong with one of them comes in its place.
    pub async fn outputs<R: Into<RawRendition>>(
        self,
        renditions: impl IntoIterator<Item = R>,
    ) -> Result<Outputs, Error> {
        let renditions: Vec<RawRendition> = renditions.into_iter().map(Into::into).collect();
        let count = renditions.len();
        let (images, form) = self.into_form(|tree| TransformForm::of_renditions(tree, renditions));
        let (head, answer) = images.post("/transform", |boundary| form.into_pieces(boundary)).await?;
        Outputs::accept(head, answer, images.url().to_owned(), count).await
    }

    /// Asks for the plan instead of the picture, as JSON; only servers of this project have one.
    ///
    /// # Errors
    ///
    /// Those of [`Transformer::output`].
    pub async fn explain(self, output: impl Into<RawOutput>) -> Result<String, Error> {
        let output = output.into();
        let (images, form) = self.into_form(|tree| TransformForm::new(tree, output));
        let (head, answer) = images.post("/transform", |boundary| form.explain().into_pieces(boundary)).await?;
        if head.headers.get(CONTENT_TYPE).is_none_or(|name| name != "application/json") {
            return Err(answer.into_foreign(&head).await);
        }
        Ok(String::from_utf8_lossy(&answer.bytes().await?).into_owned())
    }

    /// Makes the form of the tree, with the engine that was chosen.
    fn into_form(
        self,
        form: impl FnOnce(Tree) -> TransformForm<crate::Source>,
    ) -> (Images, TransformForm<crate::Source>) {
        let form = form(self.tree);
        (self.images, if let Some(engine) = self.engine { form.engine(engine) } else { form })
    }

    pub(crate) fn into_tree(self) -> Tree {
        self.tree
    }
}
