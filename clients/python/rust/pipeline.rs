//! The pipeline that pictures are opened with: limits, engine, models, fonts.

use std::path::PathBuf;
use std::sync::Arc;

use palmette::core::IdleCores;
use palmette::models::Installed;
use palmette::models::installed::default_folder;
use palmette::ops::Text;
use palmette::protocol::OptionObject;
use palmette::protocol::request::FontFiles;
use palmette::{FontFolder, Info, Limits, OnDamage};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString, PyType};

use crate::transformer::Transformer;
use crate::{error, options, output, pixels, source};

/// Everything that turns descriptions into pictures.
#[pyclass(frozen, module = "palmette")]
#[derive(Default)]
pub(crate) struct Pipeline {
    pipeline: palmette::Pipeline,
    limits: Limits,
    idle: IdleCores,
}

#[pymethods]
impl Pipeline {
    #[new]
    #[pyo3(signature = (
        *, engine="cpu", cores=1, max_side_px=None, max_area_px=None, max_animation_area_px=None, max_pixel_bytes=None,
        on_damage="refuse", models=None, fonts=None
    ))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords")]
    fn new(
        py: Python<'_>,
        engine: &str,
        cores: usize,
        max_side_px: Option<u32>,
        max_area_px: Option<u64>,
        max_animation_area_px: Option<u64>,
        max_pixel_bytes: Option<u64>,
        on_damage: &str,
        models: Option<&Bound<'_, PyAny>>,
        fonts: Option<PathBuf>,
    ) -> PyResult<Self> {
        let default = Limits::default();
        let limits = Limits {
            max_side_px: max_side_px.unwrap_or(default.max_side_px),
            max_area_px: max_area_px.unwrap_or(default.max_area_px),
            max_animation_area_px: max_animation_area_px.unwrap_or(default.max_animation_area_px),
        };
        let on_damage = match on_damage {
            "refuse" => OnDamage::Refuse,
            "show" => OnDamage::Show,
            other => return Err(PyValueError::new_err(format!("on_damage must be refuse or show, got {other:?}"))),
        };
        let engine = output::engine(py, engine)?;
        let models = models.map(model_folder).transpose()?.flatten();
        let mut builder = palmette::Pipeline::builder().engine(engine).limits(limits).on_damage(on_damage);
        if let Some(bytes) = max_pixel_bytes {
            builder = builder.max_pixel_bytes(bytes);
        }
        let models = models.map(|folder| py.detach(|| Installed::open(&folder))).transpose();
        if let Some(models) = models.map_err(|error| error::new(py, None, &error.to_string()))? {
            builder = builder.model(Arc::new(models));
        }
        let fonts = fonts.map(|folder| py.detach(|| FontFolder::scan(folder))).transpose();
        if let Some(fonts) = fonts.map_err(|error| error::new(py, None, &error.to_string()))? {
            builder = builder.fonts(Arc::new(fonts));
        }
        let idle = IdleCores::new(cores);
        let built = py.detach(|| builder.build());
        let pipeline = built.map_err(|error| error::of_library(py, &error))?.with_idle_cores(idle.clone());
        Ok(Self { pipeline, limits, idle })
    }

    /// Opens a picture: the bytes of a file, a path, or a file that is open. Only its header is read.
    #[pyo3(signature = (source, /))]
    pub(crate) fn open(&self, source: &Bound<'_, PyAny>) -> PyResult<Transformer> {
        Ok(self.begin(source::open(&self.pipeline, source)?))
    }

    /// Begins with pixels: an array of `uint8` whose shape is (height, width) or (height, width, channels).
    #[pyo3(name = "from_array", signature = (array, /))]
    pub(crate) fn open_array(&self, array: &Bound<'_, PyAny>) -> PyResult<Transformer> {
        let pixmap = pixels::read(array, &self.limits)?;
        let opened = self.pipeline.open(pixmap);
        Ok(self.begin(opened.map_err(|error| error::of_library(array.py(), &error))?))
    }

    /// Sets a text, which is then a picture like any other.
    #[pyo3(signature = (text, /, font, **options))]
    pub(crate) fn text(
        &self,
        text: &str,
        font: &Bound<'_, PyAny>,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Transformer> {
        let py = font.py();
        let mut fonts = FontFiles::default();
        // The text names its font by what was given, or, of bytes, by a name that is no URL.
        let given = font.cast::<PyString>().ok().map(|name| name.to_str()).transpose()?;
        let name = given.unwrap_or("given");
        if !given.is_some_and(is_url) {
            fonts.insert(name, source::bytes(font)?);
        }
        let options = options::read_text(text, name, options)?;
        let text = Text::from_options(&options).map_err(|error| error::of_protocol(py, error))?;
        let opened = py.detach(|| self.pipeline.text(text, &fonts));
        Ok(self.begin(opened.map_err(|error| error::of_library(py, &error))?))
    }

    /// Describes a picture by its header: its format, and its size as displayed.
    #[pyo3(signature = (source, /))]
    pub(crate) fn info<'py>(&self, source: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        static INFO: PyOnceLock<Py<PyType>> = PyOnceLock::new();
        let py = source.py();
        let bytes = source::bytes(source)?;
        let info = py.detach(|| self.pipeline.info(&bytes)).map_err(|error| error::of_library(py, &error))?;
        let class = INFO.import(py, "palmette._types", "Info")?;
        match info {
            Info::Raster { format, file_size, width, height } => class.call1((&*format, file_size, width, height)),
            Info::Svg => class.call1(("image/svg+xml",)),
        }
    }
}

impl Pipeline {
    fn begin(&self, opened: palmette::Transformer) -> Transformer {
        Transformer::new(opened, self.pipeline.clone(), self.idle.clone())
    }
}

/// Tells a font that is named as the binding does from the path of a file.
fn is_url(font: &str) -> bool {
    font.starts_with("font:") || font.starts_with("data:") || font.contains("://")
}

/// Returns the folder of models: the one that is named, or that of `palmette models install`.
fn model_folder(models: &Bound<'_, PyAny>) -> PyResult<Option<PathBuf>> {
    if let Ok(wanted) = models.extract::<bool>() {
        return Ok(if wanted { default_folder() } else { None });
    }
    let path = models.extract().map_err(|_| PyTypeError::new_err("models must be a path or a bool"))?;
    Ok(Some(path))
}
