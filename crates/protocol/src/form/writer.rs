//! Writes the form that the client writes.

/// Separates the parts of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Boundary(String);

/// Writes a form piece by piece.
#[derive(Clone, Debug)]
pub struct FormWriter {
    _boundary: Boundary,
}
