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

@compute @workgroup_size(64, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if !has_pixel(id) {
        return;
    }
    let width = parameters.width;
    let first = (id.y + parameters.source_row) * parameters.source_width + table[id.x];
    let samples = weighted_mean_of_taps(width + id.x, width, first, 1u);
    store_samples(parameters.output_base, id.y * width + id.x, samples);
}
