// Weighs the pixels under a window, each channel by itself.
//
// Bindings: the input (0); the layer (2): four words for each channel, up to a multiple of two (`shared/net_sums.wgsl`), then the
// weights of each pair of channels, by row and column; the output (4). Class: exact. Twin: crates/models/src/kernels/depthwise.rs.

struct Parameters {
    width: u32,
    // Rows of all pairs that are made, and those of one pair; the first row that is made.
    rows: u32,
    block_rows: u32,
    first_row: u32,
    height: u32,
    pairs: u32,
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

@compute @workgroup_size(32, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if !has_pixel(id) {
        return;
    }
    let pair = id.y / parameters.block_rows;
    let row = parameters.first_row + id.y % parameters.block_rows;
    let base = pair * parameters.input_width * parameters.input_height;
    var weight_at = 2u * parameters.pairs * END_WORDS + pair * parameters.taps_x * parameters.taps_y;
    var first = bias_of(2u * pair);
    var second = bias_of(2u * pair + 1u);
    for (var tap_y = 0u; tap_y < parameters.taps_y; tap_y += 1u) {
        let y = position(row * parameters.stride_y, tap_y * parameters.dilation_y, parameters.before_y);
        for (var tap_x = 0u; tap_x < parameters.taps_x; tap_x += 1u) {
            let x = position(id.x * parameters.stride_x, tap_x * parameters.dilation_x, parameters.before_x);
            if x < parameters.input_width && y < parameters.input_height {
                let samples = page_0[base + y * parameters.input_width + x];
                let weights = page_2[weight_at];
                first += first_of(samples) * first_of(weights);
                second += second_of(samples) * second_of(weights);
            }
            weight_at += 1u;
        }
    }
    let word = pair_of(requantize(first, 2u * pair), requantize(second, 2u * pair + 1u));
    output[(pair * parameters.height + row) * parameters.width + id.x] = word;
}
