// Enlarges by weighing the four nearest pixels.
//
// Bindings: the input (0); three words for each column of the output, then for each row (2): the pixels before and behind it, and
// the weight of the one behind, of 128; the output (4). Class: exact. Twin: crates/models/src/kernels/bilinear.rs.

struct Parameters {
    width: u32,
    // Rows of all pairs, and of one.
    rows: u32,
    height: u32,
    input_width: u32,
    input_height: u32,
}

// Bits of a weight.
const WEIGHT_BITS: u32 = 7u;

// Weighs two samples, or two sums of them.
fn mean(before: vec2<i32>, behind: vec2<i32>, weight: i32) -> vec2<i32> {
    return before * ((1i << WEIGHT_BITS) - weight) + behind * weight;
}

// Returns both samples of a pixel.
fn samples_at(index: u32) -> vec2<i32> {
    let word = page_0[index];
    return vec2<i32>(first_of(word), second_of(word));
}

@compute @workgroup_size(32, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if !has_pixel(id) {
        return;
    }
    let across = 3u * id.x;
    let down = 3u * (parameters.width + id.y % parameters.height);
    let base = (id.y / parameters.height) * parameters.input_height;
    let upper = (base + page_2[down]) * parameters.input_width;
    let lower = (base + page_2[down + 1u]) * parameters.input_width;
    let left = page_2[across];
    let right = page_2[across + 1u];
    let weight = bitcast<i32>(page_2[across + 2u]);
    let top = mean(samples_at(upper + left), samples_at(upper + right), weight);
    let bottom = mean(samples_at(lower + left), samples_at(lower + right), weight);
    let sum = mean(top, bottom, bitcast<i32>(page_2[down + 2u]));
    let made = (sum + vec2<i32>(1i << (2u * WEIGHT_BITS - 1u))) >> vec2<u32>(2u * WEIGHT_BITS);
    output[id.y * parameters.width + id.x] = pair_of(made.x, made.y);
}
