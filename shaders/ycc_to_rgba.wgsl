// Converts resampled luma and chroma to opaque pixels, by the formula of JFIF (ITU-T T.871), rounded once.
//
// Bindings: the samples of Y, Cb and Cr (0, 1, 2), the result (4). Class: exact.
// Twin: crates/core/src/cpu/kernels/ycc_to_rgba.rs, which says why these factors are exact enough and fit 32 bits.

struct Parameters {
    width: u32,
    rows: u32,
    output_base: u32,
    // A row of samples, in pairs of words of four.
    samples_width: u32,
    // There is no chroma.
    is_gray: u32,
}

// Chroma that is no colour.
const NEUTRAL: i32 = 128i * UNITS_PER_LEVEL;

const RED_BLUE_ONE: i32 = 500i;
const RED_CR: i32 = 701i;
const BLUE_CB: i32 = 886i;
const GREEN_ONE: i32 = 22000i;
const GREEN_CB: i32 = 7571i;
const GREEN_CR: i32 = 15711i;

// Divides a sum of products by units of so many parts each, rounded to nearest, halves up, and clamped to a level.
fn level_of(sum: i32, parts: i32) -> u32 {
    let divisor = parts * UNITS_PER_LEVEL;
    // What is below 0 becomes 0, so that rounding towards 0 is rounding down.
    return u32(min(max(sum + divisor / 2i, 0i) / divisor, 255i));
}

@compute @workgroup_size(64, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if !has_pixel(id) {
        return;
    }
    let at = 4u * id.y * parameters.samples_width + id.x;
    let luma = sample_of(page_0[at >> 1u], at);
    var blue = 0i;
    var red = 0i;
    if parameters.is_gray == 0u {
        blue = sample_of(page_1[at >> 1u], at) - NEUTRAL;
        red = sample_of(page_2[at >> 1u], at) - NEUTRAL;
    }
    let levels = vec3<u32>(
        level_of(RED_BLUE_ONE * luma + RED_CR * red, RED_BLUE_ONE),
        level_of(GREEN_ONE * luma - GREEN_CB * blue - GREEN_CR * red, GREEN_ONE),
        level_of(RED_BLUE_ONE * luma + BLUE_CB * blue, RED_BLUE_ONE),
    );
    output[parameters.output_base + id.y * parameters.width + id.x] = pixel_of(vec4<u32>(levels, 255u));
}
