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

// Returns the samples of a column at a row; those outside the picture are those at its edge.
fn sample_at(column: u32, row: i32) -> vec4<i32> {
    let inside = u32(clamp(row, 0i, i32(parameters.height) - 1i)) - parameters.source_row;
    return load_samples(inside * parameters.width + column);
}

fn store_means(column: u32, row: u32, means: vec4<i32>) {
    store_samples(parameters.output_base, row * parameters.width + column, means);
}

@compute @workgroup_size(64, 1)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let begin = id.y * SEGMENT;
    if id.x >= parameters.width || begin >= parameters.rows {
        return;
    }
    blur_segment(id.x, begin, parameters.rows, parameters.first_row);
}
