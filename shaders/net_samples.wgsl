// Makes samples of pixels: levels of red, green and blue, clamped to what a net takes.
//
// Bindings: the picture (0 to 3); two pairs of channels of a part of it, blue alone in the second (4). Class: exact.
// Twin: crates/models/src/enlarge.rs.

struct Parameters {
    // The part.
    width: u32,
    rows: u32,
    left: u32,
    top: u32,
    picture_width: u32,
    low: i32,
    high: i32,
}

@compute @workgroup_size(32, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if !has_pixel(id) {
        return;
    }
    let pixel = source_word((parameters.top + id.y) * parameters.picture_width + parameters.left + id.x);
    let samples = clamp(vec4<i32>(levels_of(pixel)), vec4<i32>(parameters.low), vec4<i32>(parameters.high));
    let at = id.y * parameters.width + id.x;
    output[at] = pair_of(samples.x, samples.y);
    output[parameters.rows * parameters.width + at] = pair_of(samples.z, 0i);
}
