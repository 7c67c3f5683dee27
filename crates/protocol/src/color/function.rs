//! `rgb()` and `hsl()` of CSS Color 4, in the syntax with commas and in the one with spaces.

use palmette_ops::Color;

use super::{from_fractions, is_space};

/// One argument of a colour function.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Argument {
    Number(f64),
    /// 100 is the whole.
    Percentage(f64),
    /// A number with a unit, in degrees.
    Angle(f64),
    /// The keyword that counts as 0.
    None,
}

/// Reads the rest after the name of a function and its opening parenthesis; `None` if CSS refuses it.
pub(super) fn parse(function: &str, arguments: &str) -> Option<Color> {
    let resolve = match function.to_ascii_lowercase().as_str() {
        "rgb" | "rgba" => rgb,
        "hsl" | "hsla" => hsl,
        _ => return None,
    };
    let arguments = arguments.strip_suffix(')')?;
    let (components, alpha, syntax) =
        if arguments.contains(',') { split_at_commas(arguments)? } else { split_at_spaces(arguments)? };
    let [red, green, blue] = resolve(components, syntax)?;
    Some(from_fractions([red, green, blue, alpha.map_or(Some(1.0), |alpha| alpha.or_percent(1.0))?]))
}

/// The two ways to write a function, which allow different values.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Syntax {
    /// `rgb(1, 2, 3, 0.5)`
    Commas,
    /// `rgb(1 2 3 / 0.5)`
    Spaces,
}

type Split = ([Argument; 3], Option<Argument>, Syntax);

fn split_at_commas(arguments: &str) -> Option<Split> {
    let mut arguments = arguments.split(',').map(|argument| Argument::parse(argument.trim_matches(is_space)));
    let components = [arguments.next()??, arguments.next()??, arguments.next()??];
    let alpha = match arguments.next() {
        Some(alpha) => Some(alpha?),
        None => None,
    };
    let no_none = !components.iter().chain(&alpha).any(|argument| *argument == Argument::None);
    (arguments.next().is_none() && no_none).then_some((components, alpha, Syntax::Commas))
}

fn split_at_spaces(arguments: &str) -> Option<Split> {
    let (components, alpha) = match arguments.split_once('/') {
        Some((components, alpha)) => (components, Some(Argument::parse(alpha.trim_matches(is_space))?)),
        None => (arguments, None),
    };
    let mut components = components.split(is_space).filter(|argument| !argument.is_empty()).map(Argument::parse);
    let three = [components.next()??, components.next()??, components.next()??];
    components.next().is_none().then_some((three, alpha, Syntax::Spaces))
}

/// Gives red, green and blue of `rgb()` as fractions.
fn rgb(components: [Argument; 3], syntax: Syntax) -> Option<[f64; 3]> {
    let percentages = components.iter().filter(|component| matches!(component, Argument::Percentage(_))).count();
    if syntax == Syntax::Commas && percentages % 3 != 0 {
        return None;
    }
    let [red, green, blue] = components.map(|component| component.or_percent(255.0));
    Some([red?, green?, blue?])
}

/// Gives red, green and blue of `hsl()` as fractions.
fn hsl([hue, saturation, lightness]: [Argument; 3], syntax: Syntax) -> Option<[f64; 3]> {
    let is_percentage = |argument| matches!(argument, Argument::Percentage(_));
    if syntax == Syntax::Commas && !(is_percentage(saturation) && is_percentage(lightness)) {
        return None;
    }
    let hue_deg = match hue {
        Argument::Number(degrees) | Argument::Angle(degrees) => degrees,
        Argument::None => 0.0,
        Argument::Percentage(_) => return None,
    };
    let saturation = saturation.or_percent(100.0)?.clamp(0.0, 1.0);
    let lightness = lightness.or_percent(100.0)?.clamp(0.0, 1.0);

    // The conversion of CSS Color 4, section 7.1: each channel is a trapezoid over the hue, 120° apart.
    let amplitude = saturation * lightness.min(1.0 - lightness);
    Some([0.0, 240.0, 120.0].map(|shift_deg| {
        let k = ((shift_deg + hue_deg) / 30.0).rem_euclid(12.0);
        lightness - amplitude * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0)
    }))
}

impl Argument {
    fn parse(text: &str) -> Option<Self> {
        if text.eq_ignore_ascii_case("none") {
            return Some(Self::None);
        }
        let unit_at =
            text.len() - text.bytes().rev().take_while(|byte| byte.is_ascii_alphabetic() || *byte == b'%').count();
        let (value, unit) = text.split_at(unit_at);
        let value = number(value)?;
        let angle = |degrees: f64| finite(degrees).map(Self::Angle);
        match unit.to_ascii_lowercase().as_str() {
            "" => Some(Self::Number(value)),
            "%" => Some(Self::Percentage(value)),
            "deg" => angle(value),
            "grad" => angle(value * 0.9),
            "rad" => angle(value.to_degrees()),
            "turn" => angle(value * 360.0),
            _ => None,
        }
    }

    /// Gives a number as a fraction of `whole`, a percentage as it is.
    fn or_percent(self, whole: f64) -> Option<f64> {
        match self {
            Self::Number(number) => Some(number / whole),
            Self::Percentage(percentage) => Some(percentage / 100.0),
            Self::None => Some(0.0),
            Self::Angle(_) => None,
        }
    }
}

/// Reads a number of CSS, which is stricter than Rust: no `inf`, no `nan`, digits after the point.
fn number(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E'));
    let point_ends = text.ends_with('.') || text.contains(".e") || text.contains(".E");
    if plain && !point_ends { text.parse().ok().and_then(finite) } else { None }
}

/// Refuses overflow: an infinite hue is not a direction.
fn finite(number: f64) -> Option<f64> {
    number.is_finite().then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rgba(text: &str) -> Option<[u8; 4]> {
        super::super::parse(text).ok().map(Color::to_rgba)
    }

    #[test]
    fn colors_by_rgb() {
        for (text, color) in [
            ("rgb(1,2,3)", [1, 2, 3, 255]),
            ("RGB( 1 , 2 , 3 )", [1, 2, 3, 255]),
            ("rgba(255,0,0,0.5)", [255, 0, 0, 128]),
            ("rgb(255, 0, 0, 50%)", [255, 0, 0, 128]),
            ("rgb(100%,0%,50%)", [255, 0, 128, 255]),
            ("rgb(1 2 3)", [1, 2, 3, 255]),
            ("rgba(1 2 3/.25)", [1, 2, 3, 64]),
            ("rgb(1\t2\n3 / 25%)", [1, 2, 3, 64]),
            ("rgb(100% 128 0%)", [255, 128, 0, 255]),
            ("rgb(none 2 3 / none)", [0, 2, 3, 0]),
            ("rgb(-5 300 +2.5)", [0, 255, 3, 255]),
            ("rgb(1e2 1E+1 50e-1)", [100, 10, 5, 255]),
            ("rgb(.5 0.49 0)", [1, 0, 0, 255]),
            ("rgb(0 0 0 / 2)", [0, 0, 0, 255]),
            ("rgb(0 0 0 / -1%)", [0, 0, 0, 0]),
        ] {
            assert_eq!(rgba(text), Some(color), "{text}");
        }
    }

    #[test]
    fn colors_by_hsl() {
        for (text, color) in [
            ("hsl(0,100%,50%)", [255, 0, 0, 255]),
            ("hsl(120deg, 100%, 25%)", [0, 128, 0, 255]),
            ("hsla(240, 100%, 50%, 0.2)", [0, 0, 255, 51]),
            ("hsl(120 100% 50% / 20%)", [0, 255, 0, 51]),
            ("hsl(0.5turn 100 50)", [0, 255, 255, 255]),
            ("hsl(400grad 100% 50%)", [255, 0, 0, 255]),
            ("hsl(3.141592653589793RAD 100% 50%)", [0, 255, 255, 255]),
            ("hsl(-120 100% 50%)", [0, 0, 255, 255]),
            ("hsl(480 200% 50%)", [0, 255, 0, 255]),
            ("hsl(none 0% 50%)", [128, 128, 128, 255]),
            ("hsl(270 60% 70%)", [179, 133, 224, 255]),
        ] {
            assert_eq!(rgba(text), Some(color), "{text}");
        }
    }

    #[test]
    fn colors_by_hsl_round_halves_up() {
        // Whole degrees and percents give channels that are exact in 300,000ths.
        for (hue, saturation, lightness) in grid() {
            let amplitude = saturation * lightness.min(100 - lightness);
            let expected = [0, 240, 120].map(|shift| {
                let k = (shift + hue) % 360;
                let value = lightness * 3_000 - amplitude * (k - 90).min(270 - k).clamp(-30, 30);
                u8::try_from((value * 510 + 300_000) / 600_000).unwrap()
            });
            let text = format!("hsl({hue} {saturation}% {lightness}%)");
            assert_eq!(rgba(&text).unwrap()[..3], expected, "{text}");
        }
    }

    /// Every 7th hue with every saturation and lightness.
    fn grid() -> impl Iterator<Item = (i32, i32, i32)> {
        (0..360).step_by(7).flat_map(|hue| (0..=100).flat_map(move |s| (0..=100).map(move |l| (hue, s, l))))
    }

    #[test]
    fn functions_that_css_refuses() {
        for text in [
            "rgb",
            "rgb()",
            "rgb(1 2)",
            "rgb(1,2)",
            "rgb(1 2 3 4)",
            "rgb(1,2,3,4,5)",
            "rgb(1 2 3",
            "rgb 1 2 3)",
            "rgb (1 2 3)",
            "rgb(1 2 3))",
            "rgb(1 2 3) ;",
            "rgb(1, 2 3)",
            "rgb(1 2, 3)",
            "rgb(1,2,3 / 4)",
            "rgb(1 2 3 / 4 5)",
            "rgb(1 2 3 /)",
            "rgb(1 2 3 / 4 / 5)",
            "rgb(1,,2,3)",
            "rgb(1,2,3,)",
            "rgb(1%,2,3)",
            "rgb(none,2,3)",
            "rgb(1deg 2 3)",
            "rgb(1 2 3 / 1deg)",
            "rgb(1. 2 3)",
            "rgb(1.e3 2 3)",
            "rgb(. 2 3)",
            "rgb(inf 2 3)",
            "rgb(nan 2 3)",
            "rgb(1e999 2 3)",
            "hsl(1e307turn 100% 50%)",
            "hsl(1e307rad 100% 50%)",
            "rgb(0x1 2 3)",
            "rgb(1_0 2 3)",
            "rgb(1px 2 3)",
            "rgb(1 % 2 3)",
            "rgb(a b c)",
            "rgb(from red r g b)",
            "rgb(calc(1) 2 3)",
            "hsl(120, 100, 50)",
            "hsl(10% 10% 10%)",
            "hsl(0 1deg 5%)",
            "hsl(none, 10%, 10%)",
            "hsv(0 0% 0%)",
            "hwb(0 0% 0%)",
            "lab(1 2 3)",
            "color(srgb 1 0 0)",
            "rgb(1\u{a0}2\u{a0}3)",
            "rgb(١ 2 3)",
        ] {
            assert_eq!(rgba(text), None, "{text}");
        }
    }
}
