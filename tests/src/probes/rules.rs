//! Probes of what no table of options knows: rules that are our choice because no public source says one, and questions that public
//! sources answer differently.

use palmette_protocol::url::{Client, ImageOptions, Strictness};
use serde_json::{Value, json};

use super::sources::Source;
use super::{Kind, Probe};

/// Returns them all.
pub(super) fn probes() -> Vec<Probe> {
    [order(), resizing(), cutting(), color(), neighborhoods(), drawing(), sources(), refusals(), conflicts()].concat()
}

fn rule(about: &str, case: &str, source: Source) -> Probe {
    Probe::new(Kind::Rule, about, case, source)
}

/// Makes a probe for each of some options, which stand for themselves.
fn each(about: &str, source: Source, options: impl IntoIterator<Item = Value>) -> Vec<Probe> {
    options.into_iter().map(|options| rule(about, &options.to_string(), source).transform(options)).collect()
}

/// The order in which the options of one object apply.
fn order() -> Vec<Probe> {
    let about = "order of the options in one transform";
    [
        json!({"flip": "h", "rotate": 90}),
        json!({"trim": {"left": 10}, "rotate": 90, "width": 30}),
        json!({"trim": {"top": 5}, "flip": "v"}),
        json!({"brightness": 1.5, "contrast": 1.5}),
        json!({"contrast": 1.5, "gamma": 2}),
        json!({"gamma": 2, "saturation": 0.3}),
        json!({"saturation": 0, "blur": 3}),
        json!({"blur": 3, "sharpen": 5}),
        json!({"width": 30, "sharpen": 5}),
        json!({"width": 30, "blur": 2}),
        json!({"brightness": 0.5, "width": 60, "height": 60, "fit": "pad", "background": "gold"}),
        json!({"blur": 4, "width": 60, "height": 60, "fit": "pad", "background": "gold"}),
        json!({"background": "gold", "border": {"width": 3}}),
        json!({"blur": 4, "border": {"color": "gold", "width": 3}}),
    ]
    .into_iter()
    .flat_map(|options| {
        [Source::Letter, Source::Soft]
            .map(|source| rule(about, &options.to_string(), source).transform(options.clone()))
    })
    .chain([rule(about, "two objects apply one after the other", Source::Letter)
        .transform(json!({"rotate": 90}))
        .transform(json!({"width": 30, "flip": "h"}))])
    .collect()
}

/// Filters, their ends, and the roundings of sizes.
fn resizing() -> Vec<Probe> {
    let squeezed = |width: u32, height: u32| json!({"width": width, "height": height, "fit": "squeeze"});
    let filters = [Source::Impulse, Source::Greys, Source::Checker].into_iter().flat_map(|source| {
        let about = "the filter of a reduction";
        each(about, source, [squeezed(20, 20), squeezed(10, 10), squeezed(7, 3), squeezed(1, 1)])
    });
    let larger = [Source::Impulse, Source::Checker].into_iter().flat_map(|source| {
        each("the filter of an enlargement", source, [squeezed(62, 62), squeezed(100, 50), squeezed(45, 31)])
    });
    let mixed =
        each("one axis is reduced and the other enlarged", Source::Impulse, [squeezed(10, 60), squeezed(60, 10)]);
    let alpha = each("a resize mixes colours by their alpha", Source::Clear, [squeezed(13, 8), squeezed(80, 48)]);
    let sides = each(
        "how a side that is not given is rounded",
        Source::Thin,
        [
            json!({"width": 50}),
            json!({"width": 10}),
            json!({"width": 1}),
            json!({"height": 7}),
            json!({"width": 50, "fit": "squeeze"}),
        ],
    );
    let sizes = each(
        "how scaled sizes are rounded",
        Source::Thin,
        ["contain", "cover", "crop", "aspect-crop", "pad", "scale-down"].into_iter().flat_map(|fit| {
            [json!({"width": 47, "height": 29, "fit": fit}), json!({"width": 192, "height": 112, "fit": fit})]
        }),
    );
    let pads = each(
        "where a padded picture is, and what is around it",
        Source::Soft,
        [
            json!({"width": 45, "height": 45, "fit": "pad"}),
            json!({"width": 44, "height": 45, "fit": "pad", "background": "gold"}),
            json!({"width": 45, "height": 44, "fit": "pad", "background": "rgb(10 20 30 / 40%)"}),
        ],
    );
    filters.chain(larger).chain(mixed).chain(alpha).chain(sides).chain(sizes).chain(pads).collect()
}

/// Windows, trims and frames.
fn cutting() -> Vec<Probe> {
    let cover = |gravity: Value| json!({"width": 31, "height": 31, "fit": "cover", "gravity": gravity});
    let windows = each(
        "where the window of a crop is",
        Source::Letter,
        [
            cover(json!({"x": 0.3, "y": 0.7})),
            cover(json!({"x": 0.3, "y": 0.7, "mode": "box-center"})),
            cover(json!({"x": 1, "y": 1, "mode": "box-center"})),
            cover(json!("right")),
            cover(json!("bottom")),
        ],
    );
    let content = ["auto", "entropy"].map(json_text).into_iter().flat_map(|gravity| {
        [Source::Lonely, Source::Letter].map(|source| {
            let options = json!({"width": 24, "height": 24, "fit": "cover", "gravity": gravity.clone()});
            rule("what gravity by content finds", &options.to_string(), source).transform(options)
        })
    });
    let trims = each(
        "how trims are rounded, and which of two wins",
        Source::Thin,
        [
            json!({"trim": {"left": 0.333}}),
            json!({"trim": {"left": 2.5, "top": 1.5}}),
            json!({"trim": {"left": 10, "width": 20}}),
            json!({"trim": {"right": 70, "width": 40}}),
            json!({"trim": {"right": 40, "width": 40}}),
            json!({"trim": {"left": 60, "right": 60}}),
        ],
    );
    let borders = each(
        "what a trim takes for a border",
        Source::Framed,
        [
            json!({"trim": "border"}),
            json!({"trim": {"border": true}}),
            json!({"trim": {"border": {"keep": 2}}}),
            json!({"trim": {"border": {"color": "white", "tolerance": 20}}}),
        ],
    );
    let frames = each(
        "frames: their default colour, and how widths are rounded",
        Source::Soft,
        [
            json!({"border": {"width": 3}}),
            json!({"border": {"width": 2.5}}),
            json!({"border": {"top": 1, "left": 4, "color": "rgb(10 20 30 / 40%)"}}),
            json!({"width": 30, "border": {"width": 5, "color": "gold"}}),
        ],
    );
    windows.into_iter().chain(content).chain(trims).chain(borders).chain(frames).collect()
}

fn json_text(word: &str) -> Value {
    word.into()
}

/// Curves and weights.
fn color() -> Vec<Probe> {
    let contrast = each("the pivot of contrast", Source::Greys, [json!({"contrast": 0.5}), json!({"contrast": 3})]);
    let brightness =
        each("the curve of brightness", Source::Greys, [json!({"brightness": 0.7}), json!({"brightness": 1.3})]);
    let saturation = each(
        "the weights of saturation",
        Source::Colors,
        [json!({"saturation": 0}), json!({"saturation": 0.5}), json!({"saturation": 3})],
    );
    let identity = each("nothing changes where nothing is asked for", Source::Soft, [json!({})]);
    [contrast, brightness, saturation, identity].concat()
}

/// Blur and sharpen.
fn neighborhoods() -> Vec<Probe> {
    let radii = [1.0, 2.0, 3.0, 4.0, 5.0, 1.5, 0.9];
    let kernels = each("the kernel of a blur", Source::Dot, radii.map(|radius| json!({ "blur": radius })));
    let edges = each("a blur at the edges", Source::Greys, [json!({"blur": 3}), json!({"blur": 20})]);
    let strengths = [0.5, 1.0, 5.0, 10.0];
    let sharp = each("the kernel of sharpen", Source::Dot, strengths.map(|strength| json!({ "sharpen": strength })));
    let alpha = each("sharpen leaves alpha alone", Source::Soft, [json!({"sharpen": 5})]);
    [kernels, edges, sharp, alpha].concat()
}

/// Operators and places.
fn drawing() -> Vec<Probe> {
    let drawn = |about: &str, source: Source, mark: Source, options: Value| {
        rule(about, &options.to_string(), source).draw(mark, options)
    };
    let operators = ["over", "in", "atop", "out", "xor", "lighter"].into_iter().flat_map(|composite| {
        let options = json!({"composite": composite});
        [Source::Soft, Source::Mark, Source::Letter]
            .map(|mark| drawn("operators where both sides are half there", Source::Soft, mark, options.clone()))
    });
    let opacities = [0.001, 0.25, 0.5, 0.999]
        .map(|opacity| drawn("how an opacity is rounded", Source::Letter, Source::Mark, json!({ "opacity": opacity })));
    let places = [
        json!({}),
        json!({"left": -10, "top": -7}),
        json!({"right": -10, "bottom": 4}),
        json!({"left": 2.5, "top": 1.5}),
        json!({"left": 200}),
        json!({"left": 1, "right": 1}),
        json!({"repeat": true}),
        json!({"repeat": "x"}),
        json!({"repeat": "y", "top": 5}),
        json!({"repeat": true, "left": 5, "top": 3}),
        json!({"repeat": true, "right": 5, "bottom": 3}),
    ];
    let places = places.map(|options| drawn("where a drawn picture is", Source::Letter, Source::Mark, options));
    operators.chain(opacities).chain(places).collect()
}

/// What is read, and how.
fn sources() -> Vec<Probe> {
    let read = |case: &str, source: Source| rule("how sources are read", case, source);
    let info = |case: &str, source: Source| Probe { is_info: true, ..rule("what info says", case, source) };
    vec![
        read("a JPEG that its EXIF turns", Source::Turned),
        read("a JPEG that its EXIF turns, resized", Source::Turned).transform(json!({"width": 20})),
        read("16 bits become 8", Source::Deep),
        read("an animation to a still", Source::Moving),
        read("an animation, resized", Source::Moving)
            .transform(json!({"width": 8}))
            .output(json!({"format": "image/gif"})),
        info("a PNG", Source::Letter),
        info("a JPEG that its EXIF turns", Source::Turned),
        info("an animation", Source::Moving),
        info("half a PNG", Source::Cut),
        info("no picture", Source::NoPicture),
    ]
}

/// What is refused, and with which code.
fn refusals() -> Vec<Probe> {
    let refused = |case: &str, source: Source| rule("what is refused, and with which code", case, source);
    vec![
        refused("no picture", Source::NoPicture),
        refused("half a PNG", Source::Cut),
        refused("an option that does not exist", Source::Letter).transform(json!({"brilliance": 2})),
        refused("a side of 0", Source::Letter).transform(json!({"width": 0})),
        // One row, so that the picture of a service that makes it is small.
        refused("a side of 20,000", Source::Letter).transform(json!({"width": 20_000, "height": 1, "fit": "squeeze"})),
        refused("a format that does not exist", Source::Letter).output(json!({"format": "image/bmp"})),
        refused("a trim that leaves nothing", Source::Letter).transform(json!({"trim": {"left": 90}})),
    ]
}

/// Questions that public sources answer differently.
fn conflicts() -> Vec<Probe> {
    let open = |about: &str, case: &str, source: Source| Probe::new(Kind::Conflict, about, case, source);
    let gamma = [0.5, 2.0].map(|gamma| {
        open("gamma below 1: darker, or lighter", &gamma.to_string(), Source::Greys)
            .transform(json!({ "gamma": gamma }))
    });
    let tolerance = [0, 5, 6, 255].map(|tolerance| {
        let options = json!({"trim": {"border": {"color": "rgb(240 240 240)", "tolerance": tolerance}}});
        open("trim: tolerance 0 must match, or need not", &tolerance.to_string(), Source::Framed).transform(options)
    });
    let premultiplied = [3, 20].map(|radius| {
        open("a blur of half-clear pixels: divided by alpha, or not", &radius.to_string(), Source::Clear)
            .transform(json!({ "blur": radius }))
    });
    let text = [("X", json!({"size": 40})), ("X", json!({})), ("XX\nX", json!({"size": 20, "color": "#ff0000"}))];
    let text = text.map(|(text, options)| Probe {
        text: Some((text, options.clone())),
        ..open("text: size in pixels, or in points", &options.to_string(), Source::Letter)
    });
    let urls = [
        ("dpr: at most 2, or 3", "width=20,dpr=2"),
        ("dpr: at most 2, or 3", "width=20,dpr=3"),
        ("9413: status 403, or 413", "width=20000,height=1,fit=squeeze"),
        ("gamma in a URL: as in the binding", "gamma=0.5"),
    ];
    let urls = urls.map(|(about, url)| {
        let (options, _) = ImageOptions::parse(url, Strictness::Strict).expect("options that are allowed");
        let same = options.transform_for(&Client::default());
        Probe { url: Some(url), ..open(about, url, Source::Letter).transform(same.into()) }
    });
    [gamma.to_vec(), tolerance.to_vec(), premultiplied.to_vec(), text.to_vec(), urls.to_vec()].concat()
}
