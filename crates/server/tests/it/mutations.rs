//! Ten thousand broken requests: each ends in a code or a picture, and the server still answers.

use std::collections::BTreeMap;

use axum::Router;
use axum::http::StatusCode;
use palmette::codec::{EncodeFormat, EncodeOptions, encode};
use palmette_protocol::Code;
use palmette_server::Config;

use crate::support::{Form, app_with, call, get, moving, pixmap, png, post, transform, watermark_form};

const MUTATIONS: u32 = 10_000;

/// A small generator of random numbers (xorshift64*), so that a failure can be had again from its number.
struct Random(u64);

impl Random {
    fn new(seed: u32) -> Self {
        Self(u64::from(seed).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// Returns a number below `end`.
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(number).unwrap() % end
    }
}

/// The parts of a form; pictures are those that need a file name.
type Parts = Vec<(&'static str, Vec<u8>)>;

fn to_form(parts: &Parts) -> Form {
    parts.iter().fold(Form::new(), |form, (name, bytes)| match *name {
        "image" | "draw_image" => form.file(name, bytes),
        _ => form.text(name, &String::from_utf8_lossy(bytes)),
    })
}

/// The forms that are mutated: every input format, still and moving, nested draws, many options.
fn valid_forms() -> Vec<Parts> {
    let options = r#"[{"imageIndex":0,"width":20,"height":10,"fit":"pad","background":"rgb(1 2 3 / 50%)","flip":"h","rotate":90},
        {"imageIndex":2,"width":4,"height":4,"fit":"squeeze"},{"drawImageIndex":2,"targetImageIndex":1,"repeat":"x","top":-1},
        {"drawImageIndex":1,"targetImageIndex":0,"opacity":0.5,"composite":"xor"},
        {"imageIndex":0,"width":9,"height":9,"fit":"crop","gravity":{"x":0.2,"y":1,"mode":"box-center"}}]"#;
    let mut forms = vec![vec![
        ("image", png(8, 6)),
        ("draw_image", png(5, 5)),
        ("draw_image", png(3, 3)),
        ("transforms", options.into()),
        ("output_format", b"rgba".into()),
        ("background", b"#ff880080".into()),
        ("anim", b"false".into()),
    ]];
    for format in [EncodeFormat::Jpeg, EncodeFormat::Png, EncodeFormat::Webp, EncodeFormat::Avif] {
        forms.push(vec![
            ("image", encode(pixmap(24, 16), &EncodeOptions::new(format)).unwrap().bytes),
            ("transforms", br#"[{"imageIndex":0,"width":10}]"#.into()),
            ("output_format", b"image/png".into()),
            ("output_quality", b"80".into()),
        ]);
    }
    let measured = r#"[{"imageIndex":0,"trim":{"border":{"tolerance":3,"keep":1}},"width":12,"height":9,"fit":"cover",
        "gravity":"auto","contrast":1.5,"saturation":0.2,"blur":3,"sharpen":1.5,"border":{"color":"gold","top":2}},
        {"drawImageIndex":1,"targetImageIndex":0,"right":1}]"#;
    for (format, output) in [(EncodeFormat::Gif, "image/webp"), (EncodeFormat::Webp, "image/gif")] {
        for explain in ["false", "true"] {
            forms.push(vec![
                ("image", moving(format, 4)),
                ("draw_image", png(2, 2)),
                ("transforms", measured.into()),
                ("output_format", output.into()),
                ("explain", explain.into()),
            ]);
        }
    }
    forms
}

/// Changes the inside of one part, or the order of parts, or the form as it is sent.
fn mutate_form(mut parts: Parts, random: &mut Random) -> Vec<u8> {
    let (one, other) = (random.below(parts.len()), random.below(parts.len()));
    match random.below(8) {
        0 => return mutate(to_form(&parts).bytes(), random),
        1 => parts.swap(one, other),
        2 => drop(parts.remove(one)),
        _ => parts[one].1 = mutate(std::mem::take(&mut parts[one].1), random),
    }
    to_form(&parts).bytes()
}

/// Changes bytes in one to four places: bits, bytes, cuts, copies, numbers.
fn mutate(mut bytes: Vec<u8>, random: &mut Random) -> Vec<u8> {
    for _ in 0..=random.below(4) {
        if bytes.is_empty() {
            break;
        }
        let at = random.below(bytes.len());
        let length = (1 + random.below(40)).min(bytes.len() - at);
        match random.below(7) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = [0, 0xFF, b'"', b'-', b'\r', b'\n', b'9', b'{'][random.below(8)],
            2 => bytes.truncate(at),
            3 => drop(bytes.drain(at..at + length)),
            4 => {
                let copy = bytes[at..at + length].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, copy);
            }
            5 => {
                let digits: Vec<_> = (0..bytes.len()).filter(|&index| bytes[index].is_ascii_digit()).collect();
                if !digits.is_empty() {
                    let number = ["0", "-1", "1e999", "12000", "99999999999", "0.5", "null", "[]"][random.below(8)];
                    let index = digits[random.below(digits.len())];
                    bytes.splice(index..=index, number.bytes());
                }
            }
            _ => bytes.splice(at..at, std::iter::repeat_n(0, length)).for_each(drop),
        }
    }
    bytes
}

/// Sends one mutation and returns what came back: 0 for a picture, else the code.
async fn try_one(app: &Router, forms: &[Parts], seed: u32) -> u16 {
    let mut random = Random::new(seed);
    let form = forms[random.below(forms.len())].clone();
    let path = if random.below(8) == 0 { "/info" } else { "/transform" };
    let answer = call(app, post(path, mutate_form(form, &mut random))).await;
    let code = answer.code();
    if code == 0 {
        assert_eq!(answer.status, StatusCode::OK, "mutation {seed}: {}", answer.text());
    } else {
        let known = Code::from_number(code).unwrap_or_else(|| panic!("mutation {seed}: {code}"));
        assert_ne!(known, Code::Internal, "mutation {seed}: {}", answer.text());
    }
    code
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mutations_end_in_a_code_or_a_picture() {
    let mut config = Config::default();
    // Sizes are bounded so that a number that grew costs no minutes.
    config.limits.pixels.max_area_px = 250_000;
    config.limits.pixels.max_animation_area_px = 1_000_000;
    let app = app_with(config);
    let forms = valid_forms();
    for form in &forms {
        assert_eq!(transform(&app, to_form(form)).await.status, StatusCode::OK);
    }

    let halves = [0, 1].map(|first| {
        let (app, forms) = (app.clone(), forms.clone());
        tokio::spawn(async move {
            let mut outcomes = BTreeMap::new();
            for seed in (first..MUTATIONS).step_by(2) {
                *outcomes.entry(try_one(&app, &forms, seed).await).or_insert(0) += 1;
            }
            outcomes
        })
    });
    let mut outcomes = BTreeMap::new();
    for half in halves {
        for (code, count) in half.await.unwrap() {
            *outcomes.entry(code).or_insert(0) += count;
        }
    }
    println!("{outcomes:?}");
    assert!(outcomes.len() >= 6, "mutations reach many codes: {outcomes:?}");
    assert!(outcomes[&0] > MUTATIONS / 100, "and many are harmless: {outcomes:?}");

    assert_eq!(transform(&app, watermark_form()).await.status, StatusCode::OK, "the server still answers");
    let metrics = get(&app, "/metrics").await.text();
    for line in ["palmette_body_bytes 0", "palmette_pixel_bytes 0", "palmette_working_requests 0"] {
        assert!(metrics.contains(line), "`{line}` is not in:\n{metrics}");
    }
}
