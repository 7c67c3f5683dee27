//! The ways in which a layer is mixed into the one below: those of W3C Compositing and Blending, on premultiplied colours.

use read_fonts::model::glyph::color::CompositeMode;

use super::Premultiplied;

/// Mixes `over` into `below`.
pub(super) fn mix(mode: CompositeMode, over: Premultiplied, below: Premultiplied) -> Premultiplied {
    let (a, b) = (over[3], below[3]);
    match mode {
        CompositeMode::Clear => [0.0; 4],
        CompositeMode::Src => over,
        CompositeMode::Dest => below,
        CompositeMode::DestOver => add(over, 1.0 - b, below, 1.0),
        CompositeMode::SrcIn => add(over, b, below, 0.0),
        CompositeMode::DestIn => add(over, 0.0, below, a),
        CompositeMode::SrcOut => add(over, 1.0 - b, below, 0.0),
        CompositeMode::DestOut => add(over, 0.0, below, 1.0 - a),
        CompositeMode::SrcAtop => add(over, b, below, 1.0 - a),
        CompositeMode::DestAtop => add(over, 1.0 - b, below, a),
        CompositeMode::Xor => add(over, 1.0 - b, below, 1.0 - a),
        CompositeMode::Plus => add(over, 1.0, below, 1.0).map(|it| it.min(1.0)),
        CompositeMode::Screen => blend(over, below, |s, d| s + d - s * d),
        CompositeMode::Overlay => blend(over, below, |s, d| hard_light(d, s)),
        CompositeMode::Darken => blend(over, below, f32::min),
        CompositeMode::Lighten => blend(over, below, f32::max),
        CompositeMode::ColorDodge => blend(over, below, dodge),
        CompositeMode::ColorBurn => blend(over, below, burn),
        CompositeMode::HardLight => blend(over, below, hard_light),
        CompositeMode::SoftLight => blend(over, below, soft_light),
        CompositeMode::Difference => blend(over, below, |s, d| (s - d).abs()),
        CompositeMode::Exclusion => blend(over, below, |s, d| s + d - 2.0 * s * d),
        CompositeMode::Multiply => blend(over, below, |s, d| s * d),
        CompositeMode::HslHue => blend_all(over, below, |s, d| set_light(set_spread(s, spread(d)), light(d))),
        CompositeMode::HslSaturation => blend_all(over, below, |s, d| set_light(set_spread(d, spread(s)), light(d))),
        CompositeMode::HslColor => blend_all(over, below, |s, d| set_light(s, light(d))),
        CompositeMode::HslLuminosity => blend_all(over, below, |s, d| set_light(d, light(s))),
        // The usual way; also what a font means by a number that is not assigned.
        _ => add(over, 1.0, below, 1.0 - a),
    }
}

/// Adds two colours by shares.
fn add(over: Premultiplied, share: f32, below: Premultiplied, rest: f32) -> Premultiplied {
    std::array::from_fn(|at| over[at] * share + below[at] * rest)
}

/// Mixes channel by channel where both are.
fn blend(over: Premultiplied, below: Premultiplied, channel: impl Fn(f32, f32) -> f32) -> Premultiplied {
    blend_all(over, below, |s, d| std::array::from_fn(|at| channel(s[at], d[at])))
}

/// Mixes all channels at once where both are.
fn blend_all(
    over: Premultiplied,
    below: Premultiplied,
    mixed: impl Fn([f32; 3], [f32; 3]) -> [f32; 3],
) -> Premultiplied {
    let (a, b) = (over[3], below[3]);
    let both = mixed(straight(over), straight(below));
    let channel = |at: usize| over[at] * (1.0 - b) + below[at] * (1.0 - a) + a * b * both[at];
    [channel(0), channel(1), channel(2), a + b - a * b]
}

/// Divides by alpha.
fn straight(color: Premultiplied) -> [f32; 3] {
    let alpha = color[3];
    std::array::from_fn(|at| if alpha > 0.0 { color[at] / alpha } else { 0.0 })
}

/// Lightens by division.
fn dodge(s: f32, d: f32) -> f32 {
    if d <= 0.0 {
        0.0
    } else if s >= 1.0 {
        1.0
    } else {
        (d / (1.0 - s)).min(1.0)
    }
}

/// Darkens by division.
fn burn(s: f32, d: f32) -> f32 {
    if d >= 1.0 {
        1.0
    } else if s <= 0.0 {
        0.0
    } else {
        1.0 - ((1.0 - d) / s).min(1.0)
    }
}

/// Multiplies or screens, as the upper colour says.
fn hard_light(s: f32, d: f32) -> f32 {
    if s <= 0.5 { 2.0 * s * d } else { 1.0 - 2.0 * (1.0 - s) * (1.0 - d) }
}

/// Darkens or lightens softly.
fn soft_light(s: f32, d: f32) -> f32 {
    if s <= 0.5 {
        return d - (1.0 - 2.0 * s) * d * (1.0 - d);
    }
    let bent = if d <= 0.25 { ((16.0 * d - 12.0) * d + 4.0) * d } else { d.sqrt() };
    d + (2.0 * s - 1.0) * (bent - d)
}

/// Returns the lightness of a colour.
fn light(color: [f32; 3]) -> f32 {
    0.3 * color[0] + 0.59 * color[1] + 0.11 * color[2]
}

/// Returns how far the channels of a colour are apart.
fn spread(color: [f32; 3]) -> f32 {
    color[0].max(color[1]).max(color[2]) - color[0].min(color[1]).min(color[2])
}

/// Moves a colour to another lightness, and back among the colours there are.
fn set_light(color: [f32; 3], to: f32) -> [f32; 3] {
    let moved = color.map(|it| it + to - light(color));
    let (own, low) = (light(moved), moved[0].min(moved[1]).min(moved[2]));
    let raised = if low < 0.0 { moved.map(|it| own + (it - own) * own / (own - low)) } else { moved };
    let high = raised[0].max(raised[1]).max(raised[2]);
    if high > 1.0 { raised.map(|it| own + (it - own) * (1.0 - own) / (high - own)) } else { raised }
}

/// Stretches the channels of a colour until they are as far apart as asked.
fn set_spread(color: [f32; 3], to: f32) -> [f32; 3] {
    let own = spread(color);
    let low = color[0].min(color[1]).min(color[2]);
    color.map(|it| if own > 0.0 { (it - low) * to / own } else { 0.0 })
}
