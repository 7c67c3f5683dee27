// Two running means along a line, the middle of both kernels that blur: their cost does not depend on their widths.
//
// A kernel says where the samples of a line lie (`sample_at`, which also answers beyond its ends) and where the means of one
// go (`store_means`). Twin: crates/core/src/cpu/kernels/blur.rs.

// What one invocation blurs of a line.
const SEGMENT: u32 = 256u;

// Blurs a line from `begin` on, to the end of the segment or of the line; sample i of the result is i + `offset` of the source.
fn blur_segment(line: u32, begin: u32, len: u32, offset: u32) {
    let radius = i32(parameters.radius);
    let narrow = i32(parameters.narrow_width);
    let wide = i32(parameters.wide_width);

    // The sums of the two samples before the segment, by their definition.
    let before = i32(begin + offset) - 1i;
    var sum = vec4<i32>(0i);
    var earlier = vec4<i32>(0i);
    for (var k = -radius - 1i; k <= radius; k += 1i) {
        let sample = sample_at(line, before + k);
        sum += min(narrow, radius + 1i - abs(k)) * sample;
        earlier += min(narrow, radius + 1i - abs(k + 1i)) * sample;
    }

    // From there on a sum follows from the one before.
    var delta = sum - earlier;
    let divisor = parameters.narrow_width * parameters.wide_width;
    let end = min(begin + SEGMENT, len);
    for (var i = begin; i < end; i += 1u) {
        let newest = i32(i + offset) + radius;
        delta += sample_at(line, newest) - sample_at(line, newest - narrow)
            - sample_at(line, newest - wide) + sample_at(line, newest - narrow - wide);
        sum += delta;
        store_means(line, i, vec4<i32>((vec4<u32>(sum) + vec4<u32>(divisor / 2u)) / vec4<u32>(divisor)));
    }
}
