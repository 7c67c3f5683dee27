//! Tests through the public interface, with libjpeg-turbo as the judge.

mod turbo;
mod turbo_face;
