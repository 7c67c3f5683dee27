//! Just enough of SVG: text, lines, bars and dots, with the colours in one style sheet.

use std::fmt::Write;

/// What is the same on every page.
const SHAPES: &str = "\
text { font: 13px system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif; }
.title { font-size: 21px; font-weight: 600; }
.heading { font-size: 15px; font-weight: 600; }
.tick { font-size: 12px; }
.inside { font-size: 11.5px; }
.label { font-weight: 600; }
.grid, .frame, .mark, .series { fill: none; }
.mark { stroke-dasharray: 2 3; }
.series { stroke-width: 2.5; stroke-linejoin: round; stroke-linecap: round; }
.thin { stroke-width: 1.5; stroke-dasharray: 5 4; }
";

/// What is drawn or written in the colours of a page: selector, property, and the colour on light and on dark pages.
const INKS: [(&str, &str, &str, &str); 8] = [
    (".page", "fill", "#ffffff", "#0d1117"),
    ("text", "fill", "#1f2328", "#e6edf3"),
    (".muted", "fill", "#59636e", "#9198a1"),
    (".tick", "fill", "#59636e", "#9198a1"),
    (".inside", "fill", "#ffffff", "#0d1117"),
    (".grid", "stroke", "#e3e8ed", "#252c36"),
    (".frame", "stroke", "#818b98", "#656c76"),
    (".mark", "stroke", "#59636e", "#9198a1"),
];

/// The colours of series and of parts, on light and on dark pages. The engines have a blue and an orange, which differ for
/// every kind of colour blindness.
const COLORS: [(&str, &str, &str); 11] = [
    ("cpu", "#0a69b7", "#58a6ff"),
    ("gpu", "#d1570c", "#f0883e"),
    ("peer-0", "#0b7f5f", "#3fb99a"),
    ("peer-1", "#8b4fb8", "#c297eb"),
    ("peer-2", "#8a6d00", "#d4b13f"),
    ("peer-3", "#b3366b", "#f07cab"),
    ("decode", "#7d8792", "#8b949e"),
    ("upload", "#2e7fb8", "#6cb0e8"),
    ("run", "#d1570c", "#f0883e"),
    ("read_back", "#0b8468", "#3fb99a"),
    ("encode", "#59636e", "#b1bac4"),
];

/// Returns the style sheet. A viewer that knows no dark pages shows a light card.
fn style() -> String {
    let rules = |is_dark: bool| {
        let pick = |light, dark| if is_dark { dark } else { light };
        let inks = INKS
            .map(|(selector, property, light, dark)| format!("{selector} {{ {property}: {}; }}\n", pick(light, dark)));
        let colors = COLORS.map(|(class, light, dark)| {
            let color = pick(light, dark);
            format!(
                ".series.{class} {{ stroke: {color}; }} \
                 .dot.{class}, .bar.{class}, .label.{class} {{ fill: {color}; }}\n"
            )
        });
        inks.concat() + &colors.concat()
    };
    format!("{SHAPES}{}@media (prefers-color-scheme: dark) {{\n{}}}\n", rules(false), rules(true))
}

/// A picture in the making.
#[derive(Debug)]
pub(super) struct Svg {
    head: String,
    body: String,
}

impl Svg {
    /// Begins a picture; the title is for who cannot see it.
    pub(super) fn new(width: f64, height: f64, title: &str) -> Self {
        let title = escape(title);
        let head = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{title}\">\n<style>\n{}</style>\n\
             <rect class=\"page\" width=\"{width}\" height=\"{height}\" rx=\"12\"/>\n",
            style()
        );
        Self { head, body: String::new() }
    }

    /// Writes text at its baseline; `anchor` is `start`, `middle` or `end`.
    pub(super) fn text(&mut self, (x, y): (f64, f64), class: &str, anchor: &str, text: &str) {
        let text = escape(text);
        self.add(&format!("<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>"));
    }

    /// Draws a line through points.
    pub(super) fn line(&mut self, class: &str, points: &[(f64, f64)]) {
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        self.add(&format!("<polyline class=\"{class}\" points=\"{}\"/>", points.join(" ")));
    }

    /// Draws a dot.
    pub(super) fn dot(&mut self, class: &str, (x, y): (f64, f64), radius: f64) {
        self.add(&format!("<circle class=\"dot {class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\"/>"));
    }

    /// Fills a rectangle; what it means is shown where a pointer rests on it.
    pub(super) fn bar(&mut self, class: &str, (x, y): (f64, f64), (width, height): (f64, f64), meaning: &str) {
        let meaning = escape(meaning);
        self.add(&format!(
            "<rect class=\"bar {class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\">\
             <title>{meaning}</title></rect>"
        ));
    }

    fn add(&mut self, element: &str) {
        writeln!(self.body, "{element}").expect("a string takes everything");
    }

    /// Returns the file.
    pub(super) fn finish(self) -> String {
        self.head + &self.body + "</svg>\n"
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn svg_escapes_what_is_written() {
        let mut svg = Svg::new(10.0, 10.0, "a < b");
        svg.text((1.0, 2.0), "muted", "start", "\"x\" & <y>");
        let file = svg.finish();
        assert!(
            file.contains("aria-label=\"a &lt; b\"") && file.contains(">&quot;x&quot; &amp; &lt;y&gt;</text>"),
            "{file}"
        );
    }
}
