//! The device: which adapter, with which limits, and what is heard of its failures.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use wgpu::{DeviceType, Features, Limits};

use crate::Error;
use crate::image::Tiling;
use crate::net::Nets;
use crate::poller::Poller;
use crate::pool::Pool;
use crate::shaders::Pipelines;
use crate::staging::Staging;
use crate::submitter::Submitter;

/// Which adapters may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdapterChoice {
    /// Real GPUs. A software adapter is slower than the CPU engine on the same machine.
    Hardware,
    /// Any, a software adapter if there is nothing better: for tests.
    Any,
}

/// How the engine uses a device.
#[derive(Clone, Copy, Debug)]
pub struct GpuOptions {
    /// Which adapters may be used.
    pub adapter: AdapterChoice,
    /// Device memory that all requests together may take; more is [`Error::PoolFull`]. Default 4 GiB: a picture of 100
    /// million pixels takes some 1.5.
    pub max_bytes: u64,
    /// Memory of the host that uploads of all requests together keep for later ones. What finds no room there gets memory
    /// for itself alone, which takes longer. Default 512 MiB: a picture of 100 million pixels, or ten of 12.
    pub max_staging_bytes: u64,
    /// How long the device may take to answer before it counts as lost. Default 10 s.
    pub timeout: Duration,
    /// Words of a page of a picture, as a power of two from 6 to 25. Default 25, which is 128 MiB: what every device lets a
    /// shader see of a buffer. Less is for tests of what happens to larger pictures.
    pub page_shift: u32,
}

impl Default for GpuOptions {
    fn default() -> Self {
        Self {
            adapter: AdapterChoice::Hardware,
            max_bytes: 4 << 30,
            max_staging_bytes: 512 << 20,
            timeout: Duration::from_secs(10),
            page_shift: 25,
        }
    }
}

/// An open device with everything that jobs share.
#[derive(Debug)]
pub(crate) struct Gpu {
    pub(crate) device: wgpu::Device,
    pub(crate) queue: wgpu::Queue,
    pub(crate) info: wgpu::AdapterInfo,
    pub(crate) pipelines: Pipelines,
    pub(crate) nets: Nets,
    pub(crate) pool: Arc<Pool>,
    pub(crate) staging: Arc<Staging>,
    pub(crate) submitter: Submitter,
    pub(crate) poller: Poller,
    pub(crate) tiling: Tiling,
    pub(crate) timeout: Duration,
    lost: Arc<AtomicBool>,
}

impl Gpu {
    /// Opens the best adapter that the options allow.
    ///
    /// # Errors
    ///
    /// [`Error::NoAdapter`], [`Error::Lacking`], [`Error::Open`].
    pub(crate) fn open(options: &GpuOptions) -> Result<Self, Error> {
        let adapter = find_adapter(options.adapter)?;
        let info = adapter.get_info();
        let (limits, tiling) = (adapter.limits(), Tiling::new(options.page_shift));
        let lacking = |what| Error::Lacking { adapter: info.name.clone(), what };
        if !adapter.features().contains(Features::IMMEDIATES) || limits.max_immediate_size < IMMEDIATE_BYTES {
            return Err(lacking("immediates of 128 bytes"));
        }
        if limits.max_storage_buffer_binding_size < tiling.page_bytes() {
            return Err(lacking("bindings of 128 MiB"));
        }
        let (device, queue) = pollster::block_on(adapter.request_device(&wgpu::DeviceDescriptor {
            label: Some("palmette"),
            // The clock is for benches only.
            required_features: Features::IMMEDIATES | (adapter.features() & Features::TIMESTAMP_QUERY),
            // What every device has, so that tests on a small one take the same paths; only whole pictures in a buffer need more.
            required_limits: Limits {
                max_immediate_size: IMMEDIATE_BYTES,
                max_buffer_size: limits.max_buffer_size,
                ..Limits::default()
            },
            memory_hints: wgpu::MemoryHints::Performance,
            ..wgpu::DeviceDescriptor::default()
        }))
        .map_err(Error::Open)?;
        let lost = Arc::new(AtomicBool::new(false));
        listen(&device, &lost);
        Ok(Self {
            pipelines: Pipelines::new(&device, tiling),
            nets: Nets::default(),
            pool: Pool::new(device.clone(), options.max_bytes),
            staging: Staging::new(device.clone(), options.max_staging_bytes),
            submitter: Submitter::new(device.clone(), queue.clone(), Arc::clone(&lost)),
            poller: Poller::start(device.clone(), Arc::clone(&lost)),
            timeout: options.timeout,
            device,
            queue,
            info,
            tiling,
            lost,
        })
    }

    /// Says whether the device is gone.
    pub(crate) fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Acquire)
    }

    /// Gives the device up, so that no request tries it any more.
    pub(crate) fn give_up(&self) {
        self.lost.store(true, Ordering::Release);
    }
}

/// Bytes of the parameters of a kernel: as many as every device has.
pub(crate) const IMMEDIATE_BYTES: u32 = 128;

/// Finds the best adapter.
fn find_adapter(choice: AdapterChoice) -> Result<wgpu::Adapter, Error> {
    // On macOS Vulkan is not built in, and an instance with nothing in it would panic.
    if !wgpu::Instance::enabled_backend_features().contains(wgpu::Backends::VULKAN) {
        return Err(Error::NoAdapter { found: 0 });
    }
    let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
    descriptor.backends = wgpu::Backends::VULKAN;
    // No layers, which write to the log what a machine without a GPU lacks; and nothing is dispatched indirectly, the check of
    // which would limit the size of a buffer. What wgpu itself checks, it checks regardless.
    descriptor.flags = wgpu::InstanceFlags::empty();
    let instance = wgpu::Instance::new(descriptor);
    let adapters = pollster::block_on(instance.enumerate_adapters(wgpu::Backends::VULKAN));
    let found = adapters.len();
    let is_allowed = |device_type| choice == AdapterChoice::Any || device_type != DeviceType::Cpu;
    let allowed = adapters.into_iter().filter(|adapter| is_allowed(adapter.get_info().device_type));
    allowed.min_by_key(|adapter| rank(adapter.get_info().device_type)).ok_or(Error::NoAdapter { found })
}

/// Orders kinds of adapters, the fastest first.
const fn rank(device_type: DeviceType) -> u32 {
    match device_type {
        DeviceType::DiscreteGpu => 0,
        DeviceType::IntegratedGpu => 1,
        DeviceType::VirtualGpu => 2,
        DeviceType::Other => 3,
        DeviceType::Cpu => 4,
    }
}

/// Takes the errors that no call reports. Without a handler, an error that no scope catches ends the process.
fn listen(device: &wgpu::Device, lost: &Arc<AtomicBool>) {
    let uncaptured_lost = Arc::clone(lost);
    device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
        tracing::error!(error = &error as &dyn std::error::Error, "the device failed outside of any request");
        uncaptured_lost.store(true, Ordering::Release);
    }));
    let lost = Arc::clone(lost);
    device.set_device_lost_callback(move |reason, message| {
        // A device that is closed on purpose is reported as destroyed.
        if reason != wgpu::DeviceLostReason::Destroyed {
            tracing::error!(?reason, message, "the device was lost");
        }
        lost.store(true, Ordering::Release);
    });
}
