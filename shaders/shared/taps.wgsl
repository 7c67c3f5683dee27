// Weighted means of samples, the middle of every kernel that resamples. A kernel says what a tap adds (`weighted_samples`).
// Twins: crates/core/src/cpu/kernels/resize_h.rs and resize_v.rs.

// So many products at most are added up before they are scaled down, which keeps every sum within 32 bits.
const CHUNK_TAPS: u32 = 8u;

// Returns the mean of as many samples as there are taps: their weights begin at one place of the table, they at one of the
// source, or each of four at its own, and there is a stride between the one and the next of each.
fn weighted_mean_of_taps(
    first_weight: u32,
    weight_stride: u32,
    first_sample: vec4<u32>,
    sample_stride: u32,
) -> vec4<i32> {
    var weight_at = first_weight;
    var sample_at = first_sample;
    var total = vec4<i32>(0i);
    for (var chunk = 0u; chunk < parameters.taps; chunk += CHUNK_TAPS) {
        var sum = vec4<i32>(0i);
        let end = min(chunk + CHUNK_TAPS, parameters.taps);
        for (var tap = chunk; tap < end; tap += 1u) {
            sum += weighted_samples(weight_at, sample_at);
            weight_at += weight_stride;
            sample_at += vec4<u32>(sample_stride);
        }
        total += round_shift(sum, parameters.chunk_shift);
    }
    return saturate_16(round_shift(total, parameters.shift));
}
