//! A picture that is being described, by the verbs of the Images binding.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use palmette_core::{Deadline, Pixmap, Size};
use palmette_ops::tree::flatten;
use palmette_ops::{Draw, ImageIndex, Node, Op, Place, Text, Transform};
use palmette_protocol::request::{FontFiles, MAX_OUTPUTS};
use palmette_protocol::{EngineChoice, Info, OptionObject, Options, Output, OutputFormat, RawOp, Rendition};

use crate::builder::PipelineBuilder;
use crate::clock::Clock;
use crate::image::Image;
use crate::prepare::{Prepared, Work};
use crate::rendering::List;
use crate::source::Given;
use crate::text::Typesetter;
use crate::{Answer, Error, Explanation, Pipeline, Source};

/// Opens a picture with the [default pipeline](Pipeline::default): the bytes of a file, or a [`Pixmap`].
///
/// Only its header is read. For limits, a GPU or a model, [build a pipeline](Pipeline::builder) and [open](Pipeline::open) with it.
///
/// # Errors
///
/// [`Error::Open`] if it is no picture, of a format that is not supported, damaged in its header, or over a limit.
pub fn open(source: impl Into<Source>) -> Result<Transformer, Error> {
    shared().open(source)
}

/// Opens a file with the [default pipeline](Pipeline::default).
///
/// # Errors
///
/// [`Error::Read`] if the file cannot be read, and those of [`open`].
pub fn open_file(path: impl AsRef<Path>) -> Result<Transformer, Error> {
    shared().open_file(path)
}

/// Describes a file by its header alone: its format, and its size as displayed.
///
/// # Errors
///
/// Those of [`Pipeline::info`].
///
/// ```
/// use palmette::Info;
///
/// let svg = palmette::info(b"<svg xmlns='http://www.w3.org/2000/svg'/>")?;
/// assert_eq!(svg, Info::Svg);
/// # Ok::<(), palmette::Error>(())
/// ```
pub fn info(bytes: &[u8]) -> Result<Info, Error> {
    shared().info(bytes)
}

/// Returns the pipeline of programs that need none of their own.
fn shared() -> &'static Pipeline {
    static SHARED: OnceLock<Pipeline> = OnceLock::new();
    SHARED.get_or_init(Pipeline::default)
}

impl Pipeline {
    /// Begins to set a pipeline up.
    pub fn builder() -> PipelineBuilder {
        PipelineBuilder::default()
    }

    /// Opens a picture: the bytes of a file, or a [`Pixmap`]. Only its header is read.
    ///
    /// # Errors
    ///
    /// [`Error::Open`] if it is no picture, of a format that is not supported, damaged in its header, or over a limit.
    pub fn open(&self, source: impl Into<Source>) -> Result<Transformer, Error> {
        let image = match source.into().0 {
            Given::File(bytes) => Image::file(bytes, &self.limits).map_err(Error::Open)?,
            Given::Pixels(pixmap) => {
                let image = Image::Pixels(pixmap);
                image.check(&self.limits).map_err(|error| Error::Open(error.into()))?;
                image
            }
        };
        Ok(self.begin(image))
    }

    /// Sets a text, which is then a picture like any other.
    ///
    /// Its font is one of [the pipeline's](PipelineBuilder::fonts) (`font:NAME`), in a `data:` URL, or among `fonts` under the URL that
    /// the text names: nothing is fetched here.
    ///
    /// # Errors
    ///
    /// [`Error::Font`] if the font cannot be read or used; [`Error::Text`] for a text that cannot be set; [`Error::Source`] for
    /// one that is over a limit of the pipeline; and [`Error::TextNotBuilt`] in a build without the feature `text`.
    ///
    /// ```no_run
    /// use palmette::protocol::request::FontFiles;
    /// use palmette::{Draw, Pipeline, Text};
    ///
    /// let mut fonts = FontFiles::default();
    /// fonts.insert("brand", std::fs::read("brand.woff2")?);
    /// let pipeline = Pipeline::default();
    /// let mark = pipeline.text(Text { size: 48.0, ..Text::new("© Palmette", "brand") }, &fonts)?;
    /// pipeline.open_file("photo.jpg")?.draw(mark, Draw::bottom_right(20, 20)).save("marked.jpg")?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn text(&self, text: Text, fonts: &FontFiles) -> Result<Transformer, Error> {
        let text = Typesetter::new(fonts, self.fonts.as_deref()).set(text);
        Ok(self.begin(self.check_text(ImageIndex::CANVAS.0 as usize, text)?))
    }

    /// Begins with a source.
    fn begin(&self, image: Image) -> Transformer {
        Transformer { pipeline: self.clone(), tree: Node::new(image), engine: EngineChoice::Auto, timeout: None }
    }

    /// Opens a file.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] if the file cannot be read, and those of [`Pipeline::open`].
    pub fn open_file(&self, path: impl AsRef<Path>) -> Result<Transformer, Error> {
        let path = path.as_ref();
        let bytes = std::fs::read(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
        self.open(bytes)
    }
}

/// A picture and the steps on it; nothing is decoded before [`output`](Transformer::output) or one of its shorter forms.
///
/// Steps run in the order of the calls. Clones share the picture. Several results of one are [`outputs`](Transformer::outputs).
#[derive(Clone, Debug)]
#[must_use = "nothing happens before `output`, `encode`, `pixels` or `save`"]
pub struct Transformer {
    pipeline: Pipeline,
    tree: Node<Image>,
    engine: EngineChoice,
    timeout: Option<Duration>,
}

impl Transformer {
    /// Returns the size of the picture as displayed, before any step.
    #[must_use]
    pub fn size(&self) -> Size {
        self.tree.source.size()
    }

    /// Returns the number of frames, before any step; 1 unless the picture is animated.
    #[must_use]
    pub fn frame_count(&self) -> u32 {
        self.tree.source.frame_count()
    }

    /// Makes the picture fit into a box without enlarging it. A side of 0 follows from the other.
    ///
    /// It is short for [`transform`](Self::transform) with [`Transform::resize`], which may say more:
    ///
    /// ```
    /// use palmette::{Fit, Pixmap, Size, Transform};
    ///
    /// let photo = Pixmap::filled(Size::new(640, 480), [200, 60, 30, 255])?;
    /// let cut = Transform { fit: Some(Fit::Cover), ..Transform::resize(100, 100) };
    /// assert_eq!(palmette::open(photo)?.transform(cut).pixels()?.size(), Size::new(100, 100));
    /// # Ok::<(), palmette::Error>(())
    /// ```
    pub fn resize(self, width: u32, height: u32) -> Self {
        self.transform(Transform::resize(width, height))
    }

    /// Adds a transform. The options of one object apply in a fixed order, that of the fields of [`Transform`]; for another order,
    /// call this twice.
    pub fn transform(self, options: Transform) -> Self {
        Self { tree: self.tree.transform(options), ..self }
    }

    /// Draws a picture with its own steps on this one, which keeps its size. Of an animated overlay the first frame is drawn.
    ///
    /// ```
    /// use palmette::{Draw, Pixmap, Size};
    ///
    /// let photo = Pixmap::filled(Size::new(64, 48), [0, 0, 0, 255])?;
    /// let mark = palmette::open(Pixmap::filled(Size::new(20, 20), [255, 255, 255, 255])?)?.resize(8, 8);
    /// let drawn = palmette::open(photo)?.draw(mark, Draw::bottom_right(2, 2)).pixels()?;
    /// assert_eq!((drawn.pixel(61, 45), drawn.pixel(62, 46)), ([255; 4], [0, 0, 0, 255]));
    /// # Ok::<(), palmette::Error>(())
    /// ```
    pub fn draw(self, overlay: Self, options: Draw) -> Self {
        Self { tree: self.tree.draw(overlay.tree, options), ..self }
    }

    /// Chooses the engine for this picture, among those that the pipeline opened. Default: the choice of the pipeline. Of an overlay
    /// the choice does not count.
    pub fn engine(self, engine: EngineChoice) -> Self {
        Self { engine, ..self }
    }

    /// Bounds the time that making the picture may take. Default: none. Of an overlay it does not count.
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout: Some(timeout), ..self }
    }

    /// Makes the picture: an [`OutputFormat`], or an [`Output`] with more to say. The answer tells its size, too, and how it came
    /// about.
    ///
    /// # Errors
    ///
    /// [`Error::Source`], [`Error::Option`] and [`Error::Core`], which name the place; [`Error::Core`] also for a time limit that ran
    /// out; [`Error::TooMuchMemory`]; [`Error::NoGpu`]; and [`Error::Encode`].
    ///
    /// ```
    /// use palmette::{OutputFormat, Pixmap, Size};
    ///
    /// let photo = palmette::open(Pixmap::filled(Size::new(64, 48), [200, 60, 30, 255])?)?;
    /// let answer = photo.resize(32, 0).output(OutputFormat::Jpeg.quality(70))?;
    /// assert_eq!((answer.content_type, answer.size), ("image/jpeg", Size::new(32, 24)));
    /// # Ok::<(), palmette::Error>(())
    /// ```
    pub fn output(self, output: impl Into<Output>) -> Result<Answer, Error> {
        let deadline = self.deadline();
        let (pipeline, prepared) = self.prepare(vec![Rendition::new(output)])?;
        pipeline.run(prepared, deadline, &mut |_| ())
    }

    /// Makes several renditions of the picture, 1 to 32, each with transforms of its own behind those of the picture. What they have in
    /// common is done once, so this takes much less than as many clones; the files are the same.
    ///
    /// # Errors
    ///
    /// Those that every result has, as [`Transformer::output`]; of a single one, in its place. [`Error::Renditions`] if there are
    /// none, or too many.
    ///
    /// ```
    /// use palmette::{OutputFormat, Pixmap, Rendition, Size, Transform};
    ///
    /// let photo = palmette::open(Pixmap::filled(Size::new(640, 480), [200, 60, 30, 255])?)?;
    /// let widths = [320, 160, 80].map(|width| Rendition::new(OutputFormat::Webp).transform(Transform::resize(width, 0)));
    /// let answers = photo.outputs(widths)?;
    /// for (answer, width) in answers.into_iter().zip([320, 160, 80]) {
    ///     assert_eq!(answer?.size.width, width);
    /// }
    /// # Ok::<(), palmette::Error>(())
    /// ```
    pub fn outputs(self, renditions: impl IntoIterator<Item = Rendition>) -> Result<Vec<Result<Answer, Error>>, Error> {
        let mut answers = BTreeMap::new();
        self.outputs_each(renditions, |index, answer| {
            answers.insert(index, answer);
            ControlFlow::Continue(())
        })?;
        Ok(answers.into_values().collect())
    }

    /// Makes several renditions of the picture as [`Transformer::outputs`] does, and hands over each with its index as soon as it is
    /// there, until `each` breaks off. Stills come in their order, and before or behind them what moves.
    ///
    /// # Errors
    ///
    /// Those of [`Transformer::outputs`].
    pub fn outputs_each(
        self,
        renditions: impl IntoIterator<Item = Rendition>,
        mut each: impl FnMut(usize, Result<Answer, Error>) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        let deadline = self.deadline();
        let renditions: Vec<Rendition> = renditions.into_iter().collect();
        if !(1..=MAX_OUTPUTS).contains(&renditions.len()) {
            return Err(Error::Renditions { count: renditions.len() });
        }
        let (pipeline, prepared) = self.prepare(renditions)?;
        pipeline.run_each(prepared, deadline, &mut |_| (), &mut each)
    }

    /// Makes the picture and returns the bytes of its file.
    ///
    /// # Errors
    ///
    /// Those of [`Transformer::output`].
    pub fn encode(self, output: impl Into<Output>) -> Result<Vec<u8>, Error> {
        Ok(self.output(output)?.bytes.into())
    }

    /// Makes the picture and returns its pixels, without encoding them.
    ///
    /// # Errors
    ///
    /// Those of [`Transformer::output`].
    pub fn pixels(self) -> Result<Pixmap, Error> {
        let Answer { size, bytes, .. } = self.output(OutputFormat::Rgba)?;
        Ok(Pixmap::from_vec(size, bytes.into())?)
    }

    /// Makes the picture and writes it to a file, in the format that the name ends with: `jpg`, `jpeg`, `png`, `gif`, `webp` or `avif`.
    ///
    /// # Errors
    ///
    /// [`Error::Extension`] if the name ends otherwise, before anything is made; those of [`Transformer::output`]; and
    /// [`Error::Write`].
    pub fn save(self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        let format = format_of(path).ok_or_else(|| Error::Extension { path: path.to_owned() })?;
        let Answer { bytes, .. } = self.output(format)?;
        std::fs::write(path, bytes).map_err(|source| Error::Write { path: path.to_owned(), source })
    }

    /// Explains how the picture would be made, step by step, instead of making it.
    ///
    /// # Errors
    ///
    /// Those of [`Transformer::output`], as far as the plan shows them.
    pub fn explain(self, output: impl Into<Output>) -> Result<Explanation, Error> {
        let deadline = self.deadline();
        let (pipeline, prepared) = self.prepare(vec![Rendition::new(output)])?;
        pipeline.explain_prepared(prepared, deadline)
    }

    /// Returns the moment at which the time is over, if the work begins now.
    fn deadline(&self) -> Deadline {
        let end = self.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        end.map_or(Deadline::NONE, Deadline::at)
    }

    /// Checks the options and plans the picture.
    fn prepare(self, renditions: Vec<Rendition>) -> Result<(Pipeline, Prepared), Error> {
        let Self { pipeline, tree, engine, .. } = self;
        let (images, ops) = flatten(tree);
        let prepared = prepare(&pipeline, images, ops, renditions, engine)?;
        Ok((pipeline, prepared))
    }
}

/// Checks sizes and options and plans the list.
fn prepare(
    pipeline: &Pipeline,
    images: Vec<Image>,
    ops: Vec<Op>,
    mut renditions: Vec<Rendition>,
    engine: EngineChoice,
) -> Result<Prepared, Error> {
    // An overlay may have been opened by a pipeline with other limits.
    for (index, image) in images.iter().enumerate() {
        image.check(&pipeline.limits).map_err(|error| Error::Source { index, source: error.into() })?;
    }
    let raw_ops = written(&ops)?;
    for (index, rendition) in renditions.iter_mut().enumerate() {
        rendition.raw_transforms = written_transforms(&rendition.transforms, index + 1)?;
    }
    pipeline.prepare_images(images, Work { list: List { ops, raw_ops }, renditions, engine }, Clock::default())
}

/// Writes a list as a client sends it, which checks every range by the one table of options that there is.
fn written(ops: &[Op]) -> Result<Vec<RawOp>, Error> {
    let write = |(position, op): (usize, &Op)| {
        let place = || Place::of_entry(ops, position);
        Ok(match *op {
            Op::Transform { image_index, ref options } => {
                Op::Transform { image_index, options: written_options(options, place)? }
            }
            Op::Draw { draw_image_index, target_image_index, ref options } => {
                Op::Draw { draw_image_index, target_image_index, options: written_options(options, place)? }
            }
        })
    };
    ops.iter().enumerate().map(write).collect()
}

/// Writes the transforms of the output of this number.
fn written_transforms(transforms: &[Transform], output: usize) -> Result<Vec<Options>, Error> {
    let place = |index| Place::TransformOfOutput { output, number: index + 1 };
    transforms.iter().enumerate().map(|(index, options)| written_options(options, || place(index))).collect()
}

/// Writes the options of one entry and reads them again.
fn written_options<T: OptionObject + PartialEq>(given: &T, place: impl Fn() -> Place) -> Result<Options, Error> {
    let options = given.to_options();
    let read =
        T::from_options(&options).map_err(|source| Error::Option { place: place(), source: Box::new(source) })?;
    // A NaN is written as nothing at all, so what is read is something else.
    if read == *given { Ok(options) } else { Err(Error::NotANumber { place: place() }) }
}

/// Returns the format that a name ends with.
fn format_of(path: &Path) -> Option<OutputFormat> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    Some(match extension.as_str() {
        "jpg" | "jpeg" => OutputFormat::Jpeg,
        "png" => OutputFormat::Png,
        "gif" => OutputFormat::Gif,
        "webp" => OutputFormat::Webp,
        "avif" => OutputFormat::Avif,
        _ => return None,
    })
}
