// Multiplies alpha by a mask, in place: the mask at a pixel is a straight line over its luma, between the lines of a small copy.
//
// Bindings: the picture (4); the table (5): three words for each line of the copy (slope; offset by 65,536, and the rest), then for each
// column and each row of the picture the two of the copy around it, and its distance from the first in 1/256.
// Numbers of more than 32 bits are two: the multiple of 65,536, and the rest, which is not negative.
// Class: exact. Twin: crates/models/src/guide.rs.

struct Parameters {
    width: u32,
    rows: u32,
    first_row: u32,
    output_base: u32,
    copy_width: u32,
    copy_height: u32,
    // The mask of what is foreground for sure.
    one: u32,
}

// A slope and an offset.
struct Line {
    slope: vec2<i32>,
    offset: vec2<i32>,
}

// Returns the line of a pixel of the copy.
fn line_at(x: u32, y: u32) -> Line {
    let at = 3u * (y * parameters.copy_width + x);
    let slope = bitcast<i32>(table[at]);
    return Line(
        vec2<i32>(slope >> 16u, slope & 0xffffi),
        vec2<i32>(bitcast<i32>(table[at + 1u]), bitcast<i32>(table[at + 2u])),
    );
}

// Returns what lies between two numbers, rounded down.
fn between(a: vec2<i32>, b: vec2<i32>, share: i32) -> vec2<i32> {
    // In 256, and the rest.
    let parts = (b - a) * share;
    let rest = a.y + ((parts.x & 255i) << 8u) + (parts.y >> 8u);
    return vec2<i32>(a.x + (parts.x >> 8u) + (rest >> 16u), rest & 0xffffi);
}

// Returns what lies between two lines.
fn line_between(a: Line, b: Line, share: i32) -> Line {
    return Line(between(a.slope, b.slope, share), between(a.offset, b.offset, share));
}

// Returns the luma of a pixel on white.
fn luma_of(levels: vec4<u32>) -> i32 {
    let color = (levels.xyz * levels.w + vec3<u32>(255u * (255u - levels.w) + 127u)) / vec3<u32>(255u);
    return i32((77u * color.x + 150u * color.y + 29u * color.z + 128u) >> 8u);
}

@compute @workgroup_size(64, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if !has_pixel(id) {
        return;
    }
    let taps = 3u * parameters.copy_width * parameters.copy_height;
    let across = taps + 3u * id.x;
    let down = taps + 3u * (parameters.width + parameters.first_row + id.y);
    let left = table[across];
    let right = table[across + 1u];
    let top = table[down];
    let bottom = table[down + 1u];
    let lower = bitcast<i32>(table[down + 2u]);
    let line = line_between(
        line_between(line_at(left, top), line_at(left, bottom), lower),
        line_between(line_at(right, top), line_at(right, bottom), lower),
        bitcast<i32>(table[across + 2u]),
    );
    let at = parameters.output_base + id.y * parameters.width + id.x;
    let levels = levels_of(output[at]);
    let luma = luma_of(levels);
    // With 8 more bits.
    let high = line.slope.x * luma + line.offset.x;
    let value = high * 256i + ((line.slope.y * luma + line.offset.y) >> 8u);
    let most = parameters.one << 8u;
    let share = (u32(clamp(value, 0i, i32(most))) * 255u + (parameters.one << 7u)) / most;
    let alpha = (levels.w * share + 127u) / 255u;
    output[at] = select(pixel_of(vec4<u32>(levels.xyz, alpha)), 0u, alpha == 0u);
}
