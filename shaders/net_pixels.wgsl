// Makes opaque pixels of samples: each of a square of them, their mean, halves up, clamped to levels.
//
// Bindings: two pairs of channels, blue alone in the second (0); the picture, of which a part is written (4). Class: exact.
// Twin: crates/models/src/enlarge.rs.

struct Parameters {
    // What is written.
    width: u32,
    rows: u32,
    output_base: u32,
    output_width: u32,
    source_width: u32,
    source_height: u32,
    // The row of the samples of the first row that is written.
    source_row: u32,
    // Samples along a side of a square, as a power of two: 0 or 1.
    square_shift: u32,
}

// Returns red, green and blue.
fn samples_at(x: u32, y: u32) -> vec3<i32> {
    let at = y * parameters.source_width + x;
    let color = page_0[at];
    return vec3<i32>(first_of(color), second_of(color), first_of(page_0[parameters.source_height * parameters.source_width + at]));
}

@compute @workgroup_size(32, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if !has_pixel(id) {
        return;
    }
    let shift = parameters.square_shift;
    let side = 1u << shift;
    var sum = vec4<i32>(0i);
    for (var y = 0u; y < side; y += 1u) {
        for (var x = 0u; x < side; x += 1u) {
            sum += vec4<i32>(samples_at((id.x << shift) + x, parameters.source_row + (id.y << shift) + y), 0i);
        }
    }
    let levels = clamp(round_shift(sum, 2u * shift), vec4<i32>(0i), vec4<i32>(255i));
    output[parameters.output_base + id.y * parameters.output_width + id.x] = pixel_of(vec4<u32>(vec4<u32>(levels).xyz, 255u));
}
