//! Pictures as coefficients.
#![expect(clippy::cast_possible_truncation, reason = "small numbers cut out of large ones")]

/// A sequence that looks random and is the same every time.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// Starts a sequence.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Returns a number below `end`, which is not 0.
    pub(crate) fn below(&mut self, end: u32) -> u32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as u32 % end
    }

    /// Returns a number of at most this size, of any sign.
    fn within(&mut self, size: u32) -> i16 {
        (self.below(2 * size + 1).cast_signed() - size.cast_signed()) as i16
    }
}

/// A component of a picture.
#[derive(Clone, Debug)]
pub(crate) struct Component {
    /// Sampling factors.
    pub(crate) h: usize,
    pub(crate) v: usize,
    /// The number of its steps.
    pub(crate) steps: usize,
    /// Blocks of whole MCUs, row by row, each in zigzag order.
    pub(crate) blocks: Vec<[i16; 64]>,
    /// Blocks of a row.
    pub(crate) across: usize,
    /// Samples of a row, and rows.
    pub(crate) size: (usize, usize),
}

/// A picture: quantised coefficients.
#[derive(Clone, Debug)]
pub(crate) struct Picture {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) components: Vec<Component>,
    /// Steps of quantisation in zigzag order.
    pub(crate) steps: Vec<[u16; 64]>,
    /// The transform that Adobe's segment names, if there is one.
    pub(crate) adobe: Option<u8>,
}

impl Picture {
    /// Draws a picture at random: empty blocks, smooth ones, busy ones.
    ///
    /// Levels leave the range of samples by as little as encoders let them, so that no decoder's numbers overflow.
    pub(crate) fn random(width: usize, height: usize, factors: &[(usize, usize)], seed: u64) -> Self {
        let mut random = Random::new(seed);
        let [h_max, v_max] = [factors.iter().map(|it| it.0).max(), factors.iter().map(|it| it.1).max()]
            .map(|factor| factor.expect("components"));
        let mcus = (width.div_ceil(8 * h_max), height.div_ceil(8 * v_max));
        let mut steps = Vec::new();
        for number in 0..2 {
            let step = |random: &mut Random| 1 + random.below(if number == 0 { 4 } else { 12 }) as u16;
            steps.push(std::array::from_fn(|_| step(&mut random)));
        }
        let mut components = Vec::new();
        for (i, &(h, v)) in factors.iter().enumerate() {
            let (across, down) = (mcus.0 * h, mcus.1 * v);
            let number = i.min(1);
            let blocks = (0..across * down).map(|_| block(&mut random, &steps[number])).collect();
            let size = ((width * h).div_ceil(h_max), (height * v).div_ceil(v_max));
            components.push(Component { h, v, steps: number, blocks, across, size });
        }
        Self { width, height, components, steps, adobe: None }
    }

    /// Returns one component as a picture of its own, without the blocks that hold no sample.
    pub(crate) fn single(&self, component: usize) -> Self {
        let from = &self.components[component];
        let (width, height) = from.size;
        let across = width.div_ceil(8);
        let rows = from.blocks.chunks(from.across).take(height.div_ceil(8));
        let blocks = rows.flat_map(|row| &row[..across]).copied().collect();
        let single = Component { h: 1, v: 1, steps: 0, blocks, across, size: from.size };
        Self { width, height, components: vec![single], steps: vec![self.steps[from.steps]], adobe: None }
    }
}

/// Draws a block.
fn block(random: &mut Random, steps: &[u16; 64]) -> [i16; 64] {
    let mut block = [0; 64];
    block[0] = random.within(900 / u32::from(steps[0]));
    let (count, end) = match random.below(4) {
        0 => (0, 1),
        1 => (4, 10),
        2 => (12, 64),
        _ => (60, 64),
    };
    for _ in 0..count {
        let k = 1 + random.below(end - 1) as usize;
        // Small ones more often, and by all together no more than a block of extreme contrast has.
        let size = (2400 / count / u32::from(steps[k])) >> random.below(5);
        block[k] = random.within(size);
    }
    block
}
