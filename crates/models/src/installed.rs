//! The models of a folder, as the pipeline uses them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs, io};

use palmette_core::model::Program;
use palmette_core::plan::NetArithmetic;
use palmette_core::{Ability, Deadline, IdleCores, Model, ModelError, Pixmap, Rectangle, Rows, Size};

use crate::enlarge::EnlargeNet;
use crate::face::{self, FaceNet};
use crate::foreground::{ForegroundNet, SIDE_PX};
use crate::kernels::Kernels;
use crate::net::Net;
use crate::{Error, Runner};

/// What the name of a model's file ends in.
pub const EXTENSION: &str = "net";
/// The models that find faces, with the side of the square that each looks at.
const FACES: [(&str, u32); 2] = [("face-short", 128), ("face-full", 192)];
/// The model that tells foreground from background.
const SEGMENT: &str = "segment";
/// The model that enlarges.
const GENERATE: &str = "generate";
/// The large one, which is used instead where an operator has installed it.
pub const GENERATE_LARGE: &str = "generate-large";

/// The models that a folder holds; a file that is not there is a model that cannot be used.
#[derive(Clone, Debug, Default)]
pub struct Installed {
    faces: Vec<FaceNet>,
    foreground: Option<ForegroundNet>,
    enlarge: Option<EnlargeNet>,
    /// What finds faces, tells foreground, and enlarges, for explanations.
    names: [String; 3],
}

impl Installed {
    /// Reads the models of a folder. One that is not there holds none.
    ///
    /// # Errors
    ///
    /// [`Error::File`] if a file cannot be read, or is not one of this version.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        Self::open_with(folder, Kernels::fastest())
    }

    /// Reads the models of a folder, to run with one of the sets of [`Kernels::all`].
    ///
    /// # Errors
    ///
    /// As [`Installed::open`].
    pub fn open_with(folder: &Path, kernels: Kernels) -> Result<Self, Error> {
        let read = |name| read(folder, name, kernels);
        let mut faces = Vec::new();
        for (name, side) in FACES {
            if let Some(runner) = read(name)? {
                faces.push(FaceNet::new(runner, side));
            }
        }
        // One alone would find others than both.
        if faces.len() < FACES.len() {
            faces.clear();
        }
        let foreground = read(SEGMENT)?.map(ForegroundNet::new);
        let enlarge = match read(GENERATE_LARGE)? {
            Some(large) => Some(large),
            None => read(GENERATE)?,
        };
        let enlarge = enlarge.map(EnlargeNet::new);
        // Both are of one package.
        let faces_name = faces.last().map(|face| format!("{} and {}", FACES[0].0, describe(face.net())));
        let names = [
            faces_name.unwrap_or_default(),
            foreground.as_ref().map(|model| describe(model.net())).unwrap_or_default(),
            enlarge.as_ref().map(|model| describe(model.net())).unwrap_or_default(),
        ];
        Ok(Self { faces, foreground, enlarge, names })
    }

    /// Tells whether there is no model at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.iter().all(String::is_empty)
    }
}

/// Returns the file of a model.
#[must_use]
pub fn path(folder: &Path, name: &str) -> PathBuf {
    folder.join(name).with_extension(EXTENSION)
}

/// Returns the folder for models if none is named: `palmette/models` below `XDG_DATA_HOME`, or below `~/.local/share`. Absent if the
/// environment names neither.
#[must_use]
pub fn default_folder() -> Option<PathBuf> {
    let variable = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let data = variable("XDG_DATA_HOME").or_else(|| Some(variable("HOME")?.join(".local/share")));
    data.map(|data| data.join("palmette/models"))
}

/// Reads a model, if it is there.
fn read(folder: &Path, name: &str, kernels: Kernels) -> Result<Option<Runner>, Error> {
    let path = path(folder, name);
    let failed = |source: Box<dyn std::error::Error + Send + Sync>| Error::File { path: path.clone(), source };
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error.into())),
    };
    let net = Net::read(&bytes).map_err(|error| failed(error.into()))?;
    Ok(Some(Runner::with_kernels(net, kernels)))
}

/// Names a net and its version.
fn describe(net: &Net) -> String {
    format!("{} ({})", net.about().name, net.about().version)
}

/// Says that a model was asked for what it cannot do.
fn missing(ability: Ability) -> ModelError {
    format!("no model is installed that {ability}").into()
}

impl Model for Installed {
    fn name(&self, ability: Ability) -> &str {
        match ability {
            Ability::Faces => &self.names[0],
            Ability::Foreground => &self.names[1],
            Ability::Enlarge => &self.names[2],
        }
    }

    fn can(&self, ability: Ability) -> bool {
        !self.name(ability).is_empty()
    }

    fn memory_bytes(&self, ability: Ability, picture: Size, made: Size) -> u64 {
        match ability {
            Ability::Faces => self.faces.iter().map(FaceNet::memory_bytes).max().unwrap_or(0),
            Ability::Foreground => self.foreground.as_ref().map_or(0, |net| net.memory_bytes(picture)),
            Ability::Enlarge => self.enlarge.as_ref().map_or(0, |net| net.memory_bytes(picture, made)),
        }
    }

    fn arithmetic(&self, ability: Ability, picture: Size, _made: Size) -> NetArithmetic {
        match ability {
            Ability::Faces => face::arithmetic(&self.faces, picture),
            Ability::Foreground => self.foreground.as_ref().map(ForegroundNet::arithmetic).unwrap_or_default(),
            Ability::Enlarge => self.enlarge.as_ref().map(|net| net.arithmetic(picture)).unwrap_or_default(),
        }
    }

    fn program(&self, ability: Ability, picture: Size, made: Size) -> Option<Program> {
        match ability {
            // Nets of some million products, on copies that the host has: not worth the way.
            Ability::Faces => None,
            Ability::Foreground => self.foreground.as_ref().map(|net| Program::Segment(net.program())),
            Ability::Enlarge => self.enlarge.as_ref().map(|net| Program::Enlarge(net.program(picture, made))),
        }
    }

    fn with_idle_cores(&self, idle: &IdleCores) -> Option<Arc<dyn Model>> {
        let model = Self {
            foreground: self.foreground.clone().map(|net| net.with_idle_cores(idle)),
            enlarge: self.enlarge.clone().map(|net| net.with_idle_cores(idle)),
            ..self.clone()
        };
        Some(Arc::new(model))
    }

    fn mask_size(&self) -> Option<Size> {
        Some(Size::new(SIDE_PX, SIDE_PX))
    }

    fn faces(&self, picture: &Pixmap) -> Result<Vec<Rectangle>, ModelError> {
        Ok(face::rectangles(&face::look(&self.faces, picture)?, picture.size()))
    }

    fn foreground(&self, picture: &Pixmap, deadline: Deadline) -> Result<Vec<u8>, ModelError> {
        let net = self.foreground.as_ref().ok_or_else(|| missing(Ability::Foreground))?;
        Ok(net.look(picture, deadline)?)
    }

    fn enlarge<'a>(
        &'a self,
        picture: Arc<Pixmap>,
        size: Size,
        deadline: Deadline,
    ) -> Result<Box<dyn Rows + 'a>, ModelError> {
        let net = self.enlarge.as_ref().ok_or_else(|| missing(Ability::Enlarge))?;
        Ok(Box::new(net.rows(picture, size, deadline)?))
    }
}
