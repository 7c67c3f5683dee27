//! Tests of planning and running through the public interface: the most extreme things that a request may ask for.

mod extremes;
