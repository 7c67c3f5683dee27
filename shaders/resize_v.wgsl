// Resamples from top to bottom, pixels or four neighbours of a plane at a time.
//
// Bindings: the source (0 to 3), the result (4), the table (5): the first source sample of each output sample, then the
// weights of each. Class: exact. Twin: crates/core/src/cpu/kernels/resize_v.rs.

struct Parameters {
    width: u32,
    rows: u32,
    output_base: u32,
    source_width: u32,
    // The source column of the first output column.
    source_column: u32,
    // The first source row that is there.
    source_row: u32,
    // The first output row, and how many the table is for.
    first_row: u32,
    table_len: u32,
    taps: u32,
    shift: u32,
    chunk_shift: u32,
}

// Returns four samples, of a pixel or of neighbours, times a weight.
fn weighted_samples(weight_at: u32, sample_at: vec4<u32>) -> vec4<i32> {
    return bitcast<i32>(table[weight_at]) * load_samples(sample_at.x);
}

@compute @workgroup_size(64, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if !has_pixel(id) {
        return;
    }
    let row = id.y + parameters.first_row;
    let weights = parameters.table_len + row * parameters.taps;
    let column = id.x + parameters.source_column;
    let first = (table[row] - parameters.source_row) * parameters.source_width + column;
    let samples = weighted_mean_of_taps(weights, 1u, vec4<u32>(first), parameters.source_width);
    store_samples(parameters.output_base, id.y * parameters.width + id.x, samples);
}
