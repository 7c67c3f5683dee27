// Finds the first and last column and row that are not border: a reduction to four numbers.
//
// Bindings: the picture (0 to 3), the numbers (4). Class: exact. Twin: crates/core/src/measure/border.rs.

struct Parameters {
    width: u32,
    rows: u32,
    first_row: u32,
    // The colour of the border; if it is not given, the top left pixel's.
    is_given: u32,
    color: u32,
    tolerance: u32,
}

// Left, top, right, bottom. Left and top begin as the largest number, right and bottom as 0, and are one too large.
@group(0) @binding(4) var<storage, read_write> edges: array<atomic<u32>>;

var<workgroup> shared_edges: array<atomic<u32>, 4>;

// Multiplies colour and alpha by alpha and 255, so that 255 units are a level.
fn associated(pixel: u32) -> vec4<i32> {
    let levels = vec4<i32>(levels_of(pixel));
    return vec4<i32>(levels.xyz, 255i) * levels.w;
}

@compute @workgroup_size(64, 4)
fn main(
    @builtin(global_invocation_id) id: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    if local < 4u {
        atomicStore(&shared_edges[local], select(0u, 0xffffffffu, local < 2u));
    }
    workgroupBarrier();
    if has_pixel(id) {
        let y = id.y + parameters.first_row;
        let border = associated(select(source_word(0u), parameters.color, parameters.is_given != 0u));
        let distance = abs(associated(source_word(y * parameters.width + id.x)) - border);
        if any(distance > vec4<i32>(i32(parameters.tolerance))) {
            atomicMin(&shared_edges[0], id.x);
            atomicMin(&shared_edges[1], y);
            atomicMax(&shared_edges[2], id.x + 1u);
            atomicMax(&shared_edges[3], y + 1u);
        }
    }
    workgroupBarrier();
    if local < 2u {
        atomicMin(&edges[local], atomicLoad(&shared_edges[local]));
    } else if local < 4u {
        atomicMax(&edges[local], atomicLoad(&shared_edges[local]));
    }
}
