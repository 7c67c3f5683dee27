//! Image URLs: every option with a good, an odd and a wrong value, and everything around the options.

use palmette_protocol::url::{ImageOptions, ImageUrl, Strictness, UrlSource, url_options};
use palmette_protocol::{Code, Error};
use serde_json::{Value, json};

use Strictness::{Lenient, Strict};

/// One option: its name, values as they stand in a URL with what they mean, and values that are refused with the start of the message.
type Case = (&'static str, &'static [(&'static str, &'static str)], &'static [(&'static str, &'static str)]);

/// Reads options as the object of `cf.image`.
fn object(options: &str) -> Result<Value, Error> {
    ImageOptions::parse(options, Strict).map(|(options, _)| options.to_object().into())
}

const SIDE: &str = r#"height must be a number of at least 0.5, got "#;
const WIDTH: &str = "width must be a number of at least 0.5, or auto, got ";
const TRIM: &str = "trim must be border, TOP;RIGHT;BOTTOM;LEFT, or named: trim.top, ";
const GRAVITY: &str = "gravity must be left, right, top, bottom, center, auto, entropy, face or XxY, each 0 to 1, got ";
const COLOR: &str = "background must be a CSS colour (";
const QUALITY: &str = "must be 1 to 100, high, medium-high, medium-low or low, got ";
const BREAKPOINTS: &str = "wbreakpoints must be 1 to 32 whole numbers above 0 with ; between them, got ";

const CASES: &[Case] = &[
    (
        "width",
        &[("width=80", "80"), ("w=240.5", "240.5"), ("width=8e1", "80"), ("w=auto", r#""auto""#)],
        &[
            ("width=", WIDTH),
            ("width=0", WIDTH),
            ("w=-1", WIDTH),
            ("w=80px", WIDTH),
            ("width=Auto", WIDTH),
            ("w=NaN", WIDTH),
        ],
    ),
    ("height", &[("height=80", "80"), ("h=0.5", "0.5")], &[("h=0", SIDE), ("h=auto", SIDE), ("h=inf", SIDE)]),
    (
        "trim",
        &[
            ("trim=20;30;20;0", r#"{"top":20,"right":30,"bottom":20,"left":0}"#),
            ("trim=0.1;0.25;0;3", r#"{"top":0.1,"right":0.25,"bottom":0,"left":3}"#),
            ("trim.left=5,trim.width=100", r#"{"left":5,"width":100}"#),
            ("trim=1;2;3;4,trim.height=0.5", r#"{"top":1,"right":2,"bottom":3,"left":4,"height":0.5}"#),
            ("trim=border", r#""border""#),
            ("trim.border=true", r#"{"border":true}"#),
            ("trim=border,trim.border.tolerance=5", r#"{"border":{"tolerance":5}}"#),
            (
                "trim.border.keep=2,trim.border=true,trim.border.color=%23fff",
                r##"{"border":{"keep":2,"color":"#fff"}}"##,
            ),
            ("trim.border.tolerance=5,trim=border", r#"{"border":{"tolerance":5}}"#),
        ],
        &[
            ("trim=20", TRIM),
            ("trim=1;2;3", TRIM),
            ("trim=1;2;3;4;5", TRIM),
            ("trim=a;b;c;d", TRIM),
            ("trim=true", TRIM),
            ("trim=1;2;3;-4", "trim.left must be a number of at least 0"),
            ("trim.top=border", "trim.top must be"),
            ("trim.topp=1", r#"unknown option "trim.topp"; known options are top, right, "#),
            ("trim.top.left=1", r#"unknown option "trim.top.left"; known options are "#),
            ("trim.border.tolerance=256", "trim.border.tolerance must be 0 to 255, got 256"),
            ("trim=1;2;3;4,trim.left=9", "trim is given twice"),
            ("trim=1;2;3;4,trim.border.keep=9", "trim.border and trim.top cannot be used together"),
        ],
    ),
    (
        "flip",
        &[("flip=h", r#""h""#), ("flip=hv", r#""hv""#)],
        &[("flip=vh", "flip must be h, v or hv, got "), ("flip=1", "flip must be ")],
    ),
    (
        "rotate",
        &[("rotate=90", "90"), ("rotate=180.0", "180")],
        &[
            ("rotate=45", "rotate must be 0, 90, 180 or 270, got 45"),
            ("rotate=360", "rotate must be "),
            ("rotate=left", "rotate must be "),
        ],
    ),
    (
        "fit",
        &[("fit=cover", r#""cover""#), ("fit=scale-up", r#""scale-up""#)],
        &[("fit=Cover", "fit must be scale-down, contain, "), ("fit=", "fit must be ")],
    ),
    (
        "gravity",
        &[
            ("gravity=auto", r#""auto""#),
            ("g=face", r#""face""#),
            ("gravity=0.5x0.2", r#"{"x":0.5,"y":0.2}"#),
            ("g=1x0,g.mode=box-center", r#"{"x":1,"y":0,"mode":"box-center"}"#),
            ("g.y=0.25", r#"{"y":0.25}"#),
        ],
        &[
            ("g=north", GRAVITY),
            ("gravity=0.5", GRAVITY),
            ("g=x", GRAVITY),
            ("g=0.5x2", "gravity.y must be 0 to 1, got 2"),
            ("g=left,g.x=1", "gravity is given twice"),
        ],
    ),
    (
        "zoom",
        &[("zoom=0.5", "0.5"), ("face-zoom=1", "1")],
        &[("zoom=2", "zoom must be 0 to 1, got 2"), ("zoom=in", "zoom must be ")],
    ),
    (
        "upscale",
        &[("upscale=generate", r#""generate""#)],
        &[("upscale=true", "upscale must be interpolate or generate, got ")],
    ),
    ("segment", &[("segment=foreground", r#""foreground""#)], &[("segment=sky", "segment must be foreground, got ")]),
    (
        "brightness",
        &[("brightness=1.5", "1.5"), ("brightness=0", "0")],
        &[("brightness=-1", "brightness must be 0 to 255, got -1"), ("brightness=low", "brightness must be ")],
    ),
    (
        "contrast",
        &[("contrast=0.5", "0.5")],
        &[("contrast=256", "contrast must be 0 to 255, got 256"), ("contrast=", "contrast must be ")],
    ),
    (
        "gamma",
        &[("gamma=.5", "0.5")],
        &[("gamma=-0.1", "gamma must be 0 to 255, got -0.1"), ("gamma=x", "gamma must be ")],
    ),
    (
        "saturation",
        &[("saturation=0", "0")],
        &[("saturation=999", "saturation must be 0 to 255, got 999"), ("saturation=none", "saturation must be ")],
    ),
    (
        "blur",
        &[("blur=20", "20"), ("blur=2.5", "2.5")],
        &[("blur=251", "blur must be 0 to 250, got 251"), ("blur=-1", "blur must be ")],
    ),
    (
        "sharpen",
        &[("sharpen=1", "1"), ("sharpen=10", "10")],
        &[("sharpen=11", "sharpen must be 0 to 10, got 11"), ("sharpen=yes", "sharpen must be ")],
    ),
    (
        "background",
        &[
            ("background=%23ff8000", r##""#ff8000""##),
            ("background=red", r#""red""#),
            ("background=rgb(10,20,30)", r#""rgb(10,20,30)""#),
            ("background=rgb%2810%2C20%2C30%29", r#""rgb(10,20,30)""#),
            ("background=rgb(10%2020%2030%20/%2050%25)", r#""rgb(10 20 30 / 50%)""#),
        ],
        &[
            ("background=ff8000", COLOR),
            ("background=rgb(1%2C2", COLOR),
            ("background=", COLOR),
            ("background=5", COLOR),
        ],
    ),
    (
        "border",
        &[
            ("border.width=4,border.color=gold", r#"{"width":4,"color":"gold"}"#),
            ("border.top=1,border.left=2.5", r#"{"top":1,"left":2.5}"#),
        ],
        &[
            ("border=4", "border must be named: border.color and either border.width or border.top, "),
            ("border.width=1,border.left=2", "border.width and border.left cannot be used together"),
            ("border.width=-1", "border.width must be a number of at least 0, got -1"),
        ],
    ),
    (
        "dpr",
        &[("dpr=2", "2"), ("dpr=1.5", "1.5"), ("dpr=3", "3")],
        &[("dpr=3.1", "dpr must be 0.1 to 3, got 3.1"), ("dpr=0", "dpr must be "), ("dpr=2x", "dpr must be ")],
    ),
    (
        "format",
        &[
            ("format=auto", r#""auto""#),
            ("f=avif", r#""avif""#),
            ("f=webp", r#""webp""#),
            ("f=jpeg", r#""jpeg""#),
            ("f=baseline-jpeg", r#""baseline-jpeg""#),
            ("f=png", r#""png""#),
            ("f=png-force", r#""png-force""#),
            ("f=gif", r#""gif""#),
            ("f=svg", r#""svg""#),
            ("f=json", r#""json""#),
        ],
        &[
            (
                "f=jpg",
                r#"format must be auto, avif, webp, jpeg, baseline-jpeg, png, png-force, gif, svg or json, got "jpg"; did you mean jpeg?"#,
            ),
            ("f=image/webp", "format must be "),
            ("format=", "format must be "),
        ],
    ),
    (
        "quality",
        &[("quality=75", "75"), ("q=high", "90"), ("q=33.5", "34")],
        &[("q=0", QUALITY), ("q=101", QUALITY), ("quality=best", QUALITY)],
    ),
    (
        "slow-connection-quality",
        &[("slow-connection-quality=50", "50"), ("scq=low", "35")],
        &[("scq=0", QUALITY), ("scq=slow", QUALITY)],
    ),
    (
        "anim",
        &[("anim=false", "false"), ("anim=true", "true")],
        &[("anim=0", "anim must be true or false, got "), ("anim=", "anim must be ")],
    ),
    (
        "metadata",
        &[("metadata=keep", r#""keep""#), ("metadata=none", r#""none""#), ("metadata=copyright", r#""copyright""#)],
        &[("metadata=all", "metadata must be copyright, keep or none, got ")],
    ),
    (
        "compression",
        &[("compression=fast", r#""fast""#)],
        &[("compression=best", "compression must be fast, got "), ("compression=true", "compression must be ")],
    ),
    ("onerror", &[("onerror=redirect", r#""redirect""#)], &[("onerror=ignore", "onerror must be redirect, got ")]),
    (
        "wbreakpoints",
        &[("wbreakpoints=640;320;640", r#""320;640""#), ("wbreakpoints=5", r#""5""#)],
        &[("wbreakpoints=", BREAKPOINTS), ("wbreakpoints=1;x", BREAKPOINTS), ("wbreakpoints=0", BREAKPOINTS)],
    ),
    (
        "wmobile",
        &[("wmobile=500", "500")],
        &[("wmobile=0", "wmobile must be a number of at least 0.5, got 0"), ("wmobile=small", "wmobile must be ")],
    ),
    (
        "wdesktop",
        &[("wdesktop=1600.4", "1600")],
        &[("wdesktop=-5", "wdesktop must be a number of at least 0.5, got -5"), ("wdesktop=", "wdesktop must be ")],
    ),
];

#[test]
fn url_options_at_their_edges() {
    for (option, right, wrong) in CASES {
        for (text, expected) in *right {
            let read = object(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(read[option], serde_json::from_str::<Value>(expected).unwrap(), "{text}");
            // A trailing comma says nothing, and the object means the same again.
            assert_eq!(object(&format!("{text},")).unwrap(), read);
            let again = ImageOptions::from_object(read.as_object().unwrap()).unwrap();
            assert_eq!(Value::from(again.to_object()), read, "{text}");
        }
        for (text, message) in *wrong {
            let error = object(text).expect_err(text);
            assert!(error.to_string().contains(message), "{text}: {error}");
            assert_eq!(error.code(), Code::InvalidOption);
            // Leniently, a wrong value is one, too.
            let is_lenient = ["given twice", "unknown option", "dpr must be 0.1 to 3, got 3.1"];
            if !is_lenient.iter().any(|start| message.contains(start)) {
                assert!(ImageOptions::parse(text, Lenient).is_err(), "{text}");
            }
        }
    }
    let tested: Vec<&str> = CASES.iter().map(|(option, ..)| *option).collect();
    let known: Vec<&str> = url_options().iter().map(|option| option.info.name).collect();
    assert!(known.iter().all(|name| tested.contains(name)), "every option is here: {known:?}");
    assert_eq!(known.len(), tested.len());
}

#[test]
fn url_options_apply_whatever_their_order() {
    let options =
        ["width=80", "fit=cover", "h=60", "g=0.5x0.2", "trim=border", "trim.border.keep=3", "format=auto", "dpr=2"];
    let expected = object(&options.join(",")).unwrap();
    for turn in 1..options.len() {
        let mut turned = options;
        turned.rotate_left(turn);
        assert_eq!(object(&turned.join(",")).unwrap(), expected, "{turned:?}");
    }
}

#[test]
fn url_options_are_decoded_after_they_are_cut() {
    for text in ["width%3D80%2Cfit%3Dcover", "w=80,fit=c%6fver", "%77idth=%380,fit=cover"] {
        assert_eq!(object(text).unwrap(), json!({"width": 80, "fit": "cover"}), "{text}");
    }
    // A comma that is encoded belongs to the value, and a plus is no space.
    let error = object("fit=cover%2Cw=5").unwrap_err().to_string();
    assert!(error.ends_with(r#"got "cover,w=5""#), "{error}");
    assert!(object("background=rgb(1+2+3)").is_err());
    assert_eq!(object("w=%ff").unwrap_err().to_string(), r#""%ff" is not percent-encoded UTF-8"#);
}

#[test]
fn url_options_that_are_none_are_refused() {
    let not_one = "options must be NAME=VALUE with commas between them, got ";
    for (text, message) in [
        ("", format!(r#"{not_one}"""#)),
        ("width", format!(r#"{not_one}"width""#)),
        ("=80", format!(r#"{not_one}"=80""#)),
        ("w=1,,h=2", format!(r#"{not_one}"""#)),
        ("w=1,,", format!(r#"{not_one}"""#)),
        (",w=1", format!(r#"{not_one}"""#)),
        ("w=1,width=2", "width is given twice".to_owned()),
        ("q=5,q=5", "quality is given twice".to_owned()),
    ] {
        assert_eq!(object(text).unwrap_err().to_string(), message, "{text}");
    }
    let error = object("widht=80").unwrap_err().to_string();
    assert!(error.starts_with(r#"unknown option "widht"; known options are width, trim, flip, "#), "{error}");
    assert!(error.ends_with("wdesktop; did you mean width?"), "{error}");
    assert!(object("draw=x").unwrap_err().to_string().starts_with("unknown option"));
}

#[test]
fn url_options_are_ignored_leniently_and_told() {
    for (text, expected, warnings) in [
        ("w=80", json!({"width": 80}), vec![]),
        ("w=80,sepia=1", json!({"width": 80}), vec![r#"unknown option "sepia" is ignored"#]),
        ("w=80,w=90", json!({"width": 90}), vec!["width is given twice; the last one counts"]),
        ("w=80,dpr=4", json!({"width": 80, "dpr": 3}), vec!["dpr is at most 3"]),
        (
            "a.b=1,w=80,gravity.q=1",
            json!({"width": 80}),
            vec![r#"unknown option "a" is ignored"#, r#"unknown option "gravity.q" is ignored"#],
        ),
    ] {
        let (options, told) = ImageOptions::parse(text, Lenient).unwrap();
        assert_eq!(Value::from(options.to_object()), expected, "{text}");
        assert_eq!(told.len(), warnings.len(), "{told:?}");
        assert!(told.iter().zip(&warnings).all(|(told, start)| told.starts_with(start)), "{told:?}");
    }
}

#[test]
fn urls_are_cut_into_options_and_source() {
    let path = |path: &str| UrlSource::Path(path.to_owned());
    let remote = |url: &str| UrlSource::Remote(url.to_owned());
    for (rest, query, source) in [
        ("w=5/a.jpg", None, path("/a.jpg")),
        ("w=5//a//b.jpg", None, path("/a//b.jpg")),
        ("w=5/a%20b/%23.jpg", Some("c=d%20e"), path("/a%20b/%23.jpg?c=d%20e")),
        ("w=5/%2Fa%2Fb%20c.jpg", None, path("/a/b c.jpg")),
        ("w=5/https://a.example/b.jpg", None, remote("https://a.example/b.jpg")),
        ("w=5/https:/a.example/b.jpg", Some("c"), remote("https://a.example/b.jpg?c")),
        ("w=5/HTTP://a.example", None, remote("HTTP://a.example")),
        ("w=5/https%3A%2F%2Fa.example%2Fb.jpg%3Fc", None, remote("https://a.example/b.jpg?c")),
        ("w=5/httpsx/b.jpg", None, path("/httpsx/b.jpg")),
        ("w=5/ftp://a/b", None, path("/ftp://a/b")),
        ("background=rgb(1 2 3 / 5%25),w=5/a.jpg", None, path("/a.jpg")),
        ("w=5/a(1).jpg", None, path("/a(1).jpg")),
    ] {
        let url = ImageUrl::parse(&format!("/cdn-cgi/image/{rest}"), query, Strict);
        assert_eq!(url.unwrap_or_else(|error| panic!("{rest}: {error}")).source, source, "{rest}");
    }
    for path in [
        "",
        "/",
        "/cdn-cgi/image",
        "/cdn-cgi/image/",
        "/cdn-cgi/image/w=5",
        "/cdn-cgi/image/w=5/",
        "/cdn-cgi/image/w=5//",
        "/cdn-cgi/image/w=5/https://",
        "/cdn-cgi/image/a.jpg",
        "/other/w=5/a.jpg",
    ] {
        let error = ImageUrl::parse(path, None, Strict).expect_err(path);
        let message = "the URL must be /cdn-cgi/image/OPTIONS/SOURCE, with a path or a URL as SOURCE";
        assert_eq!((error.to_string().as_str(), error.code()), (message, Code::InvalidOption), "{path}");
    }
}

#[test]
fn urls_full_of_brackets_are_read_in_time() {
    let brackets = "(".repeat(60_000);
    assert!(object(&brackets).is_err());
    assert!(object(&format!("w=5,{brackets})")).is_err());
    assert!(object(&"w=5,".repeat(20_000)).is_err());
    let many: Vec<String> = (0..2_000).map(|number| format!("x{number}=1")).collect();
    assert_eq!(ImageOptions::parse(&many.join(","), Lenient).unwrap().1.len(), 2_000);
}
