//! The kernels as the host sees them: their shaders, their parameters, how their work is divided.
//!
//! A kernel is a file here, a shader of the same name, and a twin on the CPU.

pub(crate) mod alpha;
pub(crate) mod blur_h;
pub(crate) mod blur_v;
pub(crate) mod border;
pub(crate) mod draw;
pub(crate) mod draw_plane;
pub(crate) mod guide;
pub(crate) mod map;
pub(crate) mod map_plane;
pub(crate) mod net_add;
pub(crate) mod net_average;
pub(crate) mod net_bilinear;
pub(crate) mod net_convolve;
pub(crate) mod net_depthwise;
pub(crate) mod net_max_pool;
pub(crate) mod net_nearest;
pub(crate) mod net_pixel_shuffle;
pub(crate) mod net_pixels;
pub(crate) mod net_place;
pub(crate) mod net_samples;
pub(crate) mod net_sum;
pub(crate) mod net_table;
pub(crate) mod resize_h;
pub(crate) mod resize_h_plane;
pub(crate) mod resize_v;
pub(crate) mod sharpen;
pub(crate) mod ycc_to_rgba;

/// A kernel.
#[derive(Debug)]
pub(crate) struct Kernel {
    /// The stem of its files.
    pub(crate) name: &'static str,
    /// Its shader.
    pub(crate) source: &'static str,
    /// Invocations of a workgroup: columns and rows.
    pub(crate) workgroup: [u32; 2],
    /// Whether it has variants for samples.
    pub(crate) works_on_samples: bool,
    /// The names and types of its parameters, in order. All have 4 bytes, so there is no padding to agree on.
    pub(crate) fields: &'static [(&'static str, &'static str)],
}

/// Every kernel: those that change pictures, then those of nets.
pub(crate) const KERNELS: [&Kernel; 27] = [
    &map::KERNEL,
    &map_plane::KERNEL,
    &draw::KERNEL,
    &draw_plane::KERNEL,
    &resize_h::KERNEL,
    &resize_h_plane::KERNEL,
    &resize_v::KERNEL,
    &ycc_to_rgba::KERNEL,
    &blur_h::KERNEL,
    &blur_v::KERNEL,
    &sharpen::KERNEL,
    &border::KERNEL,
    &alpha::KERNEL,
    &guide::KERNEL,
    &net_samples::KERNEL,
    &net_pixels::KERNEL,
    &net_convolve::KERNEL,
    &net_depthwise::KERNEL,
    &net_add::KERNEL,
    &net_max_pool::KERNEL,
    &net_sum::KERNEL,
    &net_average::KERNEL,
    &net_nearest::KERNEL,
    &net_bilinear::KERNEL,
    &net_place::KERNEL,
    &net_pixel_shuffle::KERNEL,
    &net_table::KERNEL,
];

/// The parameters of a dispatch: their bytes are those of the shader's structure.
pub(crate) trait Parameters: bytemuck::Pod {
    /// The names and types of the fields.
    const FIELDS: &'static [(&'static str, &'static str)];
}

/// Declares the parameters of a kernel.
macro_rules! parameters {
    ($($(#[$doc:meta])* $field:ident: $type:ty,)+) => {
        /// The parameters of the kernel; the shader explains each.
        #[repr(C)]
        #[derive(Clone, Copy, Debug, bytemuck::Pod, bytemuck::Zeroable)]
        pub(crate) struct KernelParameters {
            $($(#[$doc])* pub(crate) $field: $type,)+
        }

        impl crate::kernels::Parameters for KernelParameters {
            const FIELDS: &'static [(&'static str, &'static str)] = &[$((stringify!($field), stringify!($type))),+];
        }
    };
}
use parameters;
