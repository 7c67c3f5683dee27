// Makes one pixel of a picture: the mean of each channel, to nearest, halves up.
//
// Bindings: the input (0), the output (4). Class: exact. Twin: crates/models/src/kernels/average.rs.

struct Parameters {
    // Pairs of channels, and rows of them: 1.
    width: u32,
    rows: u32,
    // Pixels of the input; so few that twice a sum of them fits 32 bits.
    pixels: u32,
}

// Divides by the number of pixels.
fn mean(sum: i32) -> i32 {
    let pixels = i32(parameters.pixels);
    let numerator = 2i * sum + pixels;
    let divisor = 2i * pixels;
    // Division goes towards 0.
    let rest = numerator % divisor;
    return numerator / divisor - select(0i, 1i, rest < 0i);
}

@compute @workgroup_size(32, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if !has_pixel(id) {
        return;
    }
    var first = 0i;
    var second = 0i;
    for (var pixel = 0u; pixel < parameters.pixels; pixel += 1u) {
        let word = page_0[id.x * parameters.pixels + pixel];
        first += first_of(word);
        second += second_of(word);
    }
    output[id.x] = pair_of(mean(first), mean(second));
}
