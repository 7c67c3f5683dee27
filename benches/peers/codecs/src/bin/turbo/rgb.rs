//! RGB by libjpeg-turbo, which the face that its tests have lacks.
#![expect(unsafe_code, reason = "calls into libjpeg-turbo")]

use turbojpeg_sys as sys;

/// Decodes to RGB, three bytes a pixel; nothing if the library warns.
pub(crate) fn decode(file: &[u8]) -> Option<Vec<u8>> {
    let len = file.len() as sys::size_t;
    // SAFETY: the call takes a number and returns a new instance or null.
    let turbo = Instance(unsafe { sys::tj3Init(sys::TJINIT_TJINIT_DECOMPRESS.cast_signed()) });
    // SAFETY: pointer and length are those of a slice; the library refuses a handle that is null.
    if unsafe { sys::tj3DecompressHeader(turbo.0, file.as_ptr(), len) } != 0 {
        return None;
    }
    let [width, height] = [sys::TJPARAM_TJPARAM_JPEGWIDTH, sys::TJPARAM_TJPARAM_JPEGHEIGHT]
        // SAFETY: the handle is live; the call only reads.
        .map(|side| usize::try_from(unsafe { sys::tj3Get(turbo.0, side.cast_signed()) }).ok());
    let mut pixels = vec![0; 3 * width? * height?];
    // SAFETY: the library parses the same header again; it writes width × 3 bytes into each of height rows, tightly
    // packed (pitch 0).
    let status =
        unsafe { sys::tj3Decompress8(turbo.0, file.as_ptr(), len, pixels.as_mut_ptr(), 0, sys::TJPF_TJPF_RGB) };
    (status == 0).then_some(pixels)
}

/// An instance of the library.
struct Instance(sys::tjhandle);

impl Drop for Instance {
    fn drop(&mut self) {
        // SAFETY: null, or made by this module and dropped once.
        unsafe { sys::tj3Destroy(self.0) };
    }
}
