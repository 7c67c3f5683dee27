// Resamples from top to bottom.
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

@compute @workgroup_size(64, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if !has_pixel(id) {
        return;
    }
    let row = id.y + parameters.first_row;
    let weights = parameters.table_len + row * parameters.taps;
    let column = id.x + parameters.source_column;
    let first = (table[row] - parameters.source_row) * parameters.source_width + column;
    let samples = weighted_mean_of_taps(weights, 1u, first, parameters.source_width);
    store_samples(parameters.output_base, id.y * parameters.width + id.x, samples);
}
