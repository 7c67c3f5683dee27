// Blurs by two running means along columns, at a cost that does not depend on their widths: a thread runs down a segment.
//
// Bindings: the source (0 to 3), the result (4). Class: exact. Twin: crates/core/src/cpu/kernels/blur.rs.

struct Parameters {
    width: u32,
    rows: u32,
    output_base: u32,
    // The first output row, in a picture of this height.
    first_row: u32,
    height: u32,
    // The first source row that is there.
    source_row: u32,
    radius: u32,
    narrow_width: u32,
    wide_width: u32,
}

var<immediate> parameters: Parameters;

const SEGMENT: u32 = 256u;

// Returns the samples at a row; those outside the picture are those at its edge.
fn sample_at(column: u32, row: i32) -> vec4<i32> {
    let inside = u32(clamp(row, 0i, i32(parameters.height) - 1i)) - parameters.source_row;
    return load_samples(inside * parameters.width + column);
}

@compute @workgroup_size(64, 1)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let begin = id.y * SEGMENT;
    if id.x >= parameters.width || begin >= parameters.rows {
        return;
    }
    let radius = i32(parameters.radius);
    let narrow = i32(parameters.narrow_width);
    let wide = i32(parameters.wide_width);

    // The sums of the two samples before the segment, by their definition.
    let before = i32(begin + parameters.first_row) - 1i;
    var sum = vec4<i32>(0i);
    var earlier = vec4<i32>(0i);
    for (var k = -radius - 1i; k <= radius; k += 1i) {
        let sample = sample_at(id.x, before + k);
        sum += min(narrow, radius + 1i - abs(k)) * sample;
        earlier += min(narrow, radius + 1i - abs(k + 1i)) * sample;
    }

    // From there on a sum follows from the one before.
    var delta = sum - earlier;
    let divisor = parameters.narrow_width * parameters.wide_width;
    let end = min(begin + SEGMENT, parameters.rows);
    for (var y = begin; y < end; y += 1u) {
        let newest = i32(y + parameters.first_row) + radius;
        delta += sample_at(id.x, newest) - sample_at(id.x, newest - narrow)
            - sample_at(id.x, newest - wide) + sample_at(id.x, newest - narrow - wide);
        sum += delta;
        let means = vec4<i32>((vec4<u32>(sum) + vec4<u32>(divisor / 2u)) / vec4<u32>(divisor));
        store_samples(parameters.output_base, y * parameters.width + id.x, means);
    }
}
