//! Where one engine becomes faster than the other.

use super::rows::{Row, Rows};

/// How two engines compare over the sizes that both were measured at.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Comparison {
    /// Megapixels, and how many times as fast as the CPU the GPU is there.
    pub(super) speedups: Vec<(f64, f64)>,
}

impl Comparison {
    /// Compares the totals of both.
    pub(super) fn of(rows: &Rows, kind: &str, name: &str) -> Self {
        let (cpu, gpu) = (rows.series(kind, name, "cpu", "total"), rows.series(kind, name, "gpu", "total"));
        let speedup = |cpu: &&Row| {
            let gpu = gpu.iter().find(|gpu| gpu.size == cpu.size)?;
            Some((cpu.megapixels(), cpu.median_ms / gpu.median_ms))
        };
        Self { speedups: cpu.iter().filter_map(speedup).collect() }
    }

    /// Returns the megapixels from which on the GPU is the faster one up to the largest size, found on a straight line between
    /// the logarithms of two sizes; `None` if it is not the faster one at the largest size.
    pub(super) fn crossing(&self) -> Option<f64> {
        let wins = self.speedups.iter().rev().take_while(|(_, speedup)| *speedup > 1.0).count();
        let first = self.speedups.len() - wins;
        let &(above, win) = self.speedups.get(first)?;
        let Some(&(below, loss)) = first.checked_sub(1).and_then(|last| self.speedups.get(last)) else {
            return Some(above);
        };
        let share = -loss.ln() / (win.ln() - loss.ln());
        Some((below.ln() + share * (above.ln() - below.ln())).exp())
    }

    /// Says it in a few words.
    pub(super) fn verdict(&self) -> String {
        let range = |factors: &[f64]| {
            let (least, most) = factors
                .iter()
                .fold((f64::INFINITY, 0.0_f64), |(least, most), &factor| (least.min(factor), most.max(factor)));
            let [least, most] = [least, most].map(factor);
            if least == most { format!("{most}×") } else { format!("{least} to {most}×") }
        };
        let losses: Vec<f64> = self.speedups.iter().map(|(_, speedup)| 1.0 / speedup).collect();
        match self.crossing() {
            _ if self.speedups.is_empty() => "not measured".to_owned(),
            None if losses.iter().all(|loss| *loss >= 1.0) => format!("CPU faster everywhere, {}", range(&losses)),
            None => "CPU faster at the largest size".to_owned(),
            Some(_) if losses.iter().all(|loss| *loss < 1.0) => {
                let gains: Vec<f64> = self.speedups.iter().map(|(_, speedup)| *speedup).collect();
                format!("GPU faster everywhere, {}", range(&gains))
            }
            Some(megapixels) => {
                let most = self.speedups.iter().fold(0.0, |most: f64, (_, speedup)| most.max(*speedup));
                format!("GPU faster from {} MP, up to {}×", short(megapixels), factor(most))
            }
        }
    }
}

/// Writes a factor with two digits that matter.
fn factor(factor: f64) -> String {
    if factor < 9.95 { format!("{factor:.1}") } else { format!("{factor:.0}") }
}

/// Writes megapixels with as many digits as are of interest.
pub(super) fn short(megapixels: f64) -> String {
    if megapixels < 0.995 {
        format!("{megapixels:.1}")
    } else if megapixels < 9.95 {
        trimmed(megapixels)
    } else {
        format!("{megapixels:.0}")
    }
}

fn trimmed(number: f64) -> String {
    format!("{number:.1}").trim_end_matches(".0").to_owned()
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use super::super::rows::tests::sample;
    use super::*;

    fn comparison(speedups: &[(f64, f64)]) -> Comparison {
        Comparison { speedups: speedups.to_vec() }
    }

    #[test]
    fn crossing_lies_between_the_sizes() {
        let found = comparison(&[(0.1, 0.1), (1.0, 0.5), (4.0, 2.0), (10.0, 3.0)]);
        assert_abs_diff_eq!(found.crossing().unwrap(), 2.0, epsilon = 1e-9);
        assert_eq!(found.verdict(), "GPU faster from 2 MP, up to 3.0×");
        let again = comparison(&[(0.1, 2.0), (1.0, 0.5), (4.0, 2.0)]);
        // What it loses again does not count.
        assert_abs_diff_eq!(again.crossing().unwrap(), 2.0, epsilon = 1e-9);
    }

    #[test]
    fn crossing_is_not_made_up() {
        assert_eq!(comparison(&[(0.1, 0.5), (1.0, 0.1)]).verdict(), "CPU faster everywhere, 2.0 to 10×");
        assert_eq!(comparison(&[(0.1, 2.0), (1.0, 12.0)]).verdict(), "GPU faster everywhere, 2.0 to 12×");
        assert_eq!(comparison(&[(0.1, 2.0), (1.0, 0.5)]).verdict(), "CPU faster at the largest size");
        assert_eq!(comparison(&[]).crossing(), None);
    }

    #[test]
    fn crossing_of_rows() {
        let found = Comparison::of(&sample(), "chain", "resize");
        assert_eq!(found.speedups.len(), 4);
        assert!(found.crossing().is_some_and(|megapixels| (0.1..0.2).contains(&megapixels)), "{found:?}");
    }
}
