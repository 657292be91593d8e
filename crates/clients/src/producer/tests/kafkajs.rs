//! What only kafkajs does.

use super::*;
use runnel_protocol::frame;
use runnel_protocol::records::BatchHeader;

fn ready(set: &[(&str, &str)], brokers: i32, partitions: i32) -> (Lab, Producer) {
    let mut lab = Lab::new(brokers);
    create(&mut lab, "orders", partitions, 1, &[]);
    let mut producer = producer(ClientKind::Kafkajs, set);
    lab.run(&mut [&mut producer], SECOND);
    producer.send(lab.now, ProducerRecord::new("orders", "0").with_partition(0));
    lab.run(&mut [&mut producer], SECOND);
    assert_eq!(offsets(&mut producer), [0]);
    lab.seen.clear();
    (lab, producer)
}

#[test]
fn connecting_asks_for_versions_and_nothing_else() {
    let mut lab = Lab::new(1);
    let mut producer = producer(ClientKind::Kafkajs, &[]);
    lab.run(&mut [&mut producer], SECOND * 600);
    assert_eq!(lab.apis_of(0), [ApiKey::ApiVersions]);
}

#[test]
fn an_idempotent_one_gets_its_id_before_connect_comes_back() {
    let mut lab = Lab::new(1);
    let mut producer = producer(ClientKind::Kafkajs, &[("idempotent", "true")]);
    lab.run(&mut [&mut producer], SECOND);
    assert_eq!(lab.apis_of(0), [ApiKey::ApiVersions, ApiKey::Metadata, ApiKey::InitProducerId]);
}

#[test]
fn each_call_is_one_request_to_each_broker_at_once() {
    let (mut lab, mut producer) = ready(&[], 2, 4);
    let records = (0..4).map(|partition| ProducerRecord::new("orders", "x").with_partition(partition)).collect();
    let start = lab.now;
    producer.send_all(lab.now, records);
    lab.run(&mut [&mut producer], SECOND);
    let sent: Vec<(i32, i16)> =
        lab.seen.iter().filter(|seen| seen.api == ApiKey::Produce).map(|seen| (seen.broker_id, seen.version)).collect();
    assert_eq!(sent.len(), 2);
    assert!(sent.iter().all(|(_, version)| *version == 7), "kafkajs knows Produce up to 7");
    assert_eq!(lab.seen.iter().filter(|seen| seen.api == ApiKey::ApiVersions).count(), 0);
    assert!(lab.seen.iter().all(|seen| seen.at <= start + millis(3)));
    assert_eq!(outcomes(&mut producer).len(), 4);
}

#[test]
fn its_batches_carry_zeros_where_others_have_minus_one() {
    let (mut lab, mut producer) = ready(&[], 1, 1);
    send_values(&lab, &mut producer, "orders", &["x"]);
    lab.run(&mut [&mut producer], SECOND);
    let seen = lab.seen.iter().find(|seen| seen.api == ApiKey::Produce).unwrap();
    let (_, Request::Produce(request)) = frame::decode_request(&seen.bytes).unwrap() else { panic!("a Produce") };
    assert_eq!((request.acks, request.timeout_ms), (-1, 30_000));
    let records = request.topic_data[0].partition_data[0].records.clone().unwrap();
    let header = BatchHeader::read(&records.as_bytes().unwrap()).unwrap();
    assert_eq!((header.producer_id, header.producer_epoch, header.base_sequence), (-1, 0, 0));
    assert_eq!(header.partition_leader_epoch, 0);
}

#[test]
fn a_record_without_a_key_that_is_sent_again_goes_to_the_next_partition() {
    let (mut lab, mut producer) = ready(&[], 1, 3);
    lab.faults.push(fault(Way::ToClient, ApiKey::Produce, 0, Fate::CutsConnection));
    producer.set_watched(true);
    send_values(&lab, &mut producer, "orders", &["twin"]);
    lab.run(&mut [&mut producer], SECOND * 3);
    let told = outcomes(&mut producer);
    assert!(told[0].1.is_ok(), "{told:?}");
    let twins: Vec<usize> = (0..3)
        .map(|partition| lab.values(1, "orders", partition).iter().filter(|value| *value == "twin").count())
        .collect();
    assert_eq!(twins.iter().sum::<usize>(), 2, "{twins:?}");
    assert!(twins.iter().all(|count| *count < 2), "each in a partition of its own: {twins:?}");
    let retried = events(&mut producer, "call_retried");
    assert_eq!((retried.len(), retried[0]["attempt"].as_u64()), (1, Some(2)));
}

#[test]
fn a_call_is_given_up_after_five_more_tries() {
    let (mut lab, mut producer) = ready(&[], 1, 1);
    for _ in 0..6 {
        lab.faults.push(fault(Way::ToBroker, ApiKey::Produce, 0, Fate::CutsConnection));
    }
    send_values(&lab, &mut producer, "orders", &["x"]);
    lab.run(&mut [&mut producer], SECOND * 60);
    let told = outcomes(&mut producer);
    assert!(matches!(told[..], [(_, Err(SendFailure::RetriesExceeded { .. }))]), "{told:?}");
    assert_eq!(lab.values(1, "orders", 0), ["0"]);
}

#[test]
fn a_partition_that_is_not_there_swallows_the_record_without_an_error() {
    let (mut lab, mut producer) = ready(&[], 1, 1);
    producer.send(lab.now, ProducerRecord::new("orders", "x").with_partition(7));
    lab.run(&mut [&mut producer], SECOND);
    assert!(matches!(outcomes(&mut producer)[..], [(_, Err(SendFailure::NotSent))]));
    assert_eq!(lab.apis_of(0), []);
}

#[test]
fn connect_fails_after_five_more_tries_and_the_next_send_connects_again() {
    let mut lab = Lab::new(1);
    create(&mut lab, "orders", 1, 1, &[]);
    lab.isolate(1);
    let mut producer = producer(ClientKind::Kafkajs, &[]);
    send_values(&lab, &mut producer, "orders", &["x"]);
    lab.run(&mut [&mut producer], SECOND * 60);
    let told = outcomes(&mut producer);
    assert!(matches!(told[..], [(_, Err(SendFailure::RetriesExceeded { .. }))]), "{told:?}");
    lab.revive(1);
    lab.run(&mut [&mut producer], SECOND * 5);
    send_values(&lab, &mut producer, "orders", &["y"]);
    lab.run(&mut [&mut producer], SECOND * 5);
    assert_eq!(offsets(&mut producer), [0]);
}

#[test]
fn records_without_a_key_are_dealt_like_cards() {
    let (mut lab, mut producer) = ready(&[], 1, 3);
    for _ in 0..12 {
        send_values(&lab, &mut producer, "orders", &["x"]);
    }
    lab.run(&mut [&mut producer], SECOND);
    let mut counts = [0; 3];
    for (_, outcome) in outcomes(&mut producer) {
        counts[usize::try_from(outcome.unwrap().partition).unwrap()] += 1;
    }
    assert_eq!(counts, [4, 4, 4]);
}
