//! The HTTP port: a status page, metrics, the cluster's state, live events.
//!
//! ```text
//! /             the page, if it was built in; otherwise the status page
//! /status       a small page that shows the cluster
//! /healthz      "ok" while the core answers
//! /metrics      Prometheus text
//! /api/cluster  the state as JSON; with ?full also records, segments and files
//! /api/events   WebSocket: a snapshot, then events
//! /api/brokers/N/kill, /stop, /revive   POST: a broker crashes, stops cleanly, starts again
//! ```
//!
//! Nobody is asked who they are: whoever reaches this port may do what can be done here. [`guard`] keeps foreign pages
//! out.

mod brokers;
mod events;
mod files;
mod guard;
mod metrics;
mod watchers;

pub(crate) use watchers::{Queue, Watchers};

use crate::driver::Driver;
use crate::kafka::listen;
use crate::options::HttpOptions;
use crate::start_error::StartError;
use bytes::Bytes;
use guard::Guard;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{self, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::cell::Cell;
use std::convert::Infallible;
use std::rc::Rc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};

/// Connections at a time.
const CONNECTIONS_MAX: usize = 256;

/// Bytes of a request's headers.
const HEADERS_SIZE_MAX: usize = 16 * 1024;

/// How long a client may take over a request's headers, or rest between two requests.
const HEADERS_TIME_MAX: Duration = Duration::from_secs(30);

/// Scripts, styles and connections from this server alone, and no frame around it.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                                       connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

type Answer = Response<Full<Bytes>>;

/// The HTTP port.
#[derive(Debug)]
pub(crate) struct HttpPort {
    listener: TcpListener,
    options: HttpOptions,
}

impl HttpPort {
    /// Takes the port.
    ///
    /// # Errors
    /// Why it cannot be had.
    pub(crate) fn open(options: &HttpOptions) -> Result<Self, StartError> {
        let listener = listen(options.bind, &options.listen, "--http")?;
        let mut options = options.clone();
        options.listen.port = crate::kafka::port_of(&listener)?;
        Ok(HttpPort { listener, options })
    }

    /// Where the page is.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.options.listen)
    }

    /// Answers requests, under this machine's names and those given.
    pub(crate) fn serve(self, driver: &Rc<Driver>, names: impl IntoIterator<Item = String>) {
        let names = names.into_iter().chain([self.options.listen.host.clone()]);
        let site = Rc::new(Site { driver: driver.clone(), guard: Guard::new(self.options.bind, names) });
        tokio::task::spawn_local(accept(self.listener, site));
    }
}

/// What every request may need.
struct Site {
    driver: Rc<Driver>,
    guard: Guard,
}

async fn accept(listener: TcpListener, site: Rc<Site>) {
    let count = Rc::new(Cell::new(0_usize));
    loop {
        match listener.accept().await {
            Ok((stream, peer)) if count.get() >= CONNECTIONS_MAX => {
                tracing::warn!("closed an HTTP connection from {peer}: {CONNECTIONS_MAX} are open");
                drop(stream);
            }
            Ok((stream, _)) => {
                let (site, count) = (site.clone(), count.clone());
                count.set(count.get() + 1);
                tokio::task::spawn_local(async move {
                    serve_connection(stream, site).await;
                    count.set(count.get() - 1);
                });
            }
            Err(error) => {
                tracing::warn!("cannot take an HTTP connection: {error}");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn serve_connection(stream: TcpStream, site: Rc<Site>) {
    let service = hyper::service::service_fn(move |request| {
        let site = site.clone();
        async move { Ok::<_, Infallible>(answer(&site, request)) }
    });
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_TIME_MAX)
        .max_buf_size(HEADERS_SIZE_MAX)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades()
        .await;
    if let Err(error) = served {
        tracing::debug!("an HTTP connection ended: {error}");
    }
}

fn answer(site: &Rc<Site>, request: Request<Incoming>) -> Answer {
    if let Err(reason) = site.guard.check(request.headers()) {
        return text(StatusCode::FORBIDDEN, format!("{reason}\n"));
    }
    if let Some(wish) = request.uri().path().strip_prefix("/api/brokers/") {
        return brokers::answer(&site.driver, request.method(), wish);
    }
    if request.method() != Method::GET && request.method() != Method::HEAD {
        let mut refusal = text(StatusCode::METHOD_NOT_ALLOWED, "only GET\n");
        refusal.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return refusal;
    }
    if let Some(file) = files::answer(request.uri().path(), request.headers()) {
        return file;
    }
    match request.uri().path() {
        "/" | "/status" => asset("text/html; charset=utf-8", include_str!("page/status.html")),
        "/status.css" => asset("text/css; charset=utf-8", include_str!("page/status.css")),
        "/status.js" => asset("text/javascript; charset=utf-8", include_str!("page/status.js")),
        "/icon.svg" => asset("image/svg+xml", include_str!("page/icon.svg")),
        "/healthz" => text(StatusCode::OK, "ok\n"),
        "/metrics" => {
            let exposition = site.driver.look(metrics::write);
            with_type(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", exposition)
        }
        "/api/cluster" => {
            let is_full = request.uri().query() == Some("full");
            let snapshot = site.driver.look(|cluster, _| {
                serde_json::to_string(&if is_full { cluster.snapshot() } else { cluster.overview() })
            });
            match snapshot {
                Ok(json) => with_type(StatusCode::OK, "application/json", json),
                Err(error) => text(StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n")),
            }
        }
        "/api/events" => events::answer(&site.driver, request),
        _ => text(
            StatusCode::NOT_FOUND,
            "there is nothing here; see /, /status, /healthz, /metrics, /api/cluster, /api/events\n",
        ),
    }
}

fn asset(content_type: &'static str, body: &'static str) -> Answer {
    with_type(StatusCode::OK, content_type, body)
}

fn text(status: StatusCode, body: impl Into<Bytes>) -> Answer {
    with_type(status, "text/plain; charset=utf-8", body)
}

fn with_type(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(body.into()));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    answer
}
