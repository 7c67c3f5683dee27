// What becomes of sums: see Requantize in crates/core/src/net/layers.rs. For each channel there are four words: what its sum
// begins with, both multipliers, the shift, both limits.

// Words of a channel.
const END_WORDS: u32 = 4u;

// Returns what the sum of a channel begins with.
fn bias_of(channel: u32) -> i32 {
    return bitcast<i32>(page_2[END_WORDS * channel]);
}

// Makes a sample of a sum: the product has 46 bits, and comes in two halves.
fn requantize(sum: i32, channel: u32) -> i32 {
    let multipliers = page_2[END_WORDS * channel + 1u];
    let shift = page_2[END_WORDS * channel + 2u];
    let limits = page_2[END_WORDS * channel + 3u];
    let multiplier = select(first_of(multipliers), second_of(multipliers), sum < 0i);
    // With the sign of the multiplier on the sum, the halves of the product have 31 bits.
    let signed = select(sum, -sum, multiplier < 0i);
    let positive = abs(multiplier);
    let carry = ((signed & 0xffffi) * positive) >> 16u;
    let rounded = ((signed >> 16u) * positive + carry + (1i << (shift - 17u))) >> (shift - 16u);
    return clamp(rounded, first_of(limits), second_of(limits));
}
