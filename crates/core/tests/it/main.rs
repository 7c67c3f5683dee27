//! Tests of planning and running through the public interface.

mod extremes;
mod models;
mod windows;
