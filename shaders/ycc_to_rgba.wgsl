// Converts luma and chroma to opaque pixels, by the formula of JFIF (ITU-T T.871), rounded once.
//
// Bindings: Y, Cb and Cr (0, 1, 2), resampled, or as they are where nothing is resampled; the result (4). Class: exact.
// Twin: crates/core/src/cpu/kernels/ycc_to_rgba.rs, which says why these factors are exact enough and fit 32 bits.

struct Parameters {
    width: u32,
    rows: u32,
    output_base: u32,
    // Of luma, and of chroma: whether it has 8 bits, and is no samples; a row, in words of four levels or in pairs of words of
    // four samples, and how many of them come before the first pixel.
    luma_is_levels: u32,
    luma_width: u32,
    luma_first: u32,
    chroma_is_levels: u32,
    chroma_width: u32,
    chroma_first: u32,
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

// Returns the word that holds a sample.
fn word_of(index: u32, is_levels: u32) -> u32 {
    return select(index >> 1u, index >> 2u, is_levels != 0u);
}

// Returns a sample of a word, in units.
fn unit_of(word: u32, index: u32, is_levels: u32) -> i32 {
    let level = (word >> (8u * (index & 3u))) & 255u;
    return select(sample_of(word, index), i32(level << UNIT_SHIFT), is_levels != 0u);
}

@compute @workgroup_size(64, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if !has_pixel(id) {
        return;
    }
    let luma_at = 4u * (parameters.luma_first + id.y * parameters.luma_width) + id.x;
    let luma_levels = parameters.luma_is_levels;
    let luma = unit_of(page_0[word_of(luma_at, luma_levels)], luma_at, luma_levels);
    var blue = 0i;
    var red = 0i;
    if parameters.is_gray == 0u {
        let at = 4u * (parameters.chroma_first + id.y * parameters.chroma_width) + id.x;
        let levels = parameters.chroma_is_levels;
        blue = unit_of(page_1[word_of(at, levels)], at, levels) - NEUTRAL;
        red = unit_of(page_2[word_of(at, levels)], at, levels) - NEUTRAL;
    }
    let levels = vec3<u32>(
        level_of(RED_BLUE_ONE * luma + RED_CR * red, RED_BLUE_ONE),
        level_of(GREEN_ONE * luma - GREEN_CB * blue - GREEN_CR * red, GREEN_ONE),
        level_of(RED_BLUE_ONE * luma + BLUE_CB * blue, RED_BLUE_ONE),
    );
    output[parameters.output_base + id.y * parameters.width + id.x] = pixel_of(vec4<u32>(levels, 255u));
}
