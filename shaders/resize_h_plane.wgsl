// Resamples a plane from left to right: four neighbours of each of four rows at a time.
//
// Neighbours of a plane share a word, and so do weights. An invocation takes four taps at a time, of one output sample in all
// four rows: so one word of a row has all that four products need, and two words of weights serve sixteen.
//
// Bindings: the source (0 to 3), the result (4), the table (5). The table has four parts, for the first, second, third and last
// neighbours, so that invocations side by side read words side by side: in each the first source sample of every output
// sample; then again for each, the weights, two in a word, the first pairs of all, the second pairs of all and so on. The taps
// go on with weights of 0 up to a multiple of four. Class: exact. Twin: crates/core/src/cpu/kernels/resize_h_plane.rs.

struct Parameters {
    // A row of the result and of the source, in words of four levels, or in pairs of words of four samples.
    width: u32,
    rows: u32,
    output_base: u32,
    source_width: u32,
    // The source row of the first output row.
    source_row: u32,
    taps: u32,
    shift: u32,
    chunk_shift: u32,
}

// Rows that an invocation makes.
const ROWS: u32 = 4u;
// Products that are added up before they are scaled down: see `shared/taps.wgsl`.
const CHUNK_TAPS: u32 = 8u;

// Loads one word of each row; what lies behind the last row is never used.
fn load_words(at: vec4<u32>) -> vec4<u32> {
    if FROM_LEVELS {
        return vec4<u32>(source_word(at.x), source_word(at.y), source_word(at.z), source_word(at.w));
    }
    return vec4<u32>(page_0[at.x], page_0[at.y], page_0[at.z], page_0[at.w]);
}

// Joins words and those that follow them, and takes a word of each from so many bits on.
fn join(words: vec4<u32>, next: vec4<u32>, bits: u32) -> vec4<u32> {
    // A shift by 32 is none.
    return (words >> vec4<u32>(bits)) | ((next << vec4<u32>(1u)) << vec4<u32>(31u - bits));
}

// Returns the two weights of a word.
fn weights_of(word: u32) -> vec2<i32> {
    return vec2<i32>(bitcast<i32>(word << 16u) >> 16u, bitcast<i32>(word) >> 16u);
}

// Returns one output sample of each row: the `neighbour`th of a word. Each row of the source begins at a word.
fn mean_of_taps(neighbour: u32, column: u32, row_at: vec4<u32>) -> vec4<i32> {
    let width = parameters.width;
    let pairs = 2u * ((parameters.taps + 3u) / 4u);
    let start = table[neighbour * width + column];
    let words = select(start >> 1u, start >> 2u, FROM_LEVELS);
    let bits = select(16u * (start & 1u), 8u * (start & 3u), FROM_LEVELS);
    var weight_at = (4u + neighbour * pairs) * width + column;
    var at = row_at + vec4<u32>(words);
    var last = load_words(at);
    var total = vec4<i32>(0i);
    for (var chunk = 0u; chunk < parameters.taps; chunk += CHUNK_TAPS) {
        var sum = vec4<i32>(0i);
        let end = min(chunk + CHUNK_TAPS, parameters.taps);
        for (var tap = chunk; tap < end; tap += 4u) {
            let first = weights_of(table[weight_at]);
            let second = weights_of(table[weight_at + width]);
            weight_at += 2u * width;
            if FROM_LEVELS {
                at += vec4<u32>(1u);
                let next = load_words(at);
                let four = join(last, next, bits);
                last = next;
                sum += first.x * vec4<i32>(four & vec4<u32>(255u));
                sum += first.y * vec4<i32>((four >> vec4<u32>(8u)) & vec4<u32>(255u));
                sum += second.x * vec4<i32>((four >> vec4<u32>(16u)) & vec4<u32>(255u));
                sum += second.y * vec4<i32>(four >> vec4<u32>(24u));
            } else {
                let middle = load_words(at + vec4<u32>(1u));
                at += vec4<u32>(2u);
                let next = load_words(at);
                let early = join(last, middle, bits);
                let late = join(middle, next, bits);
                last = next;
                sum += first.x * (bitcast<vec4<i32>>(early << vec4<u32>(16u)) >> vec4<u32>(16u));
                sum += first.y * (bitcast<vec4<i32>>(early) >> vec4<u32>(16u));
                sum += second.x * (bitcast<vec4<i32>>(late << vec4<u32>(16u)) >> vec4<u32>(16u));
                sum += second.y * (bitcast<vec4<i32>>(late) >> vec4<u32>(16u));
            }
        }
        if FROM_LEVELS {
            sum *= UNITS_PER_LEVEL;
        }
        total += round_shift(sum, parameters.chunk_shift);
    }
    return saturate_16(round_shift(total, parameters.shift));
}

@compute @workgroup_size(64, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let row = ROWS * id.y;
    if id.x >= parameters.width || row >= parameters.rows {
        return;
    }
    // Rows behind the last one are the last one again, and are not stored.
    let rows = min(vec4<u32>(row) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(parameters.rows - 1u));
    let row_words = select(2u, 1u, FROM_LEVELS) * parameters.source_width;
    let at = (rows + vec4<u32>(parameters.source_row)) * row_words;
    let a = mean_of_taps(0u, id.x, at);
    let b = mean_of_taps(1u, id.x, at);
    let c = mean_of_taps(2u, id.x, at);
    let d = mean_of_taps(3u, id.x, at);
    let index = row * parameters.width + id.x;
    store_samples(parameters.output_base, index, vec4<i32>(a.x, b.x, c.x, d.x));
    if row + 1u < parameters.rows {
        store_samples(parameters.output_base, index + parameters.width, vec4<i32>(a.y, b.y, c.y, d.y));
    }
    if row + 2u < parameters.rows {
        store_samples(parameters.output_base, index + 2u * parameters.width, vec4<i32>(a.z, b.z, c.z, d.z));
    }
    if row + 3u < parameters.rows {
        store_samples(parameters.output_base, index + 3u * parameters.width, vec4<i32>(a.w, b.w, c.w, d.w));
    }
}
