//! Files of nets: what is read is written again as it was, and runs on all kernels to the same samples.

use palmette_core::net::{
    Add, AddTerms, Convolution, Input, Layer, Operation, Padding, Positions, Requantize, Table, ValueId, Window,
};
use palmette_core::{Deadline, Size};
use palmette_models::kernels::Kernels;
use palmette_models::net::{About, Net};
use palmette_models::{Runner, Schedule, Tensor};

/// A run may take so much memory and so many products; what would take more is only planned.
const MAX_COST: u64 = 1 << 24;

/// Writes nets with every kind of layer.
pub(crate) fn files() -> Vec<Vec<u8>> {
    [1, 3, 20].map(|channels| net(channels).write()).into()
}

/// Makes a net with every kind of layer.
fn net(channels: usize) -> Net {
    let requantize = Requantize { multiplier: 20_000, negative_multiplier: -7000, shift: 30, low: -2048, high: 2047 };
    let convolution = |window: Window, in_channels: usize, out_channels: usize, is_depthwise: bool| {
        let weights = 9 * out_channels * if is_depthwise { 1 } else { in_channels };
        Operation::Convolution(Convolution {
            window,
            in_channels,
            out_channels,
            is_depthwise,
            weights: (0..weights).map(|index| i16::try_from(index % 4001).unwrap_or(0) - 2000).collect(),
            biases: vec![-1000; out_channels],
            requantize: vec![requantize; out_channels],
        })
    };
    let padded = Window { padding: Padding::Explicit([[2, 2], [1, 3]]), dilation: [2, 2], ..Window::square(3) };
    let terms = AddTerms { multipliers: [1 << 13, -5000], shift: 13, low: 0, high: 2047 };
    let layers = [
        (convolution(Window::square(3), channels, 8, false), vec![0]),
        (convolution(padded, 8, 8, true), vec![1]),
        (Operation::MaxPool(Window { stride: [2; 2], ..Window::square(2) }), vec![2]),
        (Operation::Nearest { factor: 2 }, vec![3]),
        (Operation::Bilinear { factor: 2, positions: Positions::HalfPixel }, vec![3]),
        (Operation::Add(Add { terms: vec![terms; 8] }), vec![4, 5]),
        (Operation::Concat, vec![6, 2]),
        (Operation::PadChannels { channels: 20 }, vec![7]),
        (Operation::PixelShuffle { factor: 2 }, vec![8]),
        (Operation::Table(Table { low: -4, entries: vec![(0..9).collect()] }), vec![9]),
        (Operation::GlobalAverage, vec![10]),
    ];
    let layer = |(operation, inputs): (Operation, Vec<usize>)| Layer {
        operation,
        inputs: inputs.into_iter().map(ValueId).collect(),
    };
    let about = About {
        name: "seed".to_owned(),
        version: "1".to_owned(),
        license: "none".to_owned(),
        sources: vec![[7; 32]],
        numbers: vec![("scale".to_owned(), vec![1, 2, 3])],
    };
    let input = Input { channels, low: -300, high: 300 };
    Net::new(about, vec![input], layers.map(layer).into(), vec![ValueId(10), ValueId(11)]).expect("it is checked")
}

/// Reads a file, with its checksum put right, since mutations would stop there.
pub(crate) fn read(bytes: &[u8]) {
    let _ = Net::read(bytes);
    let Some((rest, _)) = bytes.split_last_chunk::<4>() else { return };
    let mut sealed = rest.to_vec();
    sealed.extend(crc32fast::hash(rest).to_le_bytes());
    let Ok(net) = Net::read(&sealed) else { return };
    assert_eq!(net.write(), sealed, "a net has one file");
    for side in [1, 4, 9] {
        run(&net, Size::new(side, side + 1));
    }
}

/// Runs a net on inputs of one size, if it takes that and costs little.
fn run(net: &Net, size: Size) {
    let sizes = vec![size; net.inputs().len()];
    let (Ok(all), Ok(products)) = (net.sizes(&sizes), net.products(&sizes)) else { return };
    let samples: u64 = all.iter().zip(0..).map(|(size, value)| size.area() * net.channels(ValueId(value)) as u64).sum();
    if products > MAX_COST || samples > MAX_COST {
        return;
    }
    let schedule = Schedule::new(net, &sizes, 2).expect("the sizes are known");
    if schedule.memory_bytes() > MAX_COST {
        return;
    }
    let tensor = |input: &Input| {
        let len = usize::try_from(size.area()).expect("a small one") * input.channels;
        let samples = (0..len).map(|index| if index % 3 == 0 { i16::MIN } else { i16::MAX }).collect();
        Tensor { size, channels: input.channels, samples }
    };
    let inputs: Vec<Tensor> = net.inputs().iter().map(tensor).collect();
    let results = Kernels::all().into_iter().map(|(_, kernels)| {
        let runner = Runner::with_kernels(net.clone(), kernels);
        runner.run_tensors(&schedule, &inputs, Deadline::NONE).expect("there is memory")
    });
    let results: Vec<Vec<Tensor>> = results.collect();
    assert!(results.iter().all(|result| *result == results[0]), "kernels agree");
}
