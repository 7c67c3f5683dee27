// Draws a picture of pixels over an opaque plane, in place, once or tiled; four neighbours of the plane at a time.
//
// Bindings: the overlay (0 to 3), the plane (4). Class: exact.
// Twin: crates/core/src/cpu/draw_planes.rs with kernels/blend_planes.rs, which says how large the numbers on the way can be.

struct Parameters {
    // The part of the plane that is touched, in this band: columns in words of four samples.
    left: u32,
    width: u32,
    rows: u32,
    first_row: u32,
    output_base: u32,
    plane_width: u32,
    // Y, Cb or Cr, and the pixels that a sample stands for.
    plane: u32,
    spacing_x: u32,
    spacing_y: u32,
    // The target in pixels.
    target_width: u32,
    target_height: u32,
    overlay_width: u32,
    overlay_height: u32,
    // The overlay's first sample lies at this one of the target; where it repeats, target sample 0 shows minus this one.
    start_x: i32,
    start_y: i32,
    repeat_x: u32,
    repeat_y: u32,
    opacity: u32,
}

// Returns the pixel of the overlay that meets one of the target; a clear one where none does.
fn overlay_pixel(x: u32, y: u32) -> u32 {
    var overlay_x = u32(i32(x) - parameters.start_x);
    var overlay_y = u32(i32(y) - parameters.start_y);
    if parameters.repeat_x != 0u {
        overlay_x = overlay_x % parameters.overlay_width;
    }
    if parameters.repeat_y != 0u {
        overlay_y = overlay_y % parameters.overlay_height;
    }
    // A distance below 0 is a very large number here.
    if overlay_x >= parameters.overlay_width || overlay_y >= parameters.overlay_height {
        return 0u;
    }
    return source_word(overlay_y * parameters.overlay_width + overlay_x);
}

// Composites what covers a sample over it: a quotient of sums over the pixels that it stands for.
fn over(column: u32, row: u32, sample: u32) -> u32 {
    let left = column * parameters.spacing_x;
    let top = row * parameters.spacing_y;
    if left >= parameters.target_width {
        return sample;
    }
    let right = min(left + parameters.spacing_x, parameters.target_width);
    let bottom = min(top + parameters.spacing_y, parameters.target_height);
    var weights = 0u;
    var color = vec2<u32>(0u);
    for (var y = top; y < bottom; y += 1u) {
        for (var x = left; x < right; x += 1u) {
            let pixel = levels_of(overlay_pixel(x, y));
            let weight = pixel.w * parameters.opacity;
            weights += weight;
            color = add_wide(color, multiply_wide(weight, parts_of(parameters.plane, pixel.xyz)));
        }
    }
    if weights == 0u {
        return sample;
    }
    let one = parts_of_level(parameters.plane);
    let full = (right - left) * (bottom - top) * ALPHA_FULL;
    let below = multiply_wide(full - weights, sample * one);
    // Chroma of a pure colour is up to 255.5.
    return min(divide_wide(add_wide(color, below), multiply_wide(full, one)), 255u);
}

@compute @workgroup_size(64, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if !has_pixel(id) {
        return;
    }
    let at = parameters.output_base + id.y * parameters.plane_width + parameters.left + id.x;
    let before = levels_of(output[at]);
    let column = 4u * (parameters.left + id.x);
    let row = id.y + parameters.first_row;
    let after = vec4<u32>(
        over(column, row, before.x),
        over(column + 1u, row, before.y),
        over(column + 2u, row, before.z),
        over(column + 3u, row, before.w),
    );
    output[at] = pixel_of(after);
}
