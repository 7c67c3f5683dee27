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

// Returns the samples of a row at a column; those outside the picture are those at its edge.
fn sample_at(row: u32, column: i32) -> vec4<i32> {
    let inside = u32(clamp(column, 0i, i32(parameters.width) - 1i));
    return load_samples((row + parameters.source_row) * parameters.width + inside);
}

fn store_means(row: u32, column: u32, means: vec4<i32>) {
    store_samples(0u, row * parameters.width + column, means);
}

@compute @workgroup_size(1, 64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let begin = id.x * SEGMENT;
    if begin >= parameters.width || id.y >= parameters.rows {
        return;
    }
    blur_segment(id.y, begin, parameters.width, 0u);
}
