//! Tests of planning and running through the public interface.

mod extremes;
mod idle;
mod layouts;
mod models;
mod windows;
