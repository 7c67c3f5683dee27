// Resamples from left to right.
//
// Bindings: the source (0 to 3), the result (4), the table (5): the first source sample of each output sample, then the
// weights, all first ones, all second ones and so on, so that neighbours read neighbours. Class: exact.
// Twin: crates/core/src/cpu/kernels/resize_h.rs.

struct Parameters {
    width: u32,
    rows: u32,
    output_base: u32,
    source_width: u32,
    // The source row of the first output row.
    source_row: u32,
    taps: u32,
    shift: u32,
    chunk_shift: u32,
}

// Returns the samples of a pixel times a weight.
fn weighted_samples(weight_at: u32, sample_at: vec4<u32>) -> vec4<i32> {
    return bitcast<i32>(table[weight_at]) * load_samples(sample_at.x);
}

@compute @workgroup_size(64, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if !has_pixel(id) {
        return;
    }
    let width = parameters.width;
    let first = (id.y + parameters.source_row) * parameters.source_width + table[id.x];
    let samples = weighted_mean_of_taps(width + id.x, width, vec4<u32>(first), 1u);
    store_samples(parameters.output_base, id.y * width + id.x, samples);
}
