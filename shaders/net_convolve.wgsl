// Weighs the pixels under a window, over all channels of the input: eight channels of a pixel of the output at a time.
//
// Bindings: the input (0); the layer (2): four words for each output channel, up to a multiple of eight (`shared/net_sums.wgsl`),
// then the weights, two in a word for a pair of input channels, by block of eight output channels, row, column, pair, output
// channel; the output (4). Class: exact. Twin: crates/models/src/kernels/convolve.rs.

struct Parameters {
    width: u32,
    // Rows of all blocks that are made, and those of one block; the first row that is made.
    rows: u32,
    block_rows: u32,
    first_row: u32,
    height: u32,
    // Pairs of channels of the output and of the input.
    pairs: u32,
    input_pairs: u32,
    input_width: u32,
    input_height: u32,
    taps_x: u32,
    taps_y: u32,
    stride_x: u32,
    stride_y: u32,
    dilation_x: u32,
    dilation_y: u32,
    before_x: u32,
    before_y: u32,
}

// Output channels of an invocation.
const BLOCK: u32 = 8u;

// Returns what four channels' sums begin with.
fn biases_of(channel: u32) -> vec4<i32> {
    return vec4<i32>(bias_of(channel), bias_of(channel + 1u), bias_of(channel + 2u), bias_of(channel + 3u));
}

// Returns a pair of samples times the weights of four output channels.
fn products(samples: u32, at: u32) -> vec4<i32> {
    let weights = vec4<u32>(page_2[at], page_2[at + 1u], page_2[at + 2u], page_2[at + 3u]);
    let first = bitcast<vec4<i32>>(weights << vec4<u32>(16u)) >> vec4<u32>(16u);
    let second = bitcast<vec4<i32>>(weights) >> vec4<u32>(16u);
    return first * first_of(samples) + second * second_of(samples);
}

// Stores a pair of channels, if it is one of the output.
fn store(pair: u32, at: u32, first: i32, second: i32) {
    if pair < parameters.pairs {
        let channel = 2u * pair;
        let word = pair_of(requantize(first, channel), requantize(second, channel + 1u));
        output[pair * parameters.width * parameters.height + at] = word;
    }
}

@compute @workgroup_size(32, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if !has_pixel(id) {
        return;
    }
    let block = id.y / parameters.block_rows;
    let row = parameters.first_row + id.y % parameters.block_rows;
    let area = parameters.input_width * parameters.input_height;
    let blocks = (parameters.pairs + 3u) / 4u;
    let tap_words = BLOCK * parameters.input_pairs;
    var weight_at = BLOCK * blocks * END_WORDS + block * parameters.taps_x * parameters.taps_y * tap_words;
    var low = biases_of(BLOCK * block);
    var high = biases_of(BLOCK * block + 4u);
    for (var tap_y = 0u; tap_y < parameters.taps_y; tap_y += 1u) {
        let y = position(row * parameters.stride_y, tap_y * parameters.dilation_y, parameters.before_y);
        for (var tap_x = 0u; tap_x < parameters.taps_x; tap_x += 1u) {
            let x = position(id.x * parameters.stride_x, tap_x * parameters.dilation_x, parameters.before_x);
            if x < parameters.input_width && y < parameters.input_height {
                var at = y * parameters.input_width + x;
                for (var pair = 0u; pair < parameters.input_pairs; pair += 1u) {
                    let samples = page_0[at];
                    low += products(samples, weight_at + BLOCK * pair);
                    high += products(samples, weight_at + BLOCK * pair + 4u);
                    at += area;
                }
            }
            weight_at += tap_words;
        }
    }
    let at = row * parameters.width + id.x;
    store(4u * block, at, low.x, low.y);
    store(4u * block + 1u, at, low.z, low.w);
    store(4u * block + 2u, at, high.x, high.y);
    store(4u * block + 3u, at, high.z, high.w);
}
