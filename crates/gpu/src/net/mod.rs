//! Nets on the device: every layer a kernel, from the samples of the inputs to those of the outputs.
//!
//! Weights go to the device once, when a net is needed for the first time, and stay there as long as both exist. A run records all layers
//! one after the other; nothing comes back in between, and a value's buffer serves others once nobody reads it any more. Convolutions are recorded in bands of rows, so that no
//! dispatch takes long; the deadline is looked at between submissions, of which few are on their way at once. A picture
//! that is too large for the buffers of a device is run in [`tiles`].
//!
//! A net is checked where it is made: that it is one, and that no sum of it leaves 32 bits. Nothing of that is checked again here.

mod layers;
mod run;
pub(crate) mod tiles;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use palmette_core::net::{Graph, Input, ValueId};
use palmette_core::{Deadline, Size, alloc};

pub(crate) use run::{run, samples, tile};

use crate::Error;
use crate::device::Gpu;
use crate::job::Job;
use crate::tables::pair_of;
use layers::{DeviceLayer, narrow, pack};

/// A net on a device, which is lost with it.
#[derive(Debug)]
pub(crate) struct DeviceNet {
    inputs: Vec<Input>,
    layers: Vec<DeviceLayer>,
    outputs: Vec<ValueId>,
    /// The channels of each value.
    channels: Vec<u32>,
}

/// The nets of a device.
#[derive(Debug, Default)]
pub(crate) struct Nets {
    /// By the address of their graphs, which nothing else has as long as there is anybody who knows it, such as this list.
    loaded: Mutex<HashMap<usize, Loaded>>,
}

/// A net that is on the device, and what it was made of.
type Loaded = (Weak<Graph>, Arc<DeviceNet>);

impl Nets {
    /// Returns a net, which is brought to the device if it is the first time. Who needs it meanwhile brings it there, too, and one of them stays: nobody
    /// waits for another job, which may have more time.
    ///
    /// # Errors
    ///
    /// Those of the device, and of the deadline.
    pub(crate) fn get(&self, gpu: &Gpu, graph: &Arc<Graph>, deadline: Deadline) -> Result<Arc<DeviceNet>, Error> {
        let address = Arc::as_ptr(graph).addr();
        if let Some((_, net)) = self.lock().get(&address) {
            return Ok(Arc::clone(net));
        }
        let net = Arc::new(load(gpu, graph, deadline)?);
        let mut loaded = self.lock();
        loaded.retain(|_, (graph, _)| graph.strong_count() > 0);
        let (_, net) = loaded.entry(address).or_insert_with(|| (Arc::downgrade(graph), net));
        Ok(Arc::clone(net))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<usize, Loaded>> {
        // Every change is complete before the lock is let go.
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Brings a net to a device.
///
/// # Errors
///
/// Those of the device, and of the deadline.
fn load(gpu: &Gpu, graph: &Arc<Graph>, deadline: Deadline) -> Result<DeviceNet, Error> {
    let mut job = Job::new(gpu, deadline);
    let mut loaded = Vec::new();
    for layer in &graph.layers {
        let (kind, words) = pack(layer)?;
        let table = if words.is_empty() { None } else { Some(job.layer(&words)?) };
        loaded.push(DeviceLayer { kind, inputs: layer.inputs.clone(), table });
    }
    // Waits until all of it is there.
    if let Some(table) = loaded.iter().find_map(|layer| layer.table.as_ref()) {
        job.read_back(&[(table, 4)], |_| Ok(()))?;
    }
    let channels = graph.channels().into_iter().map(narrow).collect();
    Ok(DeviceNet { inputs: graph.inputs.clone(), layers: loaded, outputs: graph.outputs.clone(), channels })
}

/// Checks what a caller wants to run a net on, and returns the sizes of all values.
///
/// # Panics
///
/// If the inputs are not those of the net.
pub(crate) fn check(graph: &Graph, inputs: &[(Size, &[i16])]) -> Option<Vec<Size>> {
    assert_eq!(inputs.len(), graph.inputs.len(), "inputs of this net");
    for (input, (size, samples)) in graph.inputs.iter().zip(inputs) {
        assert_eq!(samples.len() as u64, size.area() * input.channels as u64, "samples of another size");
    }
    graph.sizes(&inputs.iter().map(|(size, _)| *size).collect::<Vec<_>>())
}

/// Lays samples out as kernels read them: by row, column and channel before, by pair of channels, row and column then.
pub(crate) fn to_words(input: &Input, samples: &[i16]) -> Result<Vec<u32>, Error> {
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
