//! The driver: three functions that the Vulkan loader looks for by name, and those that may fail.
//!
//! All else it answers with the functions of the real driver, so most calls never come here.
#![expect(unsafe_code, reason = "a driver is called through pointers to functions, and calls another one so")]

use std::collections::HashSet;
use std::ffi::{CStr, c_char};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use ash::vk::{self, Handle};
use libloading::Library;

use crate::faults::happens;
use crate::{DRIVER_VARIABLE, Fault, LARGE_COPY_BYTES, LARGE_KERNEL_GROUPS, SLOWNESS};

type AnyFunction = unsafe extern "system" fn();
type Negotiate = unsafe extern "system" fn(*mut u32) -> vk::Result;
type Look = unsafe extern "system" fn(vk::Instance, *const c_char) -> Option<AnyFunction>;

/// The queues that do nothing any more.
static HUNG_QUEUES: Mutex<Option<HashSet<u64>>> = Mutex::new(None);

/// The real driver; `None` if it cannot be opened.
fn real() -> Option<&'static Library> {
    static REAL: OnceLock<Option<Library>> = OnceLock::new();
    REAL.get_or_init(|| {
        let path = std::env::var_os(DRIVER_VARIABLE)?;
        // SAFETY: a Vulkan driver is made to be opened like this, and does nothing but set itself up.
        unsafe { Library::new(path) }.ok()
    })
    .as_ref()
}

/// Looks for a function that the real driver exports.
fn exported<F: Copy>(name: &[u8]) -> Option<F> {
    // SAFETY: every caller names a function of the interface between loader and drivers with its type.
    unsafe { real()?.get::<F>(name) }.ok().map(|symbol| *symbol)
}

/// Agrees with the loader on how they talk.
///
/// # Safety
///
/// That of the interface between loader and drivers.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "system" fn vk_icdNegotiateLoaderICDInterfaceVersion(version: *mut u32) -> vk::Result {
    let negotiate: Option<Negotiate> = exported(b"vk_icdNegotiateLoaderICDInterfaceVersion");
    // SAFETY: passed on as it came.
    negotiate.map_or(vk::Result::ERROR_INCOMPATIBLE_DRIVER, |negotiate| unsafe { negotiate(version) })
}

/// Finds a function.
///
/// # Safety
///
/// That of the interface between loader and drivers.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "system" fn vk_icdGetInstanceProcAddr(
    instance: vk::Instance,
    name: *const c_char,
) -> Option<AnyFunction> {
    let look: Look = exported(b"vk_icdGetInstanceProcAddr")?;
    // SAFETY: passed on as it came, and the name ends with a zero.
    unsafe { look(instance, name).map(|function| wrap(CStr::from_ptr(name), function)) }
}

/// Finds a function of a physical device.
///
/// # Safety
///
/// That of the interface between loader and drivers.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "system" fn vk_icdGetPhysicalDeviceProcAddr(
    instance: vk::Instance,
    name: *const c_char,
) -> Option<AnyFunction> {
    let look: Look = exported(b"vk_icdGetPhysicalDeviceProcAddr")?;
    // SAFETY: passed on as it came, and the name ends with a zero.
    unsafe { look(instance, name).map(|function| wrap(CStr::from_ptr(name), function)) }
}

/// Declares the functions that may fail: for each the names it goes by, where the real one is kept, and its type.
macro_rules! wrapped {
    ($($($name:literal)|+ => $real:ident: $type:ty = $wrapper:ident;)+) => {
        $(static $real: OnceLock<$type> = OnceLock::new();)+

        /// Returns what is called in place of a function of the real driver.
        ///
        /// # Safety
        ///
        /// The function is what its name says.
        unsafe fn wrap(name: &CStr, function: AnyFunction) -> AnyFunction {
            match name.to_bytes() {
                $($($name)|+ => {
                    // SAFETY: the type goes with the name.
                    let _ = $real.set(unsafe { std::mem::transmute::<AnyFunction, $type>(function) });
                    // SAFETY: a caller that looks for a function by its name calls it with its type.
                    unsafe { std::mem::transmute::<$type, AnyFunction>($wrapper) }
                })+
                _ => function,
            }
        }
    };
}

wrapped! {
    b"vkGetDeviceProcAddr" => LOOK_IN_DEVICE: vk::PFN_vkGetDeviceProcAddr = look_in_device;
    b"vkDestroyDevice" => DESTROY_DEVICE: vk::PFN_vkDestroyDevice = destroy_device;
    b"vkQueueSubmit" => SUBMIT: vk::PFN_vkQueueSubmit = submit;
    b"vkQueueWaitIdle" => WAIT_IDLE: vk::PFN_vkQueueWaitIdle = wait_idle;
    b"vkWaitSemaphores" | b"vkWaitSemaphoresKHR" => WAIT_SEMAPHORES: vk::PFN_vkWaitSemaphores = wait_semaphores;
    b"vkWaitForFences" => WAIT_FENCES: vk::PFN_vkWaitForFences = wait_fences;
    b"vkAllocateMemory" => ALLOCATE: vk::PFN_vkAllocateMemory = allocate;
    b"vkCreateBuffer" => CREATE_BUFFER: vk::PFN_vkCreateBuffer = create_buffer;
    b"vkCmdCopyBuffer" => COPY: vk::PFN_vkCmdCopyBuffer = copy;
    b"vkCmdDispatch" => DISPATCH: vk::PFN_vkCmdDispatch = dispatch;
    b"vkGetPhysicalDeviceProperties" => PROPERTIES: vk::PFN_vkGetPhysicalDeviceProperties = properties;
    b"vkGetPhysicalDeviceProperties2" | b"vkGetPhysicalDeviceProperties2KHR"
        => PROPERTIES_2: vk::PFN_vkGetPhysicalDeviceProperties2 = properties_2;
}

/// Calls a function of the real driver.
macro_rules! call {
    ($real:ident($($argument:expr),*)) => {{
        let function = $real.get().expect("nobody calls a function before it was looked for");
        // SAFETY: passed on as it came.
        unsafe { function($($argument),*) }
    }};
}

unsafe extern "system" fn look_in_device(device: vk::Device, name: *const c_char) -> vk::PFN_vkVoidFunction {
    let function = call!(LOOK_IN_DEVICE(device, name))?;
    // SAFETY: the name ends with a zero.
    Some(unsafe { wrap(CStr::from_ptr(name), function) })
}

unsafe extern "system" fn destroy_device(device: vk::Device, allocator: *const vk::AllocationCallbacks<'_>) {
    // Its queues are gone, and others may get their addresses.
    *hung_queues() = None;
    call!(DESTROY_DEVICE(device, allocator));
}

unsafe extern "system" fn submit(
    queue: vk::Queue,
    count: u32,
    submissions: *const vk::SubmitInfo<'_>,
    fence: vk::Fence,
) -> vk::Result {
    if happens(Fault::SubmitLost) {
        return vk::Result::ERROR_DEVICE_LOST;
    }
    if happens(Fault::Hang) {
        hung_queues().get_or_insert_default().insert(queue.as_raw());
    }
    if is_hung(queue) {
        return vk::Result::SUCCESS;
    }
    take_longer(Fault::SlowSubmission);
    call!(SUBMIT(queue, count, submissions, fence))
}

unsafe extern "system" fn wait_idle(queue: vk::Queue) -> vk::Result {
    if is_hung(queue) {
        // There is no limit to this wait; a test is over long before.
        std::thread::sleep(Duration::from_secs(300));
        return vk::Result::ERROR_DEVICE_LOST;
    }
    call!(WAIT_IDLE(queue))
}

unsafe extern "system" fn wait_semaphores(
    device: vk::Device,
    wait: *const vk::SemaphoreWaitInfo<'_>,
    timeout_ns: u64,
) -> vk::Result {
    if happens(Fault::WaitLost) {
        return vk::Result::ERROR_DEVICE_LOST;
    }
    call!(WAIT_SEMAPHORES(device, wait, timeout_ns))
}

unsafe extern "system" fn wait_fences(
    device: vk::Device,
    count: u32,
    fences: *const vk::Fence,
    wait_all: vk::Bool32,
    timeout_ns: u64,
) -> vk::Result {
    if happens(Fault::WaitLost) {
        return vk::Result::ERROR_DEVICE_LOST;
    }
    call!(WAIT_FENCES(device, count, fences, wait_all, timeout_ns))
}

unsafe extern "system" fn allocate(
    device: vk::Device,
    allocation: *const vk::MemoryAllocateInfo<'_>,
    allocator: *const vk::AllocationCallbacks<'_>,
    memory: *mut vk::DeviceMemory,
) -> vk::Result {
    if happens(Fault::MemoryFull) {
        return vk::Result::ERROR_OUT_OF_DEVICE_MEMORY;
    }
    call!(ALLOCATE(device, allocation, allocator, memory))
}

unsafe extern "system" fn create_buffer(
    device: vk::Device,
    description: *const vk::BufferCreateInfo<'_>,
    allocator: *const vk::AllocationCallbacks<'_>,
    buffer: *mut vk::Buffer,
) -> vk::Result {
    // Memory is handed out of large blocks, so few calls ask the driver for any: for its users this one is the same.
    if happens(Fault::MemoryFull) {
        return vk::Result::ERROR_OUT_OF_DEVICE_MEMORY;
    }
    call!(CREATE_BUFFER(device, description, allocator, buffer))
}

unsafe extern "system" fn copy(
    commands: vk::CommandBuffer,
    source: vk::Buffer,
    target: vk::Buffer,
    count: u32,
    regions: *const vk::BufferCopy,
) {
    // SAFETY: there are as many regions as the caller says.
    let regions_copied = unsafe { std::slice::from_raw_parts(regions, count as usize) };
    if regions_copied.iter().any(|region| region.size >= LARGE_COPY_BYTES) {
        take_longer(Fault::SlowLargeCopy);
    }
    if !happens(Fault::CopySkipped) {
        call!(COPY(commands, source, target, count, regions));
    }
}

unsafe extern "system" fn dispatch(commands: vk::CommandBuffer, x: u32, y: u32, z: u32) {
    if x.saturating_mul(y).saturating_mul(z) >= LARGE_KERNEL_GROUPS {
        take_longer(Fault::SlowLargeKernel);
    }
    if !happens(Fault::KernelSkipped) {
        call!(DISPATCH(commands, x, y, z));
    }
}

unsafe extern "system" fn properties(device: vk::PhysicalDevice, properties: *mut vk::PhysicalDeviceProperties) {
    call!(PROPERTIES(device, properties));
    if happens(Fault::Disguise) {
        // SAFETY: the real driver just wrote there.
        unsafe { (*properties).device_type = vk::PhysicalDeviceType::DISCRETE_GPU };
    }
}

unsafe extern "system" fn properties_2(device: vk::PhysicalDevice, properties: *mut vk::PhysicalDeviceProperties2<'_>) {
    call!(PROPERTIES_2(device, properties));
    if happens(Fault::Disguise) {
        // SAFETY: the real driver just wrote there.
        unsafe { (*properties).properties.device_type = vk::PhysicalDeviceType::DISCRETE_GPU };
    }
}

/// Waits, if something has to be slow.
fn take_longer(fault: Fault) {
    if happens(fault) {
        std::thread::sleep(SLOWNESS);
    }
}

fn is_hung(queue: vk::Queue) -> bool {
    hung_queues().as_ref().is_some_and(|queues| queues.contains(&queue.as_raw()))
}

fn hung_queues() -> MutexGuard<'static, Option<HashSet<u64>>> {
    HUNG_QUEUES.lock().unwrap_or_else(PoisonError::into_inner)
}
