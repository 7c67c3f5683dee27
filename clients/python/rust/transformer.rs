//! A picture that is being described, and made.

use std::path::PathBuf;
use std::time::Duration;

use palmette::core::IdleCores;
use palmette::ops::{Draw, Transform};
use palmette::protocol::{OptionObject, Output};
use palmette::{Answer, OutputFormat};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyDict, PyType};

use crate::native::format_of;
use crate::pixels::Pixels;
use crate::tree::check_depth;
use crate::{error, options, output, source};

/// A picture and the steps on it. Nothing is decoded before `encode`, `to_numpy`, `save` or `output`. Every step returns a new one,
/// and all share the bytes of the source.
#[pyclass(frozen, module = "palmette")]
pub(crate) struct Transformer {
    inner: palmette::Transformer,
    /// What overlays are opened with that come as files.
    pipeline: palmette::Pipeline,
    idle: IdleCores,
    /// The nodes from the canvas down to the deepest overlay.
    depth: usize,
}

impl Transformer {
    /// Begins with a picture.
    pub(crate) const fn new(inner: palmette::Transformer, pipeline: palmette::Pipeline, idle: IdleCores) -> Self {
        Self { inner, pipeline, idle, depth: 1 }
    }

    /// Goes on with another description.
    fn with(&self, inner: palmette::Transformer) -> Self {
        Self { inner, pipeline: self.pipeline.clone(), idle: self.idle.clone(), depth: self.depth }
    }

    /// Makes the picture with the interpreter released.
    fn make(&self, py: Python<'_>, output: Output) -> PyResult<Answer> {
        let made = py.detach(|| {
            let _working = Working::begin(&self.idle);
            self.inner.clone().output(output)
        });
        made.map_err(|error| error::of_library(py, &error))
    }
}

#[pymethods]
impl Transformer {
    /// Width and height as displayed, before any step.
    #[getter]
    fn size(&self) -> (u32, u32) {
        let size = self.inner.size();
        (size.width, size.height)
    }

    /// The number of frames; 1 unless the picture is animated.
    #[getter]
    fn frame_count(&self) -> u32 {
        self.inner.frame_count()
    }

    /// Makes the picture fit into a box: `transform` with its width and height by position.
    #[pyo3(signature = (width=None, height=None, /, **options))]
    fn resize(
        &self,
        width: Option<&Bound<'_, PyAny>>,
        height: Option<&Bound<'_, PyAny>>,
        options: Option<&Bound<'_, PyDict>>,
        py: Python<'_>,
    ) -> PyResult<Self> {
        self.transform(py, Some(&with_box(py, width, height, options)?))
    }

    /// Adds a transform. The options of one call apply in a fixed order; for another order, call it twice.
    #[pyo3(signature = (**options))]
    fn transform(&self, py: Python<'_>, options: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let options = options::read(options, Transform::OPTIONS)?;
        let options = Transform::from_options(&options).map_err(|error| error::of_protocol(py, error))?;
        Ok(self.with(self.inner.clone().transform(options)))
    }

    /// Draws a picture on this one: one with steps of its own, or whatever `open` takes.
    #[pyo3(signature = (overlay, /, **options))]
    fn draw(&self, overlay: &Bound<'_, PyAny>, options: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let py = overlay.py();
        let options = options::read(options, Draw::OPTIONS)?;
        let options = Draw::from_options(&options).map_err(|error| error::of_protocol(py, error))?;
        let (child, depth) = match overlay.cast::<Self>() {
            Ok(child) => (child.get().inner.clone(), child.get().depth),
            Err(_) => (source::open(&self.pipeline, overlay)?, 1),
        };
        let depth = check_depth(py, self.depth.max(depth + 1))?;
        Ok(Self { depth, ..self.with(self.inner.clone().draw(child, options)) })
    }

    /// Chooses the engine, `auto`, `cpu` or `gpu`, among those of the pipeline. Pixels are the same with every engine.
    #[pyo3(signature = (choice, /))]
    fn engine(&self, py: Python<'_>, choice: &str) -> PyResult<Self> {
        Ok(self.with(self.inner.clone().engine(output::engine(py, choice)?)))
    }

    /// Bounds the time that making the picture may take.
    #[pyo3(signature = (seconds, /))]
    fn timeout(&self, seconds: f64) -> PyResult<Self> {
        let timeout = Duration::try_from_secs_f64(seconds)
            .map_err(|_| PyValueError::new_err(format!("a timeout must be a number of seconds, got {seconds}")))?;
        Ok(self.with(self.inner.clone().timeout(timeout)))
    }

    /// Makes the picture and returns the bytes of its file.
    #[pyo3(signature = (format, /, *, quality=None, background=None, anim=None))]
    fn encode<'py>(
        &self,
        py: Python<'py>,
        format: &str,
        quality: Option<&Bound<'py, PyAny>>,
        background: Option<String>,
        anim: Option<bool>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let output = output::resolve(py, &output::raw(format, quality, background, anim)?, format)?;
        Ok(PyBytes::new(py, &self.make(py, output)?.bytes))
    }

    /// Makes the picture and returns the bytes of its file with what is known about it.
    #[pyo3(signature = (format, /, *, quality=None, background=None, anim=None))]
    fn output<'py>(
        &self,
        py: Python<'py>,
        format: &str,
        quality: Option<&Bound<'py, PyAny>>,
        background: Option<String>,
        anim: Option<bool>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let output = output::resolve(py, &output::raw(format, quality, background, anim)?, format)?;
        in_python(py, &self.make(py, output)?)
    }

    /// Makes several results of the picture, each of which has transforms and an output of its own; one that cannot be made is its error.
    #[pyo3(signature = (renditions, /))]
    fn outputs<'py>(&self, renditions: &Bound<'py, PyAny>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let py = renditions.py();
        let renditions = output::renditions(renditions)?;
        let made = py.detach(|| {
            let _working = Working::begin(&self.idle);
            self.inner.clone().outputs(renditions)
        });
        let made = made.map_err(|error| error::of_library(py, &error))?;
        let result = |made: &Result<Answer, palmette::Error>| match made {
            Ok(answer) => in_python(py, answer),
            Err(error) => Ok(error::of_library(py, error).into_value(py).into_bound(py).into_any()),
        };
        made.iter().map(result).collect()
    }

    /// Makes the picture and writes it to a file, in the format that its name ends with, or in another one.
    #[pyo3(signature = (path, /, format=None, *, quality=None, background=None, anim=None))]
    fn save(
        &self,
        py: Python<'_>,
        path: PathBuf,
        format: Option<&str>,
        quality: Option<&Bound<'_, PyAny>>,
        background: Option<String>,
        anim: Option<bool>,
    ) -> PyResult<()> {
        let format = match format {
            Some(format) => format,
            None => format_of(py, path.clone())?,
        };
        let output = output::resolve(py, &output::raw(format, quality, background, anim)?, format)?;
        let answer = self.make(py, output)?;
        let written = py.detach(|| std::fs::write(&path, &answer.bytes));
        written.map_err(|source| error::of_library(py, &palmette::Error::Write { path, source }))
    }

    /// Makes the picture and returns its pixels as an array of `uint8`, with four channels, or three.
    #[pyo3(signature = (channels=4, *, background=None))]
    fn to_numpy<'py>(&self, py: Python<'py>, channels: u8, background: Option<String>) -> PyResult<Bound<'py, PyAny>> {
        let format = match channels {
            3 => OutputFormat::Rgb,
            4 => OutputFormat::Rgba,
            other => return Err(PyValueError::new_err(format!("channels must be 3 or 4, got {other}"))),
        };
        let numpy = py.import("numpy")?;
        let raw = output::raw(format.as_str(), None, background, None)?;
        let answer = self.make(py, output::resolve(py, &raw, format.as_str())?)?;
        let pixels = Bound::new(py, Pixels(answer.bytes.into()))?;
        let flat = numpy.call_method1("frombuffer", (pixels, "uint8"))?;
        flat.call_method1("reshape", (answer.size.height, answer.size.width, channels))
    }

    /// Explains how the picture would be made, step by step, instead of making it.
    #[pyo3(signature = (format, /, *, quality=None, background=None, anim=None))]
    fn explain<'py>(
        &self,
        py: Python<'py>,
        format: &str,
        quality: Option<&Bound<'py, PyAny>>,
        background: Option<String>,
        anim: Option<bool>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let output = output::resolve(py, &output::raw(format, quality, background, anim)?, format)?;
        let explained = py.detach(|| self.inner.clone().explain(output));
        let explanation = explained.map_err(|error| error::of_library(py, &error))?;
        let text =
            serde_json::to_string(&explanation).expect("an explanation is objects, lists, texts and finite numbers");
        py.import("json")?.call_method1("loads", (text,))
    }

    fn __repr__(&self) -> String {
        format!("<palmette.Transformer of {}>", self.inner.size())
    }
}

/// Makes a `palmette.Answer`.
fn in_python<'py>(py: Python<'py>, answer: &Answer) -> PyResult<Bound<'py, PyAny>> {
    static ANSWER: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let timings = PyDict::new(py);
    for (stage, time) in answer.timings.iter() {
        timings.set_item(stage.as_str(), time.as_secs_f64())?;
    }
    let bytes = PyBytes::new(py, &answer.bytes);
    let size = (answer.size.width, answer.size.height);
    let class = ANSWER.import(py, "palmette._types", "Answer")?;
    class.call1((bytes, answer.content_type, size, answer.frame_count, answer.engine.as_str(), timings))
}

/// A core that is worked on, and is therefore not idle.
struct Working<'a>(&'a IdleCores);

impl<'a> Working<'a> {
    fn begin(idle: &'a IdleCores) -> Self {
        idle.worker_begins();
        Self(idle)
    }
}

impl Drop for Working<'_> {
    fn drop(&mut self) {
        self.0.worker_ends();
    }
}

/// Adds width and height to options.
///
/// # Errors
///
/// `TypeError` if they are among the options, too.
pub(crate) fn with_box<'py>(
    py: Python<'py>,
    width: Option<&Bound<'py, PyAny>>,
    height: Option<&Bound<'py, PyAny>>,
    options: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyDict>> {
    let all = options.map_or_else(|| Ok(PyDict::new(py)), |options| options.copy())?;
    for (name, side) in [("width", width), ("height", height)] {
        let Some(side) = side else { continue };
        if all.contains(name)? {
            return Err(PyTypeError::new_err(format!("resize() got {name} twice")));
        }
        all.set_item(name, side)?;
    }
    Ok(all)
}
