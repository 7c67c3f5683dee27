// Looks samples up.
//
// Bindings: the input (0); the entries, two in a word (2), in one list or in one of as many words for each channel; the output
// (4). Class: exact. Twin: crates/models/src/kernels/table.rs.

struct Parameters {
    width: u32,
    // Rows of all pairs, and of one.
    rows: u32,
    height: u32,
    channels: u32,
    // The sample of the first entry, and the number of entries.
    low: i32,
    entries: u32,
    // Words from the list of one channel to that of the next; 0 if there is one for all.
    list_words: u32,
    // How large the part of the input is that there is, and where the output begins in it.
    input_width: u32,
    input_height: u32,
    left: u32,
    top: u32,
}

// Looks a sample of a channel up; 0 where there is none.
fn look_up(channel: u32, sample: i32) -> i32 {
    if channel >= parameters.channels {
        return 0i;
    }
    let entry = u32(clamp(sample - parameters.low, 0i, i32(parameters.entries) - 1i));
    return half_of(page_2[channel * parameters.list_words + (entry >> 1u)], entry);
}

@compute @workgroup_size(32, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if !has_pixel(id) {
        return;
    }
    let pair = id.y / parameters.height;
    let channel = 2u * pair;
    let row = pair * parameters.input_height + parameters.top + id.y % parameters.height;
    let word = page_0[row * parameters.input_width + parameters.left + id.x];
    output[id.y * parameters.width + id.x] = pair_of(look_up(channel, first_of(word)), look_up(channel + 1u, second_of(word)));
}
