//! Defaults and properties.

use super::*;
use crate::partitioners::PartitionerSettings;
use std::fmt::Write;

#[test]
fn defaults_are_those_of_the_libraries() {
    let of = |kind| {
        let settings = ProducerSettings::of(kind);
        (
            settings.acks,
            settings.linger.as_millis(),
            settings.batch_size,
            settings.is_idempotent(),
            settings.delivery_timeout.as_secs(),
            settings.max_in_flight,
        )
    };
    assert_eq!(of(ClientKind::Java), (-1, 5, 16_384, true, 120, 5));
    assert_eq!(of(ClientKind::Librdkafka), (-1, 5, 1_000_000, false, 300, 1_000_000));
    assert_eq!((of(ClientKind::Kafkajs).0, of(ClientKind::Kafkajs).3), (-1, false));
}

#[test]
fn properties_have_the_names_of_their_library() {
    let mut said = String::new();
    for (kind, name, value) in [
        (ClientKind::Java, "linger.ms", "20"),
        (ClientKind::Java, "linger.ms", "-1"),
        (ClientKind::Java, "acks", "2"),
        (ClientKind::Java, "compression.type", "brotli"),
        (ClientKind::Java, "idempotent", "true"),
        (ClientKind::Java, "bootstrap.servers", "a:1,b"),
        (ClientKind::Kafkajs, "linger.ms", "20"),
        (ClientKind::Kafkajs, "idempotent", "yes"),
        (ClientKind::Kafkajs, "compression", "zstd"),
        (ClientKind::Librdkafka, "partitioner", "murmur"),
        (ClientKind::Librdkafka, "batch.num.messages", "99999999999"),
    ] {
        match ProducerSettings::of(kind).set(name, value) {
            Ok(()) => writeln!(said, "{kind}: {name}={value}").unwrap(),
            Err(error) => writeln!(said, "{kind}: {error}").unwrap(),
        }
    }
    expect_test::expect![[r#"
        java: linger.ms=20
        java: setting "linger.ms": wanted a whole number from 0 to 2147483647, found "-1"
        java: setting "acks": wanted all, -1, 0 or 1, found "2"
        java: setting "compression.type": wanted none, gzip, snappy, lz4 or zstd, found "brotli"
        java: setting "idempotent": wanted the name of a setting of the producer of java, found "idempotent"
        java: setting "bootstrap.servers": wanted host:port, several with commas between, found "b"
        kafkajs: setting "linger.ms": wanted the name of a setting of the producer of kafkajs, found "linger.ms"
        kafkajs: setting "idempotent": wanted true or false, found "yes"
        kafkajs: setting "compression": wanted none or gzip, found "zstd"
        librdkafka: setting "partitioner": wanted random or consistent or consistent_random or murmur2 or murmur2_random or fnv1a or fnv1a_random, found "murmur"
        librdkafka: setting "batch.num.messages": wanted a whole number from 1 to 2147483647, found "99999999999"
    "#]]
    .assert_eq(&said);
}

#[test]
fn java_gives_idempotence_up_where_nobody_asked_for_it_and_refuses_otherwise() {
    let mut settings = ProducerSettings::of(ClientKind::Java);
    settings.set("acks", "1").unwrap();
    assert!(!settings.is_idempotent());
    assert_eq!(settings.check(), Ok(()));
    settings.set("enable.idempotence", "true").unwrap();
    assert_eq!(settings.check().unwrap_err().name, "acks");
}

#[test]
fn java_refuses_a_delivery_timeout_that_leaves_no_time_for_a_request() {
    let mut settings = ProducerSettings::of(ClientKind::Java);
    settings.set("delivery.timeout.ms", "30000").unwrap();
    assert_eq!(settings.check().unwrap_err().name, "delivery.timeout.ms");
}

#[test]
fn the_size_of_a_batch_is_the_partitioners_too() {
    let mut settings = ProducerSettings::of(ClientKind::Java);
    settings.set("batch.size", "100").unwrap();
    let expected = PartitionerSettings::Java { ignores_keys: false, is_adaptive: true, batch_size: 100 };
    assert_eq!(settings.partitioner, expected);
}
