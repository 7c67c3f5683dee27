//! `palmette workerd-config`: the whole text for a Worker. Why none is written is in `workerd_refusals.rs`.

use crate::support::{EX_DATAERR, EX_NOINPUT, EX_USAGE, Folder};

const WORKER: &[u8] =
    b"import { greet } from \"./lib/greet.js\";\nexport default { fetch: () => new Response(greet()) };\n";

/// A folder with a Worker of two modules and a service for a bucket.
pub(crate) fn folder_of_worker() -> Folder {
    let folder = Folder::new();
    folder.write("app/src/index.js", WORKER);
    folder.write("app/src/lib/greet.js", b"export const greet = () => 'hello';\n");
    folder.write("app/public/index.html", b"<h1>hello</h1>\n");
    folder.write(
        "services/bucket.js",
        b"import { WorkerEntrypoint } from 'cloudflare:workers';\nexport default class extends WorkerEntrypoint {}\n",
    );
    folder.write("data/.keep", b"");
    folder
}

/// Runs the command and returns the text, with `FOLDER` for the folder and without the lines of built-in Workers.
fn text_of(folder: &Folder, args: &[&str]) -> String {
    let text = String::from_utf8(folder.succeed(&[&["workerd-config"], args].concat())).unwrap();
    let path = folder.path().canonicalize().unwrap();
    let lines: Vec<_> = text.lines().filter(|line| !line.trim_start().starts_with('`')).collect();
    (lines.join("\n") + "\n").replace(path.to_str().unwrap(), "FOLDER")
}

#[test]
fn workerd_config_resolves_bindings_to_services() {
    let folder = folder_of_worker();
    folder.write(
        "app/wrangler.jsonc",
        br#"{
            // What wrangler takes: comments, and commas at the end.
            "$schema": "../node_modules/wrangler/config-schema.json",
            "name": "app",
            "main": "src/index.js",
            "compatibility_date": "2026-08-01",
            "compatibility_flags": ["nodejs_compat"],
            "images": { "binding": "IMAGES" },
            "r2_buckets": [{ "binding": "BUCKET", "bucket_name": "pictures" }],
            "kv_namespaces": [],
            "queues": { "producers": [], "consumers": [] },
            "find_additional_modules": false,
            "vars": { "GREETING": "say \"hi\" \\o/\n", "LIMITS": { "a": [1, 2.5, null], "b": "x" }, "NONE": null },
            "secrets": { "required": ["API_KEY"] },
            "observability": { "enabled": true },
        }"#,
    );
    let args = ["app/wrangler.jsonc", "--worker", "BUCKET=services/bucket.js,disk=data", "--listen", "*:8080"];
    let expected = r#"# Written by `palmette workerd-config`; run it with `workerd serve FILE`.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (
      name = "worker",
      worker = (
        compatibilityDate = "2026-08-01",
        compatibilityFlags = ["nodejs_compat"],
        bindings = [
          (
            name = "IMAGES",
            wrapped = (
              moduleName = "cloudflare-internal:images-api",
              innerBindings = [(name = "fetcher", service = "palmette binding")]
            )
          ),
          (name = "BUCKET", service = "binding BUCKET"),
          (name = "GREETING", text = "say \"hi\" \\o/\n"),
          (name = "LIMITS", json = "{\"a\":[1,2.5,null],\"b\":\"x\"}"),
          (name = "NONE", json = "null"),
          (name = "API_KEY", fromEnvironment = "API_KEY")
        ],
        modules = [
          (name = "index.js", esModule = embed "app/src/index.js"),
          (name = "lib/greet.js", esModule = embed "app/src/lib/greet.js")
        ]
      )
    ),
    (
      name = "palmette binding",
      worker = (
        compatibilityDate = "2026-04-21",
        bindings = [
          (name = "SERVER", service = "palmette"),
          (
            name = "CONFIG",
            json = "{\"url\":\"http://127.0.0.1:9901\",\"server\":\"127.0.0.1:9901\",\"headers\":{}}"
          )
        ],
        modules = [
          (
            name = "adapter.js",
            esModule =
          )
        ]
      )
    ),
    (name = "palmette", external = (address = "127.0.0.1:9901", http = ())),
    (
      name = "binding BUCKET",
      worker = (
        compatibilityDate = "2026-08-01",
        compatibilityFlags = ["nodejs_compat"],
        bindings = [(name = "DISK", service = "binding BUCKET disk")],
        modules = [(name = "bucket.js", esModule = embed "services/bucket.js")]
      )
    ),
    (name = "binding BUCKET disk", disk = (path = "FOLDER/data", writable = true))
  ],
  sockets = [(name = "http", address = "*:8080", http = (), service = "worker")]
);
"#;
    assert_eq!(text_of(&folder, &args), expected);
}

#[test]
fn workerd_config_puts_assets_before_the_worker() {
    let folder = folder_of_worker();
    folder.write(
        "app/wrangler.toml",
        br#"main = "src/index.js"
compatibility_date = "2025-01-01"
[assets]
directory = "./public"
binding = "ASSETS"
not_found_handling = "404-page"
run_worker_first = ["/api/*", "!/api/docs/*"]
"#,
    );
    let expected = r#"# Written by `palmette workerd-config`; run it with `workerd serve FILE`.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (
      name = "worker",
      worker = (
        compatibilityDate = "2025-01-01",
        bindings = [(name = "ASSETS", service = (name = "assets", entrypoint = "Files"))],
        modules = [
          (name = "index.js", esModule = embed "app/src/index.js"),
          (name = "lib/greet.js", esModule = embed "app/src/lib/greet.js")
        ]
      )
    ),
    (name = "assets folder", disk = (path = "FOLDER/app/public", allowDotfiles = true)),
    (
      name = "assets",
      worker = (
        compatibilityDate = "2026-04-21",
        bindings = [
          (name = "FOLDER", service = "assets folder"),
          (
            name = "SETTINGS",
            json = "{\"html_handling\":\"auto-trailing-slash\",\"not_found_handling\":\"404-page\",\"assets_first\":[\"/api/docs/*\"],\"worker_first\":[\"/api/*\"],\"before_worker\":\"all\"}"
          ),
          (name = "WORKER", service = "worker")
        ],
        modules = [
          (
            name = "assets.js",
            esModule =
          )
        ]
      )
    )
  ],
  sockets = [(name = "http", address = "127.0.0.1:8787", http = (), service = "assets")]
);
"#;
    assert_eq!(text_of(&folder, &["app/wrangler.toml"]), expected);
}

#[test]
fn workerd_config_takes_the_token_from_the_environment_of_workerd() {
    let folder = folder_of_worker();
    folder.write(
        "app/wrangler.json",
        br#"{"main": "src/index.js", "compatibility_date": "2026-08-01", "images": {"binding": "IMAGES"}}"#,
    );
    let text = text_of(&folder, &["app/wrangler.json", "--palmette", "unix:/run/p", "--token-env", "PALMETTE_TOKEN"]);
    for line in [
        r#"innerBindings = [(name = "fetcher", service = "palmette binding")]"#,
        r#"(name = "SERVER", service = "palmette token")"#,
        r#"json = "{\"url\":\"http://localhost\",\"server\":\"unix:/run/p\",\"headers\":{}}""#,
        r#"(name = "palmette", external = (address = "unix:/run/p", http = ())),"#,
        r#"(name = "PALMETTE", service = "palmette")"#,
        r#"(name = "TOKEN", fromEnvironment = "PALMETTE_TOKEN")"#,
    ] {
        assert!(text.contains(line), "`{line}` is not in: {text}");
    }
}

#[test]
fn workerd_config_takes_addresses_as_palmette_prints_them() {
    let folder = folder_of_worker();
    folder.write(
        "app/wrangler.json",
        br#"{"main": "src/index.js", "compatibility_date": "2026-08-01", "images": {"binding": "IMAGES"}}"#,
    );
    let text = text_of(&folder, &["app/wrangler.json", "--palmette", "http://127.0.0.1:9901/"]);
    assert!(text.contains(r#"external = (address = "127.0.0.1:9901", http = ())"#), "{text}");
    for address in ["ftp://a", "http://a/base", "https://a/base", "https://unix:/a", "http://me:secret@a:1"] {
        let args = ["workerd-config", "app/wrangler.json", "--palmette", address];
        folder.fail(&args, EX_USAGE, &[address, "must be HOST, HOST:PORT, a URL without a path, or unix:PATH"]);
    }
}

#[test]
fn workerd_config_speaks_tls_with_an_https_address() {
    let folder = folder_of_worker();
    folder.write(
        "app/wrangler.json",
        br#"{"main": "src/index.js", "compatibility_date": "2026-08-01", "images": {"binding": "IMAGES"}}"#,
    );
    folder.write("certs/ca.pem", b"-----BEGIN CERTIFICATE-----\n");
    let args = ["app/wrangler.json", "--palmette", "https://pictures.internal:9901/"];
    for (more, https) in [
        (&[][..], "https = (options = (), tlsOptions = (trustBrowserCas = true))"),
        (
            &["--palmette-ca", "certs/ca.pem"],
            "https = (options = (), tlsOptions = (trustedCertificates = [embed \"certs/ca.pem\"]))",
        ),
    ] {
        let text = text_of(&folder, &[&args, more].concat());
        for part in ["address = \"pictures.internal:9901\"", https] {
            assert!(text.contains(part), "`{part}` is not in: {text}");
        }
    }
    let fail = |args: &[&str], status, words: &[&str]| {
        folder.fail(&[&["workerd-config", "app/wrangler.json", "--palmette-ca"], args].concat(), status, words);
    };
    fail(&["certs/ca.pem"], EX_USAGE, &["--palmette-ca: has no effect with --palmette 127.0.0.1:9901"]);
    fail(&["none.pem", "--palmette", "https://a"], EX_NOINPUT, &["cannot read none.pem"]);
}

#[test]
fn workerd_config_names_modules_from_where_it_is_written() {
    let folder = folder_of_worker();
    let wrangler = br#"{"main": "src/index.js", "compatibility_date": "2026-08-01"}"#;
    folder.write("app/wrangler.jsonc", wrangler);
    folder.write("app/src/index.js", b"import '../shared/a.js'; import './lib/greet.js'; export default {};");
    folder.write("app/shared/a.js", b"import './data.json'; import '../src/index.js'; import 'node:util';");
    folder.write("app/shared/data.json", b"{}");
    folder.write("out/.keep", b"");
    folder.succeed(&["workerd-config", "app/wrangler.jsonc", "-o", "out/config.capnp"]);
    let text = String::from_utf8(std::fs::read(folder.path().join("out/config.capnp")).unwrap()).unwrap();
    // The main module first; names from the folder that all modules are in.
    let expected = r#"modules = [
          (name = "src/index.js", esModule = embed "../app/src/index.js"),
          (name = "shared/a.js", esModule = embed "../app/shared/a.js"),
          (name = "src/lib/greet.js", esModule = embed "../app/src/lib/greet.js"),
          (name = "shared/data.json", json = embed "../app/shared/data.json")
        ]"#;
    assert!(text.contains(expected), "{text}");
}

#[test]
fn workerd_config_reads_one_thing_in_every_spelling() {
    let folder = folder_of_worker();
    let json = r#"{"main": "src/index.js", "compatibility_date": "2026-08-01",
        "vars": {"Z": "text", "LIMITS": {"b": [1, 2.5, true], "a": {}}, "A": 3}}"#;
    folder.write("app/wrangler.json", json.as_bytes());
    folder.write("app/marked.json", format!("\u{feff}{json}").as_bytes());
    let toml = "main = 'src/index.js'\ncompatibility_date = '2026-08-01'\n\
        [vars]\nZ = 'text'\nLIMITS = { b = [1, 2.5, true], a = {} }\nA = 3\n";
    folder.write("app/wrangler.toml", toml.as_bytes());
    folder.write("app/marked.toml", format!("\u{feff}{toml}").as_bytes());
    let text = text_of(&folder, &["app/wrangler.json"]);
    assert!(text.contains(r#"(name = "LIMITS", json = "{\"b\":[1,2.5,true],\"a\":{}}")"#), "{text}");
    for file in ["app/marked.json", "app/wrangler.toml", "app/marked.toml"] {
        assert_eq!(text_of(&folder, &[file]), text, "{file}");
    }
}

#[test]
fn workerd_config_environments_inherit_no_bindings() {
    let folder = folder_of_worker();
    folder.write("app/src/other.js", b"export default {};");
    folder.write(
        "app/wrangler.jsonc",
        br#"{
            "main": "src/index.js", "compatibility_date": "2026-08-01", "compatibility_flags": ["nodejs_compat"],
            "vars": { "A": "outside" }, "kv_namespaces": [{ "binding": "KV", "id": "1" }], "define": { "X": "1" },
            "env": {
                "small": {},
                "local": { "define": {}, "unsafe": { "bindings": [
                    { "name": "IMAGES", "type": "images", "dev": { "plugin": { "package": "palmette", "name": "palmette" } } }
                ] } },
                "own": { "main": "src/other.js", "vars": { "B": "inside" }, "compatibility_flags": [] }
            }
        }"#,
    );
    let small = text_of(&folder, &["app/wrangler.jsonc", "--env", "small"]);
    assert!(small.contains("index.js") && small.contains("nodejs_compat") && !small.contains("bindings"), "{small}");
    // How wrangler writes the binding for a plugin, in an environment for development.
    let local = text_of(&folder, &["app/wrangler.jsonc", "--env", "local"]);
    assert!(local.contains("name = \"IMAGES\",\n            wrapped = ("), "{local}");
    let own = text_of(&folder, &["app/wrangler.jsonc", "--env", "own"]);
    assert!(own.contains(r#"bindings = [(name = "B", text = "inside")]"#), "{own}");
    assert!(own.contains("other.js") && !own.contains("nodejs_compat"), "{own}");

    let fail = |args: &[&str], status, words: &[&str]| {
        folder.fail(&[&["workerd-config", "app/wrangler.jsonc"], args].concat(), status, words);
    };
    fail(&["--env", "tiny"], EX_USAGE, &["there is no environment `tiny`", "small, local, own"]);
    fail(&[], EX_DATAERR, &["`define` is a setting of the bundler", "--main"]);
    fail(&["--main", "app/src/other.js"], EX_DATAERR, &["nothing serves the binding KV (kv_namespaces)", "--worker"]);
}
