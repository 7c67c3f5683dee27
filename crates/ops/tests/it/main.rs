//! Tests of the vocabulary through its public interface.

mod trees;
