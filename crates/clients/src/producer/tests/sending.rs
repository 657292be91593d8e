//! What every kind does: a record comes to its partition, with all that belongs to it.

use super::*;
use bytes::Bytes;
use runnel_protocol::records::RecordHeader;

#[test]
fn records_of_every_kind_of_client_come_to_lie_where_their_producer_is_told() {
    for kind in ClientKind::ALL {
        let mut lab = Lab::new(3);
        create(&mut lab, "orders", 3, 1, &[]);
        let mut producer = producer(kind, &[]);
        lab.run(&mut [&mut producer], SECOND);
        let header = RecordHeader { key: "trace".into(), value: Some(Bytes::from_static(b"7")) };
        let mut record = ProducerRecord::new("orders", "hi there").with_key("user-1");
        record.headers.push(header.clone());
        record.timestamp = Some(1_234);
        let id = producer.send(lab.now, record);
        lab.run(&mut [&mut producer], SECOND);
        let [(told, Ok(place))] = outcomes(&mut producer)[..] else { panic!("{kind}: one record, one outcome") };
        assert_eq!((told, place.offset, place.timestamp), (id, Some(0), 1_234), "{kind}");
        let leader = producer.metadata().leader_of("orders", place.partition).unwrap();
        let records = lab.records(leader.node_id, "orders", place.partition);
        assert_eq!(records.len(), 1);
        assert_eq!(records[0].key.as_deref(), Some(&b"user-1"[..]));
        assert_eq!(records[0].value.as_deref(), Some(&b"hi there"[..]));
        assert_eq!((records[0].timestamp, &records[0].headers), (1_234, &vec![header]));
        assert_eq!(producer.unfinished_count(), 0);
    }
}

#[test]
fn a_topic_that_is_not_there_is_made_by_asking_for_it() {
    for kind in ClientKind::ALL {
        let mut lab = Lab::new(1);
        let mut producer = producer(kind, &[]);
        producer.send(lab.now, ProducerRecord::new("new-topic", "first"));
        lab.run(&mut [&mut producer], SECOND * 2);
        assert_eq!(offsets(&mut producer), [0], "{kind}");
    }
}

#[test]
fn tombstones_empty_values_and_partitions_of_the_programs_choice_arrive() {
    for kind in ClientKind::ALL {
        let mut lab = Lab::new(1);
        create(&mut lab, "orders", 3, 1, &[]);
        let mut producer = producer(kind, &[]);
        let tombstone = ProducerRecord { topic: "orders".into(), ..ProducerRecord::default() };
        producer.send(lab.now, tombstone.with_key("user-1").with_partition(0));
        producer.send(lab.now, ProducerRecord::new("orders", "").with_partition(0));
        lab.run(&mut [&mut producer], SECOND * 2);
        let records = lab.records(1, "orders", 0);
        let values: Vec<Option<&[u8]>> = records.iter().map(|record| record.value.as_deref()).collect();
        assert_eq!(values, [None, Some(&b""[..])], "{kind}");
    }
}

#[test]
fn every_codec_is_understood() {
    for codec in ["none", "gzip", "snappy", "lz4", "zstd"] {
        let mut lab = Lab::new(1);
        create(&mut lab, "orders", 1, 1, &[]);
        let mut producer = producer(ClientKind::Java, &[("compression.type", codec)]);
        send_values(&lab, &mut producer, "orders", &["one one one one one one", "two", "three"]);
        lab.run(&mut [&mut producer], SECOND);
        assert_eq!(offsets(&mut producer), [0, 1, 2], "{codec}");
        assert_eq!(lab.values(1, "orders", 0)[2], "three");
    }
}

#[test]
fn without_acknowledgement_nobody_tells_an_offset_and_with_one_the_leader_does() {
    for kind in ClientKind::ALL {
        for (acks, offset) in [("0", None), ("1", Some(0))] {
            let mut lab = Lab::new(1);
            create(&mut lab, "orders", 1, 1, &[]);
            let mut producer = producer(kind, &[("acks", acks)]);
            producer.send(lab.now, ProducerRecord::new("orders", "x"));
            lab.run(&mut [&mut producer], SECOND * 2);
            let [(_, Ok(place))] = outcomes(&mut producer)[..] else { panic!("{kind}: one record, one outcome") };
            assert_eq!(place.offset, offset, "{kind}");
            assert_eq!(lab.values(1, "orders", 0), ["x"]);
        }
    }
}

#[test]
fn with_log_append_time_the_brokers_clock_counts() {
    for kind in ClientKind::ALL {
        let mut lab = Lab::new(1);
        create(&mut lab, "orders", 1, 1, &[("message.timestamp.type", "LogAppendTime")]);
        let mut producer = producer(kind, &[]);
        let record = ProducerRecord { timestamp: Some(5), ..ProducerRecord::new("orders", "x") };
        producer.send(lab.now, record);
        lab.run(&mut [&mut producer], SECOND * 2);
        let [(_, Ok(place))] = outcomes(&mut producer)[..] else { panic!("{kind}: one record, one outcome") };
        assert!(place.timestamp > 1_699_999_999_999, "{kind}: {}", place.timestamp);
    }
}

#[test]
fn a_closed_producer_has_sent_everything_and_takes_nothing() {
    for kind in ClientKind::ALL {
        let mut lab = Lab::new(1);
        create(&mut lab, "orders", 1, 1, &[]);
        let set: &[(&str, &str)] = if kind == ClientKind::Kafkajs { &[] } else { &[("linger.ms", "10000")] };
        let mut producer = producer(kind, set);
        lab.run(&mut [&mut producer], SECOND);
        send_values(&lab, &mut producer, "orders", &["a", "b"]);
        if kind == ClientKind::Kafkajs {
            // Its program awaits `send` before it disconnects.
            lab.run(&mut [&mut producer], SECOND);
        }
        producer.close(lab.now);
        lab.run(&mut [&mut producer], SECOND);
        assert!(producer.is_closed(), "{kind}");
        assert_eq!(offsets(&mut producer), [0, 1], "{kind}");
        producer.send(lab.now, ProducerRecord::new("orders", "late"));
        assert!(matches!(outcomes(&mut producer)[..], [(_, Err(SendFailure::Closed))]));
        assert_eq!(producer.next_wakeup(), None);
    }
}

#[test]
fn records_survive_a_cut_connection_whichever_library_sends_them() {
    for kind in ClientKind::ALL {
        let mut lab = Lab::new(1);
        create(&mut lab, "orders", 1, 1, &[]);
        lab.faults.push(fault(Way::ToBroker, ApiKey::Produce, 0, Fate::CutsConnection));
        let mut producer = producer(kind, &[]);
        producer.send(lab.now, ProducerRecord::new("orders", "x"));
        lab.run(&mut [&mut producer], SECOND * 5);
        assert_eq!(offsets(&mut producer), [0], "{kind}");
        assert_eq!(lab.values(1, "orders", 0), ["x"]);
    }
}

#[test]
fn the_same_seed_gives_the_same_frames() {
    let run = || {
        let mut lab = Lab::new(3);
        create(&mut lab, "orders", 4, 1, &[]);
        let mut producer = producer(ClientKind::Java, &[]);
        for number in 0..20 {
            producer.send(lab.now, ProducerRecord::new("orders", format!("value {number}")));
            lab.run(&mut [&mut producer], millis(3));
        }
        lab.run(&mut [&mut producer], SECOND);
        lab.seen
    };
    assert_eq!(run(), run());
}

#[test]
fn every_kind_introduces_itself_and_asks_in_its_order() {
    for (kind, apis) in [
        (ClientKind::Java, "ApiVersions Metadata InitProducerId ApiVersions Produce"),
        (ClientKind::Kafkajs, "ApiVersions Metadata Produce"),
        (ClientKind::Librdkafka, "ApiVersions Metadata ApiVersions Produce"),
    ] {
        let mut lab = Lab::new(1);
        create(&mut lab, "orders", 1, 1, &[]);
        let mut producer = producer(kind, &[]);
        producer.send(lab.now, ProducerRecord::new("orders", "x"));
        lab.run(&mut [&mut producer], SECOND);
        let asked: Vec<&str> = lab.apis_of(0).into_iter().map(ApiKey::name).collect();
        assert_eq!(asked.join(" "), apis, "{kind}");
    }
}
