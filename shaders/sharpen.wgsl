// Sharpens by what a small blur takes away.
//
// Bindings: the source (0 to 3), the result (4). Class: exact. Twin: crates/core/src/cpu/kernels/sharpen.rs.

struct Parameters {
    width: u32,
    rows: u32,
    output_base: u32,
    first_row: u32,
    height: u32,
    strength: u32,
}

const STRENGTH_ONE: i32 = 500i;
const SCALE: i32 = 32i * STRENGTH_ONE;

// Returns the sum of three samples, weighted 1 2 1; those outside the picture are those at its edge.
fn row_sum(x: u32, y: u32) -> vec4<i32> {
    let row = y * parameters.width;
    let before = row + max(x, 1u) - 1u;
    let after = row + min(x + 1u, parameters.width - 1u);
    return load_samples(before) + 2i * load_samples(row + x) + load_samples(after);
}

@compute @workgroup_size(64, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if !has_pixel(id) {
        return;
    }
    let y = id.y + parameters.first_row;
    let above = max(y, 1u) - 1u;
    let below = min(y + 1u, parameters.height - 1u);
    let mean_16 = row_sum(id.x, above) + 2i * row_sum(id.x, y) + row_sum(id.x, below);
    let samples = load_samples(y * parameters.width + id.x);
    let sharpened = samples * SCALE + i32(parameters.strength) * (16i * samples - mean_16) + vec4<i32>(SCALE / 2i);
    // Rounded down, where the language rounds towards 0.
    let quotients = sharpened / SCALE;
    let floors = quotients - select(vec4<i32>(0i), vec4<i32>(1i), quotients * SCALE > sharpened);
    let color = saturate_16(floors);
    store_samples(parameters.output_base, id.y * parameters.width + id.x, vec4<i32>(color.xyz, samples.w));
}
