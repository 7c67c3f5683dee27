//! Every reason of `palmette workerd-config` not to write a configuration.

use crate::support::{EX_DATAERR, EX_NOINPUT, EX_USAGE};
use crate::workerd_config::folder_of_worker;

#[test]
fn workerd_refusals_of_what_workerd_would_not_do() {
    let folder = folder_of_worker();
    folder.write("app/rules/_headers", b"");
    folder.write("app/src/package.js", b"import { Hono } from 'hono';\nexport default new Hono();");
    folder.write("app/src/extension.js", b"import './lib/greet';\nexport default {};");
    folder.write("app/src/script.js", b"addEventListener('fetch', () => {});");
    folder.write("app/src/typed.ts", b"export default {};");
    for (fields, words) in [
        (
            r#""d1_databases": [{"binding": "DB"}], "durable_objects": {"bindings": [{"name": "ROOM"}]},
               "queues": {"producers": [{"binding": "JOBS"}]}, "ai": {"binding": "AI"}"#,
            &[
                "the binding DB (d1_databases)",
                "ROOM (durable_objects)",
                "JOBS (queues)",
                "AI (ai)",
                "--worker NAME=FILE",
            ][..],
        ),
        (r#""newest_things": [{"binding": "NEW"}]"#, &["the binding NEW (newest_things)"]),
        (r#""newest_switch": true"#, &["the setting `newest_switch` is not supported here"]),
        (r#""queues": {"consumers": [{"queue": "jobs"}]}"#, &["the setting `queues` is not supported here"]),
        (r#""triggers": {"crons": ["* * * * *"]}"#, &["the setting `triggers` is not supported here"]),
        (r#""tail_consumers": [{"service": "log"}]"#, &["the setting `tail_consumers` is not supported here"]),
        (r#""secrets": {"optional": ["A"]}"#, &["the setting `secrets.optional` is not supported here"]),
        (r#""vars": [1]"#, &["vars must be an object, got [1]"]),
        (r#""images": "IMAGES""#, &["images must be an object with a binding, got \"IMAGES\""]),
        (r#""images": {"binding": ""}"#, &["images must be an object with a binding"]),
        (r#""images": {"binding": "A"}, "vars": {"A": 1}"#, &["more than one binding is named A"]),
        (r#""vars": {"A": 1}, "secrets": {"required": ["A"]}"#, &["more than one binding is named A"]),
        (
            r#""images": {"binding": "IMAGES"}, "compatibility_date": "2022-01-01""#,
            &["compatibility_date", "2022-11-30 or later"],
        ),
        (r#""compatibility_date": "today""#, &["compatibility_date must be a date, YYYY-MM-DD, got \"today\""]),
        (r#""compatibility_flags": "nodejs_compat""#, &["compatibility_flags must be a list of strings"]),
        (
            r#""assets": {"directory": "public", "html_handling": "drop-trailing-slash"}"#,
            &["assets.html_handling must be"],
        ),
        (
            r#""assets": {"directory": "public", "base_path": "/x"}"#,
            &["the setting `assets.base_path` is not supported here"],
        ),
        (r#""assets": {"binding": "ASSETS"}"#, &["assets.directory must be a string, got null"]),
        (r#""assets": {"directory": "rules"}"#, &["rules/_headers is not supported here"]),
        (r#""assets": {"directory": "src/index.js"}"#, &["is not a folder"]),
        (r#""main": "src/package.js""#, &["imports \"hono\"", "wrangler deploy --dry-run --outdir DIR", "--main"]),
        (r#""main": "src/extension.js""#, &["imports \"./lib/greet\""]),
        (r#""main": "src/script.js""#, &["exports nothing"]),
        (r#""main": "src/typed.ts""#, &["typed.ts is not a JavaScript module", "wrangler deploy --dry-run"]),
        (r#""main": null"#, &["main must be the file of the Worker, got null"]),
        (
            r#""main": null, "assets": {"directory": "public"}, "vars": {"A": 1}"#,
            &["main must be the file of the Worker"],
        ),
        (r#""main": null, "assets": {"directory": "public", "run_worker_first": true}"#, &["main must be the file"]),
    ] {
        // Of a key that is given twice, the last one counts.
        let text = format!(r#"{{"main": "src/index.js", "compatibility_date": "2026-08-01", {fields}}}"#);
        folder.write("app/wrangler.jsonc", text.as_bytes());
        folder.fail(&["workerd-config", "app/wrangler.jsonc"], EX_DATAERR, words);
    }
}

#[test]
fn workerd_refusals_of_files_and_flags_that_are_wrong() {
    let folder = folder_of_worker();
    let wrangler =
        br#"{"main": "src/index.js", "compatibility_date": "2026-08-01", "r2_buckets": [{"binding": "BUCKET"}]}"#;
    folder.write("app/wrangler.jsonc", wrangler);
    folder.write("app/broken.jsonc", b"{\n  'single': 1\n}");
    folder.write("app/broken.toml", b"main = \n");
    folder.write("app/date.toml", b"compatibility_date = 2026-08-01\n");
    folder.write("app/gone.jsonc", br#"{"main": "src/gone.js", "compatibility_date": "2026-08-01"}"#);
    folder.write("app/wrangler.yaml", b"");
    let bucket = "BUCKET=services/bucket.js";
    for (args, status, words) in [
        (&["app/nothing.jsonc"][..], EX_NOINPUT, &["app/nothing.jsonc"][..]),
        (&["app/wrangler.yaml"], EX_DATAERR, &["must end in .jsonc, .json or .toml"]),
        (&["app/broken.jsonc"], EX_DATAERR, &["app/broken.jsonc", "line 2"]),
        (&["app/broken.toml"], EX_DATAERR, &["app/broken.toml", "line 1"]),
        (&["app/date.toml"], EX_DATAERR, &["app/date.toml: 2026-08-01 is a date; write it in quotes"]),
        (&["app/gone.jsonc"], EX_NOINPUT, &["src/gone.js"]),
        (&["app/wrangler.jsonc", "--worker", "BUKET=services/bucket.js"], EX_USAGE, &["--worker BUKET", "only BUCKET"]),
        (&["app/wrangler.jsonc", "--worker", "BUCKET=services/none.js"], EX_NOINPUT, &["services/none.js"]),
        (&["app/wrangler.jsonc", "--worker", &format!("{bucket},disk=none")], EX_NOINPUT, &["none"]),
        (&["app/wrangler.jsonc", "--worker", &format!("{bucket},disk=red.png")], EX_DATAERR, &["is not a folder"]),
    ] {
        folder.fail(&[&["workerd-config"], args].concat(), status, words);
    }
    let args = ["workerd-config", "app/wrangler.jsonc", "--worker", bucket, "--token-env", "TOKEN"];
    folder.fail(&args, EX_USAGE, &["--token-env", "has no images binding"]);
    let output = folder.run(&["workerd-config", "app/wrangler.jsonc", "--worker", "BUCKET"]);
    assert_eq!(output.status.code(), Some(EX_USAGE));
}
