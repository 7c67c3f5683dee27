// Resamples a plane from left to right, four neighbours of the result at a time.
//
// Bindings: the source (0 to 3), the result (4), the table (5): the first source sample of each output sample, then the
// weights, all first ones, all second ones and so on. The last entries of each are there again, up to a multiple of four.
// Class: exact. Twin: crates/core/src/cpu/kernels/resize_h_plane.rs.

struct Parameters {
    // A row of the result and of the source, in words of four levels, or in pairs of words of four samples.
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

// Loads one sample by its position in the source.
fn load_sample(index: u32) -> i32 {
    if FROM_LEVELS {
        let level = (source_word(index >> 2u) >> (8u * (index & 3u))) & 255u;
        return i32(level << UNIT_SHIFT);
    }
    return sample_of(page_0[index >> 1u], index);
}

// Returns four samples, each times the weight of its output sample.
fn weighted_samples(weight_at: u32, sample_at: vec4<u32>) -> vec4<i32> {
    let weights = vec4<u32>(table[weight_at], table[weight_at + 1u], table[weight_at + 2u], table[weight_at + 3u]);
    let samples = vec4<i32>(
        load_sample(sample_at.x),
        load_sample(sample_at.y),
        load_sample(sample_at.z),
        load_sample(sample_at.w),
    );
    return bitcast<vec4<i32>>(weights) * samples;
}

@compute @workgroup_size(64, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if !has_pixel(id) {
        return;
    }
    let row_len = 4u * parameters.width;
    let at = 4u * id.x;
    let starts = vec4<u32>(table[at], table[at + 1u], table[at + 2u], table[at + 3u]);
    let first = starts + vec4<u32>(4u * (id.y + parameters.source_row) * parameters.source_width);
    let samples = weighted_mean_of_taps(row_len + at, row_len, first, 1u);
    store_samples(parameters.output_base, id.y * parameters.width + id.x, samples);
}
