//! The choice of colours: bins of similar pixels, divided into as many clusters as there are colours.

use palmette_core::alloc;

use super::nearest::Nearest;
use super::{METRIC, premultiply};
use crate::Error;

/// Rounds of k-means after the split; each settles the colours a little better, the first ones most.
const ROUNDS: usize = 2;

/// The two kinds of pixels that have colours to choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    /// Alpha 1 to 254.
    Translucent,
    /// Alpha 255.
    Opaque,
}

impl Group {
    /// Returns the group of an alpha; clear pixels have none.
    pub(super) const fn of(alpha: u8) -> Option<Self> {
        match alpha {
            0 => None,
            u8::MAX => Some(Self::Opaque),
            _ => Some(Self::Translucent),
        }
    }

    /// Returns the bits of a channel that number the bins in which pixels are counted.
    pub(super) const fn bits(self) -> u8 {
        match self {
            Self::Opaque => 5,
            Self::Translucent => 4,
        }
    }

    /// Returns the number of bins when so many bits of a channel number them.
    pub(super) const fn bins(self, bits: u8) -> usize {
        match self {
            Self::Opaque => 1 << (3 * bits),
            Self::Translucent => 1 << (4 * bits),
        }
    }

    /// Returns the bin of a colour.
    pub(super) fn bin(self, [red, green, blue, alpha]: [u8; 4], bits: u8) -> usize {
        let join = |bin, level: u8| (bin << bits) | usize::from(level >> (8 - bits));
        let bin = [red, green, blue].into_iter().fold(0, join);
        if self == Self::Opaque { bin } else { join(bin, alpha) }
    }

    /// Returns the lowest and the highest colour of the bin that a colour is in.
    pub(super) fn bounds(self, color: [u8; 4], bits: u8) -> [[u8; 4]; 2] {
        let mask = u8::MAX >> bits;
        let mut bounds = [color.map(|level| level & !mask), color.map(|level| level | mask)];
        if self == Self::Opaque {
            bounds.iter_mut().for_each(|bound| bound[3] = u8::MAX);
        }
        bounds
    }
}

/// Pixels of one bin: their mean, premultiplied, and their number.
#[derive(Clone, Copy, Debug)]
struct Point {
    color: [u8; 4],
    weight: u64,
}

/// Sums over pixels, from which mean and error follow.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    weight: u64,
    levels: [u64; 4],
    squares: [u64; 4],
}

impl Sums {
    fn add(&mut self, color: [u8; 4], weight: u64) {
        self.weight += weight;
        for (channel, level) in color.into_iter().map(u64::from).enumerate() {
            self.levels[channel] += weight * level;
            self.squares[channel] += weight * level * level;
        }
    }

    /// Returns the mean, rounded to nearest; of no pixels, nothing.
    fn mean(&self) -> Option<[u8; 4]> {
        let weight = self.weight;
        (weight > 0).then(|| self.levels.map(|sum| u8::try_from((sum + weight / 2) / weight).unwrap_or(u8::MAX)))
    }

    /// Returns the squared distances from the mean along a channel, in all.
    fn error(&self, channel: usize) -> f64 {
        let sum = self.levels[channel] as f64;
        f64::from(METRIC[channel]) * (self.squares[channel] as f64 - sum * sum / (self.weight.max(1) as f64))
    }
}

/// A box of points that will share a colour.
struct Cluster<'a> {
    group: Group,
    points: &'a mut [Point],
    /// The channel along which the points differ most, and their squared error in all channels.
    widest: usize,
    error: f64,
}

impl<'a> Cluster<'a> {
    fn new(group: Group, points: &'a mut [Point]) -> Self {
        let sums = sum(points);
        let errors = [0, 1, 2, 3].map(|channel| sums.error(channel));
        let widest = (0..4).max_by(|&a, &b| errors[a].total_cmp(&errors[b])).unwrap_or_default();
        Self { group, points, widest, error: errors.iter().sum() }
    }

    /// Divides the points where that leaves the least error.
    fn split(self) -> [Self; 2] {
        let Self { group, points, widest, .. } = self;
        points.sort_unstable_by_key(|point| (point.color[widest], point.color));
        let all = sum(points);
        let mut left = Sums::default();
        let mut best = (f64::NEG_INFINITY, points.len() / 2);
        for (at, pair) in (1..).zip(points.array_windows::<2>()) {
            left.add(pair[0].color, pair[0].weight);
            if pair[0].color[widest] == pair[1].color[widest] {
                continue;
            }
            let right_weight = (all.weight - left.weight) as f64;
            // How much the error shrinks, without a term that is the same everywhere.
            let gain: f64 = (0..4)
                .map(|channel| {
                    let (near, far) =
                        (left.levels[channel] as f64, (all.levels[channel] - left.levels[channel]) as f64);
                    f64::from(METRIC[channel]) * (near * near / left.weight as f64 + far * far / right_weight)
                })
                .sum();
            if gain > best.0 {
                best = (gain, at);
            }
        }
        let (low, high) = points.split_at_mut(best.1);
        [Self::new(group, low), Self::new(group, high)]
    }
}

/// Chooses up to `max_colors` colours, at least one for each group that is there: premultiplied translucent and opaque ones.
///
/// # Errors
///
/// [`Error::Core`] if memory runs out.
pub(super) fn choose(pixels: &[[u8; 4]], max_colors: usize) -> Result<[Vec<[u8; 4]>; 2], Error> {
    let groups = [Group::Translucent, Group::Opaque];
    let mut points = [collect(pixels, groups[0])?, collect(pixels, groups[1])?];
    let mut clusters = alloc::try_with_capacity(max_colors)?;
    for (group, points) in groups.into_iter().zip(&mut points).filter(|(_, points)| !points.is_empty()) {
        clusters.push(Cluster::new(group, points));
    }
    while clusters.len() < max_colors {
        let worst = (0..clusters.len()).max_by(|&a, &b| clusters[a].error.total_cmp(&clusters[b].error));
        // A cluster of one colour is left as it is; rounding may leave it a trace of an error.
        let Some(worst) = worst.filter(|&worst| is_divisible(&clusters[worst])) else { break };
        let halves = clusters.swap_remove(worst).split();
        clusters.extend(halves);
    }
    let means = |group| {
        let means = clusters.iter().filter(|cluster| cluster.group == group);
        means.filter_map(|cluster| sum(cluster.points).mean()).collect::<Vec<_>>()
    };
    let mut chosen = groups.map(means);
    for ((colors, group), points) in chosen.iter_mut().zip(groups).zip(&points) {
        settle(colors, group, points)?;
    }
    Ok(chosen)
}

/// Tells whether points differ along the channel in which a cluster would be divided.
fn is_divisible(cluster: &Cluster<'_>) -> bool {
    let levels = || cluster.points.iter().map(|point| point.color[cluster.widest]);
    levels().min() < levels().max()
}

/// Counts the pixels of a group in bins; bins without pixels are left out.
fn collect(pixels: &[[u8; 4]], group: Group) -> Result<Vec<Point>, Error> {
    if !pixels.iter().any(|pixel| Group::of(pixel[3]) == Some(group)) {
        return Ok(Vec::new());
    }
    let mut bins = alloc::try_filled(group.bins(group.bits()), (0_u64, [0_u64; 4]))?;
    for &pixel in pixels.iter().filter(|pixel| Group::of(pixel[3]) == Some(group)) {
        let color = premultiply(pixel);
        let (weight, levels) = &mut bins[group.bin(color, group.bits())];
        *weight += 1;
        levels.iter_mut().zip(color).for_each(|(sum, level)| *sum += u64::from(level));
    }
    let filled = bins.iter().filter(|(weight, _)| *weight > 0);
    let mut points = alloc::try_with_capacity(filled.clone().count())?;
    points.extend(filled.filter_map(|&(weight, levels)| {
        Some(Point { color: Sums { weight, levels, squares: [0; 4] }.mean()?, weight })
    }));
    Ok(points)
}

/// Moves every colour to the mean of the points that are nearest to it, a few times.
fn settle(colors: &mut [[u8; 4]], group: Group, points: &[Point]) -> Result<(), Error> {
    for _ in 0..ROUNDS {
        let mut sums = [Sums::default(); 256];
        let mut nearest = Nearest::new(group, colors)?;
        for point in points {
            sums[nearest.find(point.color)].add(point.color, point.weight);
        }
        for (color, sums) in colors.iter_mut().zip(&sums) {
            *color = sums.mean().unwrap_or(*color);
        }
    }
    Ok(())
}

/// Sums up points.
fn sum(points: &[Point]) -> Sums {
    points.iter().fold(Sums::default(), |mut sums, point| {
        sums.add(point.color, point.weight);
        sums
    })
}
