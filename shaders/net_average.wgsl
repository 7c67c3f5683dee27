// Makes one pixel of a picture: the mean of each channel, to nearest, halves up.
//
// Bindings: the sums of `net_sum` (0), the output (4). Class: exact. Twin: crates/models/src/kernels/average.rs.

struct Parameters {
    // Pairs of channels, and rows of them: 1.
    width: u32,
    rows: u32,
    // Parts of the picture, of which each has a sum, and its pixels.
    parts: u32,
    pixels: u32,
}

// Divides a sum of samples that are 32,768 more than they are.
fn mean(sum: vec2<u32>) -> i32 {
    var rest = add_wide(double_wide(sum), vec2<u32>(parameters.pixels, 0u));
    let divisor = 2u * parameters.pixels;
    var step = vec2<u32>(divisor << 16u, divisor >> 16u);
    var quotient = 0u;
    for (var bit = 0u; bit < 17u; bit += 1u) {
        quotient = quotient << 1u;
        if !is_below_wide(rest, step) {
            rest = subtract_wide(rest, step);
            quotient += 1u;
        }
        step = vec2<u32>((step.x >> 1u) | (step.y << 31u), step.y >> 1u);
    }
    return bitcast<i32>(quotient) - 32768i;
}

@compute @workgroup_size(32, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if !has_pixel(id) {
        return;
    }
    var first = vec2<u32>(0u);
    var second = vec2<u32>(0u);
    for (var part = 0u; part < parameters.parts; part += 1u) {
        let at = 2u * (id.x * parameters.parts + part);
        first = add_wide(first, vec2<u32>(page_0[at], 0u));
        second = add_wide(second, vec2<u32>(page_0[at + 1u], 0u));
    }
    output[id.x] = pair_of(mean(first), mean(second));
}
