//! The allocator of the process: jemalloc, told to keep large buffers for a second, in one place for all threads.
//!
//! A decoded photo takes tens of megabytes. The system's allocator asks the kernel for each such buffer and gives it back at
//! once, so every request pays for fresh pages, which the kernel clears one by one: for a photo of 12 megapixels made 800
//! wide that is a quarter of all the work. jemalloc gives large buffers back at once too, unless it is told to treat them as
//! all others; what is not used again within a second then goes back, so an idle server is small.
//!
//! So it is the pool of buffers of all workers, and there is no other: bands, rings and rows of encoders come from it, and go back
//! to it. By default jemalloc has four arenas for each core, and threads are spread over them; what one request gave back then
//! waits where the next one does not look. With a single arena a request of that photo, on two workers, makes 107 page faults instead
//! of 201, and four at once take 27 MB above idle instead of 36. It is locked for large buffers only (each thread has a cache of
//! small ones), of which a request takes about fifty; all its 2,600 allocations are 0.5 % of its instructions.
//!
//! What C libraries allocate still comes from the system.

use tikv_jemallocator::Jemalloc;

#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

/// Settings that jemalloc reads before `main`; C reads this static as a pointer to text that ends with a zero.
#[expect(unsafe_code, reason = "jemalloc finds its settings by the name of a symbol")]
#[unsafe(export_name = "_rjem_malloc_conf")]
static SETTINGS: &[u8; 91] =
    b"oversize_threshold:0,dirty_decay_ms:1000,muzzy_decay_ms:0,background_thread:true,narenas:1\0";
