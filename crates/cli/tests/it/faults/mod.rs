//! Faults inside the driver: every request is answered with the right pixels, whatever becomes of the device.
//!
//! The server is the real one, in a process of its own; between it and the real driver, a software one in CI, stands
//! `palmette-fault-driver`, which fails when it is told to.
#![cfg(all(target_os = "linux", feature = "gpu"))]

mod machine;
mod scene;

use std::sync::atomic::{AtomicBool, Ordering};

use palmette_fault_driver::{Fault, SLOWNESS};

use self::machine::{Machine, wait_until};
use self::scene::{Scene, explain};
use crate::server::Server;
use crate::support::EX_UNAVAILABLE;

/// Settings with which a GPU is opened again soon, any number of times.
const PATIENT: [&str; 8] =
    ["--engine", "gpu", "--gpu-retry-ms", "20", "--gpu-max-failures", "1000", "--gpu-timeout-ms", "1500"];

/// Settings with which a GPU that fails is soon switched off.
const STRICT: [&str; 8] =
    ["--engine", "gpu", "--gpu-retry-ms", "20", "--gpu-max-failures", "3", "--gpu-timeout-ms", "700"];

/// What a GPU that fails three times is said to be.
const OFF: &str = "off: 3 failures in a row";

/// Returns what `/ready` says of the GPU.
fn gpu_status(server: &Server) -> String {
    let answer = server.get("/ready");
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    body["engine"]["gpu"].as_str().unwrap().to_owned()
}

/// Counts the answers that were made by an engine for a reason.
fn selections(server: &Server, engine: &str, reason: &str) -> u64 {
    let name = format!("palmette_selections_total{{engine=\"{engine}\",reason=\"{reason}\"}} ");
    let metrics = server.get("/metrics");
    metrics.lines().find_map(|line| line.strip_prefix(&name)).map_or(0, |count| count.parse().unwrap())
}

#[test]
fn faults_that_pass_cost_no_request_and_the_gpu_comes_back() {
    let Some(machine) = Machine::new() else { return };
    let (usual, large) = (Scene::new(&machine, 100, 80), Scene::new(&machine, 300, 200));
    let server = machine.serve(&PATIENT);
    assert_eq!(usual.send(&server).engine, "gpu");
    // The large one needs buffers that are not there yet.
    for (fault, reason, scene) in [
        (Fault::SubmitLost, "gpu_lost", &usual),
        (Fault::WaitLost, "gpu_lost", &usual),
        (Fault::Hang, "gpu_timed_out", &usual),
        (Fault::MemoryFull, "gpu_out_of_memory", &large),
    ] {
        let before = selections(&server, "cpu", reason);
        machine.faults.arm(fault, 1).unwrap();
        scene.send_while(&server, |begun| begun < 24);
        assert!(machine.faults.have_happened(fault), "{fault:?} did not happen");
        let after = selections(&server, "cpu", reason);
        assert!(after > before, "{fault:?} is not counted as {reason}: {}", server.get("/metrics"));
        wait_until("the gpu is back", || usual.send(&server).engine == "gpu");
        assert!(gpu_status(&server).starts_with("ready: "), "{}", gpu_status(&server));
    }
    assert!(machine.log().contains("the gpu is back"), "{}", machine.log());
}

#[test]
fn faults_in_the_middle_of_two_hundred_requests_lose_none() {
    let Some(machine) = Machine::new() else { return };
    let scene = Scene::new(&machine, 100, 80);
    let server = machine.serve(&[&PATIENT[..], &["--log-format", "json"]].concat());
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| scene.send_while(&server, |begun| begun < 200 || !is_over.load(Ordering::Relaxed)));
        for fault in [Fault::WaitLost, Fault::SubmitLost, Fault::WaitLost] {
            let before = selections(&server, "gpu", "gpu_wanted");
            wait_until("the gpu computes", || selections(&server, "gpu", "gpu_wanted") > before);
            machine.faults.arm(fault, 1).unwrap();
            wait_until("the fault happened", || machine.faults.have_happened(fault));
        }
        is_over.store(true, Ordering::Relaxed);
    });
    // The second and the third may meet the probe of a device that is being opened again.
    assert!(selections(&server, "cpu", "gpu_lost") >= 1, "{}", server.get("/metrics"));
    // A lost device makes the library panic, which is no reason for a line that no machine can read.
    let log = machine.log();
    assert!(log.contains("a thread panicked"), "{log}");
    for line in log.lines() {
        assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{line}");
    }
}

#[test]
fn faults_in_the_middle_of_a_net_are_the_cpus_to_mend() {
    let Some(machine) = Machine::new() else { return };
    let models = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/models");
    assert!(std::fs::exists(models).unwrap(), "there are no models to test: run scripts/models");
    let scene = Scene::of_net(&machine, models);
    let server = machine.serve(&[&PATIENT[..], &["--models", models]].concat());
    for fault in [Fault::SubmitLost, Fault::WaitLost] {
        wait_until("the gpu is back", || gpu_status(&server).starts_with("ready: "));
        let answer = std::thread::scope(|scope| {
            let answer = scope.spawn(|| scene.send(&server));
            // It takes several submissions, and by then the first ones.
            std::thread::sleep(std::time::Duration::from_millis(150));
            machine.faults.arm(fault, 1).unwrap();
            answer.join().unwrap()
        });
        assert!(machine.faults.have_happened(fault), "{fault:?} did not happen: {answer:?}");
        assert_eq!(answer.engine, "cpu", "{fault:?}: {}", machine.log());
    }
    // The nets are brought to the device that is opened then.
    wait_until("the gpu is back", || scene.send(&server).engine == "gpu");
}

#[test]
fn faults_that_stay_switch_the_gpu_off() {
    let Some(machine) = Machine::new() else { return };
    let (usual, large) = (Scene::new(&machine, 100, 80), Scene::new(&machine, 300, 200));
    for (fault, scene) in
        [(Fault::SubmitLost, &usual), (Fault::WaitLost, &usual), (Fault::MemoryFull, &large), (Fault::Hang, &usual)]
    {
        let server = machine.serve(&STRICT);
        machine.faults.arm_always(fault).unwrap();
        scene.send_while(&server, |begun| begun < 12);
        wait_until("the gpu is off", || {
            scene.send(&server);
            gpu_status(&server).starts_with(OFF)
        });
        let log = machine.log();
        assert_eq!(log.matches("the gpu is off until the next start").count(), 1, "{fault:?}: {log}");
        if fault == Fault::SubmitLost {
            assert!(machine.doctor().contains("gpu: not usable: "), "{}", machine.doctor());
        }
        machine.faults.disarm(fault).unwrap();
        // It stays off even though it would work, and the CPU goes on.
        assert_eq!(scene.send(&server).engine, "cpu");
        assert!(selections(&server, "cpu", "gpu_off") >= 1, "{}", server.get("/metrics"));
        assert!(gpu_status(&server).starts_with(OFF));
    }
}

#[test]
fn faults_that_compute_wrong_pixels_keep_the_gpu_from_being_used() {
    let Some(machine) = Machine::new() else { return };
    for fault in [Fault::KernelSkipped, Fault::CopySkipped] {
        machine.faults.arm_always(fault).unwrap();
        assert!(machine.doctor().contains("gpu: not usable: the probe gave a wrong answer"), "{}", machine.doctor());
        let output = machine.command().args(["serve", "--listen", "127.0.0.1:0", "--engine", "gpu"]).output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(EX_UNAVAILABLE), "{text}");
        assert!(text.contains("engine `gpu` cannot be used: the probe gave a wrong answer"), "{text}");
        machine.faults.disarm(fault).unwrap();
    }
    // With a choice, the server goes on without.
    machine.faults.arm_always(Fault::Disguise).unwrap();
    machine.faults.arm_always(Fault::KernelSkipped).unwrap();
    let scene = Scene::new(&machine, 100, 80);
    let server = machine.serve(&["--engine", "auto"]);
    assert!(gpu_status(&server).starts_with("off: the probe gave a wrong answer"), "{}", gpu_status(&server));
    assert!(machine.log().contains("the gpu is off until the next start"), "{}", machine.log());
    assert_eq!(scene.send(&server).engine, "cpu");
}

#[test]
fn faults_that_make_a_lost_gpu_compute_wrong_pixels_switch_it_off() {
    let Some(machine) = Machine::new() else { return };
    let scene = Scene::new(&machine, 100, 80);
    let server = machine.serve(&PATIENT);
    machine.faults.arm_always(Fault::SubmitLost).unwrap();
    scene.send(&server);
    // No submission passes until there is no right one any more.
    machine.faults.arm_always(Fault::KernelSkipped).unwrap();
    machine.faults.disarm(Fault::SubmitLost).unwrap();
    wait_until("the gpu is off", || {
        scene.send(&server);
        gpu_status(&server).starts_with("off: the probe gave a wrong answer")
    });
}

#[test]
fn faults_leave_the_choice_of_auto_in_metric_explanation_and_log() {
    let Some(machine) = Machine::new() else { return };
    machine.faults.arm_always(Fault::Disguise).unwrap();
    let scene = Scene::new(&machine, 100, 80);
    let server = machine.serve(&["--engine", "auto"]);
    assert!(gpu_status(&server).starts_with("ready: "), "{}", gpu_status(&server));
    // A small picture is not worth the way.
    assert_eq!(scene.send(&server).engine, "cpu");
    assert_eq!(selections(&server, "cpu", "cpu_pays"), 1, "{}", server.get("/metrics"));
    let plan = explain(&server);
    assert_eq!((&plan["engine"], &plan["engine_reason"]), (&"cpu".into(), &"cpu_pays".into()));
    assert!(machine.log().contains("engine.reason=\"cpu_pays\""), "{}", machine.log());
}

/// Returns a price of the GPU in nanoseconds, as `doctor` says it.
fn price(doctor: &str, what: &str) -> f64 {
    let (_, prices) = doctor.split_once("cost: in ns on the gpu: ").expect("prices");
    let prices = prices.lines().next().unwrap_or_default().split(", ");
    let (_, price) = prices.filter_map(|price| price.split_once(' ')).find(|(name, _)| *name == what).expect("a price");
    price.parse().expect("a number")
}

#[test]
fn faults_of_speed_are_measured_at_the_start() {
    let Some(machine) = Machine::new() else { return };
    let slowness_ns = 1e9 * SLOWNESS.as_secs_f64();
    let usual = machine.doctor();
    for (fault, what, least) in [
        (Fault::SlowSubmission, "begin", slowness_ns),
        // A picture of 2^22 bytes goes there in one copy and comes back in another; half of that, since what any plan
        // takes is measured apart and may come out too long.
        (Fault::SlowLargeCopy, "transfer_byte", slowness_ns / f64::from(1 << 23)),
        // Some ten large kernels of a scene take a second more, which is many times as long as they do.
        (Fault::SlowLargeKernel, "sharpen", 3.0 * price(&usual, "sharpen")),
    ] {
        machine.faults.arm_always(fault).unwrap();
        let text = machine.doctor();
        machine.faults.disarm(fault).unwrap();
        assert!(price(&text, what) >= least, "{fault:?}: {what} is less than {least}: {text}");
    }
}
