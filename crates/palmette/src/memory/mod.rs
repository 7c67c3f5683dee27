//! How much memory pixels may take, over all requests of a process together.
//!
//! A plan tells how large every picture will be, so what a request needs is known before anything is decoded: [`estimate`]
//! adds it up. The request waits until that much is free: [`budget`].

mod budget;
mod estimate;

pub use budget::{PixelBudget, Reservation};
pub(crate) use estimate::{Weighed, estimate};
