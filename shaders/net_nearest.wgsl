// Enlarges by repeating pixels.
//
// Bindings: the input (0), the output (4). Class: exact. Twin: crates/models/src/kernels/nearest.rs.

struct Parameters {
    width: u32,
    // Rows of all pairs.
    rows: u32,
    input_width: u32,
    factor: u32,
}

@compute @workgroup_size(32, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if !has_pixel(id) {
        return;
    }
    // Pairs lie behind each other, so their rows are repeated alike.
    let at = (id.y / parameters.factor) * parameters.input_width + id.x / parameters.factor;
    output[id.y * parameters.width + id.x] = page_0[at];
}
