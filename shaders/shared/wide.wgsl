// Whole numbers of 64 bits, in two words, the lower one first: as much of them as compositing on planes needs.

// Adds; what does not fit is lost.
fn add_wide(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
    let low = a.x + b.x;
    return vec2<u32>(low, a.y + b.y + u32(low < a.x));
}

// Subtracts a number that is not larger.
fn subtract_wide(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
    return vec2<u32>(a.x - b.x, a.y - b.y - u32(a.x < b.x));
}

// Says whether a number is below another one.
fn is_below_wide(a: vec2<u32>, b: vec2<u32>) -> bool {
    return a.y < b.y || (a.y == b.y && a.x < b.x);
}

// Doubles; what does not fit is lost.
fn double_wide(a: vec2<u32>) -> vec2<u32> {
    return vec2<u32>(a.x << 1u, (a.y << 1u) | (a.x >> 31u));
}

// Multiplies two words.
fn multiply_wide(a: u32, b: u32) -> vec2<u32> {
    let a_low = a & 0xffffu;
    let a_high = a >> 16u;
    let b_low = b & 0xffffu;
    let b_high = b >> 16u;
    let crossed = multiply_halves(a_low, b_high, a_high, b_low);
    let low = a_low * b_low;
    return add_wide(vec2<u32>(low, a_high * b_high), vec2<u32>(crossed.x << 16u, (crossed.x >> 16u) | (crossed.y << 16u)));
}

// Multiplies two pairs of half words, and adds both products.
fn multiply_halves(a: u32, b: u32, c: u32, d: u32) -> vec2<u32> {
    return add_wide(vec2<u32>(a * b, 0u), vec2<u32>(c * d, 0u));
}

// Divides, for a quotient of at most 8 bits and a divisor below 2^55, and rounds to nearest, halves up.
fn divide_wide(numerator: vec2<u32>, divisor: vec2<u32>) -> u32 {
    var remainder = numerator;
    var step = vec2<u32>(divisor.x << 8u, (divisor.y << 8u) | (divisor.x >> 24u));
    var quotient = 0u;
    for (var bit = 0u; bit < 9u; bit += 1u) {
        quotient = quotient << 1u;
        if !is_below_wide(remainder, step) {
            remainder = subtract_wide(remainder, step);
            quotient += 1u;
        }
        step = vec2<u32>((step.x >> 1u) | (step.y << 31u), step.y >> 1u);
    }
    return quotient + u32(!is_below_wide(double_wide(remainder), divisor));
}
