//! Tests through the public interface, with libjpeg-turbo as the judge.

mod areas;
mod bent;
mod coefficients;
mod decode;
mod differences;
mod dnl;
mod encode;
mod encode_twin;
mod judge;
mod oddities;
mod pack;
mod profile;
mod rows;
mod samplings;
mod scales;
mod scripts;
mod sizes;
mod transcode;
mod turbo;
mod turbo_face;
mod twin;
mod unread;
mod window;
mod writer;
