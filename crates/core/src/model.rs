//! The contents of a picture: nothing here can tell them, but a model that an operator configures may.
//!
//! [`Model`] is all that Palmette asks of one. A plan carries the model to the steps that need it, so that engines know
//! nothing of models but how to hand them a picture.

mod program;

use std::error::Error as StdError;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

pub use self::program::{Enlarging, FitLines, Line, Prepare, Program, Segmenting};

use crate::cpu::enlarge;
use crate::cpu::kernels::Kernels;
use crate::plan::NetArithmetic;
use crate::{Deadline, Error, IdleCores, Pixmap, Rows, Size};

/// Looks at pictures.
///
/// A model has some abilities and implements the methods that belong to them; the others are never called. The same picture
/// must always get the same answer, since engines promise the same bytes. Models are shared and called from several threads
/// at once. What takes long is told the request's deadline, and may give up when it passes. The memory estimate of a request counts what the model says
/// that it uses.
pub trait Model: fmt::Debug + Send + Sync {
    /// Names the model that has an ability, for explanations, with its version. Asked only for abilities that the model has.
    fn name(&self, ability: Ability) -> &str;

    /// Tells whether the model has an ability, always the same. Plans ask before a pixel is decoded.
    fn can(&self, ability: Ability) -> bool;

    /// Returns the same model for work beside which others wait: it may borrow cores that are idle. Nothing if it has no use for them. No byte of
    /// an answer depends on it.
    fn with_idle_cores(&self, idle: &IdleCores) -> Option<Arc<dyn Model>> {
        let _ = idle;
        None
    }

    /// Returns the size of the mask that tells foreground from background, before it is fitted to the picture; absent if it has the
    /// picture's size from the start.
    fn mask_size(&self) -> Option<Size> {
        None
    }

    /// Returns the bytes that an answer takes at its worst moment beside the picture and the answer itself; 0 says that nobody counted.
    fn memory_bytes(&self, ability: Ability, picture: Size, made: Size) -> u64 {
        let _ = (ability, picture, made);
        0
    }

    /// Counts what its nets compute for a picture of a size, of which `made` is made; nothing says that nobody counted. The choice
    /// between engines depends on it.
    fn arithmetic(&self, ability: Ability, picture: Size, made: Size) -> NetArithmetic {
        let _ = (ability, picture, made);
        NetArithmetic::default()
    }

    /// Tells how a device does the same, to the byte; absent if only this model can, on the host.
    fn program(&self, ability: Ability, picture: Size, made: Size) -> Option<Program> {
        let _ = (ability, picture, made);
        None
    }

    /// Finds faces, in pixels of the picture; parts outside of it are ignored.
    ///
    /// # Errors
    ///
    /// Whatever keeps the model from an answer; a picture without a face is no error.
    fn faces(&self, picture: &Pixmap) -> Result<Vec<Rectangle>, ModelError> {
        let _ = picture;
        Err(Ability::Faces.missing())
    }

    /// Tells how much of each pixel belongs to the foreground, 0 to 255, row by row, one byte a pixel.
    ///
    /// # Errors
    ///
    /// Whatever keeps the model from an answer; whatever it likes once the deadline has passed.
    fn foreground(&self, picture: &Pixmap, deadline: Deadline) -> Result<Vec<u8>, ModelError> {
        let _ = (picture, deadline);
        Err(Ability::Foreground.missing())
    }

    /// Begins to enlarge a picture: its rows come as they are asked for.
    ///
    /// They are rows of RGBA, of any size that is not empty: the ordinary resize makes `size` of them, no side of which is smaller than the picture's.
    /// Alpha is not for the model. It gives opaque rows; they get the alpha of the picture, resized by itself.
    ///
    /// # Errors
    ///
    /// Any failure of the model; any error at all once the deadline has passed. A failure that comes later is an error of the rows,
    /// [`Error::ModelFailed`] for one.
    fn enlarge<'a>(
        &'a self,
        picture: Arc<Pixmap>,
        size: Size,
        deadline: Deadline,
    ) -> Result<Box<dyn Rows + 'a>, ModelError> {
        let _ = (picture, size, deadline);
        Err(Ability::Enlarge.missing())
    }
}

/// Why a model gave no answer.
pub type ModelError = Box<dyn StdError + Send + Sync>;

/// Something that a model can do. In a sentence, it says what the model does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Ability {
    /// [`Model::faces`], for `gravity: "face"`.
    #[error("finds faces")]
    Faces,
    /// [`Model::foreground`], for `segment: "foreground"`.
    #[error("tells foreground from background")]
    Foreground,
    /// [`Model::enlarge`], for `upscale: "generate"`.
    #[error("enlarges pictures")]
    Enlarge,
}

impl Ability {
    /// Every ability.
    pub const ALL: [Self; 3] = [Self::Faces, Self::Foreground, Self::Enlarge];

    /// Returns the word by which models with the ability are installed and listed.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Faces => "face",
            Self::Foreground => "segment",
            Self::Enlarge => "generate",
        }
    }

    /// Says that a model promised more than it implements.
    fn missing(self) -> ModelError {
        format!("it does not implement what {self}").into()
    }
}

/// A part of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rectangle {
    /// Columns to its left.
    pub left: u32,
    /// Rows above it.
    pub top: u32,
    /// Its size.
    pub size: Size,
}

impl Rectangle {
    /// Returns all of a picture.
    #[must_use]
    pub const fn whole(size: Size) -> Self {
        Self { left: 0, top: 0, size }
    }
}

/// A model as plans carry it; equal to itself alone.
#[derive(Clone, Debug)]
pub struct SharedModel(Arc<dyn Model>);

impl From<Arc<dyn Model>> for SharedModel {
    fn from(model: Arc<dyn Model>) -> Self {
        Self(model)
    }
}

impl SharedModel {
    /// Returns the model with cores that it may borrow, if it has a use for them.
    #[must_use]
    pub fn with_idle_cores(self, idle: &IdleCores) -> Self {
        self.0.with_idle_cores(idle).map_or(self, Self)
    }
}

impl Deref for SharedModel {
    type Target = dyn Model;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl PartialEq for SharedModel {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::addr_eq(Arc::as_ptr(&self.0), Arc::as_ptr(&other.0))
    }
}

/// A step that a model takes: itself, on the host, or by its program, on a device.
#[derive(Clone, Debug, PartialEq)]
pub enum ModelStep {
    /// Keeps the foreground and makes the rest clear.
    Segment(SharedModel),
    /// Enlarges the picture to the output size.
    Enlarge(SharedModel),
}

impl ModelStep {
    /// Names the step in logs and errors.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Segment(_) => "segment",
            Self::Enlarge(_) => "enlarge",
        }
    }

    /// Returns the model.
    #[must_use]
    pub const fn model(&self) -> &SharedModel {
        match self {
            Self::Segment(model) | Self::Enlarge(model) => model,
        }
    }

    /// Returns what the model is asked to do.
    #[must_use]
    pub const fn ability(&self) -> Ability {
        match self {
            Self::Segment(_) => Ability::Foreground,
            Self::Enlarge(_) => Ability::Enlarge,
        }
    }

    /// Returns the bytes that the step takes beside its picture and its result.
    #[must_use]
    pub fn memory_bytes(&self, picture: Size, output: Size) -> u64 {
        self.model().memory_bytes(self.ability(), picture, output)
    }

    /// Counts what its nets compute.
    #[must_use]
    pub fn arithmetic(&self, picture: Size, output: Size) -> NetArithmetic {
        self.model().arithmetic(self.ability(), picture, output)
    }

    /// Returns how a device takes the step; absent if it is only taken on the host.
    #[must_use]
    pub fn program(&self, picture: Size, output: Size) -> Option<Program> {
        self.model().program(self.ability(), picture, output)
    }

    /// Takes the step on the host; `output` is the size that the plan gives it.
    ///
    /// # Errors
    ///
    /// [`Error::DeadlineExceeded`] once the deadline has passed; [`Error::ModelFailed`] if the model gives no answer, or one of another
    /// size.
    pub fn run(&self, picture: Pixmap, output: Size, deadline: Deadline) -> Result<Pixmap, Error> {
        let model = match self {
            Self::Segment(model) => model,
            Self::Enlarge(model) => {
                let (kernels, tables) = (Kernels::fastest(), enlarge::Tables::default());
                let rows = enlarge::rows(&kernels, model, picture, output, &tables, deadline)?;
                return rows.into_picture()?.into_pixmap();
            }
        };
        let result = segment(model, picture, deadline);
        // A model that gave up says so in its own words.
        deadline.check()?;
        result.map_err(|source| Error::ModelFailed { ability: Ability::Foreground, source })
    }
}

/// Multiplies alpha by the foreground, rounded to nearest, halves up; a pixel that becomes clear loses its colour, too.
fn segment(model: &SharedModel, mut picture: Pixmap, deadline: Deadline) -> Result<Pixmap, ModelError> {
    let mask = model.foreground(&picture, deadline)?;
    if mask.len() as u64 != picture.size().area() {
        return Err(format!("{} bytes of foreground for a picture of {} pixels", mask.len(), picture.size()).into());
    }
    for (pixel, share) in picture.data_mut().chunks_exact_mut(Pixmap::PIXEL_BYTES).zip(mask) {
        // To nearest: 255 is odd, so no quotient lies on a half.
        let alpha = u8::try_from((u32::from(pixel[3]) * u32::from(share) + 127) / 255).expect("at most 255");
        if alpha == 0 {
            pixel.fill(0);
        } else {
            pixel[3] = alpha;
        }
    }
    Ok(picture)
}
