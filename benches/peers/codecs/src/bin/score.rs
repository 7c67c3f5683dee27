//! How good a smaller picture is: SSIMULACRA2 against the exact Lanczos3 of its source.
//!
//! Lines come in on the standard input, `WIDTH HEIGHT SOURCE WIDTH HEIGHT RESULT`: two files of bare RGB with their sizes, no
//! blanks in their names. Each is answered with two scores: against the source as it is reduced in gamma-encoded sRGB, and as it
//! is reduced in linear light. Which of the two is right is a matter of opinion, so both are told.

use std::io::{self, BufRead, Write};

use ssimulacra2::{ColorPrimaries, Rgb, TransferCharacteristic, compute_frame_ssimulacra2};

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
enum Error {
    /// Occurs when a line or an answer cannot be read or written, or a file.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Occurs when a line is not as described.
    #[error("not a line of two pictures: {line}")]
    Line { line: String },
    /// Occurs when a file is not as long as its size says.
    #[error("{path}: {bytes} bytes, not {width}×{height}×3")]
    Size { path: String, bytes: usize, width: usize, height: usize },
    /// Occurs when the metric does not take a picture.
    #[error("no score: {0}")]
    Score(#[from] ssimulacra2::Ssimulacra2Error),
    /// Occurs when the metric does not take pixels.
    #[error("no pixels: {0}")]
    Pixels(String),
}

/// Numbers of a picture, 0 to 1, row by row.
struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<[f32; 3]>,
}

impl Picture {
    /// Reads bare RGB.
    fn read(width: &str, height: &str, path: &str, line: &str) -> Result<Self, Error> {
        let side = |text: &str| text.parse().map_err(|_| Error::Line { line: line.to_owned() });
        let (width, height): (usize, usize) = (side(width)?, side(height)?);
        let bytes = std::fs::read(path)?;
        if bytes.len() != width * height * 3 {
            return Err(Error::Size { path: path.to_owned(), bytes: bytes.len(), width, height });
        }
        let pixels = bytes.chunks_exact(3).map(|pixel| [pixel[0], pixel[1], pixel[2]].map(|it| f32::from(it) / 255.0));
        Ok(Self { width, height, pixels: pixels.collect() })
    }

    /// Applies a function to every number.
    fn map(&self, function: impl Fn(f32) -> f32) -> Self {
        let pixels = self.pixels.iter().map(|pixel| pixel.map(&function)).collect();
        Self { pixels, ..*self }
    }

    /// Reduces to a size by Lanczos3, without any rounding.
    fn reduced(&self, width: usize, height: usize) -> Self {
        let columns = weights(self.width, width);
        let mut narrow = Vec::with_capacity(width * self.height);
        for row in self.pixels.chunks_exact(self.width) {
            narrow.extend(columns.iter().map(|(first, weights)| sum(weights, |i| row[first + i])));
        }
        let rows = weights(self.height, height);
        let mut pixels = Vec::with_capacity(width * height);
        for (first, weights) in rows {
            pixels.extend((0..width).map(|x| sum(&weights, |i| narrow[(first + i) * width + x])));
        }
        Self { width, height, pixels }
    }

    /// Hands it to the metric.
    fn into_rgb(self) -> Result<Rgb, Error> {
        let (transfer, primaries) = (TransferCharacteristic::SRGB, ColorPrimaries::BT709);
        let clamped = self.map(|number| number.clamp(0.0, 1.0)).pixels;
        Rgb::new(clamped, self.width, self.height, transfer, primaries)
            .map_err(|error| Error::Pixels(error.to_string()))
    }
}

/// The weighted sum of pixels.
#[expect(clippy::cast_possible_truncation, reason = "a pixel needs no more than 24 bits")]
fn sum(weights: &[f64], pixel: impl Fn(usize) -> [f32; 3]) -> [f32; 3] {
    let mut sums = [0.0; 3];
    for (i, weight) in weights.iter().enumerate() {
        sums.iter_mut().zip(pixel(i)).for_each(|(sum, number)| *sum += weight * f64::from(number));
    }
    sums.map(|sum| sum as f32)
}

/// For each result along an axis, the first sample that counts and the weights from there on, which add up to 1.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "places along an axis, not below 0, as real numbers and back"
)]
fn weights(from: usize, to: usize) -> Vec<(usize, Vec<f64>)> {
    let step = from as f64 / to as f64;
    let scale = step.max(1.0);
    let one = |result: usize| {
        let center = (result as f64 + 0.5) * step;
        let first = (center - 3.0 * scale).floor().max(0.0) as usize;
        let end = ((center + 3.0 * scale).ceil() as usize).min(from);
        let weights = (first..end).map(|sample| lanczos3((sample as f64 + 0.5 - center) / scale));
        let weights: Vec<f64> = weights.collect();
        let total: f64 = weights.iter().sum();
        (first, weights.into_iter().map(|weight| weight / total).collect())
    };
    (0..to).map(one).collect()
}

/// The kernel.
fn lanczos3(x: f64) -> f64 {
    let sinc = |x: f64| if x == 0.0 { 1.0 } else { (std::f64::consts::PI * x).sin() / (std::f64::consts::PI * x) };
    if x.abs() < 3.0 { sinc(x) * sinc(x / 3.0) } else { 0.0 }
}

/// From sRGB to linear light.
fn linear(number: f32) -> f32 {
    if number <= 0.04045 { number / 12.92 } else { ((number + 0.055) / 1.055).powf(2.4) }
}

/// From linear light to sRGB.
fn encoded(number: f32) -> f32 {
    if number <= 0.003_130_8 { number * 12.92 } else { 1.055 * number.powf(1.0 / 2.4) - 0.055 }
}

/// Scores one result.
fn scores(line: &str) -> Result<[f64; 2], Error> {
    let [width, height, source, result_width, result_height, result] = line.split_whitespace().collect::<Vec<_>>()[..]
    else {
        return Err(Error::Line { line: line.to_owned() });
    };
    let source = Picture::read(width, height, source, line)?;
    let result = Picture::read(result_width, result_height, result, line)?;
    let (width, height) = (result.width, result.height);
    let rgb = result.into_rgb()?;
    let by_gamma = source.reduced(width, height).into_rgb()?;
    let by_light = source.map(linear).reduced(width, height).map(encoded).into_rgb()?;
    Ok([compute_frame_ssimulacra2(by_gamma, rgb.clone())?, compute_frame_ssimulacra2(by_light, rgb)?])
}

fn main() -> Result<(), Error> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let [gamma, light] = scores(&line?)?;
        writeln!(out, "{gamma:.2} {light:.2}")?;
        out.flush()?;
    }
    Ok(())
}
