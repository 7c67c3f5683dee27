//! The classes of failures.
//!
//! Every error type of the workspace maps to a [`Class`] with an exhaustive `match` of its own. The numbers that a client sees
//! are a matter of the protocol.

/// Names whose fault a failure was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// The request is wrong: an option, an index, a form, or a damaged picture.
    Caller,
    /// The request is well formed, but asks for a format or an operation that does not exist here.
    Unsupported,
    /// A configured limit was exceeded, or the server is too busy to take the request.
    Limit,
    /// The time limit of the request ran out.
    Deadline,
    /// The server is at fault.
    Ours,
}
