//! What is left of many times of the same thing.

use std::time::Duration;

/// The middle of some times, and how far they spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quartiles {
    /// A quarter of the times are at most this.
    pub first: Duration,
    /// Half of the times are at most this.
    pub median: Duration,
    /// Three quarters of the times are at most this.
    pub third: Duration,
}

impl Quartiles {
    /// Summarises times, between two of them in proportion; `None` if there are none.
    #[must_use]
    pub fn of(times: &[Duration]) -> Option<Self> {
        let mut sorted = times.to_vec();
        sorted.sort_unstable();
        let intervals = sorted.len().checked_sub(1)?;
        let at = |quarters: usize| {
            let (index, rest) = (quarters * intervals / 4, u32::try_from(quarters * intervals % 4).unwrap_or(0));
            let next = sorted[(index + 1).min(intervals)];
            sorted[index] + (next - sorted[index]) * rest / 4
        };
        Some(Self { first: at(1), median: at(2), third: at(3) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quartiles(times_ms: &[u64]) -> Option<[u128; 3]> {
        let times: Vec<Duration> = times_ms.iter().copied().map(Duration::from_millis).collect();
        Quartiles::of(&times).map(|of| [of.first, of.median, of.third].map(|time| time.as_millis()))
    }

    #[test]
    fn quartiles_lie_between_the_times() {
        assert_eq!(quartiles(&[]), None);
        assert_eq!(quartiles(&[7]), Some([7, 7, 7]));
        assert_eq!(quartiles(&[30, 10]), Some([15, 20, 25]));
        assert_eq!(quartiles(&[50, 10, 40, 20, 30]), Some([20, 30, 40]));
        assert_eq!(quartiles(&[0, 100, 200, 300]), Some([75, 150, 225]));
    }
}
