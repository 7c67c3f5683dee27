//! Options that need a model.

use palmette_ops::transform::Upscale;
use palmette_ops::{Gravity, Transform};

use super::NodeLowering;
use crate::Error;
use crate::model::{Ability, SharedModel};

impl NodeLowering<'_, '_> {
    /// Refuses what needs a model that is not there, also where it would change nothing, so that nothing is silently replaced
    /// by something else.
    pub(super) fn check_models(&self, options: &Transform) -> Result<(), Error> {
        let needs = [
            (options.segment.is_some(), SEGMENT),
            (options.gravity == Some(Gravity::Face), FACE),
            // A zoom is one on faces; without them it would be ignored.
            (options.zoom.is_some(), ZOOM),
            (options.upscale == Some(Upscale::Generate), GENERATE),
        ];
        for (_, need) in needs.into_iter().filter(|(is_given, _)| *is_given) {
            self.model(need)?;
        }
        Ok(())
    }

    /// Returns the model if it can do what an option needs.
    pub(super) fn model(&self, Need { option, ability }: Need) -> Result<SharedModel, Error> {
        let model = self.walk.model.clone().filter(|model| model.can(ability));
        model.ok_or(Error::NeedsModel { option, ability })
    }
}

/// The reason why an option needs a model.
#[derive(Clone, Copy)]
pub(super) struct Need {
    pub(super) option: &'static str,
    pub(super) ability: Ability,
}

pub(super) const SEGMENT: Need = Need { option: "segment: foreground", ability: Ability::Foreground };
pub(super) const FACE: Need = Need { option: "gravity: face", ability: Ability::Faces };
pub(super) const ZOOM: Need = Need { option: "zoom", ability: Ability::Faces };
pub(super) const GENERATE: Need = Need { option: "upscale: generate", ability: Ability::Enlarge };
