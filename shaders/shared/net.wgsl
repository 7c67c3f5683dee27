// Values of nets: samples of 16 bits, those of two channels of a pixel in a word, the first in its lower half. Each pair of
// channels is a picture of words, row by row, one pair behind the other. Where there is no second channel it is 0.
// Twins: crates/models/src/kernels.

// Returns the sample of the first channel of a pair.
fn first_of(word: u32) -> i32 {
    return bitcast<i32>(word << 16u) >> 16u;
}

// Returns the sample of the second one.
fn second_of(word: u32) -> i32 {
    return bitcast<i32>(word) >> 16u;
}

// Returns one of the two.
fn half_of(word: u32, channel: u32) -> i32 {
    return bitcast<i32>(word << (16u * (~channel & 1u))) >> 16u;
}

// Puts a pair together.
fn pair_of(first: i32, second: i32) -> u32 {
    return (bitcast<u32>(first) & 0xffffu) | (bitcast<u32>(second) << 16u);
}

// Returns the sample that is next before the padding of an axis, or one that is not there as a number beyond its length: what lies
// before the first one is a very large number.
fn position(step: u32, offset: u32, before: u32) -> u32 {
    return step + offset - before;
}
