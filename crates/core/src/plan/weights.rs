//! Weight tables of resampling.

/// Integer weights of one axis.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightTable {}
