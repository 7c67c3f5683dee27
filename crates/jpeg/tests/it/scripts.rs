//! Orders of scans, codes and tables: whatever a file may choose, the samples are the same.

use crate::twin::{check, check_file};
use crate::writer::{Codes, LATE_STEPS, Layout, Picture, Process, scripts, sequential_scripts};

/// The pictures that are written: YCbCr in two samplings, grey, four inks.
const FACTORS: [&[(usize, usize)]; 4] =
    [&[(2, 2), (1, 1), (1, 1)], &[(1, 1), (1, 1), (1, 1)], &[(1, 1)], &[(2, 1), (1, 1), (1, 1), (2, 1)]];

/// Checks pictures in every order of scans that a process has.
fn check_orders(process: Process, change: impl Fn(&mut Picture, &mut Layout), what: &str) {
    for factors in FACTORS {
        let components = u8::try_from(factors.len()).expect("at most four");
        let orders = match process {
            Process::Progressive => scripts(components),
            _ => sequential_scripts(components),
        };
        for (name, scans) in orders {
            let mut picture = Picture::random(59, 43, factors, 21);
            let mut layout = Layout::new(process, scans);
            change(&mut picture, &mut layout);
            check(&picture, &layout, &format!("{what}: {factors:?}, {process:?}, {name}"));
        }
    }
}

const PROCESSES: [Process; 3] = [Process::Baseline, Process::Extended, Process::Progressive];

#[test]
fn scripts_of_every_order_and_restart() {
    for process in PROCESSES {
        for restarts in [[0, 0], [1, 1], [4, 7], [0, 3], [1000, 0], [65_535, 2]] {
            check_orders(process, |_, layout| layout.restarts = restarts, &format!("restarts {restarts:?}"));
        }
    }
}

#[test]
fn scripts_with_codes_of_one_length() {
    for process in PROCESSES {
        check_orders(process, |_, layout| layout.codes = Codes::Flat, "flat codes");
    }
}

#[test]
fn scripts_with_steps_of_16_bits() {
    for process in [Process::Extended, Process::Progressive] {
        let change = |picture: &mut Picture, _: &mut Layout| {
            // Only few coefficients can have such steps without leaving what samples can be.
            for steps in &mut picture.steps {
                (steps[2], steps[7], steps[40]) = (300, 1024, 257);
            }
            for block in picture.components.iter_mut().flat_map(|component| &mut component.blocks) {
                (block[2], block[7], block[40]) = (block[2].signum(), block[7].signum(), block[40].signum());
            }
        };
        check_orders(process, change, "wide steps");
    }
}

#[test]
fn scripts_with_other_steps_behind_the_first_scan() {
    // A component uses what is defined when its first scan starts, to the end.
    for factors in FACTORS {
        let components = u8::try_from(factors.len()).expect("at most four");
        let sequential = sequential_scripts(components).into_iter().map(|it| (Process::Extended, it));
        let progressive = scripts(components).into_iter().map(|it| (Process::Progressive, it));
        for (process, (name, scans)) in sequential.chain(progressive) {
            let mut picture = Picture::random(59, 43, factors, 22);
            let layout = Layout { has_late_steps: true, ..Layout::new(process, scans) };
            let file = layout.write(&picture);
            let late = picture.steps.len();
            picture.steps.push(LATE_STEPS);
            for (i, component) in picture.components.iter_mut().enumerate() {
                if !layout.scans[0].components.iter().any(|&it| usize::from(it) == i) {
                    component.steps = late;
                }
            }
            check_file(&file, &picture, &format!("late steps: {factors:?}, {process:?}, {name}"));
        }
    }
}

#[test]
fn scripts_of_pictures_wider_than_a_run() {
    // Runs of 32,767 blocks and of more; the picture is empty except for a block now and then.
    let mut picture = Picture::random(2048, 1100, &[(1, 1)], 3);
    for (i, block) in picture.components[0].blocks.iter_mut().enumerate() {
        *block = [0; 64];
        if i == 5 || i == 34_000 {
            (block[0], block[1], block[63]) = (30, -9, 5);
        }
    }
    for (name, scans) in scripts(1) {
        for restarts in [[0, 0], [33_000, 0]] {
            let layout = Layout { restarts, ..Layout::new(Process::Progressive, scans.clone()) };
            check(&picture, &layout, &format!("sparse, {name}, restarts {restarts:?}"));
        }
    }
}
