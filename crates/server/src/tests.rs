//! The whole server but for the command line, over real sockets on loopback and a store in memory.

use crate::cli::{self, Wish};
use crate::clock::Clock;
use crate::driver::Driver;
use crate::first_topics;
use crate::http::HttpPort;
use crate::kafka::{Limits, Ports};
use crate::options::Options;
use crate::serve::cluster_config;
use crate::store::Store;
use bytes::{Buf, Bytes};
use futures_util::StreamExt;
use runnel_broker::{Cluster, MemoryStorage};
use runnel_protocol::messages::api_versions::ApiVersionsRequest;
use runnel_protocol::messages::metadata::{MetadataRequest, MetadataRequestTopic};
use runnel_protocol::{ApiKey, Request, Response, frame};
use std::ffi::OsString;
use std::rc::Rc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::LocalSet;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::protocol::Role;

/// A server, and where it is.
struct Served {
    driver: Rc<Driver>,
    /// Of the first broker.
    kafka: String,
    /// Of all brokers.
    brokers: Vec<String>,
    http: String,
}

/// Starts a server with these flags, on free ports and in memory.
async fn serve(flags: &str) -> Served {
    let words = "runnel --ephemeral --listen 127.0.0.1:0 --http 127.0.0.1:0".split(' ');
    let words = words.chain(flags.split_whitespace()).map(OsString::from);
    let Ok(Wish::Serve(arguments)) = cli::parse(words) else { panic!("{flags:?} are flags") };
    let options = Options::new(&arguments).unwrap();
    let ports = Ports::open(&options).unwrap();
    let http = HttpPort::open(options.http.as_ref().unwrap()).unwrap();
    let mut clock = Clock::new();
    let config = cluster_config(&options, &ports).unwrap();
    let cluster = Cluster::open(config, Store::Memory(MemoryStorage::new()), clock.now()).unwrap();
    let limits = Limits::new(|name| cluster.setting(name), 1024);
    let driver = Driver::new(cluster, clock);
    first_topics::create(&driver, &options.topics).await.unwrap();
    let brokers = ports.first_addresses();
    let kafka = brokers[0].clone();
    let url = http.url();
    ports.serve(&driver, limits);
    http.serve(&driver, []);
    tokio::task::spawn_local(driver.clone().keep_time());
    Served { driver, kafka, brokers, http: url.strip_prefix("http://").unwrap().to_owned() }
}

/// Runs a test on one thread, as the server runs, and with an end to waiting.
fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let in_time = async { tokio::time::timeout(Duration::from_secs(20), test).await.expect("the server answers") };
    LocalSet::new().block_on(&runtime, in_time);
}

fn framed(version: i16, correlation_id: i32, request: &Request) -> Bytes {
    frame::encode_request(version, correlation_id, Some("test"), request).unwrap().as_bytes().unwrap()
}

fn api_versions(correlation_id: i32) -> Bytes {
    let request = ApiVersionsRequest { client_software_name: "tester".into(), client_software_version: "1.0".into() };
    framed(3, correlation_id, &Request::ApiVersions(request))
}

fn metadata(correlation_id: i32, topic: &str) -> Bytes {
    let topic = MetadataRequestTopic { name: Some(topic.into()), ..MetadataRequestTopic::default() };
    let request = MetadataRequest { topics: Some(vec![topic]), allow_auto_topic_creation: true, ..Default::default() };
    framed(9, correlation_id, &Request::Metadata(request))
}

async fn read_frame(stream: &mut TcpStream) -> Bytes {
    let size = stream.read_u32().await.unwrap();
    let mut bytes = vec![0; size as usize];
    stream.read_exact(&mut bytes).await.unwrap();
    bytes.into()
}

/// Reads until the server ends the connection.
async fn read_to_end(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.ok();
    bytes
}

#[test]
fn requests_that_come_in_pieces_and_in_crowds_are_answered_in_order() {
    run(async {
        let served = serve("--topic orders:3").await;
        let mut client = TcpStream::connect(&served.kafka).await.unwrap();
        for byte in api_versions(7).chunk() {
            client.write_all(&[*byte]).await.unwrap();
        }
        let (correlation_id, _) =
            frame::decode_response(ApiKey::ApiVersions, 3, &read_frame(&mut client).await).unwrap();
        assert_eq!(correlation_id, 7);
        let crowd: Vec<u8> = (0..500).flat_map(|number| metadata(number, "orders")).collect();
        client.write_all(&crowd).await.unwrap();
        for number in 0..500 {
            let answer = frame::decode_response(ApiKey::Metadata, 9, &read_frame(&mut client).await).unwrap();
            let (correlation_id, Response::Metadata(metadata)) = answer else { panic!("{answer:?}") };
            assert_eq!(correlation_id, number);
            assert_eq!(metadata.topics[0].partitions.len(), 3);
            assert_eq!(metadata.brokers[0].port.to_string(), served.kafka.rsplit_once(':').unwrap().1);
        }
        served.driver.look(|cluster, _| {
            let connections = cluster.overview().connections;
            assert_eq!((connections[0].software.as_str(), connections[0].client_id.as_str()), ("tester", "test"));
        });
    });
}

#[test]
fn a_hostile_connection_ends_and_harms_nobody() {
    run(async {
        let served = serve("").await;
        let mut honest = TcpStream::connect(&served.kafka).await.unwrap();
        let hostile: [&[u8]; 7] = [
            &[0, 0, 0, 0],
            &[0xff; 4],
            &[0x80, 0, 0, 0],
            &[0x7f, 0xff, 0xff, 0xff, 1, 2, 3],
            b"GET / HTTP/1.1\r\n\r\n",
            // A frame that is too short for a header, and one of a kind that does not exist.
            &[0, 0, 0, 1, 18],
            &[0, 0, 0, 10, 0x70, 0, 0, 0, 0, 0, 0, 5, 0xff, 0xff],
        ];
        for bytes in hostile {
            let mut client = TcpStream::connect(&served.kafka).await.unwrap();
            client.write_all(bytes).await.unwrap();
            assert_eq!(read_to_end(&mut client).await, b"", "{bytes:x?}");
        }
        honest.write_all(&api_versions(1)).await.unwrap();
        assert!(!read_frame(&mut honest).await.is_empty());
    });
}

#[test]
fn a_reader_that_never_reads_is_asked_to_wait() {
    run(async {
        let served = serve("--topic orders:100").await;
        let mut deaf = TcpStream::connect(&served.kafka).await.unwrap();
        let request = metadata(1, "orders");
        // Their answers would come to a gigabyte. The server stops to read long before, so this write cannot end.
        let crowd: Vec<u8> = std::iter::repeat_n(request, 400_000).flatten().collect();
        let sent = tokio::time::timeout(Duration::from_millis(500), deaf.write_all(&crowd)).await;
        assert!(sent.is_err(), "all requests were taken from a client that takes no answer");
        let answered = served.driver.look(|cluster, _| cluster.metrics().apis[&ApiKey::Metadata].requests);
        assert!(answered < 20_000, "{answered} answers wait for a reader");
        let mut other = TcpStream::connect(&served.kafka).await.unwrap();
        other.write_all(&api_versions(1)).await.unwrap();
        assert!(!read_frame(&mut other).await.is_empty(), "others are served meanwhile");
    });
}

#[test]
fn a_silent_connection_ends_after_the_idle_time() {
    run(async {
        let served = serve("--set connections.max.idle.ms=60").await;
        let mut silent = TcpStream::connect(&served.kafka).await.unwrap();
        let mut slow = TcpStream::connect(&served.kafka).await.unwrap();
        slow.write_all(&[0, 0, 1, 0, 18]).await.unwrap();
        assert_eq!(read_to_end(&mut silent).await, b"");
        assert_eq!(read_to_end(&mut slow).await, b"", "a request that is never complete is no sign of life");
    });
}

#[test]
fn connections_above_the_limit_are_closed() {
    run(async {
        let served = serve("--set max.connections=2").await;
        let mut first = TcpStream::connect(&served.kafka).await.unwrap();
        let second = TcpStream::connect(&served.kafka).await.unwrap();
        let mut third = TcpStream::connect(&served.kafka).await.unwrap();
        assert_eq!(read_to_end(&mut third).await, b"");
        first.write_all(&api_versions(1)).await.unwrap();
        assert!(!read_frame(&mut first).await.is_empty());
        drop(second);
    });
}

async fn get(served: &Served, path: &str, headers: &str) -> String {
    ask_http(served, "GET", path, headers).await
}

async fn ask_http(served: &Served, method: &str, path: &str, headers: &str) -> String {
    let mut client = TcpStream::connect(&served.http).await.unwrap();
    let request = format!("{method} {path} HTTP/1.1\r\n{headers}connection: close\r\n\r\n");
    client.write_all(request.as_bytes()).await.unwrap();
    String::from_utf8(read_to_end(&mut client).await).unwrap()
}

#[test]
fn http_answers_this_machine_and_nobody_elses_page() {
    run(async {
        let served = serve("--topic orders:2").await;
        let host = format!("host: {}\r\n", served.http);
        assert!(get(&served, "/healthz", &host).await.ends_with("\r\n\r\nok\n"));
        let page = get(&served, "/", &host).await;
        assert!(page.starts_with("HTTP/1.1 200 OK") && page.contains("content-security-policy: default-src 'none'"));
        let metrics = get(&served, "/metrics", &host).await;
        assert!(metrics.contains("kafka_log_log_logendoffset{topic=\"orders\",partition=\"1\"} 0\n"), "{metrics}");
        assert!(get(&served, "/api/cluster", &host).await.contains("\"name\":\"orders\""));
        let log = "00000000000000000000.log";
        assert!(!get(&served, "/api/cluster", &host).await.contains(log));
        assert!(get(&served, "/api/cluster?full", &host).await.contains(log));
        for headers in ["host: evil.example\r\n", "", &format!("{host}origin: http://evil.example\r\n")] {
            assert!(get(&served, "/api/cluster", headers).await.starts_with("HTTP/1.1 403"), "{headers:?}");
        }
        assert!(get(&served, "/etc/passwd", &host).await.starts_with("HTTP/1.1 404"));
    });
}

#[test]
fn a_broker_can_be_killed_and_revived_over_http() {
    run(async {
        let served = serve("--brokers 3 --set broker.session.timeout.ms=300").await;
        let host = format!("host: {}\r\n", served.http);
        let mut victim = TcpStream::connect(&served.brokers[1]).await.unwrap();
        let mut other = TcpStream::connect(&served.brokers[2]).await.unwrap();
        let foreign = format!("{host}origin: http://evil.example\r\n");
        assert!(ask_http(&served, "POST", "/api/brokers/2/kill", &foreign).await.starts_with("HTTP/1.1 403"));
        for (method, path, status) in [
            ("GET", "/api/brokers/2/kill", 405),
            ("POST", "/api/brokers/4/kill", 404),
            ("POST", "/api/brokers/x/kill", 404),
            ("POST", "/api/brokers/2/burn", 404),
            ("POST", "/api/brokers/2", 404),
        ] {
            let answer = ask_http(&served, method, path, &host).await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{path}: {answer}");
        }
        for verb in ["kill", "stop"] {
            let answer = ask_http(&served, "POST", &format!("/api/brokers/2/{verb}"), &host).await;
            assert!(answer.ends_with("{\"broker\":2,\"state\":\"down\"}"), "{answer}");
            assert_eq!(read_to_end(&mut victim).await, b"");
            // The port closes on a task of its own, which has had its turn when another request is answered.
            other.write_all(&api_versions(1)).await.unwrap();
            read_frame(&mut other).await;
            assert!(TcpStream::connect(&served.brokers[1]).await.is_err(), "the port is closed");
            let back = served.driver.lives_changed();
            let answer = ask_http(&served, "POST", "/api/brokers/2/revive", &host).await;
            assert!(answer.contains("\"broker\":2"), "{answer}");
            back.await;
            other.write_all(&api_versions(1)).await.unwrap();
            read_frame(&mut other).await;
            victim = TcpStream::connect(&served.brokers[1]).await.unwrap();
            victim.write_all(&api_versions(1)).await.unwrap();
            assert!(!read_frame(&mut victim).await.is_empty());
        }
    });
}

async fn watch(served: &Served) -> WebSocketStream<TcpStream> {
    let mut stream = TcpStream::connect(&served.http).await.unwrap();
    let request = format!(
        "GET /api/events HTTP/1.1\r\nhost: {}\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: {}\r\n\r\n",
        served.http,
        generate_key()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    assert!(head.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&head));
    WebSocketStream::from_raw_socket(stream, Role::Client, None).await
}

async fn next(socket: &mut WebSocketStream<TcpStream>) -> serde_json::Value {
    let message = socket.next().await.unwrap().unwrap();
    serde_json::from_str(message.to_text().unwrap()).unwrap()
}

#[test]
fn a_watcher_gets_a_snapshot_and_then_every_event_after_it() {
    run(async {
        let served = serve("--topic orders:2").await;
        let mut socket = watch(&served).await;
        let first = next(&mut socket).await;
        assert_eq!((first["schema"].as_u64(), first["type"].as_str()), (Some(1), Some("snapshot")));
        assert_eq!(first["snapshot"]["topics"][0]["name"], "orders");
        let mut sequence = first["snapshot"]["sequence"].as_u64().unwrap();
        let mut client = TcpStream::connect(&served.kafka).await.unwrap();
        client.write_all(&metadata(1, "made-by-asking")).await.unwrap();
        loop {
            let event = next(&mut socket).await;
            sequence += 1;
            assert_eq!(event["sequence"].as_u64(), Some(sequence), "no event is left out: {event}");
            assert!(event["time"].as_i64().unwrap() > 0);
            if event["kind"] == "topic_created" {
                assert_eq!(event["topic"], "made-by-asking");
                break;
            }
        }
        drop(socket);
    });
}

#[test]
fn a_cluster_that_wants_the_disk_from_the_start_gets_it() {
    run(async {
        let served = serve("--fsync always --topic orders:2").await;
        served.driver.look(|cluster, _| assert_eq!(cluster.snapshot().topics[0].partitions.len(), 2));
    });
}

#[test]
fn a_watcher_that_falls_behind_is_told_and_starts_again_from_a_snapshot() {
    run(async {
        let served = serve("").await;
        let mut socket = watch(&served).await;
        let mut sequence = next(&mut socket).await["snapshot"]["sequence"].as_u64().unwrap();
        // More events than the queue and the sockets' buffers hold, while the watcher reads none.
        let mut client = TcpStream::connect(&served.kafka).await.unwrap();
        let crowd: Vec<u8> = std::iter::repeat_n(api_versions(1), 500).flatten().collect();
        for _ in 0..120 {
            client.write_all(&crowd).await.unwrap();
            for _ in 0..500 {
                read_frame(&mut client).await;
            }
        }
        let mut missed = 0;
        while missed == 0 {
            let message = next(&mut socket).await;
            match message["type"].as_str().unwrap() {
                "event" => sequence += 1,
                "missed" => missed = message["count"].as_u64().unwrap(),
                other => panic!("{other}"),
            }
        }
        assert!(missed > 4096, "{missed}");
        let snapshot = next(&mut socket).await;
        let after = snapshot["snapshot"]["sequence"].as_u64().unwrap();
        assert_eq!(after, sequence + missed, "what was told and what was missed is all there was");
    });
}
