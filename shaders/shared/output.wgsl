// What most kernels write, and the table that some of them read.

@group(0) @binding(4) var<storage, read_write> output: array<u32>;
@group(0) @binding(5) var<storage, read> table: array<u32>;
