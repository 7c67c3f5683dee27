//! The compute shaders of Palmette as texts, each one kernel in WGSL.
//!
//! A shader is several files put together: what every kernel needs (parameters, the pages of the source, the arithmetic of
//! pixels), what this one needs, and itself. They are put together here and nowhere else. `palmette-gpu` knows the inputs of each kernel and how
//! its work is divided. This package only lets it be published, because a package holds no files from outside its folder. So nothing is
//! copied, there is no build script, and a new shader is one constant.
//!
//! The README has the table of the kernels: their classes, their twins on the CPU, and the tests that compare both.

/// Puts the files of a shader together: what every kernel needs, what this one needs, and itself.
macro_rules! shader {
    ($($file:literal),+) => {
        concat!(
            include_str!("shared/parameters.wgsl"),
            "\n",
            include_str!("shared/source.wgsl"),
            "\n",
            include_str!("shared/pixels.wgsl"),
            $("\n", include_str!($file)),+
        )
    };
}

/// Moves pixels and changes each by itself.
pub const MAP: &str = shader!("shared/output.wgsl", "shared/blend.wgsl", "map.wgsl");
/// Moves samples of a plane.
pub const MAP_PLANE: &str = shader!("shared/output.wgsl", "shared/ycc.wgsl", "map_plane.wgsl");
/// Draws one picture on another, in place, once or tiled.
pub const DRAW: &str = shader!("shared/output.wgsl", "shared/blend.wgsl", "draw.wgsl");
/// Draws a picture over a plane, in place, once or tiled.
pub const DRAW_PLANE: &str =
    shader!("shared/output.wgsl", "shared/blend.wgsl", "shared/ycc.wgsl", "shared/wide.wgsl", "draw_plane.wgsl");
/// Resamples from left to right.
pub const RESIZE_H: &str = shader!("shared/output.wgsl", "shared/samples.wgsl", "shared/taps.wgsl", "resize_h.wgsl");
/// Resamples a plane from left to right.
pub const RESIZE_H_PLANE: &str = shader!("shared/output.wgsl", "shared/samples.wgsl", "resize_h_plane.wgsl");
/// Resamples from top to bottom, pixels or a plane.
pub const RESIZE_V: &str = shader!("shared/output.wgsl", "shared/samples.wgsl", "shared/taps.wgsl", "resize_v.wgsl");
/// Converts luma and chroma to pixels.
pub const YCC_TO_RGBA: &str = shader!("shared/output.wgsl", "shared/samples.wgsl", "ycc_to_rgba.wgsl");
/// Blurs along rows by two running means.
pub const BLUR_H: &str = shader!("shared/output.wgsl", "shared/samples.wgsl", "shared/means.wgsl", "blur_h.wgsl");
/// Blurs along columns by two running means.
pub const BLUR_V: &str = shader!("shared/output.wgsl", "shared/samples.wgsl", "shared/means.wgsl", "blur_v.wgsl");
/// Sharpens by what a small blur takes away.
pub const SHARPEN: &str = shader!("shared/output.wgsl", "shared/samples.wgsl", "sharpen.wgsl");
/// Gives pixels the alpha of others, in place.
pub const ALPHA: &str = shader!("shared/output.wgsl", "alpha.wgsl");
/// Multiplies alpha by a mask that follows the picture, in place.
pub const GUIDE: &str = shader!("shared/output.wgsl", "guide.wgsl");
/// Finds the first and last column and row that are not border.
pub const BORDER: &str = shader!("border.wgsl");

/// Puts the files of a shader of nets together.
macro_rules! net_shader {
    ($($file:literal),+) => {
        shader!("shared/output.wgsl", "shared/net.wgsl", $($file),+)
    };
}

/// Makes samples of pixels.
pub const NET_SAMPLES: &str = net_shader!("net_samples.wgsl");
/// Makes pixels of samples.
pub const NET_PIXELS: &str = net_shader!("net_pixels.wgsl");
/// Weighs the pixels under a window, over all channels.
pub const NET_CONVOLVE: &str = net_shader!("shared/net_sums.wgsl", "net_convolve.wgsl");
/// Weighs the pixels under a window, each channel by itself.
pub const NET_DEPTHWISE: &str = net_shader!("shared/net_sums.wgsl", "net_depthwise.wgsl");
/// Adds two values.
pub const NET_ADD: &str = net_shader!("net_add.wgsl");
/// Takes the largest samples under a window.
pub const NET_MAX_POOL: &str = net_shader!("net_max_pool.wgsl");
/// Adds the samples of parts of a picture.
pub const NET_SUM: &str = net_shader!("net_sum.wgsl");
/// Makes the mean of each channel.
pub const NET_AVERAGE: &str = net_shader!("shared/wide.wgsl", "net_average.wgsl");
/// Enlarges by repeating pixels.
pub const NET_NEAREST: &str = net_shader!("net_nearest.wgsl");
/// Enlarges by weighing the four nearest pixels.
pub const NET_BILINEAR: &str = net_shader!("net_bilinear.wgsl");
/// Puts channels behind others.
pub const NET_PLACE: &str = net_shader!("net_place.wgsl");
/// Makes pixels squares of pixels with fewer channels.
pub const NET_PIXEL_SHUFFLE: &str = net_shader!("net_pixel_shuffle.wgsl");
/// Looks samples up.
pub const NET_TABLE: &str = net_shader!("net_table.wgsl");
