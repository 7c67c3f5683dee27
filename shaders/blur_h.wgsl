// Blurs by two running means along rows, at a cost that does not depend on their widths: a thread runs along a segment.
//
// Bindings: the source (0 to 3), the result (4). Class: exact. Twin: crates/core/src/cpu/kernels/blur.rs.

struct Parameters {
    width: u32,
    rows: u32,
    // The source row of the first output row.
    source_row: u32,
    radius: u32,
    narrow_width: u32,
    wide_width: u32,
}

var<immediate> parameters: Parameters;

const SEGMENT: u32 = 256u;

// Returns the samples at a column; those outside the picture are those at its edge.
fn sample_at(column: i32, row: u32) -> vec4<i32> {
    let inside = u32(clamp(column, 0i, i32(parameters.width) - 1i));
    return load_samples(row * parameters.width + inside);
}

@compute @workgroup_size(1, 64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let begin = id.x * SEGMENT;
    if begin >= parameters.width || id.y >= parameters.rows {
        return;
    }
    let row = id.y + parameters.source_row;
    let radius = i32(parameters.radius);
    let narrow = i32(parameters.narrow_width);
    let wide = i32(parameters.wide_width);

    // The sums of the two samples before the segment, by their definition.
    let before = i32(begin) - 1i;
    var sum = vec4<i32>(0i);
    var earlier = vec4<i32>(0i);
    for (var k = -radius - 1i; k <= radius; k += 1i) {
        let sample = sample_at(before + k, row);
        sum += min(narrow, radius + 1i - abs(k)) * sample;
        earlier += min(narrow, radius + 1i - abs(k + 1i)) * sample;
    }

    // From there on a sum follows from the one before.
    var delta = sum - earlier;
    let divisor = parameters.narrow_width * parameters.wide_width;
    let end = min(begin + SEGMENT, parameters.width);
    for (var x = begin; x < end; x += 1u) {
        let newest = i32(x) + radius;
        delta += sample_at(newest, row) - sample_at(newest - narrow, row)
            - sample_at(newest - wide, row) + sample_at(newest - narrow - wide, row);
        sum += delta;
        let means = vec4<i32>((vec4<u32>(sum) + vec4<u32>(divisor / 2u)) / vec4<u32>(divisor));
        store_samples(0u, id.y * parameters.width + x, means);
    }
}
