//! A row of largest samples.

use palmette_core::net::Window;

use crate::layout::Lanes;

/// Takes the largest samples of one block of channels: those of the rows under the window that are inside the picture.
pub type MaxPool = fn(&Window, &[&[Lanes]], &mut [Lanes]);

/// Takes the largest samples of one block of channels. The rows have no border.
#[inline(always)]
pub fn max_pool(window: &Window, rows: &[&[Lanes]], output: &mut [Lanes]) {
    let width = rows.first().map_or(0, |row| row.len());
    let before = window.before(1, width);
    for (x, pixel) in output.iter_mut().enumerate() {
        let start = x * window.stride[1];
        let (from, to) = (start.saturating_sub(before), (start + window.taps[1] - before).min(width));
        let mut largest = Lanes([i16::MIN; 16]);
        for row in rows {
            for lanes in &row[from..to] {
                for (largest, &sample) in largest.0.iter_mut().zip(&lanes.0) {
                    *largest = sample.max(*largest);
                }
            }
        }
        *pixel = largest;
    }
}
