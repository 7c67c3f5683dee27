//! Tests of planning and running through the public interface.

mod extremes;
mod layouts;
mod models;
mod windows;
