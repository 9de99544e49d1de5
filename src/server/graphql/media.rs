//! Media types: what a request is written in and what its answer may be.

use axum::http::header::{
    ACCEPT, AsHeaderName, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue,
};
use mime::Mime;

use super::Failure;
use crate::graphql::error::Code;

/// The two media types of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/json`: status 200 for every well-formed request. What a client gets that does not choose.
    #[default]
    Json,
    /// `application/graphql-response+json`: the status tells requests that failed from those that ran.
    GraphqlResponse,
}

impl Media {
    /// The `Content-Type` of an answer.
    pub(super) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
        })
    }

    /// The best media type that the `Accept` header allows; of equals the first.
    ///
    /// # Errors
    /// `NOT_ACCEPTABLE` when it allows neither.
    pub(super) fn of_answer(headers: &HeaderMap) -> Result<Self, Failure> {
        let mut lines = texts(headers, ACCEPT);
        match best(headers, Self::matching) {
            Some(media) => Ok(media),
            None if lines.all(|line| line.split(',').all(|range| range.trim().is_empty())) => {
                Ok(Self::default())
            }
            None => Err(Failure::of(
                Code::NotAcceptable,
                "The answer can be application/graphql-response+json or application/json, in UTF-8; the Accept header allows neither.",
            )),
        }
    }

    fn matching(range: &Mime) -> Option<Self> {
        match range.essence_str() {
            _ if !is_utf8(range) => None,
            "application/graphql-response+json" => Some(Self::GraphqlResponse),
            "application/json" | "application/*" | "*/*" => Some(Self::Json),
            _ => None,
        }
    }
}

/// Whether the `Accept` header names an event stream, and before what else can be served.
pub(in crate::server) fn prefers_event_stream(headers: &HeaderMap) -> bool {
    let is_events = |range: &Mime| match range.essence_str() {
        "text/event-stream" if is_utf8(range) => Some(true),
        _ => Media::matching(range).map(|_| false),
    };
    best(headers, is_events).unwrap_or_default()
}

/// What the best range of the `Accept` header comes to; of equals the first.
fn best<T: Copy>(headers: &HeaderMap, matching: impl Fn(&Mime) -> Option<T>) -> Option<T> {
    let mut best: Option<(T, u32)> = None;
    for range in texts(headers, ACCEPT).flat_map(|line| line.split(',')) {
        let Ok(range) = range.trim().parse::<Mime>() else {
            continue;
        };
        let quality = quality(&range);
        if let Some(one) = matching(&range)
            && quality > best.map_or(0, |(_, best)| best)
        {
            best = Some((one, quality));
        }
    }
    best.map(|(best, _)| best)
}

/// Checks that a body is plain JSON in UTF-8. A page of another site cannot send
/// this media type without a preflight, which is the defence against forged requests.
///
/// # Errors
/// `UNSUPPORTED_MEDIA_TYPE`.
pub(super) fn check_content(headers: &HeaderMap) -> Result<(), Failure> {
    let is_json = texts(headers, CONTENT_TYPE)
        .next()
        .and_then(|text| text.parse::<Mime>().ok())
        .is_some_and(|mime| mime.essence_str() == "application/json" && is_utf8(&mime));
    if !is_json {
        return Err(Failure::of(
            Code::UnsupportedMediaType,
            "The Content-Type must be application/json, in UTF-8.",
        ));
    }
    if texts(headers, CONTENT_ENCODING).any(|text| !text.eq_ignore_ascii_case("identity")) {
        return Err(Failure::of(
            Code::UnsupportedMediaType,
            "The body must not be compressed.",
        ));
    }
    Ok(())
}

fn texts(headers: &HeaderMap, name: impl AsHeaderName) -> impl Iterator<Item = &str> {
    headers
        .get_all(name)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
}

fn is_utf8(mime: &Mime) -> bool {
    mime.get_param(mime::CHARSET)
        .is_none_or(|charset| charset == mime::UTF_8)
}

/// The `q` of a media range in thousandths, 1000 when absent or unreadable.
fn quality(range: &Mime) -> u32 {
    let Some(text) = range.get_param("q") else {
        return 1000;
    };
    let (whole, fraction) = text.as_str().split_once('.').unwrap_or((text.as_str(), ""));
    let digits = format!("{whole}{fraction:0<3}");
    digits
        .parse()
        .map_or(1000, |quality: u32| quality.min(1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(accept: &str) -> Option<Media> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, accept.parse().unwrap());
        Media::of_answer(&headers).ok()
    }

    #[test]
    fn accept_chooses_the_media_type() {
        let new = "application/graphql-response+json";
        assert_eq!(Media::of_answer(&HeaderMap::new()).ok(), Some(Media::Json));
        assert_eq!(answer(""), Some(Media::Json));
        assert_eq!(answer("*/*"), Some(Media::Json));
        assert_eq!(answer("application/*"), Some(Media::Json));
        assert_eq!(answer(new), Some(Media::GraphqlResponse));
        assert_eq!(
            answer(&format!("{new}, application/json")),
            Some(Media::GraphqlResponse)
        );
        assert_eq!(
            answer(&format!("application/json, {new}")),
            Some(Media::Json)
        );
        assert_eq!(
            answer(&format!("application/json;q=0.9, {new}")),
            Some(Media::GraphqlResponse)
        );
        assert_eq!(
            answer(&format!("application/json;q=0.5, {new};q=0.25")),
            Some(Media::Json)
        );
        assert_eq!(
            answer("text/html, application/json; charset=utf-8"),
            Some(Media::Json)
        );
        assert_eq!(answer("application/json; charset=latin1"), None);
        assert_eq!(answer("application/json;q=0"), None);
        assert_eq!(answer("text/html"), None);
        assert_eq!(answer("nonsense"), None);
    }

    #[test]
    fn an_event_stream_is_told_only_to_whoever_wants_one_most() {
        let prefers = |accept: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, accept.parse().unwrap());
            prefers_event_stream(&headers)
        };
        assert!(prefers("text/event-stream"));
        assert!(prefers("text/event-stream, multipart/mixed"));
        assert!(prefers("application/json;q=0.5, text/event-stream"));
        assert!(!prefers("application/json, text/event-stream"));
        assert!(!prefers("*/*"));
        assert!(!prefers("text/event-stream;q=0"));
        assert!(!prefers_event_stream(&HeaderMap::new()));
    }

    #[test]
    fn only_plain_json_is_read() {
        let check = |name: &'static str, value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, "application/json".parse().unwrap());
            headers.insert(name, value.parse().unwrap());
            check_content(&headers).is_ok()
        };
        assert!(check("content-type", "application/json"));
        assert!(check("content-type", "Application/JSON; charset=UTF-8"));
        assert!(check("content-encoding", "identity"));
        assert!(!check("content-type", "application/json; charset=utf-16"));
        assert!(!check("content-type", "text/plain"));
        assert!(!check("content-type", "application/x-www-form-urlencoded"));
        assert!(!check("content-encoding", "gzip"));
        assert!(check_content(&HeaderMap::new()).is_err());
    }
}
