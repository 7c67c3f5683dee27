//! Where the errors of the device are caught that no call returns.

use wgpu::ErrorFilter;

use crate::Error;

/// The scopes that catch the errors of the calls of one thread, the innermost first: they must end in that order, which is
/// also the order in which an array is dropped.
#[derive(Debug)]
pub(crate) struct Scopes([wgpu::ErrorScopeGuard; 3]);

impl Scopes {
    /// Catches the errors of this thread from here on.
    pub(crate) fn push(device: &wgpu::Device) -> Self {
        let internal = device.push_error_scope(ErrorFilter::Internal);
        let validation = device.push_error_scope(ErrorFilter::Validation);
        let memory = device.push_error_scope(ErrorFilter::OutOfMemory);
        Self([memory, validation, internal])
    }

    /// Ends the scopes.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfMemory`] or [`Error::Refused`] if they caught anything.
    pub(crate) fn pop(self) -> Result<(), Error> {
        let [memory, validation, internal] = self.0.map(|scope| pollster::block_on(scope.pop()));
        // Memory first: a missing buffer causes other errors afterwards.
        match memory.or(validation).or(internal) {
            None => Ok(()),
            Some(wgpu::Error::OutOfMemory { .. }) => Err(Error::OutOfMemory { bytes: 0 }),
            Some(error) => Err(Error::Refused(Box::new(error))),
        }
    }
}
