// Draws one picture on another, in place, once or tiled.
//
// Bindings: the overlay (0 to 3), the target (4). Class: exact. Twin: crates/core/src/cpu/draw.rs with kernels/blend.rs.

struct Parameters {
    // The part of the target that is touched, in this band.
    left: u32,
    width: u32,
    rows: u32,
    first_row: u32,
    output_base: u32,
    target_width: u32,
    overlay_width: u32,
    overlay_height: u32,
    // The overlay's first sample lies at this one of the target; where it repeats, target sample 0 shows minus this one.
    start_x: i32,
    start_y: i32,
    repeat_x: u32,
    repeat_y: u32,
    composite: u32,
    opacity: u32,
}

@compute @workgroup_size(64, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if !has_pixel(id) {
        return;
    }
    let x = id.x + parameters.left;
    var overlay_x = u32(i32(x) - parameters.start_x);
    var overlay_y = u32(i32(id.y + parameters.first_row) - parameters.start_y);
    if parameters.repeat_x != 0u {
        overlay_x = overlay_x % parameters.overlay_width;
    }
    if parameters.repeat_y != 0u {
        overlay_y = overlay_y % parameters.overlay_height;
    }
    // A distance below 0 is a very large number here.
    if overlay_x >= parameters.overlay_width || overlay_y >= parameters.overlay_height {
        return;
    }
    let foreground = source_word(overlay_y * parameters.overlay_width + overlay_x);
    let at = parameters.output_base + id.y * parameters.target_width + x;
    output[at] = blend(parameters.composite, parameters.opacity, foreground, output[at]);
}
