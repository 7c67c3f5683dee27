//! Forms as streams: of ordinary clients, cut anywhere, damaged anywhere, and too large.

use palmette_protocol::{Code, FormEvent, FormLimits, RequestLimits};
use proptest::prelude::*;

use crate::wire::{CONTENT_TYPE, WholePart, collect, form, read, read_parts};

fn part(name: &str, is_file: bool, data: &str) -> WholePart {
    WholePart { name: name.to_owned(), is_file, data: data.as_bytes().to_vec() }
}

#[test]
fn forms_of_ordinary_clients_are_read() {
    let cases = [
        // curl -F image=@photo.jpg -F transforms='[]'
        (
            "multipart/form-data; boundary=------------------------FeTq3sYLqKX1ohWQbiy1Lo",
            "--------------------------FeTq3sYLqKX1ohWQbiy1Lo\r\nContent-Disposition: form-data; name=\"image\"; \
             filename=\"photo.jpg\"\r\nContent-Type: image/jpeg\r\n\r\nJPEG\r\n\
             --------------------------FeTq3sYLqKX1ohWQbiy1Lo\r\nContent-Disposition: form-data; \
             name=\"transforms\"\r\n\r\n[]\r\n--------------------------FeTq3sYLqKX1ohWQbiy1Lo--\r\n",
        ),
        // A browser: no line break at the end of some versions.
        (
            "multipart/form-data; boundary=----WebKitFormBoundaryuL4kyNWJBGfB8gtP",
            "------WebKitFormBoundaryuL4kyNWJBGfB8gtP\r\nContent-Disposition: form-data; name=\"image\"; \
             filename=\"a%22b.jpg\"\r\nContent-Type: image/jpeg\r\n\r\nJPEG\r\n\
             ------WebKitFormBoundaryuL4kyNWJBGfB8gtP\r\nContent-Disposition: form-data; \
             name=\"transforms\"\r\n\r\n[]\r\n------WebKitFormBoundaryuL4kyNWJBGfB8gtP--",
        ),
        // Python's requests, a file given as bytes with a name that is not ASCII.
        (
            "multipart/form-data; boundary=5a1f9f3fbc1e4a0f8d0d3a3a5a1f9f3f",
            "--5a1f9f3fbc1e4a0f8d0d3a3a5a1f9f3f\r\nContent-Disposition: form-data; name=\"image\"; \
             filename*=utf-8''%C3%A9.jpg\r\n\r\nJPEG\r\n--5a1f9f3fbc1e4a0f8d0d3a3a5a1f9f3f\r\n\
             Content-Disposition: form-data; name=\"transforms\"\r\n\r\n[]\r\n\
             --5a1f9f3fbc1e4a0f8d0d3a3a5a1f9f3f--\r\n",
        ),
        // By the book of RFC 2046: a preamble, blanks after boundaries, an epilogue, a quoted boundary.
        (
            "MULTIPART/FORM-DATA; charset=utf-8; boundary=\"a b\"",
            "This is a form.\r\n--a\r\n--a b \t\r\nCONTENT-DISPOSITION:form-data;name=image;filename=x\r\n\r\nJPEG\r\n\
             --a b\r\nx-other: 1\r\ncontent-disposition: form-data; name=transforms\r\n\r\n[]\r\n--a b--  \r\nThe end.\r\n\
             --a b\r\n",
        ),
    ];
    for (content_type, body) in cases {
        let (parts, result) = read_parts(content_type, body.as_bytes(), &[]);
        result.unwrap();
        assert_eq!(parts, [part("image", true, "JPEG"), part("transforms", false, "[]")], "{content_type}");
    }
}

#[test]
fn data_may_look_like_a_boundary() {
    for data in ["", "\r\n", "--XX", "\r\n--X", "\r\n-\r\n--\r\n--X\r\n", "\n--XX", "--XX--\r\n", "\r\r\n--"] {
        let (parts, result) = read_parts(CONTENT_TYPE, &form(&[("a", data), ("b", data)]), &[1]);
        result.unwrap();
        assert_eq!(parts, [part("a", false, data), part("b", false, data)], "{data:?}");
    }
}

#[test]
fn malformed_forms_are_refused() {
    for (body, message) in [
        ("", "the body ends before the closing boundary of the form"),
        ("hello", "the body ends before the closing boundary of the form"),
        ("--XX--", ""),
        ("\r\n--XX--", ""),
        ("--XX", "the body ends before the closing boundary of the form"),
        ("--XX-", "the body ends before the closing boundary of the form"),
        ("--XX\r\n", "the body ends before the closing boundary of the form"),
        ("--XXX\r\n", "part 0 of the form is malformed: a boundary is not alone in its line"),
        ("--XX --\r\n", "part 0 of the form is malformed: a boundary is not alone in its line"),
        ("--XX\n\n", "part 0 of the form is malformed: a boundary is not alone in its line"),
        ("--XX\r\n\r\n", "part 0 of the form is malformed: no content-disposition"),
        ("--XX\r\nname=a\r\n\r\n", "part 0 of the form is malformed: a header without a colon"),
        (
            "--XX\r\ncontent-disposition: form-data; name=a\r\n\r\n\r\n--XX\r\ncontent-disposition: x\r\n\r\n",
            "part 1 of the form is malformed: not of form-data",
        ),
    ] {
        for length in [1, 2, 1000] {
            let (_, result) = read_parts(CONTENT_TYPE, body.as_bytes(), &[length]);
            let actual = result.as_ref().map_err(ToString::to_string).err().unwrap_or_default();
            assert_eq!(actual, message, "{body:?} in chunks of {length}");
            assert!(result.is_ok() || result.is_err_and(|error| error.code() == Code::BadForm));
        }
    }
}

#[test]
fn other_media_types_are_refused() {
    let (_, result) = read_parts("application/json", b"{}", &[]);
    let error = result.unwrap_err();
    let message =
        r#"content-type must be multipart/form-data with a boundary of 1 to 70 characters, got "application/json""#;
    assert_eq!((error.to_string().as_str(), error.code()), (message, Code::BadForm));
}

#[test]
fn headers_are_limited() {
    let limits = FormLimits { max_header_bytes: 100, ..FormLimits::default() };
    let body = |header_bytes: usize| {
        let disposition = "content-disposition: form-data; name=a\r\nx: ";
        format!("--XX\r\n{disposition}{}\r\n\r\n\r\n--XX--", "y".repeat(header_bytes - disposition.len()))
    };
    for length in [1, 10, 1000] {
        read(CONTENT_TYPE, body(100).as_bytes(), &[length], limits, |_| Ok(())).unwrap();
        let error = read(CONTENT_TYPE, body(101).as_bytes(), &[length], limits, |_| Ok(())).unwrap_err();
        assert_eq!(error.to_string(), "the headers of part 0 of the form take more than 100 bytes");
        assert_eq!(error.code(), Code::BadForm);
    }
    // Headers and blanks that never end are refused before they fill the memory.
    for endless in ["--XX\r\nx: ", "--XX "] {
        let body = endless.to_owned() + &" ".repeat(1000);
        assert!(read(CONTENT_TYPE, body.as_bytes(), &[], limits, |_| Ok(())).is_err());
    }
}

#[test]
fn forms_are_limited_to_the_byte() {
    let body = form(&[("image", "0123456789")]);
    for length in [1, 7, 1000] {
        let limits = |max_form_bytes| FormLimits { max_form_bytes, ..FormLimits::default() };
        read(CONTENT_TYPE, &body, &[length], limits(body.len() as u64), |_| Ok(())).unwrap();
        let mut data = Vec::new();
        let error = read(CONTENT_TYPE, &body, &[length], limits(60), |event| {
            if let FormEvent::Data(bytes) = event {
                data.extend_from_slice(bytes);
            }
            Ok(())
        })
        .unwrap_err();
        assert_eq!(error.to_string(), "the form is larger than 60 bytes");
        assert_eq!(error.code(), Code::SourceTooLarge);
    }
}

#[test]
fn large_forms_are_not_kept() {
    let mut body = form(&[("image", "")]);
    let at = body.len() - "\r\n--XX--\r\n".len();
    body.splice(at..at, std::iter::repeat_n(b'-', 3_000_000));
    let mut largest = 0;
    read(CONTENT_TYPE, &body, &[], FormLimits::default(), |event| {
        if let FormEvent::Data(data) = event {
            largest = largest.max(data.len());
        }
        Ok(())
    })
    .unwrap();
    assert!((1..=1 << 17).contains(&largest), "{largest}");
}

/// Data in which there is much that could be taken for a boundary, but none.
fn any_data() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"\r\n--X".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"--XX".to_vec()),
        Just(b"-".to_vec()),
        prop::collection::vec(any::<u8>(), 0..20),
    ];
    prop::collection::vec(piece, 0..8)
        .prop_map(|pieces| pieces.concat())
        .prop_filter("no boundary", |data| !data.windows(6).any(|window| window == b"\r\n--XX"))
}

fn any_parts() -> impl Strategy<Value = Vec<WholePart>> {
    let part = ("[a-z_]{1,12}", any::<bool>(), any_data());
    prop::collection::vec(part.prop_map(|(name, is_file, data)| WholePart { name, is_file, data }), 0..5)
}

fn write(parts: &[WholePart]) -> Vec<u8> {
    let mut body = Vec::new();
    for WholePart { name, is_file, data } in parts {
        let file_name = if *is_file { "; filename=x" } else { "" };
        body.extend(format!("--XX\r\ncontent-disposition: form-data; name={name}{file_name}\r\n\r\n").bytes());
        body.extend(data);
        body.extend(b"\r\n");
    }
    body.extend(b"--XX--\r\n");
    body
}

/// A request that has everything, to be damaged.
fn rich_form() -> Vec<u8> {
    form(&[
        ("text_input", r#"{"text":"T","font":{"url":"u"},"size":9,"color":"red"}"#),
        ("draw_image", "PNG"),
        ("draw_text", r#"{"text":"T","font":{"url":"u"}}"#),
        (
            "transforms",
            r#"[{"imageIndex":0,"width":1e2,"trim":{"border":{"keep":1}},"gravity":{"x":0.5,"mode":"box-center"}},
                {"drawImageIndex":1,"targetImageIndex":0,"top":-1,"opacity":0.5},
                {"imageIndex":2,"border":{"color":"hsl(1 2% 3% / 0.4)","width":1}},
                {"drawImageIndex":2,"targetImageIndex":0,"repeat":"x","composite":"in"}]"#,
        ),
        ("output_format", "image/webp"),
        ("output_quality", "33.5"),
        ("background", "#fff8"),
        ("anim", "true"),
        ("explain", "false"),
        ("engine", "auto"),
    ])
}

proptest! {
    #[test]
    fn forms_are_read_as_they_were_written(parts in any_parts()) {
        let (actual, result) = read_parts(CONTENT_TYPE, &write(&parts), &[]);
        prop_assert!(result.is_ok());
        prop_assert_eq!(actual, parts);
    }

    #[test]
    fn forms_read_alike_however_they_are_cut(
        parts in any_parts(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
        chunk_bytes in prop::collection::vec(1_usize..40, 1..10),
    ) {
        let mut body = write(&parts);
        for (at, byte) in damage {
            let at = at.index(body.len());
            body[at] = byte;
        }
        let (whole, whole_result) = read_parts(CONTENT_TYPE, &body, &[]);
        let (cut, cut_result) = read_parts(CONTENT_TYPE, &body, &chunk_bytes);
        prop_assert_eq!(
            cut_result.map_err(|error| error.to_string()),
            whole_result.map_err(|error| error.to_string())
        );
        prop_assert_eq!(cut, whole);
    }

    #[test]
    fn damaged_requests_end_in_a_request_or_a_code(
        damage in prop::collection::vec((any::<prop::sample::Index>(), prop::collection::vec(any::<u8>(), 0..4), 0_usize..4), 1..6),
    ) {
        let mut body = rich_form();
        for (at, bytes, removed) in damage {
            let at = at.index(body.len());
            let end = (at + removed).min(body.len());
            body.splice(at..end, bytes);
        }
        if let Err(error) = collect(CONTENT_TYPE, &body, RequestLimits::default()) {
            prop_assert!([Code::InvalidOption, Code::BadForm].contains(&error.code()));
            prop_assert!(error.to_string().len() < 1000, "{}", error);
        }
    }
}

#[test]
fn the_form_to_be_damaged_is_whole() {
    collect(CONTENT_TYPE, &rich_form(), RequestLimits::default()).unwrap();
}
