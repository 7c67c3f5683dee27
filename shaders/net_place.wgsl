// Puts the channels of a value behind the first ones of another; what comes behind them is 0.
//
// Bindings: the input (0), the output (4). Class: exact. Twin: crates/models/src/kernels/channels.rs.

struct Parameters {
    width: u32,
    // Rows of all pairs that are written, and of one.
    rows: u32,
    height: u32,
    // The first pair that is written, the channels that stay before those that are put, and how many those are.
    first_pair: u32,
    offset: u32,
    channels: u32,
    // How large the part of the input is that there is, and where the output begins in it.
    input_width: u32,
    input_height: u32,
    left: u32,
    top: u32,
}

// Returns a channel of the output; `before` is what the output has there.
fn channel_at(channel: u32, before: i32, x: u32, y: u32) -> i32 {
    if channel < parameters.offset {
        return before;
    }
    let source = channel - parameters.offset;
    if source >= parameters.channels {
        return 0i;
    }
    let row = (source >> 1u) * parameters.input_height + parameters.top + y;
    return half_of(page_0[row * parameters.input_width + parameters.left + x], source);
}

@compute @workgroup_size(32, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if !has_pixel(id) {
        return;
    }
    let pair = parameters.first_pair + id.y / parameters.height;
    let y = id.y % parameters.height;
    let index = (pair * parameters.height + y) * parameters.width + id.x;
    let before = output[index];
    let first = channel_at(2u * pair, first_of(before), id.x, y);
    output[index] = pair_of(first, channel_at(2u * pair + 1u, second_of(before), id.x, y));
}
