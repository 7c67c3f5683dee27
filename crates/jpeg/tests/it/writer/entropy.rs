//! From coefficients to the bits of a scan.
#![expect(clippy::cast_possible_truncation, reason = "symbols and bits cut out of larger numbers")]

use super::{Picture, Scan};

/// What the Huffman codes look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Codes {
    /// The most frequent symbols have codes of 1, 2, 3 … bits, all behind the eighth have 16.
    Skewed,
    /// All have the same length.
    Flat,
}

/// What is written: in its order.
#[derive(Clone, Copy, Debug)]
pub(super) enum Item {
    /// A symbol by a table: 0 to 3 of DC, 4 to 7 of AC.
    Symbol(usize, u8),
    /// Plain bits: their value and how many.
    Bits(u32, u32),
    /// A restart marker.
    Restart(u8),
}

/// A Huffman table.
#[derive(Clone, Debug, Default)]
pub(super) struct Spec {
    /// Codes of each length from 1 on.
    pub(super) counts: [u8; 16],
    /// Their symbols.
    pub(super) symbols: Vec<u8>,
}

/// Makes the tables that some items need.
pub(super) fn specs(items: &[Item], codes: Codes) -> [Spec; 8] {
    let mut histograms = [[0_u32; 256]; 8];
    for item in items {
        if let Item::Symbol(table, symbol) = *item {
            histograms[table][usize::from(symbol)] += 1;
        }
    }
    histograms.map(|histogram| {
        let mut symbols: Vec<u8> = (0..=255).filter(|&symbol| histogram[usize::from(symbol)] > 0).collect();
        symbols.sort_by_key(|&symbol| std::cmp::Reverse(histogram[usize::from(symbol)]));
        let mut spec = Spec { symbols, ..Spec::default() };
        let count = spec.symbols.len();
        match codes {
            _ if count == 0 => {}
            Codes::Skewed => {
                spec.counts[..8.min(count)].fill(1);
                spec.counts[15] = count.saturating_sub(8) as u8;
            }
            // One code more than symbols: all ones is none.
            Codes::Flat => spec.counts[count.ilog2() as usize] = count as u8,
        }
        spec
    })
}

impl Spec {
    /// Returns the code of a symbol, and its length.
    fn code(&self, symbol: u8) -> (u32, u32) {
        let place = self.symbols.iter().position(|&it| it == symbol).expect("a symbol with a code");
        let (mut code, mut first) = (0, 0);
        for (len, &count) in (1..).zip(&self.counts) {
            let count = usize::from(count);
            if place < first + count {
                return (code + (place - first) as u32, len);
            }
            (code, first) = ((code + count as u32) << 1, first + count);
        }
        unreachable!("every symbol has a length")
    }
}

/// Writes items, with the stuffing that makes them no markers.
pub(super) fn write(file: &mut Vec<u8>, items: &[Item], specs: &[Spec; 8]) {
    let mut bits = Bits { word: 0, count: 0 };
    for item in items {
        match *item {
            Item::Symbol(table, symbol) => {
                let (code, len) = specs[table].code(symbol);
                bits.put(file, code, len);
            }
            Item::Bits(value, len) => bits.put(file, value, len),
            Item::Restart(number) => {
                bits.pad(file);
                file.extend([0xff, 0xd0 + number]);
            }
        }
    }
    bits.pad(file);
}

/// Bits that are no whole byte yet.
struct Bits {
    word: u64,
    count: u32,
}

impl Bits {
    /// Adds some.
    fn put(&mut self, file: &mut Vec<u8>, value: u32, len: u32) {
        self.word = self.word << len | u64::from(value);
        self.count += len;
        while self.count >= 8 {
            self.count -= 8;
            let byte = (self.word >> self.count) as u8;
            file.push(byte);
            if byte == 0xff {
                file.push(0);
            }
        }
    }

    /// Adds ones up to a whole byte.
    fn pad(&mut self, file: &mut Vec<u8>) {
        let len = (8 - self.count) % 8;
        self.put(file, (1 << len) - 1, len);
    }
}

/// Lists what a scan is made of.
pub(super) fn items(picture: &Picture, scan: &Scan, is_progressive: bool, restart: usize, tables: usize) -> Vec<Item> {
    // A scan with runs has one component.
    let run_table = 4 + usize::from(scan.components[0]) % tables;
    let mut coder =
        Coder { scan, is_progressive, items: Vec::new(), dc: [0; 4], run_table, end_run: 0, pending: Vec::new() };
    for (number, blocks) in mcus(picture, scan).into_iter().enumerate() {
        if restart > 0 && number > 0 && number % restart == 0 {
            coder.end_run();
            coder.items.push(Item::Restart(((number / restart - 1) % 8) as u8));
            coder.dc = [0; 4];
        }
        for (component, block) in blocks {
            let block = &picture.components[component].blocks[block];
            coder.block(component, component % tables, block);
        }
    }
    coder.end_run();
    coder.items
}

/// Lists the MCUs of a scan: for each block its component, and its place among the component's.
fn mcus(picture: &Picture, scan: &Scan) -> Vec<Vec<(usize, usize)>> {
    if let [component] = scan.components[..] {
        let component = usize::from(component);
        let it = &picture.components[component];
        let (columns, rows) = (it.size.0.div_ceil(8), it.size.1.div_ceil(8));
        return (0..rows).flat_map(|y| (0..columns).map(move |x| vec![(component, y * it.across + x)])).collect();
    }
    let first = &picture.components[0];
    let (columns, rows) = (first.across / first.h, first.blocks.len() / first.across / first.v);
    let places = (0..rows).flat_map(|y| (0..columns).map(move |x| (x, y)));
    let mcu = |(x, y)| {
        let components = scan.components.iter().map(|&i| (usize::from(i), &picture.components[usize::from(i)]));
        let blocks = components.flat_map(|(i, it)| {
            (0..it.h * it.v).map(move |n| (i, (y * it.v + n / it.h) * it.across + x * it.h + n % it.h))
        });
        blocks.collect()
    };
    places.map(mcu).collect()
}

/// The state of a scan that is written.
struct Coder<'s> {
    scan: &'s Scan,
    is_progressive: bool,
    items: Vec<Item>,
    /// The last DC of each component.
    dc: [i32; 4],
    /// The table that runs of blocks are written by.
    run_table: usize,
    /// Blocks without anything new that wait to be written.
    end_run: u32,
    /// Further bits of their coefficients.
    pending: Vec<u32>,
}

impl Coder<'_> {
    /// Lists a block.
    fn block(&mut self, component: usize, table: usize, block: &[i16; 64]) {
        let (low, is_first) = (self.scan.bits.1, self.scan.bits.0 == 0);
        match (self.is_progressive, self.scan.band.0, is_first) {
            (false, _, _) => {
                self.dc(component, table, block[0].into());
                self.sequential(table, block);
            }
            (true, 0, true) => self.dc(component, table, (block[0] >> low).into()),
            (true, 0, false) => self.items.push(Item::Bits(u32::from(block[0].cast_unsigned()) >> low & 1, 1)),
            (true, _, true) => self.first(table, block),
            (true, _, false) => self.refine(table, block),
        }
    }

    /// Lists a symbol that says the size of a value behind some zeros, and the value.
    fn value(&mut self, table: usize, run: u8, value: i32) {
        let size = 32 - value.unsigned_abs().leading_zeros();
        self.items.push(Item::Symbol(table, run << 4 | size as u8));
        let bits = if value < 0 { value - 1 } else { value };
        self.items.push(Item::Bits(bits.cast_unsigned() & ((1 << size) - 1), size));
    }

    /// Lists the difference from the last DC.
    fn dc(&mut self, component: usize, table: usize, dc: i32) {
        let difference = dc - std::mem::replace(&mut self.dc[component], dc);
        self.value(table, 0, difference);
    }

    /// Lists all of AC.
    fn sequential(&mut self, table: usize, block: &[i16; 64]) {
        let mut run = 0;
        for &value in &block[1..] {
            if value == 0 {
                run += 1;
                continue;
            }
            while run > 15 {
                self.items.push(Item::Symbol(4 + table, 0xf0));
                run -= 16;
            }
            self.value(4 + table, run, value.into());
            run = 0;
        }
        if run > 0 {
            self.items.push(Item::Symbol(4 + table, 0));
        }
    }

    /// Lists the upper bits of some AC.
    fn first(&mut self, table: usize, block: &[i16; 64]) {
        let (first, last) = self.scan.band;
        let mut run = 0;
        for &value in &block[first.into()..=last.into()] {
            let value = i32::from(value);
            let value = (value.abs() >> self.scan.bits.1) * value.signum();
            if value == 0 {
                run += 1;
                continue;
            }
            self.end_run();
            while run > 15 {
                self.items.push(Item::Symbol(4 + table, 0xf0));
                run -= 16;
            }
            self.value(4 + table, run, value);
            run = 0;
        }
        if run > 0 {
            self.add_to_run();
        }
    }

    /// Lists a further bit of some AC.
    fn refine(&mut self, table: usize, block: &[i16; 64]) {
        let (first, last) = self.scan.band;
        let band = &block[first.into()..=last.into()];
        let size = |value: i16| u32::from(value.unsigned_abs()) >> self.scan.bits.1;
        let last_new = band.iter().rposition(|&value| size(value) == 1);
        let (mut run, mut old) = (0_u8, Vec::new());
        for (k, &value) in band.iter().enumerate() {
            if size(value) == 0 {
                run += 1;
                continue;
            }
            while run > 15 && Some(k) <= last_new {
                self.end_run();
                self.items.push(Item::Symbol(4 + table, 0xf0));
                self.items.extend(old.drain(..).map(|bit| Item::Bits(bit, 1)));
                run -= 16;
            }
            if size(value) > 1 {
                old.push(size(value) & 1);
                continue;
            }
            self.end_run();
            self.items.push(Item::Symbol(4 + table, run << 4 | 1));
            self.items.push(Item::Bits(u32::from(value > 0), 1));
            self.items.extend(old.drain(..).map(|bit| Item::Bits(bit, 1)));
            run = 0;
        }
        if run > 0 || !old.is_empty() {
            self.pending.append(&mut old);
            self.add_to_run();
        }
    }

    /// Adds a block to the run of blocks without anything new.
    fn add_to_run(&mut self) {
        self.end_run += 1;
        if self.end_run == 0x7fff {
            self.end_run();
        }
    }

    /// Lists the run of blocks without anything new.
    fn end_run(&mut self) {
        if self.end_run > 0 {
            let size = self.end_run.ilog2();
            self.items.push(Item::Symbol(self.run_table, (size as u8) << 4));
            self.items.push(Item::Bits(self.end_run - (1 << size), size));
            self.end_run = 0;
        }
        self.items.extend(self.pending.drain(..).map(|bit| Item::Bits(bit, 1)));
    }
}
