//! How long each kernel takes on a device, measured once it is open.
//!
//! What is measured is the scene of the [`probe`](crate::probe::scene), enlarged: it has every kernel, and the pipelines that it needs
//! are made by then. How long all of it takes says the host's clock, since that is what a request waits for; how much of it
//! each kernel is says the device's, if it has one.

use std::time::Duration;

use palmette_core::engine::Collected;
use palmette_core::measure::BorderMeasure;
use palmette_core::plan::Plan;
use palmette_core::{Deadline, Picture, PictureRows, Pixmap, Size};

use crate::device::Gpu;
use crate::job::{Job, KernelTime, Timings};
use crate::kernels::{KERNELS, border};
use crate::work::{Prices, Work};
use crate::{Error, GpuEngine, probe};

/// How much larger than the probe's the scene is. A device that is done too soon to be timed gets the larger one.
const SCALES: [u32; 2] = [8, 32];

/// From how long on a scene was long enough.
const ENOUGH: Duration = Duration::from_millis(4);

/// How often each is run; the fastest counts, so that a compilation, which happens once, does not.
const RUNS: usize = 2;

/// Times every kernel.
///
/// # Errors
///
/// Those of the device.
pub(crate) fn measure(engine: &GpuEngine, gpu: &Gpu) -> Result<Prices, Error> {
    let (plan, sources) = probe::scene_of(1)?;
    let begun = Times::measure(engine, &plan, &sources)?.run;
    let [first, second] = SCALES;
    let (prices, run) = at_scale(engine, gpu, first, begun)?;
    if run >= ENOUGH { Ok(prices) } else { Ok(at_scale(engine, gpu, second, begun)?.0) }
}

/// Times every kernel on the scene of a scale; says how long all of them took beyond what the smallest scene takes.
fn at_scale(engine: &GpuEngine, gpu: &Gpu, scale: u32, begun: Duration) -> Result<(Prices, Duration), Error> {
    let (plan, sources) = probe::scene_of(scale)?;
    let Times { run, mut kernels } = Times::measure(engine, &plan, &sources)?;
    let mut units: Vec<(&str, f64)> = Work::of_plan(&plan).iter().collect();
    if !kernels.is_empty() {
        let (name, time, words) = time_border(gpu, scale)?;
        kernels.push((name, time));
        units.push((name, words));
    }
    let on_device: Duration = kernels.iter().map(|(_, time)| *time).sum();
    // The whole is never less than its parts.
    let run = run.saturating_sub(begun).max(on_device);
    Ok((prices(&units, &kernels, run), run))
}

/// Divides a time among kernels: by their times if there are any, else by their units.
fn prices(units: &[(&str, f64)], kernels: &[(&str, Duration)], run: Duration) -> Prices {
    let find = |name: &str| units.iter().find(|(found, _)| *found == name).map(|(_, units)| *units);
    let all: f64 = units.iter().map(|(_, units)| units).sum();
    let mean = run.as_secs_f64() / all;
    let on_device: f64 = kernels.iter().map(|(_, time)| time.as_secs_f64()).sum();
    Prices::new(|name| {
        let timed = kernels.iter().find(|(found, _)| *found == name);
        match (timed, find(name)) {
            (Some((_, time)), Some(units)) if on_device > 0.0 => {
                run.as_secs_f64() * time.as_secs_f64() / on_device / units
            }
            _ => mean,
        }
    })
}

/// Where the time of a scene went.
struct Times {
    /// Of all kernels, on the host's clock.
    run: Duration,
    /// Of each kernel, on the device's.
    kernels: Vec<(&'static str, Duration)>,
}

impl Times {
    /// Runs a plan, and keeps the shortest times.
    fn measure(engine: &GpuEngine, plan: &Plan, sources: &Vec<Picture>) -> Result<Self, Error> {
        let mut best = Self { run: Duration::MAX, kernels: Vec::new() };
        for _ in 0..RUNS {
            let timings = engine.run_timed(plan, sources, &mut Collected::default(), Deadline::NONE)?;
            let Timings { run, kernels, .. } = timings;
            best.run = best.run.min(run);
            best.keep(&sums(&kernels));
        }
        Ok(best)
    }

    /// Keeps the faster of both times for each kernel.
    fn keep(&mut self, times: &[(&'static str, Duration)]) {
        if self.kernels.is_empty() {
            self.kernels = times.to_vec();
        }
        for (best, time) in self.kernels.iter_mut().zip(times) {
            best.1 = best.1.min(time.1);
        }
    }
}

/// Adds up the dispatches of each kernel.
fn sums(times: &[KernelTime]) -> Vec<(&'static str, Duration)> {
    let sum = |name| times.iter().filter(|time| time.name == name).map(|time| time.time).sum();
    let is_there = |name: &&'static str| times.iter().any(|time| time.name == *name);
    KERNELS.iter().map(|kernel| kernel.name).filter(is_there).map(|name| (name, sum(name))).collect()
}

/// Times the one kernel that makes no picture on the device's clock; returns its words, too.
fn time_border(gpu: &Gpu, scale: u32) -> Result<(&'static str, Duration, f64), Error> {
    let name = border::KERNEL.name;
    let size = Size::new(40 * scale, 24 * scale);
    let framed = Pixmap::filled(size, [250, 250, 250, 255])?;
    let mut best = Duration::MAX;
    for _ in 0..RUNS {
        let mut job = Job::timed(gpu, Deadline::NONE);
        let image = job.upload(Box::new(PictureRows::new(framed.clone().into())))?.into_pixels()?;
        border::measure(&mut job, &BorderMeasure { color: None, tolerance: 2_550, keep: 0 }, &image)?;
        let times = job.timings()?.kernels;
        best = best.min(times.iter().filter(|time| time.name == name).map(|time| time.time).sum());
    }
    Ok((name, best, f64::from(size.width) * f64::from(size.height)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNITS: [(&str, f64); 2] = [("map", 100.0), ("draw", 300.0)];

    fn price(prices: &Prices, name: &str) -> f64 {
        prices.iter().find(|(found, _)| *found == name).unwrap().1
    }

    #[test]
    fn prices_are_shares_of_the_whole_by_the_devices_clock() {
        let ms = Duration::from_millis;
        let prices = prices(&UNITS, &[("map", ms(1)), ("draw", ms(3))], ms(8));
        assert!((price(&prices, "map") - 2e-5).abs() < 1e-12, "{prices:?}");
        assert!((price(&prices, "draw") - 2e-5).abs() < 1e-12, "{prices:?}");
        // A kernel that was not in the scene costs as much as the others on average.
        assert!((price(&prices, "border") - 2e-5).abs() < 1e-12, "{prices:?}");
    }

    #[test]
    fn prices_without_a_clock_are_all_the_same() {
        let prices = prices(&UNITS, &[], Duration::from_millis(4));
        assert!(prices.iter().all(|(_, price)| (price - 1e-5).abs() < 1e-12), "{prices:?}");
    }

    #[test]
    fn prices_have_all_kernels_in_the_scene_but_one() {
        let (plan, _) = probe::scene_of(1).unwrap();
        let names: Vec<&str> = Work::of_plan(&plan).iter().map(|(name, _)| name).collect();
        let expected: Vec<&str> = KERNELS.iter().map(|kernel| kernel.name).filter(|name| *name != "border").collect();
        assert_eq!(names, expected);
    }
}
