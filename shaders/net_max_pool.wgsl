// Takes the largest samples under a window, of those inside the picture.
//
// Bindings: the input (0), the output (4). Class: exact. Twin: crates/models/src/kernels/max_pool.rs.

struct Parameters {
    width: u32,
    // Rows of all pairs, and of one.
    rows: u32,
    height: u32,
    input_width: u32,
    input_height: u32,
    taps_x: u32,
    taps_y: u32,
    stride_x: u32,
    stride_y: u32,
    before_x: u32,
    before_y: u32,
}

@compute @workgroup_size(32, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if !has_pixel(id) {
        return;
    }
    let row = id.y % parameters.height;
    let base = (id.y / parameters.height) * parameters.input_width * parameters.input_height;
    var first = -32768i;
    var second = -32768i;
    for (var tap_y = 0u; tap_y < parameters.taps_y; tap_y += 1u) {
        let y = position(row * parameters.stride_y, tap_y, parameters.before_y);
        for (var tap_x = 0u; tap_x < parameters.taps_x; tap_x += 1u) {
            let x = position(id.x * parameters.stride_x, tap_x, parameters.before_x);
            if x < parameters.input_width && y < parameters.input_height {
                let samples = page_0[base + y * parameters.input_width + x];
                first = max(first, first_of(samples));
                second = max(second, second_of(samples));
            }
        }
    }
    output[id.y * parameters.width + id.x] = pair_of(first, second);
}
