//! The page as files that this program carries, compressed.

use super::{Answer, with_type};
use bytes::Bytes;
use flate2::read::GzDecoder;
use hyper::StatusCode;
use hyper::header::{self, HeaderMap, HeaderValue};
use std::io::Read;

/// A file of the page.
struct File {
    name: &'static str,
    gzip: &'static [u8],
    brotli: &'static [u8],
}

/// Empty where the server was built without the page.
static FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/page.rs"));

/// Most bytes of a file that has to be unpacked for who takes no compressed one.
const UNPACKED_SIZE_MAX: u64 = 64 * 1024 * 1024;

/// What the page allows itself in its own head.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The file at a path; nothing if the page has none there.
pub(super) fn answer(path: &str, asked: &HeaderMap) -> Option<Answer> {
    find(FILES, path).map(|file| send(file, asked))
}

fn find<'a>(files: &'a [File], path: &str) -> Option<&'a File> {
    let name = path.strip_prefix('/')?;
    let name = if name.is_empty() { "index.html" } else { name };
    files.iter().find(|file| file.name == name)
}

fn send(file: &File, asked: &HeaderMap) -> Answer {
    let accepted = asked.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let accepted: Vec<&str> = accepted.flat_map(|value| value.split(',')).filter_map(coding).collect();
    let (body, coding) = if accepted.contains(&"br") {
        (Bytes::from_static(file.brotli), Some("br"))
    } else if accepted.contains(&"gzip") {
        (Bytes::from_static(file.gzip), Some("gzip"))
    } else {
        (unpacked(file.gzip), None)
    };
    let mut answer = with_type(StatusCode::OK, content_type(file.name), body);
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(coding) = coding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    if file.name != "index.html" {
        // The names change with what is in the files.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    }
    answer
}

/// A coding that is accepted: `gzip;q=0` is not.
fn coding(text: &str) -> Option<&str> {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next()?;
    let is_refused = parts.filter_map(|part| part.strip_prefix("q=")).any(|weight| weight.parse() == Ok(0.0));
    (!is_refused).then_some(name)
}

fn unpacked(gzip: &'static [u8]) -> Bytes {
    let mut plain = Vec::new();
    match GzDecoder::new(gzip).take(UNPACKED_SIZE_MAX).read_to_end(&mut plain) {
        Ok(_) => Bytes::from(plain),
        // What this program carries was packed when it was built.
        Err(_) => Bytes::from_static(gzip),
    }
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("txt") => "text/plain; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("wasm") => "application/wasm",
        Some(_) | None => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use http_body_util::BodyExt;
    use std::io::Write;

    fn file() -> File {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(b"<!doctype html>").unwrap();
        let gzip = gzip.finish().unwrap().leak();
        File { name: "index.html", gzip, brotli: b"packed" }
    }

    fn asked(accept: &'static str) -> (Option<String>, Vec<u8>) {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(accept));
        let answer = send(&file(), &headers);
        let coding = answer.headers().get(header::CONTENT_ENCODING).map(|value| value.to_str().unwrap().to_owned());
        let body = answer.into_body().collect();
        let body = futures_util::FutureExt::now_or_never(body).unwrap().unwrap().to_bytes().to_vec();
        (coding, body)
    }

    #[test]
    fn a_file_goes_out_as_its_reader_wants_it() {
        assert_eq!(asked("gzip, deflate, br"), (Some("br".to_owned()), b"packed".to_vec()));
        assert_eq!(asked("gzip;q=1.0, br;q=0").0, Some("gzip".to_owned()));
        assert_eq!(asked("identity"), (None, b"<!doctype html>".to_vec()));
    }

    #[test]
    fn the_root_is_the_page_and_other_names_are_files() {
        let files = [file()];
        assert!(find(&files, "/").is_some() && find(&files, "/index.html").is_some());
        assert!(find(&files, "/../index.html").is_none() && find(&files, "/metrics").is_none());
    }
}
