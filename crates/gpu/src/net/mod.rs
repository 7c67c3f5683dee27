//! Nets on the device: every layer a kernel, all of them one job, from the samples of the inputs to those of the outputs.
//!
//! Weights go to the device once ([`GpuEngine::load_net`]). A run records all layers one after the other; nothing comes back in
//! between, and a value's buffer serves others once nobody reads it any more. Convolutions are recorded in bands of rows, so that no
//! dispatch takes long, and the deadline is looked at between submissions.
//!
//! Steps of plans that a model takes still run on the host: this is for whoever has a net in hand. The probe has no net in its
//! scene, so it has to grow by one before requests depend on these kernels.
//!
//! What a net is, and that no sum of it leaves 32 bits, is checked where it is made; here it is taken at its word. A value has to
//! fit what a kernel sees of a buffer: a net on a large picture runs in parts, which its caller cuts.
//!
//! [`GpuEngine::load_net`]: crate::GpuEngine::load_net

mod layers;
mod run;

use palmette_core::net::{Input, Layer, ValueId};
use palmette_core::{Deadline, Size, alloc};

pub(crate) use run::run;

use crate::Error;
use crate::device::Gpu;
use crate::job::Job;
use crate::tables::pair_of;
use layers::{DeviceLayer, narrow, pack};

/// A net on a device, which is lost with it.
#[derive(Debug)]
pub struct DeviceNet {
    inputs: Vec<Input>,
    layers: Vec<DeviceLayer>,
    outputs: Vec<ValueId>,
    /// The channels of each value.
    channels: Vec<u32>,
}

impl DeviceNet {
    /// Checks what a caller wants to run it on.
    ///
    /// # Panics
    ///
    /// If sizes or inputs are not those of the net.
    pub(crate) fn check(&self, sizes: &[Size], inputs: &[&[i16]]) {
        assert_eq!(
            (sizes.len(), inputs.len()),
            (self.channels.len(), self.inputs.len()),
            "sizes and inputs of this net"
        );
        for (input, (size, samples)) in self.inputs.iter().zip(sizes.iter().zip(inputs)) {
            assert_eq!(samples.len() as u64, size.area() * input.channels as u64, "samples of another size");
        }
    }
}

/// Brings a net to a device.
///
/// # Errors
///
/// Those of the device.
pub(crate) fn load(gpu: &Gpu, inputs: &[Input], layers: &[Layer], outputs: &[ValueId]) -> Result<DeviceNet, Error> {
    let mut job = Job::new(gpu, Deadline::NONE);
    let mut channels: Vec<u32> = inputs.iter().map(|input| narrow(input.channels)).collect();
    let mut loaded = Vec::new();
    for layer in layers {
        let (kind, words, made) = pack(layer, &channels)?;
        let (needed, max_words) = (words.len() as u64, job.tiling().page_words());
        if needed > max_words {
            return Err(Error::TooLarge { words: needed, max_words });
        }
        let table = if words.is_empty() { None } else { Some(job.numbers(&words)?) };
        loaded.push(DeviceLayer { kind, inputs: layer.inputs.clone(), table });
        channels.push(made);
    }
    // Waits until all of it is there.
    if let Some(table) = loaded.iter().find_map(|layer| layer.table.as_ref()) {
        job.read_back(&[(table, 4)], |_| Ok(()))?;
    }
    Ok(DeviceNet { inputs: inputs.to_vec(), layers: loaded, outputs: outputs.to_vec(), channels })
}

/// Lays samples out as kernels read them: by row, column and channel before, by pair of channels, row and column then.
fn to_words(input: &Input, samples: &[i16]) -> Result<Vec<u32>, Error> {
    let pairs = input.channels.div_ceil(2);
    let pixels = samples.len() / input.channels;
    let mut words = alloc::try_with_capacity(pairs * pixels)?;
    for pair in 0..pairs {
        words.extend(samples.chunks_exact(input.channels).map(|pixel| {
            let sample = |channel: usize| pixel.get(channel).map_or(0, |sample| (*sample).clamp(input.low, input.high));
            pair_of([sample(2 * pair), sample(2 * pair + 1)])
        }));
    }
    Ok(words)
}

/// Lays samples out as callers have them.
fn to_samples(channels: usize, words: &[u32]) -> Result<Vec<i16>, Error> {
    let pixels = words.len() / channels.div_ceil(2);
    let mut samples = alloc::try_filled(pixels * channels, 0_i16)?;
    for (pair, words) in words.chunks_exact(pixels).enumerate() {
        for (pixel, word) in samples.chunks_exact_mut(channels).zip(words) {
            let [a, b, c, d] = word.to_le_bytes();
            let halves = [i16::from_le_bytes([a, b]), i16::from_le_bytes([c, d])];
            for (sample, half) in pixel[2 * pair..].iter_mut().zip(halves) {
                *sample = half;
            }
        }
    }
    Ok(samples)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn net_values_have_two_channels_in_a_word() {
        let input = Input { channels: 3, low: -9, high: 9 };
        let samples = [1, -2, 3, 4, 50, -6];
        let words = to_words(&input, &samples).unwrap();
        assert_eq!(words, [0xfffe_0001, 0x0009_0004, 3, 0xfffa]);
        assert_eq!(to_samples(3, &words).unwrap(), [1, -2, 3, 4, 9, -6]);
    }
}
