//! Who asks: what a browser says of itself in the headers of a request, as far as it decides a picture.

/// What is known of the one who asks for a picture.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Client {
    /// Whether AVIF is taken, by `accept`.
    pub takes_avif: bool,
    /// Whether WebP is taken, by `accept`.
    pub takes_webp: bool,
    /// The width of the viewport in CSS pixels, by `sec-ch-viewport-width`.
    pub viewport_width: Option<f64>,
    /// Device pixels for each CSS pixel, by `sec-ch-dpr`.
    pub device_pixel_ratio: Option<f64>,
    /// Whether it is a phone, by `sec-ch-ua-mobile`, or else by `user-agent`.
    pub is_mobile: bool,
    /// Whether the connection is slow: `rtt` above 150 ms, `downlink` below 5 Mbit/s, `ect` of `3g` or worse, or `save-data: on`.
    pub is_slow: bool,
}

/// Milliseconds of a round trip above which a connection is slow.
const SLOW_RTT_MS: f64 = 150.0;
/// Megabits each second below which a connection is slow.
const SLOW_DOWNLINK: f64 = 5.0;
/// The kinds of connections that are slow.
const SLOW_TYPES: [&str; 3] = ["slow-2g", "2g", "3g"];

impl Client {
    /// The headers that choose a format.
    pub const FORMAT_HEADERS: &[&str] = &["accept"];
    /// The headers that choose a width.
    pub const WIDTH_HEADERS: &[&str] = &["sec-ch-viewport-width", "sec-ch-dpr", "sec-ch-ua-mobile", "user-agent"];
    /// The headers that choose a quality.
    pub const QUALITY_HEADERS: &[&str] = &["rtt", "downlink", "ect", "save-data"];

    /// Reads headers; `get` returns the value of one, by its name in lower case. What is not understood says nothing.
    ///
    /// ```
    /// use palmette_protocol::url::Client;
    ///
    /// let client = Client::from_headers(|name| (name == "accept").then_some("image/avif,image/webp;q=0,*/*"));
    /// assert!(client.takes_avif && !client.takes_webp && !client.is_slow);
    /// ```
    #[must_use]
    pub fn from_headers<'a>(get: impl Fn(&str) -> Option<&'a str>) -> Self {
        let accept = get("accept").unwrap_or_default();
        let number =
            |name: &str| get(name)?.trim().parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0);
        let is_mobile = match get("sec-ch-ua-mobile").map(str::trim) {
            Some("?1") => true,
            Some("?0") => false,
            _ => get("user-agent").is_some_and(|agent| agent.contains("Mobi")),
        };
        let is_slow = number("rtt").is_some_and(|rtt| rtt > SLOW_RTT_MS)
            || number("downlink").is_some_and(|downlink| downlink < SLOW_DOWNLINK)
            || get("ect").is_some_and(|kind| SLOW_TYPES.contains(&kind.trim()))
            || get("save-data").is_some_and(|save| save.trim().eq_ignore_ascii_case("on"));
        Self {
            takes_avif: takes(accept, "image/avif"),
            takes_webp: takes(accept, "image/webp"),
            viewport_width: number("sec-ch-viewport-width").filter(|width| *width > 0.0),
            device_pixel_ratio: number("sec-ch-dpr").filter(|ratio| *ratio > 0.0),
            is_mobile,
            is_slow,
        }
    }
}

/// Tells whether a type is accepted by name. `*/*` and `image/*` say nothing: old browsers send them, too.
fn takes(accept: &str, media_type: &str) -> bool {
    accept.split(',').any(|entry| {
        let mut parts = entry.split(';').map(str::trim);
        let is_named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(media_type));
        let is_refused = parts.any(|part| {
            let weight = part.strip_prefix("q=").or_else(|| part.strip_prefix("Q="));
            weight.and_then(|weight| weight.trim().parse::<f64>().ok()).is_some_and(|weight| weight <= 0.0)
        });
        is_named && !is_refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(headers: &[(&str, &'static str)]) -> Client {
        Client::from_headers(|name| headers.iter().find(|(known, _)| *known == name).map(|(_, value)| *value))
    }

    #[test]
    fn clients_accept_by_name() {
        for (accept, formats) in [
            ("", (false, false)),
            ("*/*", (false, false)),
            ("image/*,*/*;q=0.8", (false, false)),
            ("image/avif,image/webp,image/apng,*/*;q=0.8", (true, true)),
            ("text/html, IMAGE/WebP ;q=0.5", (false, true)),
            ("image/avif;q=0, image/webp;v=1;q=0.0", (false, false)),
            ("image/avifx,ximage/webp", (false, false)),
            ("image/webp;q=nonsense", (false, true)),
        ] {
            let client = client(&[("accept", accept)]);
            assert_eq!((client.takes_avif, client.takes_webp), formats, "{accept}");
        }
    }

    #[test]
    fn clients_are_slow_by_any_of_their_hints() {
        for (header, value, is_slow) in [
            ("rtt", "150", false),
            ("rtt", "151", true),
            ("rtt", "fast", false),
            ("downlink", "5", false),
            ("downlink", "4.9", true),
            ("downlink", "-1", false),
            ("ect", "4g", false),
            ("ect", "3g", true),
            ("ect", "2g", true),
            ("ect", "slow-2g", true),
            ("save-data", "on", true),
            ("save-data", "off", false),
        ] {
            assert_eq!(client(&[(header, value)]).is_slow, is_slow, "{header}: {value}");
        }
        assert!(client(&[("ect", "4g"), ("rtt", "900")]).is_slow);
    }

    #[test]
    fn clients_say_their_screen() {
        let phone = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36";
        assert!(client(&[("user-agent", phone)]).is_mobile);
        assert!(!client(&[("user-agent", phone), ("sec-ch-ua-mobile", "?0")]).is_mobile);
        assert!(client(&[("sec-ch-ua-mobile", "?1")]).is_mobile);
        assert!(!client(&[("user-agent", "curl/8.5.0")]).is_mobile);
        let seen = client(&[("sec-ch-viewport-width", "412"), ("sec-ch-dpr", "2.625")]);
        assert_eq!((seen.viewport_width, seen.device_pixel_ratio), (Some(412.0), Some(2.625)));
        let absurd = client(&[("sec-ch-viewport-width", "0"), ("sec-ch-dpr", "inf")]);
        assert_eq!((absurd.viewport_width, absurd.device_pixel_ratio), (None, None));
    }
}
