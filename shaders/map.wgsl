// Moves pixels and changes each by itself: a whole run of crop, flip, rotate, pad, look-up, saturation and background.
//
// Bindings: the picture that is read (0 to 3), the result (4), the program (5). Class: exact.
// Twins: crates/core/src/cpu/kernels/{crop,flip,rotate,pad,lookup,saturation,background}.rs.
//
// The geometry of the run is one map from a pixel of the result to one of the source. The rest is a program of look-ups,
// matrices and colours, which a pixel outside the picture, on the surround of a pad, enters later than one inside.

struct Parameters {
    width: u32,
    rows: u32,
    first_row: u32,
    output_base: u32,
    source_width: u32,
    // A pixel (x, y) of the result shows the source's (xx·x + xy·y + x0, yx·x + yy·y + y0) …
    xx: i32,
    xy: i32,
    x0: i32,
    yx: i32,
    yy: i32,
    y0: i32,
    // … if that is inside this rectangle, and the surround otherwise.
    left: i32,
    top: i32,
    right: i32,
    bottom: i32,
    surround: u32,
    surround_start: u32,
    program_len: u32,
}

const LOOKUP: u32 = 0u;
const SATURATION: u32 = 1u;
const BACKGROUND: u32 = 2u;

@compute @workgroup_size(64, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if !has_pixel(id) {
        return;
    }
    let x = i32(id.x);
    let y = i32(id.y + parameters.first_row);
    let source_x = parameters.xx * x + parameters.xy * y + parameters.x0;
    let source_y = parameters.yx * x + parameters.yy * y + parameters.y0;
    let inside = source_x >= parameters.left && source_x < parameters.right
        && source_y >= parameters.top && source_y < parameters.bottom;
    var pixel = parameters.surround;
    var start = parameters.surround_start;
    if inside {
        pixel = source_word(u32(source_y) * parameters.source_width + u32(source_x));
        start = 0u;
    }
    output[parameters.output_base + id.y * parameters.width + id.x] = run_program(start, pixel);
}

// Runs the program from a word on.
fn run_program(start: u32, pixel: u32) -> u32 {
    var at = start;
    var result = pixel;
    while at < parameters.program_len {
        switch table[at] {
            case LOOKUP: {
                result = look_up(at + 1u, result);
                at += 65u;
            }
            case SATURATION: {
                result = saturate_color(at + 1u, result);
                at += 11u;
            }
            default: {
                if (result >> 24u) != 255u {
                    result = blend(OVER, OPACITY_ONE, result, table[at + 1u]);
                }
                at += 2u;
            }
        }
    }
    return result;
}

// Replaces the levels of red, green and blue by those of a table, four to a word.
fn look_up(at: u32, pixel: u32) -> u32 {
    let levels = levels_of(pixel);
    let red = (table[at + (levels.x >> 2u)] >> (8u * (levels.x & 3u))) & 255u;
    let green = (table[at + (levels.y >> 2u)] >> (8u * (levels.y & 3u))) & 255u;
    let blue = (table[at + (levels.z >> 2u)] >> (8u * (levels.z & 3u))) & 255u;
    return pixel_of(vec4<u32>(red, green, blue, levels.w));
}

// Multiplies red, green and blue by a matrix: its scale as a power of two, then its rows.
fn saturate_color(at: u32, pixel: u32) -> u32 {
    let levels = vec4<i32>(levels_of(pixel));
    var sums = vec4<i32>(0i);
    for (var row = 0u; row < 3u; row += 1u) {
        let coefficients = at + 1u + 3u * row;
        sums[row] = bitcast<i32>(table[coefficients]) * levels.x
            + bitcast<i32>(table[coefficients + 1u]) * levels.y
            + bitcast<i32>(table[coefficients + 2u]) * levels.z;
    }
    let color = clamp(round_shift(sums, table[at]), vec4<i32>(0i), vec4<i32>(255i));
    return pixel_of(vec4<u32>(vec4<i32>(color.xyz, levels.w)));
}
