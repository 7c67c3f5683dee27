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

var<immediate> parameters: Parameters;

const CHUNK_TAPS: u32 = 8u;

@compute @workgroup_size(64, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= parameters.width || id.y >= parameters.rows {
        return;
    }
    let row = id.y + parameters.first_row;
    let weights = parameters.table_len + row * parameters.taps;
    let column = id.x + parameters.source_column;
    var at = (table[row] - parameters.source_row) * parameters.source_width + column;
    var total = vec4<i32>(0i);
    for (var chunk = 0u; chunk < parameters.taps; chunk += CHUNK_TAPS) {
        var sum = vec4<i32>(0i);
        let end = min(chunk + CHUNK_TAPS, parameters.taps);
        for (var tap = chunk; tap < end; tap += 1u) {
            sum += bitcast<i32>(table[weights + tap]) * load_samples(at);
            at += parameters.source_width;
        }
        total += round_shift(sum, parameters.chunk_shift);
    }
    let samples = saturate_16(round_shift(total, parameters.shift));
    store_samples(parameters.output_base, id.y * parameters.width + id.x, samples);
}
