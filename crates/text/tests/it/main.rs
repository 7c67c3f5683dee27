//! The crate from outside: what fonts are read and refused, and how texts are laid out.

mod fonts;
mod layout;
mod reading;
