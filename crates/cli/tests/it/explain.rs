//! `palmette explain`.

use serde_json::Value;

use crate::support::{EX_USAGE, Folder};

#[test]
fn explain_prints_a_table_of_steps() {
    let folder = Folder::new();
    let flags = ["--width", "20", "--height", "20", "--fit", "cover", "--brightness", "1"];
    let draw = ["--draw", "red.png:rotate=90,bottom=2,opacity=0.5", "--quality", "high", "-o", "out.jpg"];
    let text = folder.succeed(&[&["explain", "grey.png"], &flags[..], &draw].concat());
    let text = String::from_utf8(text).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let bytes = |name| std::fs::metadata(folder.path().join(name)).unwrap().len();
    assert_eq!(lines[1], format!("0     grey.png  image/png  40×30  {:<5}  1", bytes("grey.png")));
    assert_eq!(
        lines[4..9],
        [
            "step  op  node  from                          does    in     out    with",
            "0     0   0     width=20 height=20 fit=cover  resize  40×30  20×20  \
             kernel_x=lanczos3 taps_x=9 kernel_y=lanczos3 taps_y=9 first=y scaled=27×20 left=4 top=0",
            "1     1   1     rotate=90                     rotate  20×10  10×20  degrees=90",
            "2     2   0     bottom=2 opacity=0.5          draw    20×20  20×20  \
             foreground=1 foreground_size=10×20 composite=over opacity=0.5 left=5 top=-2",
            "",
        ]
    );
    assert_eq!(lines[9], "no effect: brightness (transform 1 of the canvas)");
    assert_eq!(lines[10], "output: image/jpeg, 20×20, quality 90, on #ffffff");
    assert!(lines[11].starts_with("engine: cpu (cpu_wanted), about "), "{}", lines[11]);
    assert_eq!(lines.len(), 12);
    assert!(!folder.path().join("out.jpg").exists());
}

#[test]
fn explain_prints_json_as_the_server_answers() {
    let folder = Folder::new();
    let json = folder.succeed(&["explain", "grey.png", "--trim", "border", "--json"]);
    let explanation: Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(explanation["output"]["format"], "image/png");
    assert_eq!((&explanation["steps"][0]["kind"], &explanation["is_measured"]), (&"measure".into(), &true.into()));

    folder.write(
        "request.json",
        br#"{"sources": ["grey.png"], "transforms": [{"imageIndex": 0, "trim": "border"}], "output_format": "image/png",
            "explain": true}"#,
    );
    assert_eq!(folder.succeed(&["explain", "--request", "request.json", "--json"]), json);
    folder.succeed(&["transform", "--request", "request.json", "-o", "plan.json"]);
    let plan = std::fs::read_to_string(folder.path().join("plan.json")).unwrap();
    assert_eq!(plan + "\n", String::from_utf8(json).unwrap());
}

#[test]
fn explain_fails_as_transform_does() {
    let folder = Folder::new();
    folder.fail(&["explain", "grey.png", "--width", "0"], EX_USAGE, &["ERROR 9401: ", "width"]);
    folder.fail(&["explain", "grey.png", "--zoom", "1"], EX_USAGE, &["ERROR 9401: ", "`zoom` needs a model"]);
    folder.fail(&["explain", "grey.png", "-o", "out"], EX_USAGE, &["--format"]);
}
