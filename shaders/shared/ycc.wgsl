// What a colour is in Y, Cb and Cr, as exact fractions. Twin: crates/core/src/cpu/kernels/rgb_to_ycc.rs.

// Parts of a level of a plane.
fn parts_of_level(plane: u32) -> u32 {
    return vec3<u32>(1000u, 1772u, 1402u)[plane];
}

// Returns Y, Cb or Cr of a colour, plane 0, 1 or 2, in parts of a level: 0 to 255.5 levels.
fn parts_of(plane: u32, color: vec3<u32>) -> u32 {
    // What is added comes first, so that nothing on the way is negative.
    if plane == 0u {
        return 299u * color.x + 587u * color.y + 114u * color.z;
    }
    if plane == 1u {
        return 128u * 1772u + 886u * color.z - (299u * color.x + 587u * color.y);
    }
    return 128u * 1402u + 701u * color.x - (587u * color.y + 114u * color.z);
}

// Returns the level of a colour in a plane, rounded to nearest, halves up, and clamped.
fn level_in_plane(plane: u32, color: vec3<u32>) -> u32 {
    let one = parts_of_level(plane);
    return min((2u * parts_of(plane, color) + one) / (2u * one), 255u);
}
