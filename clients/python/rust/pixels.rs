//! Pixels in and out through Python's buffer protocol, which NumPy's arrays speak, and much else.
//!
//! A picture that comes in is copied once, to where the library wants it, whatever its strides; one that goes out is not copied.

use std::ffi::c_int;

use palmette::{Limits, Pixmap, Size};
use pyo3::buffer::{ElementType, PyBuffer, PyUntypedBuffer};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;

use crate::error;

/// Reads an array of bytes with one, three or four channels, or none.
///
/// # Errors
///
/// `TypeError` if it is no buffer or not of `uint8`, `ValueError` for another shape, `palmette.Error` 9413 for a size over the limits.
pub(crate) fn read(array: &Bound<'_, PyAny>, limits: &Limits) -> PyResult<Pixmap> {
    let py = array.py();
    let not_bytes = |given: &str| PyTypeError::new_err(format!("the array must be of uint8, got {given}"));
    let Ok(buffer) = PyUntypedBuffer::get(array) else {
        return Err(not_bytes(&array.get_type().name()?.to_string()));
    };
    if !matches!(ElementType::from_format(buffer.format()), ElementType::UnsignedInteger { bytes: 1 }) {
        let dtype = array.getattr("dtype").and_then(|dtype| dtype.str());
        let given = dtype.map_or_else(|_| buffer.format().to_string_lossy().into_owned(), |dtype| dtype.to_string());
        return Err(not_bytes(&given));
    }
    let (height, width, channels) = match *buffer.shape() {
        [height, width] => (height, width, 1),
        [height, width, channels @ (1 | 3 | 4)] => (height, width, channels),
        ref shape => {
            let allowed = "(height, width) or (height, width, channels) with 1, 3 or 4 channels";
            let shape = shape.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
            return Err(PyValueError::new_err(format!("the shape of the array must be {allowed}, got ({shape})")));
        }
    };
    // A side that does not fit is over every limit.
    let side = |side: usize| u32::try_from(side).unwrap_or(u32::MAX);
    let size = Size::new(side(width), side(height));
    let failed = |error: palmette::core::Error| error::of_library(py, &error.into());
    limits.check(size).map_err(failed)?;
    let mut pixmap = Pixmap::filled(size, [0; 4]).map_err(failed)?;
    // The samples go to the end, from where they are spread over the whole: nothing is written that was not read.
    let data = pixmap.data_mut();
    let start = data.len() - width * height * channels;
    let buffer: PyBuffer<u8> = buffer.into_typed()?;
    buffer.copy_to_slice(py, &mut data[start..])?;
    Ok(py.detach(|| {
        spread(pixmap.data_mut(), channels);
        pixmap
    }))
}

/// Makes RGBA of the samples at the end of the data.
fn spread(data: &mut [u8], channels: usize) {
    let count = data.len() / Pixmap::PIXEL_BYTES;
    let start = data.len() - count * channels;
    for pixel in 0..count {
        let from = start + pixel * channels;
        let rgba = match data[from..from + channels] {
            [grey] => [grey, grey, grey, u8::MAX],
            [red, green, blue] => [red, green, blue, u8::MAX],
            _ => return,
        };
        data[pixel * Pixmap::PIXEL_BYTES..][..Pixmap::PIXEL_BYTES].copy_from_slice(&rgba);
    }
}

/// The bytes of a picture, lent to Python as a buffer that may be written to.
#[pyclass(module = "palmette._palmette")]
pub(crate) struct Pixels(pub(crate) Vec<u8>);

#[pymethods]
#[expect(unsafe_code, reason = "Python's buffer protocol is pointers")]
impl Pixels {
    /// # Safety
    ///
    /// Only Python calls this, with a `view` that it wants filled.
    unsafe fn __getbuffer__(slf: Bound<'_, Self>, view: *mut ffi::Py_buffer, flags: c_int) -> PyResult<()> {
        let (data, len) = {
            let mut pixels = slf.try_borrow_mut()?;
            (pixels.0.as_mut_ptr(), pixels.0.len())
        };
        let len = ffi::Py_ssize_t::try_from(len).expect("no vector is larger");
        // SAFETY: `view` is Python's. It keeps `slf` until the view is released, and with it the vector, which nothing in Rust reads,
        // writes or resizes once it is here.
        let status = unsafe { ffi::PyBuffer_FillInfo(view, slf.as_ptr(), data.cast(), len, 0, flags) };
        if status == 0 { Ok(()) } else { Err(PyErr::fetch(slf.py())) }
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }
}
