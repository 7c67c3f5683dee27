//! Several pictures of one request: what is sent for them, and how answers of every kind are taken.

use palmette_client::{Error, OutputFormat, RawRendition, Rendered, Rendition, Transform};

use crate::recorder::{PICTURE, recorded_images};

/// Three pictures, of which the second failed.
const ANSWER: &str = "--b\r\ncontent-type: image/webp\r\nimage-width: 4\r\nimage-height: 3\r\ncontent-length: 5\r\n\r\nfirst\r\n\
                      --b\r\ncf-images-binding: err=9413\r\ncontent-type: text/plain\r\ncontent-length: 21\r\n\r\nERROR 9413: too large\r\n\
                      --b\r\ncontent-type: image/png\r\nimage-width: 1\r\nimage-height: 2\r\ncontent-length: 9\r\n\r\n--b--\r\nxy\r\n--b--\r\n";

/// Writes an answer with the head of several pictures, chunk by chunk, until the end of the connection.
fn answer(body: &str, chunk_bytes: usize) -> &'static str {
    let chunks: String = body
        .as_bytes()
        .chunks(chunk_bytes)
        .map(|chunk| format!("{:x}\r\n{}\r\n", chunk.len(), String::from_utf8_lossy(chunk)))
        .collect();
    let head = "HTTP/1.1 200 OK\r\ncontent-type: multipart/mixed; boundary=b\r\ntransfer-encoding: chunked\r\n\r\n";
    format!("{head}{chunks}0\r\n\r\n").leak()
}

/// Asks for three pictures.
async fn asked(answer: &'static str) -> Result<Vec<Result<Rendered, Error>>, Error> {
    let (images, _recorded) = recorded_images(answer).await;
    images.input(&b"x"[..]).outputs([OutputFormat::Png; 3].map(Rendition::new)).await?.all().await
}

#[tokio::test]
async fn forms_ask_for_outputs_in_place_of_one() {
    let (images, recorded) = recorded_images(answer(ANSWER, 1000)).await;
    let small = Rendition::new(OutputFormat::Webp.quality(70)).transform(Transform::resize(320, 0));
    let renditions = [RawRendition::from(small), RawRendition::new(OutputFormat::Avif)];
    images.input(&b"x"[..]).transform(Transform::resize(900, 0)).outputs(renditions).await.unwrap();
    let body = String::from_utf8(recorded.await.unwrap().body).unwrap();
    let outputs = r#"[{"transforms":[{"width":320}],"output_format":"image/webp","output_quality":70},{"output_format":"image/avif"}]"#;
    assert!(body.contains(&format!("name=\"outputs\"\r\n\r\n{outputs}\r\n")), "{body}");
    assert!(body.contains(r#"[{"imageIndex":0,"width":900}]"#) && !body.contains("name=\"output_format\""), "{body}");
}

#[tokio::test]
async fn pictures_come_in_order_however_the_answer_is_cut() {
    for chunk_bytes in [1, 2, 7, 100, ANSWER.len()] {
        let all = asked(answer(ANSWER, chunk_bytes)).await.unwrap();
        let [Ok(first), Err(second), Ok(third)] = &all[..] else { panic!("{all:?}") };
        assert_eq!((first.content_type.as_str(), first.width, first.height), ("image/webp", 4, 3));
        assert_eq!((&first.bytes[..], &third.bytes[..]), (&b"first"[..], &b"--b--\r\nxy"[..]));
        assert!(matches!(second, Error::Images { code: 9413, message } if message == "too large"), "{second}");
        assert_eq!(third.content_type, "image/png");
    }
}

#[tokio::test]
async fn pictures_come_while_others_are_made() {
    let (first, _) = ANSWER.split_once("--b\r\ncf-").unwrap();
    let cut = answer(first, 1000);
    // The connection ends after the first picture, without the end of the answer.
    let (images, _recorded) = recorded_images(cut[..cut.len() - 5].to_owned().leak()).await;
    let mut pictures = images.input(&b"x"[..]).outputs([OutputFormat::Png; 3].map(Rendition::new)).await.unwrap();
    assert_eq!(pictures.next().await.unwrap().unwrap().bytes, "first");
    assert!(matches!(pictures.next().await, Some(Err(Error::Transport { .. }))));
    assert!(pictures.next().await.is_none());
}

#[tokio::test]
async fn answers_that_are_torn_or_malformed_are_errors() {
    let ends: Vec<usize> = (0..ANSWER.len() - 5).step_by(11).collect();
    for end in ends {
        let error = asked(answer(&ANSWER[..end], 1000)).await.unwrap_err();
        assert!(matches!(&error, Error::Incomplete { count: 3, .. }), "{end}: {error}");
        assert_eq!(error.code(), Some(9523));
    }
    let fewer = asked(answer("--b--\r\n", 1000)).await.unwrap_err();
    assert!(fewer.to_string().ends_with(": the answer has 0 of 3 results"), "{fewer}");
    let shapeless = asked(answer(&ANSWER.replace("image-width: 4", "image-width: wide"), 1000)).await.unwrap_err();
    assert!(
        shapeless.to_string().ends_with("part 0 of the answer is malformed: it does not tell its type and its size")
    );
    let broken = asked(answer(&ANSWER.replace("length: 5", "length: 4"), 1000)).await.unwrap_err();
    assert!(matches!(broken, Error::Malformed { .. }), "{broken}");
    assert!(matches!(asked(PICTURE).await.unwrap_err(), Error::NotAnAnswer { status: 200, .. }));
}

#[tokio::test]
async fn refusals_of_all_are_those_of_one() {
    let refusal = "HTTP/1.1 400 x\r\ncf-images-binding: err=9401\r\ncontent-length: 14\r\n\r\nERROR 9401: no";
    assert!(matches!(asked(refusal).await.unwrap_err(), Error::Images { code: 9401, .. }));
}
