//! Tests of the protocol through its public interface: recorded requests, properties, and whole forms.

mod captures;
mod forms;
mod options;
mod requests;
mod url;
mod wire;
