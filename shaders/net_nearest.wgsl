// Enlarges by repeating pixels.
//
// Bindings: the input (0), the output (4). Class: exact. Twin: crates/models/src/kernels/nearest.rs.

struct Parameters {
    width: u32,
    // Rows of all pairs, and of one.
    rows: u32,
    height: u32,
    input_width: u32,
    input_height: u32,
    // Where the output begins in what the input makes.
    left: u32,
    top: u32,
    factor: u32,
}

@compute @workgroup_size(32, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if !has_pixel(id) {
        return;
    }
    let pair = id.y / parameters.height;
    let y = (parameters.top + id.y % parameters.height) / parameters.factor;
    let x = (parameters.left + id.x) / parameters.factor;
    output[id.y * parameters.width + id.x] = page_0[(pair * parameters.input_height + y) * parameters.input_width + x];
}
