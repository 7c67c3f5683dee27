//! The Khronos validation layer, where tests run under it: it has to be there, and to say what it sees.
//!
//! `cargo xtask check validation` runs the parity tests with the layer between the loader and the driver. Its settings
//! (`tests/validation`) make the first message end the process, so silence is what passes. But a layer that is not there is
//! silent, too. So one test makes a mistake on purpose, in a process of its own, and demands that it is seen.
#![expect(unsafe_code, reason = "only without wgpu's own checks can a mistake be made")]

use std::process::Command;

use ash::vk;

/// Says whether the layer has to be there: `require`, or absent.
const WISH_VARIABLE: &str = "PALMETTE_VALIDATION";

/// Says to the process that makes the mistake that it is the one.
const MISTAKE_VARIABLE: &str = "PALMETTE_VALIDATION_MISTAKE";

/// What the layer calls two writes that nothing keeps apart.
const HAZARD: &str = "SYNC-HAZARD-WRITE-AFTER-WRITE";

#[test]
fn validation_layer_sees_two_writes_without_a_barrier() {
    if std::env::var_os(MISTAKE_VARIABLE).is_some() {
        // SAFETY: the mistake is that the order of two writes of zeros is open, and they are never carried out.
        unsafe { record_two_writes() }.expect("a device, and memory for a small buffer");
        return;
    }
    match std::env::var(WISH_VARIABLE).as_deref() {
        Ok("require") => {}
        Ok(wish) => panic!("{WISH_VARIABLE} is {wish}: require, or nothing"),
        Err(_) => {
            eprintln!("skipped: `cargo xtask check validation` runs this under the layer");
            return;
        }
    }
    let name = "validation::validation_layer_sees_two_writes_without_a_barrier";
    let output = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", name, "--nocapture"])
        .env(MISTAKE_VARIABLE, "1")
        .output()
        .expect("this program runs again");
    let said = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    assert!(said.contains(HAZARD), "the layer is not there, or does not look at synchronisation:\n{said}");
    assert!(!output.status.success(), "a message does not end the process:\n{said}");
}

/// Records two writes to one buffer with no barrier between them, on the first device that there is.
///
/// # Safety
///
/// None is needed beyond that of a driver: nothing that is recorded is submitted.
unsafe fn record_two_writes() -> Result<(), Box<dyn std::error::Error>> {
    const SIZE: u64 = 256;
    // SAFETY: every handle comes from the call before, and none outlives the process.
    unsafe {
        let entry = ash::Entry::load()?;
        let application = vk::ApplicationInfo::default().api_version(vk::API_VERSION_1_1);
        let instance = vk::InstanceCreateInfo::default().application_info(&application);
        let instance = entry.create_instance(&instance, None)?;
        let physical = *instance.enumerate_physical_devices()?.first().ok_or("no device")?;
        let queues = [vk::DeviceQueueCreateInfo::default().queue_priorities(&[1.0])];
        let device = vk::DeviceCreateInfo::default().queue_create_infos(&queues);
        let device = instance.create_device(physical, &device, None)?;

        let buffer = vk::BufferCreateInfo::default().size(SIZE).usage(vk::BufferUsageFlags::TRANSFER_DST);
        let buffer = device.create_buffer(&buffer, None)?;
        let needed = device.get_buffer_memory_requirements(buffer);
        let memory = vk::MemoryAllocateInfo::default()
            .allocation_size(needed.size)
            .memory_type_index(needed.memory_type_bits.trailing_zeros());
        device.bind_buffer_memory(buffer, device.allocate_memory(&memory, None)?, 0)?;

        let pool = device.create_command_pool(&vk::CommandPoolCreateInfo::default(), None)?;
        let commands = vk::CommandBufferAllocateInfo::default().command_pool(pool).command_buffer_count(1);
        let commands = device.allocate_command_buffers(&commands)?[0];
        device.begin_command_buffer(commands, &vk::CommandBufferBeginInfo::default())?;
        for _ in 0..2 {
            device.cmd_fill_buffer(commands, buffer, 0, SIZE, 0);
        }
        device.end_command_buffer(commands)?;
    }
    Ok(())
}
