// Makes pixels of many channels squares of pixels with fewer.
//
// Bindings: the input (0), the output (4). Class: exact. Twin: crates/models/src/kernels/pixel_shuffle.rs.

struct Parameters {
    width: u32,
    // Rows of all pairs, and of one.
    rows: u32,
    height: u32,
    channels: u32,
    input_width: u32,
    input_height: u32,
    // Where the output begins in what the input makes.
    left: u32,
    top: u32,
    factor: u32,
}

// Returns a channel of a pixel of the output; 0 where there is none.
fn sample_at(channel: u32, x: u32, y: u32) -> i32 {
    if channel >= parameters.channels {
        return 0i;
    }
    let factor = parameters.factor;
    let source = (channel * factor + y % factor) * factor + x % factor;
    let row = (source >> 1u) * parameters.input_height + y / factor;
    return half_of(page_0[row * parameters.input_width + x / factor], source);
}

@compute @workgroup_size(32, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if !has_pixel(id) {
        return;
    }
    let channel = 2u * (id.y / parameters.height);
    let x = parameters.left + id.x;
    let y = parameters.top + id.y % parameters.height;
    output[id.y * parameters.width + id.x] = pair_of(sample_at(channel, x, y), sample_at(channel + 1u, x, y));
}
