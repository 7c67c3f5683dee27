// Moves samples of a plane, four neighbours of the result at a time: a whole run of crop, flip, rotate and pad.
//
// Bindings: the plane that is read (0 to 3), the result (4). Class: exact. Twin: crates/core/src/cpu/kernels/planes.rs.
//
// As in `map`, the geometry of the run is one map from a sample of the result to one of the source.

struct Parameters {
    // A row of the result and of the source, in words of four samples.
    width: u32,
    rows: u32,
    first_row: u32,
    output_base: u32,
    source_width: u32,
    // A sample (x, y) of the result shows the source's (xx·x + xy·y + x0, yx·x + yy·y + y0) …
    xx: i32,
    xy: i32,
    x0: i32,
    yx: i32,
    yy: i32,
    y0: i32,
    // … if that is inside this rectangle, and otherwise what this colour is in the plane.
    left: i32,
    top: i32,
    right: i32,
    bottom: i32,
    surround: u32,
    plane: u32,
}

@compute @workgroup_size(64, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if !has_pixel(id) {
        return;
    }
    let y = i32(id.y + parameters.first_row);
    let surround = level_in_plane(parameters.plane, levels_of(parameters.surround).xyz);
    var levels = vec4<u32>(surround);
    for (var neighbour = 0u; neighbour < 4u; neighbour += 1u) {
        let x = i32(4u * id.x + neighbour);
        let source_x = parameters.xx * x + parameters.xy * y + parameters.x0;
        let source_y = parameters.yx * x + parameters.yy * y + parameters.y0;
        let inside = source_x >= parameters.left && source_x < parameters.right
            && source_y >= parameters.top && source_y < parameters.bottom;
        if inside {
            let column = u32(source_x);
            let word = source_word(u32(source_y) * parameters.source_width + (column >> 2u));
            levels[neighbour] = (word >> (8u * (column & 3u))) & 255u;
        }
    }
    output[parameters.output_base + id.y * parameters.width + id.x] = pixel_of(levels);
}
