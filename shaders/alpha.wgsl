// Gives pixels the alpha of others, in place; where that is clear there is no colour either.
//
// Bindings: the picture with the alpha (0 to 3); the one that gets it (4). Class: exact. Twin: crates/core/src/cpu/enlarge.rs.

struct Parameters {
    width: u32,
    rows: u32,
    first_row: u32,
    output_base: u32,
}

@compute @workgroup_size(64, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if !has_pixel(id) {
        return;
    }
    let alpha = source_word((parameters.first_row + id.y) * parameters.width + id.x) & 0xff000000u;
    let at = parameters.output_base + id.y * parameters.width + id.x;
    output[at] = select(alpha | (output[at] & 0x00ffffffu), 0u, alpha == 0u);
}
