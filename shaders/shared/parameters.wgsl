// What a kernel is told with each dispatch: each declares its own structure, and all have a width and rows.

var<immediate> parameters: Parameters;

// Says whether an invocation has a pixel to itself: the last workgroups of a grid reach beyond its width and rows.
fn has_pixel(id: vec3<u32>) -> bool {
    return id.x < parameters.width && id.y < parameters.rows;
}
