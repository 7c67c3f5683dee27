// Pixels as words, and the arithmetic that several kernels share. Twin: crates/core/src/cpu/kernels/mod.rs.

// Takes a pixel apart into levels: red, green, blue, alpha.
fn levels_of(pixel: u32) -> vec4<u32> {
    return (vec4<u32>(pixel) >> vec4<u32>(0u, 8u, 16u, 24u)) & vec4<u32>(255u);
}

// Puts a pixel together.
fn pixel_of(levels: vec4<u32>) -> u32 {
    return levels.x | (levels.y << 8u) | (levels.z << 16u) | (levels.w << 24u);
}

// Divides by a power of two, rounded to nearest, halves up.
fn round_shift(values: vec4<i32>, shift: u32) -> vec4<i32> {
    if shift == 0u {
        return values;
    }
    return (values + vec4<i32>(1i << (shift - 1u))) >> vec4<u32>(shift);
}

// Clamps to 16-bit samples.
fn saturate_16(values: vec4<i32>) -> vec4<i32> {
    return clamp(values, vec4<i32>(-32768i), vec4<i32>(32767i));
}
