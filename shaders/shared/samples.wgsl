// The 16-bit samples that resampling, blurring and sharpening work on, associated where there is alpha. Two words hold four:
// those of a pixel, or four neighbours of a plane, which a kernel that goes from top to bottom need not tell apart.
// Twins: crates/core/src/cpu/kernels/premultiply.rs and unpremultiply.rs.

const UNITS_PER_LEVEL: i32 = 64i;
const UNIT_SHIFT: u32 = 6u;

// Multiplies the colour of a straight pixel by its alpha: round(c·a·64 / 255) units.
fn premultiply(pixel: u32) -> vec4<i32> {
    let levels = vec4<i32>(levels_of(pixel));
    let products = levels.xyz * levels.w * UNITS_PER_LEVEL;
    // round(x / 255) as floor((2x + 255) / 510)
    let color = (2i * products + vec3<i32>(255i)) / vec3<i32>(510i);
    return vec4<i32>(color, levels.w << UNIT_SHIFT);
}

// Divides the colour of an associated pixel by its alpha: round(255·c / a), clamped; 0 where alpha rounds to 0.
fn unpremultiply(samples: vec4<i32>) -> u32 {
    let alpha = clamp(round_shift(samples, UNIT_SHIFT).w, 0i, 255i);
    if alpha == 0i {
        return 0u;
    }
    let color = max(samples.xyz, vec3<i32>(0i));
    // round(255·c / a) as floor((510·c + a) / 2a)
    let straight = (510i * color + vec3<i32>(samples.w)) / vec3<i32>(2i * samples.w);
    return pixel_of(vec4<u32>(vec4<i32>(min(straight, vec3<i32>(255i)), alpha)));
}

// Packs 16-bit samples: red and green, then blue and alpha.
fn pack_samples(samples: vec4<i32>) -> vec2<u32> {
    let bits = vec4<u32>(samples) & vec4<u32>(0xffffu);
    return vec2<u32>(bits.x | (bits.y << 16u), bits.z | (bits.w << 16u));
}

// Unpacks what pack_samples made.
fn unpack_samples(words: vec2<u32>) -> vec4<i32> {
    let low = vec4<i32>(vec4<u32>(words.x << 16u, words.x, words.y << 16u, words.y));
    return low >> vec4<u32>(16u);
}

// Returns one of the two samples of a word: the even one lies in its lower half.
fn sample_of(word: u32, index: u32) -> i32 {
    return bitcast<i32>(word << (16u * (~index & 1u))) >> 16u;
}

// Widens four levels of a plane.
fn widen(word: u32) -> vec4<i32> {
    return vec4<i32>(levels_of(word) << vec4<u32>(UNIT_SHIFT));
}

// Rounds four samples of a plane to levels, halves up, clamped.
fn narrow(samples: vec4<i32>) -> u32 {
    return pixel_of(vec4<u32>(clamp(round_shift(samples, UNIT_SHIFT), vec4<i32>(0i), vec4<i32>(255i))));
}

// Whether what is read, and what is written, has 8 bits: pixels, or neighbours of a plane; otherwise it is samples.
override FROM_LEVELS: bool = true;
override TO_LEVELS: bool = true;
override IS_PLANE: bool = false;

// Loads four samples by their position in what is read: those of a pixel, or neighbours.
fn load_samples(index: u32) -> vec4<i32> {
    if FROM_LEVELS {
        let word = source_word(index);
        if IS_PLANE {
            return widen(word);
        }
        return premultiply(word);
    }
    return unpack_samples(vec2<u32>(page_0[2u * index], page_0[2u * index + 1u]));
}

// Stores four samples at a position behind the word `base` of the output.
fn store_samples(base: u32, index: u32, samples: vec4<i32>) {
    if TO_LEVELS {
        if IS_PLANE {
            output[base + index] = narrow(samples);
        } else {
            output[base + index] = unpremultiply(samples);
        }
    } else {
        let words = pack_samples(samples);
        output[base + 2u * index] = words.x;
        output[base + 2u * index + 1u] = words.y;
    }
}
