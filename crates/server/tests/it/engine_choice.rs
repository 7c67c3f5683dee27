//! The field `engine`: a request that chooses what computes it.

use axum::http::StatusCode;
use palmette_protocol::Code;

use crate::support::{default_app, get, transform, watermark_form};

#[tokio::test]
async fn engine_choice_is_honoured_where_it_can_be() {
    let app = default_app();
    let expected = transform(&app, watermark_form()).await;
    for engine in ["auto", "cpu"] {
        let answer = transform(&app, watermark_form().text("engine", engine)).await;
        assert_eq!((answer.status, answer.header("palmette-engine")), (StatusCode::OK, "cpu"), "{}", answer.text());
        assert!(answer.body == expected.body, "{engine}");
    }
}

#[tokio::test]
async fn engine_choice_of_a_gpu_needs_one() {
    let app = default_app();
    let answer = transform(&app, watermark_form().text("engine", "gpu")).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, Code::InvalidOption.number()));
    assert!(answer.text().contains("engine must be auto or cpu"), "{}", answer.text());
    let plan = transform(&app, watermark_form().text("engine", "gpu").text("explain", "true")).await;
    assert_eq!(plan.text(), answer.text());
    let metrics = get(&app, "/metrics").await.text();
    assert!(metrics.contains("palmette_pixel_bytes 0"), "{metrics}");
}

#[tokio::test]
async fn engine_choice_has_three_names() {
    let answer = transform(&default_app(), watermark_form().text("engine", "tpu")).await;
    assert_eq!(answer.text(), "ERROR 9401: engine must be auto, cpu or gpu, got \"tpu\"");
}
