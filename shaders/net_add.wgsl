// Adds two values, each times a number.
//
// Bindings: both values (0, 1); three words for each channel, up to a multiple of two (2): both multipliers, the shift, both
// limits; the output (4). Class: exact. Twin: crates/models/src/kernels/add.rs.

struct Parameters {
    width: u32,
    // Rows of all pairs, and of one.
    rows: u32,
    height: u32,
    // How large the part of each value is that there is, and where the output begins in it.
    first_width: u32,
    first_height: u32,
    first_left: u32,
    first_top: u32,
    second_width: u32,
    second_height: u32,
    second_left: u32,
    second_top: u32,
}

// Adds two samples of a channel.
fn add(channel: u32, first: i32, second: i32) -> i32 {
    let multipliers = page_2[3u * channel];
    let shift = page_2[3u * channel + 1u];
    let limits = page_2[3u * channel + 2u];
    let sum = first * first_of(multipliers) + second * second_of(multipliers) + (1i << (shift - 1u));
    return clamp(sum >> shift, first_of(limits), second_of(limits));
}

@compute @workgroup_size(32, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if !has_pixel(id) {
        return;
    }
    let pair = id.y / parameters.height;
    let y = id.y % parameters.height;
    let channel = 2u * pair;
    let a_row = pair * parameters.first_height + parameters.first_top + y;
    let b_row = pair * parameters.second_height + parameters.second_top + y;
    let a = page_0[a_row * parameters.first_width + parameters.first_left + id.x];
    let b = page_1[b_row * parameters.second_width + parameters.second_left + id.x];
    output[id.y * parameters.width + id.x] = pair_of(add(channel, first_of(a), first_of(b)), add(channel + 1u, second_of(a), second_of(b)));
}
