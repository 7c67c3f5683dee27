//! What is mutated: small files of every kind that our encoders write, and of the formats that only come in by those of the
//! crate `image`; lists with every option, and whole forms.

use std::io::Cursor;

use image::{ColorType, ImageFormat};
use palmette_codec::{AnimationEncoder, EncodeFormat, EncodeOptions, encode};
use palmette_core::{Pixmap, Size};
use palmette_ops::tree::Node;
use palmette_ops::{Draw, Transform};
use palmette_protocol::form::{Boundary, FormSource, InfoForm, Piece, TransformForm};
use palmette_protocol::url::url_options;
use palmette_protocol::{OptionObject, OutputFormat, RawOutput, RawRendition};

use crate::fonts::{CFF, COLORED, DEVANAGARI, EMOJI, THAI, VARIABLE};

/// Draws slopes, stripes and soft alpha.
fn picture(width: u32, height: u32, has_alpha: bool) -> Pixmap {
    let level = |value: u32| u8::try_from(value % 256).unwrap_or(0);
    let pixel = |x: u32, y: u32| {
        let alpha = if has_alpha { level(x * 9 + y) } else { 255 };
        [level(x * 7), level(y * 11), level(x * y), alpha]
    };
    let data = (0..height).flat_map(|y| (0..width).flat_map(move |x| pixel(x, y))).collect();
    Pixmap::from_vec(Size::new(width, height), data).expect("the length of that size")
}

/// Encodes a picture at several qualities, opaque and with alpha.
pub(crate) fn stills(format: EncodeFormat) -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    for (quality, has_alpha, width, height) in
        [(None, false, 23, 17), (Some(30), false, 70, 60), (Some(95), true, 40, 9), (Some(100), true, 16, 16)]
    {
        let options = EncodeOptions { quality, ..EncodeOptions::new(format) };
        files.push(encode(picture(width, height, has_alpha), &options).expect("a small picture").bytes);
    }
    files
}

/// Encodes stills and an animation.
pub(crate) fn moving(format: EncodeFormat) -> Vec<Vec<u8>> {
    let mut files = stills(format);
    let size = Size::new(20, 14);
    let mut encoder = AnimationEncoder::new(&EncodeOptions::new(format), size, None).expect("a format that moves");
    for number in 0..4_usize {
        let mut frame = picture(size.width, size.height, true);
        frame.data_mut().rotate_left(number * 4 * 3);
        encoder.push(frame, 40).expect("a small frame");
    }
    files.push(encoder.finish().expect("four frames").bytes);
    files
}

/// Writes files of the formats that we only read: colour, colour with alpha, grey and deep samples, where a format has them.
pub(crate) fn long_tail() -> Vec<Vec<u8>> {
    let (width, height) = (19, 13);
    let soft = picture(width, height, true);
    let pixels = soft.data().as_chunks::<4>().0;
    let rgb: Vec<u8> = pixels.iter().flat_map(|pixel| &pixel[..3]).copied().collect();
    let gray: Vec<u8> = pixels.iter().map(|pixel| pixel[0]).collect();
    let deep: Vec<u8> = gray.iter().flat_map(|&level| [level, level]).collect();
    let kinds = [
        (ColorType::Rgb8, &rgb[..]),
        (ColorType::Rgba8, soft.data()),
        (ColorType::L8, &gray[..]),
        (ColorType::L16, &deep[..]),
    ];
    let mut files = vec![b"P1\n3 2\n1 0 1 0 0 1\n".to_vec(), b"P3\n2 1\n9\n1 2 3 4 5 6\n".to_vec()];
    for format in [ImageFormat::Bmp, ImageFormat::Tiff, ImageFormat::Ico, ImageFormat::Qoi, ImageFormat::Pnm] {
        for (color, samples) in kinds {
            let mut file = Cursor::new(Vec::new());
            // Not every format has every kind.
            if image::write_buffer_with_format(&mut file, samples, width, height, color, format).is_ok() {
                files.push(file.into_inner());
            }
        }
    }
    files
}

/// URLs in every grammar: with each option by itself, and with several.
pub(crate) fn urls() -> Vec<Vec<u8>> {
    let single = url_options().into_iter().flat_map(|option| option.examples);
    let mut urls: Vec<String> = single.map(|example| format!("/cdn-cgi/image/{example}/a.jpg")).collect();
    urls.extend(
        [
            "/cdn-cgi/image/w=80,h=60,fit=cover,g=0.5x0.2,f=auto,q=high,dpr=2/https://a.example/b.jpg?c=d",
            "/cdn-cgi/image/trim.border.color=%23fff,trim=border,background=rgb(1 2 3 / 5%25),/%2Fa%20b.jpg",
            "/_next/image?url=%2Fa.jpg&w=640&q=75",
            "/_ipx/s_200x100,f_webp,fit_inside,b_ffeedd,flip,flop&enlarge/a.jpg",
            "/_ipx/_/a.jpg",
        ]
        .map(str::to_owned),
    );
    urls.into_iter().map(String::into_bytes).collect()
}

/// Lists of the client, with every option between them.
pub(crate) fn lists() -> Vec<Vec<u8>> {
    [
        r#"[]"#,
        r##"[{"imageIndex":0,"width":20,"height":10,"fit":"pad","background":"rgb(1 2 3 / 50%)","flip":"h","rotate":90,
            "border":{"color":"#123456","top":1,"left":2},"brightness":1.5,"contrast":0.5,"gamma":2,"saturation":0.2,"blur":3,
            "sharpen":1.5}]"##,
        r#"[{"imageIndex":2,"width":4,"height":4,"fit":"squeeze"},{"drawImageIndex":2,"targetImageIndex":1,"repeat":"x","top":-1},
            {"drawImageIndex":1,"targetImageIndex":0,"opacity":0.5,"composite":"xor","left":3}]"#,
        r#"[{"imageIndex":0,"trim":{"top":1,"bottom":0.25,"width":30},"width":9,"height":9,"fit":"crop",
            "gravity":{"x":0.2,"y":1,"mode":"box-center"}}]"#,
        r#"[{"imageIndex":0,"trim":{"border":{"color":"red","tolerance":3,"keep":1}},"width":12,"height":9,"fit":"cover",
            "gravity":"auto","upscale":"interpolate"}]"#,
        r#"[{"imageIndex":0,"width":300,"fit":"scale-up"},{"imageIndex":0,"height":2,"fit":"contain"},
            {"imageIndex":0,"width":3,"height":40,"fit":"aspect-crop","gravity":"entropy"}]"#,
    ]
    .map(Vec::from)
    .into()
}

/// Whole forms, as the client writes them, with the [`boundary()`] of all.
pub(crate) fn forms() -> Vec<Vec<u8>> {
    let image = || FormSource::Image(b"not looked at".to_vec());
    let plain = Node::new(image()).transform(Transform::default().to_options());
    let drawn = Node::new(image()).draw(plain.clone(), Draw::default().to_options());
    let output = || RawOutput {
        format: "image/webp".to_owned(),
        quality: Some("80".to_owned()),
        anim: Some("false".to_owned()),
        ..RawOutput::default()
    };
    let forms = [plain, drawn].map(|tree| join(&TransformForm::new(tree, output()).explain().into_pieces(&boundary())));
    let small = RawRendition {
        transforms: vec![Transform::resize(320, 0).to_options()],
        output: RawOutput { background: Some("#f80".to_owned()), ..output() },
    };
    let outputs = vec![small, RawRendition::new(OutputFormat::Jpeg)];
    let several = join(&TransformForm::of_renditions(Node::new(image()), outputs).into_pieces(&boundary()));
    let info = join(&InfoForm::new(b"not looked at".to_vec()).into_pieces(&boundary()));
    forms.into_iter().chain([several, info]).collect()
}

/// The boundary of all forms.
pub(crate) fn boundary() -> Boundary {
    Boundary::new(7)
}

/// Joins the pieces of a form.
fn join(pieces: &[Piece<Vec<u8>>]) -> Vec<u8> {
    Piece::join(pieces)
}

/// Fonts of each kind of outlines, with tables for many scripts, variable, in colour, and packed.
pub(crate) fn fonts() -> Vec<Vec<u8>> {
    [CFF, COLORED, DEVANAGARI, EMOJI, THAI, VARIABLE].map(|font| font.bytes()).into()
}
