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

var<immediate> parameters: Parameters;

const CHUNK_TAPS: u32 = 8u;

@compute @workgroup_size(64, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let width = parameters.width;
    if id.x >= width || id.y >= parameters.rows {
        return;
    }
    let first = (id.y + parameters.source_row) * parameters.source_width + table[id.x];
    var total = vec4<i32>(0i);
    for (var chunk = 0u; chunk < parameters.taps; chunk += CHUNK_TAPS) {
        var sum = vec4<i32>(0i);
        let end = min(chunk + CHUNK_TAPS, parameters.taps);
        for (var tap = chunk; tap < end; tap += 1u) {
            let weight = bitcast<i32>(table[width + tap * width + id.x]);
            sum += weight * load_samples(first + tap);
        }
        total += round_shift(sum, parameters.chunk_shift);
    }
    let samples = saturate_16(round_shift(total, parameters.shift));
    store_samples(parameters.output_base, id.y * width + id.x, samples);
}
