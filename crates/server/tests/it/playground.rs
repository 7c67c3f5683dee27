//! The playground as files: served whole, from here alone, and made for every kind of value that the options have.
//!
//! What it does in a browser is tested there (`tests/browser`).

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use palmette::ops::{Draw, Transform};
use palmette_protocol::OptionObject;
use serde_json::{Value, json};

use crate::support::{Answer, call, default_app, form, get, png, transform};

/// Returns what stands between two marks, everywhere in a text.
fn between<'a>(text: &'a str, before: &'a str, after: char) -> impl Iterator<Item = &'a str> {
    text.split(before).skip(1).filter_map(move |rest| rest.split(after).next())
}

async fn text_of(path: &str) -> String {
    let answer = get(&default_app(), path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}");
    answer.text()
}

/// Finds every file that the page loads: what it names, and what those import.
async fn loaded() -> BTreeSet<String> {
    let page = text_of("/").await;
    let mut found: BTreeSet<String> =
        between(&page, "href=\"", '"').chain(between(&page, "src=\"", '"')).map(str::to_owned).collect();
    let mut unread: Vec<String> = found.iter().cloned().collect();
    while let Some(path) = unread.pop() {
        if !path.ends_with(".js") {
            continue;
        }
        let script = text_of(&format!("/{path}")).await;
        for import in between(&script, "from \"./", '"') {
            let path = format!("playground/{import}");
            if found.insert(path.clone()) {
                unread.push(path);
            }
        }
    }
    found
}

#[tokio::test]
async fn playground_is_served_with_its_types() {
    let app = default_app();
    let page = get(&app, "/").await;
    assert_eq!((page.status, page.header("content-type")), (StatusCode::OK, "text/html; charset=utf-8"));
    assert!(page.text().starts_with("<!doctype html>"));
    let loaded = loaded().await;
    assert!(loaded.len() > 10, "{loaded:?}");
    for path in loaded {
        let answer = get(&app, &format!("/{path}")).await;
        let content_type = match path.rsplit_once('.').unwrap().1 {
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "svg" => "image/svg+xml",
            other => panic!("{other} has no type here"),
        };
        assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, content_type), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
    }
}

#[tokio::test]
async fn playground_needs_nothing_from_elsewhere() {
    let policy = get(&default_app(), "/").await.header("content-security-policy").to_owned();
    for directive in ["default-src 'self'", "img-src 'self' blob:", "frame-ancestors 'none'", "form-action 'none'"] {
        assert!(policy.split("; ").any(|found| found == directive), "{directive} is not in: {policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains("http") && !policy.contains('*'), "{policy}");
    let page = text_of("/").await;
    assert!(!page.contains("style=") && !page.contains("<style") && !page.contains("onclick"), "the policy forbids it");
    assert_eq!(page.matches("<script").count(), page.matches("<script type=\"module\" src=").count());
    for path in loaded().await {
        let text = text_of(&format!("/{path}")).await;
        for url in between(&text, "http", ' ').filter(|rest| rest.starts_with("://") || rest.starts_with("s://")) {
            assert!(url.contains("://www.w3.org/"), "{path} names http{url}");
        }
    }
}

#[tokio::test]
async fn playground_loads_its_scripts_at_once() {
    let page = text_of("/").await;
    let named: BTreeSet<&str> = between(&page, "<link rel=\"modulepreload\" href=\"", '"').collect();
    let scripts = loaded().await;
    let imported: BTreeSet<&str> =
        scripts.iter().map(String::as_str).filter(|path| path.ends_with(".js") && !path.ends_with("/app.js")).collect();
    assert!(imported.len() > 20, "{imported:?}");
    assert_eq!(named, imported);
}

#[tokio::test]
async fn playground_is_not_sent_twice() {
    let app = default_app();
    let ask = |path: &'static str, tag: String| {
        call(&app, Request::get(path).header("if-none-match", tag).body(Body::empty()).unwrap())
    };
    for path in ["/", "/playground/app.js"] {
        let first = get(&app, path).await;
        assert_eq!(first.header("cache-control"), "no-cache");
        let tag = first.header("etag").to_owned();
        assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 10, "{tag}");
        for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
            let again: Answer = ask(path, known.clone()).await;
            assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0), "{known}");
            assert_eq!(again.header("etag"), tag);
        }
        assert_eq!(ask(path, "\"other\"".to_owned()).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn playground_has_no_other_files() {
    for path in [
        "/playground/",
        "/playground/none.js",
        "/playground/index.html",
        "/playground/..%2fsrc%2flib.rs",
        "/playground/%ff",
        "/playground/a%0d%0ab",
    ] {
        let answer = get(&default_app(), path).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::NOT_FOUND, 9401), "{path}");
        // As it was sent: what is said goes into the log as well.
        assert!(answer.text().starts_with(&format!("ERROR 9401: there is nothing at {path}; ")), "{}", answer.text());
    }
}

async fn table() -> Value {
    let answer = get(&default_app(), "/options").await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "application/json"));
    serde_json::from_slice(&answer.body).unwrap()
}

#[tokio::test]
async fn options_are_all_in_the_table() {
    let table = table().await;
    let names = |key: &str| -> Vec<String> {
        table[key].as_array().unwrap().iter().map(|info| info["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names("transform"), Transform::OPTIONS.iter().map(|spec| spec.name).collect::<Vec<_>>());
    assert_eq!(names("draw"), Draw::OPTIONS.iter().map(|spec| spec.name).collect::<Vec<_>>());
    assert_eq!(names("output"), ["output_format", "output_quality", "background", "anim"]);
    let urls = palmette_protocol::url::url_options();
    assert_eq!(names("url"), urls.iter().map(|option| option.info.name).collect::<Vec<_>>());
    let format = table["url"].as_array().unwrap().iter().find(|option| option["name"] == "format").unwrap();
    assert_eq!((&format["alias"], &format["examples"][1]), (&"f".into(), &"f=webp".into()));
    assert!(format["values"]["words"].as_array().unwrap().contains(&"auto".into()), "{format}");
    assert_eq!(table["profile"], palmette::PROFILE);
}

#[tokio::test]
async fn options_all_have_a_control() {
    /// Collects the kinds of values, also of what is inside others.
    fn kinds(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(map) => {
                found.extend(map.get("kind").and_then(Value::as_str).map(str::to_owned));
                map.values().for_each(|inner| kinds(inner, found));
            }
            Value::Array(items) => items.iter().for_each(|inner| kinds(inner, found)),
            _ => {}
        }
    }
    let mut table = table().await;
    // It writes forms.
    table.as_object_mut().unwrap().remove("url");
    let mut found = BTreeSet::new();
    kinds(&table, &mut found);
    assert!(found.len() >= 7, "{found:?}");
    let controls = text_of("/playground/controls.js").await;
    let plain = between(&controls, "const CONTROLS = {", '}').next().unwrap().to_owned();
    let composite = text_of("/playground/options.js").await;
    for kind in found {
        let is_plain = plain.split(',').any(|entry| entry.split(':').next().unwrap().trim() == kind);
        let is_composite = composite.contains(&format!("if (values.kind === \"{kind}\") return"));
        assert!(is_plain || is_composite, "nothing in the playground is made for values of kind {kind}");
    }
}

#[tokio::test]
async fn options_say_which_need_a_model() {
    let table = table().await;
    let needs = table["needs"].as_array().unwrap();
    let models: BTreeSet<_> = needs.iter().map(|need| need["model"].as_str().unwrap()).collect();
    assert_eq!(models, table["models"].as_object().unwrap().keys().map(String::as_str).collect());
    for need in needs {
        let [option, value, model, does] = ["option", "value", "model", "does"].map(|key| need[key].as_str());
        let info = table["transform"].as_array().unwrap().iter().find(|info| info["name"].as_str() == option).unwrap();
        let words = serde_json::to_string(&info["values"]).unwrap();
        assert!(value.is_none_or(|value| words.contains(&format!("\"{value}\""))), "{need}");
        let options = match (option, value) {
            // It says how close a crop to faces goes, and asks for nothing by itself.
            (Some("zoom"), None) => {
                json!({ "imageIndex": 0, "width": 1, "gravity": "face", "fit": "cover", "zoom": 1 })
            }
            (Some("gravity"), Some(value)) => json!({ "imageIndex": 0, "width": 1, "gravity": value, "fit": "cover" }),
            (Some("segment"), None) => json!({ "imageIndex": 0, "segment": "foreground" }),
            (Some(option), Some(value)) => json!({ "imageIndex": 0, "width": 40, "fit": "scale-up", option: value }),
            _ => panic!("no request is made for {need}"),
        };
        let form = form(&png(4, 3), &json!([options]).to_string(), "image/png");
        let answer = transform(&default_app(), form).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{need}");
        let (what, how) = (does.unwrap(), format!("`palmette models install {}`", model.unwrap()));
        assert!(answer.text().contains(what) && answer.text().contains(&how), "{need}: {}", answer.text());
    }
}

#[tokio::test]
async fn options_say_which_engines_there_are() {
    let ready: Value = serde_json::from_slice(&get(&default_app(), "/ready").await.body).unwrap();
    let table = table().await;
    assert_eq!(table["engine"], ready["engine"]);
    assert_eq!(table["engine"]["offered"], json!(["auto", "cpu"]));
    assert_eq!(table["engine"]["choice"], "cpu");
}
