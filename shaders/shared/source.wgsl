// What a kernel reads and writes: the one bind group of every kernel.
//
// A picture may be larger than a binding, so its pixels come in up to four pages of 2^PAGE_SHIFT words. A kernel that is
// specialised for a picture of one page (PAGED = false) pays nothing for that.

override PAGED: bool = false;
override PAGE_SHIFT: u32 = 25u;

@group(0) @binding(0) var<storage, read> page_0: array<u32>;
@group(0) @binding(1) var<storage, read> page_1: array<u32>;
@group(0) @binding(2) var<storage, read> page_2: array<u32>;
@group(0) @binding(3) var<storage, read> page_3: array<u32>;

// Returns a word of the picture that is read: a pixel, red in the lowest byte, or half of four samples.
fn source_word(index: u32) -> u32 {
    if !PAGED {
        return page_0[index];
    }
    let offset = index & ((1u << PAGE_SHIFT) - 1u);
    var word = 0u;
    switch index >> PAGE_SHIFT {
        case 0u: { word = page_0[offset]; }
        case 1u: { word = page_1[offset]; }
        case 2u: { word = page_2[offset]; }
        default: { word = page_3[offset]; }
    }
    return word;
}
