// Compositing of straight pixels, exactly: quotients of integers, with 32 bits. Twin: crates/core/src/cpu/kernels/blend.rs.

const OPACITY_ONE: u32 = 16000u;
const ALPHA_FULL: u32 = 255u * OPACITY_ONE;
// The sum of weights of an opaque result. Four times that is below 2^32, which the long division below needs.
const WEIGHT_FULL: u32 = 255u * ALPHA_FULL;

const OVER: u32 = 0u;
const IN: u32 = 1u;
const ATOP: u32 = 2u;
const OUT: u32 = 3u;
const XOR: u32 = 4u;
const LIGHTER: u32 = 5u;

// Composites one straight foreground pixel on one straight backdrop pixel; opacity in units of 1 / OPACITY_ONE.
fn blend(composite: u32, opacity: u32, foreground_pixel: u32, backdrop_pixel: u32) -> u32 {
    let foreground = levels_of(foreground_pixel);
    let backdrop = levels_of(backdrop_pixel);
    let alpha = foreground.w * opacity;
    if alpha == 0u && composite != IN && composite != OUT {
        return backdrop_pixel;
    }
    let clear = 255u - backdrop.w;
    let covered = ALPHA_FULL - alpha;
    var weight = 0u;
    var backdrop_weight = 0u;
    switch composite {
        case OVER: { weight = 255u * alpha; backdrop_weight = backdrop.w * covered; }
        case IN: { weight = backdrop.w * alpha; }
        case ATOP: { weight = backdrop.w * alpha; backdrop_weight = backdrop.w * covered; }
        case OUT: { weight = clear * alpha; }
        case XOR: { weight = clear * alpha; backdrop_weight = backdrop.w * covered; }
        default: { weight = 255u * alpha; backdrop_weight = backdrop.w * ALPHA_FULL; }
    }
    // Only `lighter` can add up to more than opaque.
    let sum = min(weight + backdrop_weight, WEIGHT_FULL);
    let result_alpha = (2u * sum + ALPHA_FULL) / (2u * ALPHA_FULL);
    if result_alpha == 0u {
        return 0u;
    }
    return pixel_of(vec4<u32>(weighted_mean(foreground.xyz, weight, backdrop.xyz, backdrop_weight, sum), result_alpha));
}

// Returns (a·a_weight + b·b_weight) / divisor, rounded to nearest, halves up, at most 255.
//
// The numerators take 39 bits. So this is long division by hand, the levels a bit at a time from the highest: a remainder is
// below the divisor, and a step doubles it and adds at most two divisors (one, except for `lighter`), which is below 2^32.
fn weighted_mean(a: vec3<u32>, a_weight: u32, b: vec3<u32>, b_weight: u32, divisor: u32) -> vec3<u32> {
    let divisors = vec3<u32>(divisor);
    var quotient = vec3<u32>(0u);
    var remainder = vec3<u32>(0u);
    for (var step = 0u; step < 8u; step += 1u) {
        let shift = vec3<u32>(7u - step);
        let a_bit = (a >> shift) & vec3<u32>(1u);
        let b_bit = (b >> shift) & vec3<u32>(1u);
        remainder = 2u * remainder + a_bit * a_weight + b_bit * b_weight;
        let digit = remainder / divisors;
        remainder -= digit * divisors;
        quotient = 2u * quotient + digit;
    }
    quotient += select(vec3<u32>(0u), vec3<u32>(1u), 2u * remainder >= divisors);
    return min(quotient, vec3<u32>(255u));
}
