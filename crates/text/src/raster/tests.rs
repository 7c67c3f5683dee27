//! Shapes whose coverage is known.

use super::Edges;
use crate::budget::Budget;
use crate::outline::{GridPoint, UNIT};

/// Closes a contour through some points, in pixels.
fn contour(edges: &mut Edges, points: &[(f64, f64)]) {
    #[expect(clippy::cast_possible_truncation, reason = "small numbers")]
    let grid = |value: f64| (value * f64::from(UNIT)) as i32;
    let place = |&(x, y): &(f64, f64)| GridPoint { x: grid(x), y: grid(y) };
    for (from, to) in points.iter().zip(points.iter().cycle().skip(1)) {
        edges.push(place(from), place(to));
    }
}

/// Covers 4×3 pixels.
fn cover(contours: &[&[(f64, f64)]]) -> [[f64; 4]; 3] {
    let mut edges = Edges::default();
    contours.iter().for_each(|points| contour(&mut edges, points));
    let mut rows = [[0.0; 4]; 3];
    let fill =
        |y: u32, first: usize, values: &[f64]| rows[y as usize][first..first + values.len()].copy_from_slice(values);
    edges.cover(4, 0..3, &mut Budget::new(), fill).expect("a simple shape");
    rows
}

#[test]
fn coverage_of_a_rectangle_is_its_area() {
    let rows = cover(&[&[(0.5, 0.25), (2.5, 0.25), (2.5, 2.0), (0.5, 2.0)]]);
    assert_eq!(rows, [[0.375, 0.75, 0.375, 0.0], [0.5, 1.0, 0.5, 0.0], [0.0; 4]]);
}

#[test]
fn coverage_of_a_triangle_is_its_area() {
    let rows = cover(&[&[(0.0, 0.0), (2.0, 2.0), (0.0, 2.0)]]);
    assert_eq!(rows, [[0.5, 0.0, 0.0, 0.0], [1.0, 0.5, 0.0, 0.0], [0.0; 4]]);
}

#[test]
fn overlap_counts_once() {
    let square = |x: f64| [(x, 0.0), (x + 1.5, 0.0), (x + 1.5, 1.0), (x, 1.0)];
    let rows = cover(&[&square(0.0), &square(0.75)]);
    assert_eq!(rows[0], [1.0, 1.0, 0.25, 0.0]);
}

#[test]
fn contours_that_wind_the_other_way_cut_holes() {
    let rows =
        cover(&[&[(0.0, 0.0), (3.0, 0.0), (3.0, 3.0), (0.0, 3.0)], &[(1.0, 1.0), (1.0, 2.0), (2.0, 2.0), (2.0, 1.0)]]);
    assert_eq!(rows, [[1.0, 1.0, 1.0, 0.0], [1.0, 0.0, 1.0, 0.0], [1.0, 1.0, 1.0, 0.0]]);
}

#[test]
fn contours_that_cross_are_one_shape() {
    // Both loops of a bow tie are inside, whichever way they wind.
    let rows = cover(&[&[(0.0, 0.0), (2.0, 1.0), (2.0, 0.0), (0.0, 1.0)]]);
    assert_eq!(rows[0], [0.5, 0.5, 0.0, 0.0]);
}

#[test]
fn what_lies_outside_is_left_out() {
    let rows = cover(&[&[(-3.0, -2.0), (9.0, -2.0), (9.0, 1.5), (-3.0, 1.5)]]);
    assert_eq!(rows, [[1.0; 4], [0.5; 4], [0.0; 4]]);
}
