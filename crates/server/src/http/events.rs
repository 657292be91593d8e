//! `/api/events`: first a snapshot with its sequence number, then every event after it.
//!
//! ```text
//! {"schema":1,"type":"snapshot","snapshot":{"sequence":7,...}}
//! {"schema":1,"type":"event","sequence":8,"time":...,"broker":1,"kind":"batch_appended",...}
//! {"schema":1,"type":"missed","count":4097}      then a snapshot again
//! ```
//!
//! Times are microseconds since the Unix epoch. Whatever the watcher sends is read and thrown away.

use super::{Answer, Queue, text};
use crate::driver::Driver;
use futures_util::{SinkExt, StreamExt};
use hyper::body::Incoming;
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::upgrade::Upgraded;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use runnel_broker::SCHEMA_VERSION;
use serde::Serialize;
use std::rc::Rc;
use std::time::Duration;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

/// How long a watcher may take nothing before it is let go.
const STALL_MAX: Duration = Duration::from_secs(60);

/// How long after a loss the fresh snapshot comes: a watcher that always lags gets a few pictures a second, and the
/// broker does not spend its time on drawing them.
const CATCH_UP_PAUSE: Duration = Duration::from_millis(250);

/// What a watcher may send at most; we have no use for it.
const RECEIVED_SIZE_MAX: usize = 4096;

type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// A message that is not an event.
#[derive(Serialize)]
struct Told<T> {
    schema: u32,
    #[serde(rename = "type")]
    message_type: &'static str,
    #[serde(flatten)]
    content: T,
}

#[derive(Serialize)]
struct Snapshot<T> {
    snapshot: T,
}

#[derive(Serialize)]
struct Missed {
    count: u64,
}

/// Answers the request to watch, and watches on a task of its own.
pub(super) fn answer(driver: &Rc<Driver>, mut request: Request<Incoming>) -> Answer {
    let Some(accept) = accept_key(request.headers()) else {
        let mut refusal = text(StatusCode::UPGRADE_REQUIRED, "this is a WebSocket (version 13)\n");
        refusal.headers_mut().insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        return refusal;
    };
    let Some((watcher, queue)) = driver.watch() else {
        return text(StatusCode::SERVICE_UNAVAILABLE, "too many watch already\n");
    };
    let upgrade = hyper::upgrade::on(&mut request);
    let watching = driver.clone();
    tokio::task::spawn_local(async move {
        match upgrade.await {
            Ok(upgraded) => {
                let config = WebSocketConfig::default()
                    .read_buffer_size(RECEIVED_SIZE_MAX)
                    .write_buffer_size(64 * 1024)
                    .max_message_size(Some(RECEIVED_SIZE_MAX))
                    .max_frame_size(Some(RECEIVED_SIZE_MAX));
                let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await;
                watch(&watching, &queue, socket).await;
            }
            Err(error) => tracing::debug!("a watcher did not come through: {error}"),
        }
        watching.unwatch(watcher);
    });
    let mut answer = text(StatusCode::SWITCHING_PROTOCOLS, "");
    let headers = answer.headers_mut();
    headers.clear();
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    answer
}

/// The proof that we understood, if the request is one for a WebSocket.
fn accept_key(headers: &HeaderMap) -> Option<HeaderValue> {
    let says = |name, wanted: &str| {
        headers
            .get_all(name)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .any(|value| value.split(',').any(|part| part.trim().eq_ignore_ascii_case(wanted)))
    };
    let is_socket = says(header::CONNECTION, "upgrade")
        && says(header::UPGRADE, "websocket")
        && says(header::SEC_WEBSOCKET_VERSION, "13");
    let key = headers.get(header::SEC_WEBSOCKET_KEY).filter(|_| is_socket)?;
    HeaderValue::from_str(&derive_accept_key(key.as_bytes())).ok()
}

/// Tells a watcher what happens until it leaves or stalls.
async fn watch(driver: &Driver, queue: &Queue, mut socket: Socket) {
    // Events that came between the request and here are part of the snapshot.
    queue.take();
    let mut messages = vec![snapshot(driver)];
    loop {
        match timeout(STALL_MAX, send(&mut socket, std::mem::take(&mut messages))).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return,
            Err(_) => return tracing::warn!("let a watcher go that took no event for {} s", STALL_MAX.as_secs()),
        }
        tokio::select! {
            () = queue.news() => {}
            received = socket.next() => match received {
                None | Some(Err(_)) | Some(Ok(Message::Close(_))) => return,
                // A ping is answered with the next sending.
                Some(Ok(_)) => continue,
            },
        }
        if queue.has_missed() {
            sleep(CATCH_UP_PAUSE).await;
        }
        let waiting = queue.take();
        if waiting.missed > 0 {
            messages.push(tell("missed", Missed { count: waiting.missed }));
            messages.push(snapshot(driver));
        }
        messages.extend(waiting.events);
    }
}

async fn send(socket: &mut Socket, messages: Vec<Utf8Bytes>) -> Result<(), tokio_tungstenite::tungstenite::Error> {
    for message in messages {
        socket.feed(Message::Text(message)).await?;
    }
    socket.flush().await
}

fn snapshot(driver: &Driver) -> Utf8Bytes {
    driver.look(|cluster, _| tell("snapshot", Snapshot { snapshot: cluster.snapshot() }))
}

fn tell(message_type: &'static str, content: impl Serialize) -> Utf8Bytes {
    let told = Told { schema: SCHEMA_VERSION, message_type, content };
    serde_json::to_string(&told).expect("no map in it has keys that are not text").into()
}
