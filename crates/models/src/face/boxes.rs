//! From what the nets say to boxes: anchors, and what is said of the same face several times.

use crate::runner::Tensor;

/// A face is taken for one from this logarithm of the odds on: six to four.
const MIN_LOGIT: f64 = 0.405;
/// Boxes that overlap by more than this are of the same face: the area of both over that of either.
const SAME_FACE: f64 = 0.3;

/// What a net says, in real numbers.
#[derive(Clone, Debug)]
pub struct Grid {
    /// Columns and rows.
    size: [usize; 2],
    /// Numbers of a place.
    channels: usize,
    /// By row, column, channel.
    values: Vec<f64>,
}

impl Grid {
    /// Takes samples, each of which is worth `unit`.
    #[must_use]
    pub fn of_samples(samples: Tensor, unit: f64) -> Self {
        let values = samples.samples.iter().map(|&sample| f64::from(sample) * unit).collect();
        Self { size: [samples.size.width as usize, samples.size.height as usize], channels: samples.channels, values }
    }

    /// Takes numbers by row, column, channel.
    #[must_use]
    pub const fn of_values(size: [usize; 2], channels: usize, values: Vec<f64>) -> Self {
        Self { size, channels, values }
    }
}

/// A face.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// Left, top, right and bottom edge, in pixels.
    pub edges: [f64; 4],
    /// How sure the net is: the logarithm of the odds.
    pub logit: f64,
}

impl Found {
    /// Returns the area of both boxes over that of either.
    #[must_use]
    pub fn overlap(&self, other: &Self) -> f64 {
        let area = |[left, top, right, bottom]: [f64; 4]| (right - left).max(0.0) * (bottom - top).max(0.0);
        let (a, b) = (self.edges, other.edges);
        let both = area([a[0].max(b[0]), a[1].max(b[1]), a[2].min(b[2]), a[3].min(b[3])]);
        let either = area(a) + area(b) - both;
        if either > 0.0 { both / either } else { 0.0 }
    }
}

/// Reads the grids of a net that looked at a square: first those with boxes, then, in the same order, those with scores. A place has as many
/// anchors as scores, and 16 numbers for each: the middle of the box from that of the place, its size, and six points.
#[must_use]
pub fn decode(grids: &[Grid], side: u32) -> Vec<Found> {
    let (boxes, scores) = grids.split_at(grids.len() / 2);
    let mut found = Vec::new();
    for (boxes, scores) in boxes.iter().zip(scores) {
        let [columns, rows] = scores.size;
        for (index, &logit) in scores.values.iter().enumerate().filter(|&(_, &logit)| logit >= MIN_LOGIT) {
            let (place, anchor) = (index / scores.channels, index % scores.channels);
            let numbers = &boxes.values[place * boxes.channels + anchor * 16..][..4];
            let middle = |at: usize, count: usize| (2.0 * to_f64(at) + 1.0) * f64::from(side) / (2.0 * to_f64(count));
            let x = numbers[0] + middle(place % columns, columns);
            let y = numbers[1] + middle(place / columns, rows);
            let (half_width, half_height) = (numbers[2] / 2.0, numbers[3] / 2.0);
            found.push(Found { edges: [x - half_width, y - half_height, x + half_width, y + half_height], logit });
        }
    }
    found
}

/// Makes one of what was found of the same face: the mean, weighed by how sure each is. The surest are first.
#[must_use]
pub fn join(mut found: Vec<Found>) -> Vec<Found> {
    // Stable: of equals the first stays first.
    found.sort_by(|a, b| b.logit.total_cmp(&a.logit));
    let mut joined = Vec::new();
    while let Some(best) = found.first().copied() {
        let (same, others): (Vec<_>, Vec<_>) =
            found.into_iter().enumerate().partition(|(index, one)| *index == 0 || best.overlap(one) > SAME_FACE);
        found = others.into_iter().map(|(_, one)| one).collect();
        let (mut edges, mut weights) = ([0.0; 4], 0.0);
        for (_, one) in same {
            let weight = 1.0 / (1.0 + libm::exp(-one.logit));
            weights += weight;
            edges.iter_mut().zip(one.edges).for_each(|(sum, edge)| *sum += edge * weight);
        }
        joined.push(Found { edges: edges.map(|sum| sum / weights), logit: best.logit });
    }
    joined
}

/// Makes a count a number.
fn to_f64(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(edges: [f64; 4], logit: f64) -> Found {
        Found { edges, logit }
    }

    #[test]
    fn boxes_lie_around_their_anchors() {
        // Two places, two anchors each; the second place's second anchor sees a face.
        let mut boxes = vec![0.0; 64];
        boxes[48..52].copy_from_slice(&[1.0, -2.0, 8.0, 4.0]);
        let grids = [Grid::of_values([2, 1], 32, boxes), Grid::of_values([2, 1], 2, vec![-1.0, 0.4, 0.0, 3.0])];
        // The middle of the place is (96, 64).
        assert_eq!(decode(&grids, 128), [found([93.0, 60.0, 101.0, 64.0], 3.0)]);
    }

    #[test]
    fn boxes_of_one_face_become_one() {
        let joined = join(vec![
            found([0.0, 0.0, 10.0, 10.0], 1.0),
            found([50.0, 50.0, 60.0, 60.0], 2.0),
            found([1.0, 0.0, 11.0, 10.0], 1.0),
            found([9.0, 9.0, 20.0, 20.0], 0.5),
        ]);
        assert_eq!(joined.len(), 3);
        assert_eq!(joined[0], found([50.0, 50.0, 60.0, 60.0], 2.0));
        assert_eq!(joined[1], found([0.5, 0.0, 10.5, 10.0], 1.0));
    }
}
