//! The same description for a server: a tree whose sources and options are not looked at, and the form that it is sent as.

use std::sync::Arc;

use palmette::ops::tree::TreeLimits;
use palmette::ops::{Draw, Node, Transform};
use palmette::protocol::form::{Boundary, FormSource, InfoForm, Piece, TransformForm};
use palmette::protocol::{Code, OptionObject, RawNode};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::transformer::with_box;
use crate::{error, options, output};

/// A source: any object of Python, handed back in its place of the form.
type Source = Arc<Py<PyAny>>;

/// A source and the steps on it.
#[pyclass(frozen, module = "palmette._palmette")]
pub(crate) struct Tree {
    node: RawNode<FormSource<Source>>,
    depth: usize,
}

#[pymethods]
impl Tree {
    /// Begins with a picture, whatever object stands for it.
    #[staticmethod]
    #[pyo3(signature = (source, /))]
    fn image(source: Py<PyAny>) -> Self {
        Self { node: Node::new(FormSource::Image(Arc::new(source))), depth: 1 }
    }

    /// Begins with a text and the URL of its font.
    #[staticmethod]
    #[pyo3(signature = (text, font_url, /, **options))]
    fn text(text: &str, font_url: &str, options: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let options = options::read_text(text, font_url, options)?;
        Ok(Self { node: Node::new(FormSource::Text(options)), depth: 1 })
    }

    /// Adds a transform with its width and height by position.
    #[pyo3(signature = (width=None, height=None, /, **options))]
    fn resize(
        &self,
        width: Option<&Bound<'_, PyAny>>,
        height: Option<&Bound<'_, PyAny>>,
        options: Option<&Bound<'_, PyDict>>,
        py: Python<'_>,
    ) -> PyResult<Self> {
        self.transform(Some(&with_box(py, width, height, options)?))
    }

    /// Adds a transform.
    #[pyo3(signature = (**options))]
    fn transform(&self, options: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let options = options::read(options, Transform::OPTIONS)?;
        Ok(Self { node: self.node.clone().transform(options), depth: self.depth })
    }

    /// Draws another tree on this one.
    #[pyo3(signature = (overlay, /, **options))]
    fn draw(&self, py: Python<'_>, overlay: &Self, options: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let options = options::read(options, Draw::OPTIONS)?;
        let depth = check_depth(py, self.depth.max(overlay.depth + 1))?;
        Ok(Self { node: self.node.clone().draw(overlay.node.clone(), options), depth })
    }

    /// Writes the form, whose boundary is made of random bits: its media type, and its pieces, `bytes` and sources.
    #[pyo3(signature = (random, /, format, *, quality=None, background=None, anim=None, engine=None, explain=false))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords")]
    fn form<'py>(
        &self,
        py: Python<'py>,
        random: u128,
        format: &str,
        quality: Option<&Bound<'py, PyAny>>,
        background: Option<String>,
        anim: Option<bool>,
        engine: Option<&str>,
        explain: bool,
    ) -> PyResult<(String, Vec<Bound<'py, PyAny>>)> {
        let form = TransformForm::new(self.node.clone(), output::raw(format, quality, background, anim)?);
        written(py, random, if explain { form.explain() } else { form }, engine)
    }

    /// Writes the form that asks for several results; see [`Tree::form`].
    #[pyo3(signature = (random, /, renditions, *, engine=None))]
    fn form_of_renditions<'py>(
        &self,
        random: u128,
        renditions: &Bound<'py, PyAny>,
        engine: Option<&str>,
    ) -> PyResult<(String, Vec<Bound<'py, PyAny>>)> {
        let py = renditions.py();
        let renditions = output::raw_renditions(renditions)?.into_iter().map(|(rendition, _)| rendition).collect();
        written(py, random, TransformForm::of_renditions(self.node.clone(), renditions), engine)
    }
}

/// Writes a form, with an engine if one was chosen.
fn written<'py>(
    py: Python<'py>,
    random: u128,
    form: TransformForm<Source>,
    engine: Option<&str>,
) -> PyResult<(String, Vec<Bound<'py, PyAny>>)> {
    let form = match engine {
        Some(engine) => form.engine(output::engine(py, engine)?),
        None => form,
    };
    let boundary = Boundary::new(random);
    Ok((boundary.content_type(), in_python(py, form.into_pieces(&boundary))))
}

/// Writes the form that asks about a picture; see [`Tree::form`].
#[pyfunction]
#[pyo3(signature = (random, source, /))]
pub(crate) fn info_form(py: Python<'_>, random: u128, source: Py<PyAny>) -> (String, Vec<Bound<'_, PyAny>>) {
    let boundary = Boundary::new(random);
    let pieces = InfoForm::new(Arc::new(source)).into_pieces(&boundary);
    (boundary.content_type(), in_python(py, pieces))
}

fn in_python(py: Python<'_>, pieces: Vec<Piece<Source>>) -> Vec<Bound<'_, PyAny>> {
    let piece = |piece: Piece<Source>| match piece {
        Piece::Bytes(bytes) => PyBytes::new(py, &bytes).into_any(),
        Piece::Source(source) => source.bind(py).clone(),
    };
    pieces.into_iter().map(piece).collect()
}

/// Refuses a tree that is deeper than any request may be: it is walked by recursion.
///
/// # Errors
///
/// `palmette.Error` 9401.
pub(crate) fn check_depth(py: Python<'_>, depth: usize) -> PyResult<usize> {
    const MAX_DEPTH: usize = TreeLimits::DEEPEST;
    if depth > MAX_DEPTH {
        let message = format!("pictures are drawn on pictures more than {MAX_DEPTH} levels deep");
        return Err(error::new(py, Some(Code::InvalidOption.number()), &message));
    }
    Ok(depth)
}
