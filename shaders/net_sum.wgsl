// Adds the samples of parts of a picture, each 32,768 more than it is, for a mean.
//
// Bindings: the input (0); the sums, two words for each part of a pair of channels (4). Class: exact.
// Twin: crates/models/src/kernels/average.rs.

struct Parameters {
    // Parts of a picture, and pairs of channels.
    width: u32,
    rows: u32,
    // Pixels of the input.
    pixels: u32,
}

// Pixels of a part: few enough for a sum of 32 bits.
const PART: u32 = 16384u;

@compute @workgroup_size(32, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if !has_pixel(id) {
        return;
    }
    var first = 0u;
    var second = 0u;
    let end = min((id.x + 1u) * PART, parameters.pixels);
    for (var pixel = id.x * PART; pixel < end; pixel += 1u) {
        let word = page_0[id.y * parameters.pixels + pixel];
        first += bitcast<u32>(first_of(word) + 32768i);
        second += bitcast<u32>(second_of(word) + 32768i);
    }
    let at = 2u * (id.y * parameters.width + id.x);
    output[at] = first;
    output[at + 1u] = second;
}
