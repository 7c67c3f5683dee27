//! Which engine computes: the choice of an operator for every request, or of one request for itself.

use crate::json::excerpt_text;
use crate::{Error, Hint};

/// A wish for an engine. Every engine gives the same pixels, so it is about time, never about the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum EngineChoice {
    /// For an operator: the engine that should be faster for the request at hand. For a request: the choice of the operator.
    #[default]
    Auto,
    /// Always the CPU.
    Cpu,
    /// A GPU. Without one a server does not start, and a request is refused.
    Gpu,
}

impl EngineChoice {
    /// Every choice.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Cpu, Self::Gpu];

    /// Returns the name, as in configuration and in the part `engine` of a form.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Cpu => "cpu",
            Self::Gpu => "gpu",
        }
    }

    /// Reads a name.
    ///
    /// # Errors
    ///
    /// 9401 if it is none.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|choice| choice.as_str() == text).ok_or_else(|| Error::BadValue {
            option: "engine".to_owned(),
            allowed: "auto, cpu or gpu",
            actual: excerpt_text(text),
            hint: Hint::None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn engines_go_by_name() {
        for choice in EngineChoice::ALL {
            assert_eq!(EngineChoice::parse(choice.as_str()).unwrap(), choice);
        }
        for text in ["", "GPU", "cuda", "null"] {
            let message = format!("engine must be auto, cpu or gpu, got \"{text}\"");
            assert_eq!(EngineChoice::parse(text).unwrap_err().to_string(), message);
        }
    }
}
