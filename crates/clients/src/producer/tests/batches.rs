//! Linger, size, memory, retries and their order: what Java and librdkafka do.

use super::*;

/// A partition that is ready to be sent to, with a producer that knows it.
fn ready(kind: ClientKind, set: &[(&str, &str)]) -> (Lab, Producer) {
    let mut lab = Lab::new(1);
    create(&mut lab, "orders", 1, 1, &[]);
    let mut producer = producer(kind, set);
    producer.send(lab.now, ProducerRecord::new("orders", "0"));
    lab.run(&mut [&mut producer], SECOND);
    assert_eq!(offsets(&mut producer), [0]);
    lab.seen.clear();
    (lab, producer)
}

fn produces(lab: &Lab) -> usize {
    lab.seen.iter().filter(|seen| seen.api == ApiKey::Produce).count()
}

#[test]
fn records_of_one_linger_share_a_batch() {
    for kind in [ClientKind::Java, ClientKind::Librdkafka] {
        let (mut lab, mut producer) = ready(kind, &[("linger.ms", "20")]);
        let start = lab.now;
        send_values(&lab, &mut producer, "orders", &["1", "2"]);
        let view = producer.view();
        assert_eq!((view.queues[0].records_count, view.queues[0].linger_until), (2, Some(start + millis(20))));
        lab.run(&mut [&mut producer], millis(10));
        send_values(&lab, &mut producer, "orders", &["3"]);
        lab.run(&mut [&mut producer], millis(9));
        assert_eq!(produces(&lab), 0);
        lab.run(&mut [&mut producer], millis(10));
        assert_eq!(produces(&lab), 1, "{kind}");
        assert_eq!(lab.seen[0].at, start + millis(21));
        assert_eq!(offsets(&mut producer), [1, 2, 3]);
        assert_eq!(producer.view().queues, []);
    }
}

#[test]
fn a_full_batch_does_not_linger() {
    let (mut lab, mut producer) = ready_with_flush(ClientKind::Java, &[("linger.ms", "10000"), ("batch.size", "200")]);
    send_values(&lab, &mut producer, "orders", &["x".repeat(50).as_str(), &"y".repeat(50), &"z".repeat(50)]);
    lab.run(&mut [&mut producer], millis(5));
    assert_eq!(produces(&lab), 1, "two fit, and the third begins a batch that lingers");
    assert_eq!(offsets(&mut producer), [1, 2]);
    producer.flush(lab.now);
    lab.run(&mut [&mut producer], millis(5));
    assert_eq!(offsets(&mut producer), [3]);
}

#[test]
fn librdkafka_sends_when_the_batch_has_its_number_of_messages() {
    let set = [("linger.ms", "10000"), ("batch.num.messages", "2")];
    let (mut lab, mut producer) = ready_with_flush(ClientKind::Librdkafka, &set);
    send_values(&lab, &mut producer, "orders", &["1", "2", "3"]);
    lab.run(&mut [&mut producer], millis(5));
    assert_eq!(offsets(&mut producer), [1, 2]);
}

fn ready_with_flush(kind: ClientKind, set: &[(&str, &str)]) -> (Lab, Producer) {
    let mut lab = Lab::new(1);
    create(&mut lab, "orders", 1, 1, &[]);
    let mut producer = producer(kind, set);
    producer.send(lab.now, ProducerRecord::new("orders", "0"));
    producer.flush(lab.now);
    lab.run(&mut [&mut producer], SECOND);
    assert_eq!(offsets(&mut producer), [0]);
    lab.seen.clear();
    (lab, producer)
}

#[test]
fn a_lost_answer_makes_a_duplicate_without_idempotence() {
    for kind in [ClientKind::Java, ClientKind::Librdkafka] {
        let (mut lab, mut producer) = ready(kind, &[("enable.idempotence", "false")]);
        lab.faults.push(fault(Way::ToClient, ApiKey::Produce, 0, Fate::CutsConnection));
        producer.set_watched(true);
        send_values(&lab, &mut producer, "orders", &["twice"]);
        lab.run(&mut [&mut producer], SECOND * 3);
        assert_eq!(lab.values(1, "orders", 0), ["0", "twice", "twice"], "{kind}");
        assert_eq!(offsets(&mut producer), [2]);
        let retried = events(&mut producer, "batch_retried");
        assert_eq!(retried.len(), 1);
        assert!(retried[0]["reason"].as_str().unwrap().starts_with("NETWORK_EXCEPTION"), "{retried:?}");
    }
}

#[test]
fn a_retry_lets_a_later_batch_overtake_without_idempotence_and_not_with_one_in_flight() {
    for (in_flight, order) in [("5", ["0", "second", "first"]), ("1", ["0", "first", "second"])] {
        let set =
            [("enable.idempotence", "false"), ("linger.ms", "0"), ("max.in.flight.requests.per.connection", in_flight)];
        let (mut lab, mut producer) = ready(ClientKind::Java, &set);
        // Both are lost with their connection, and each goes to the head of the queue, one after the other.
        lab.faults.push(fault(Way::ToBroker, ApiKey::Produce, 0, Fate::CutsConnection));
        send_values(&lab, &mut producer, "orders", &["first"]);
        lab.run(&mut [&mut producer], Duration::from_micros(500));
        send_values(&lab, &mut producer, "orders", &["second"]);
        lab.run(&mut [&mut producer], SECOND * 2);
        assert_eq!(lab.values(1, "orders", 0), order, "{in_flight} in flight");
        assert_eq!(producer.unfinished_count(), 0);
    }
}

#[test]
fn a_batch_too_large_for_the_broker_is_split_by_java_and_lost_by_librdkafka() {
    for kind in [ClientKind::Java, ClientKind::Librdkafka] {
        let mut lab = Lab::new(1);
        create(&mut lab, "orders", 1, 1, &[("max.message.bytes", "500")]);
        let mut producer = producer(kind, &[("batch.size", "2000"), ("linger.ms", "10")]);
        producer.set_watched(true);
        for number in 0..8 {
            let value = format!("{number}{}", "x".repeat(150));
            producer.send(lab.now, ProducerRecord::new("orders", value));
        }
        lab.run(&mut [&mut producer], SECOND * 5);
        let values = lab.values(1, "orders", 0);
        if kind == ClientKind::Java {
            let firsts: Vec<&str> = values.iter().map(|value| &value[..1]).collect();
            assert_eq!(firsts, ["0", "1", "2", "3", "4", "5", "6", "7"]);
            assert_eq!(offsets(&mut producer), [0, 1, 2, 3, 4, 5, 6, 7]);
            assert!(!events(&mut producer, "batch_split").is_empty());
        } else {
            assert_eq!(values, [""; 0]);
            let told = outcomes(&mut producer);
            assert_eq!(told.len(), 8);
            assert!(told.iter().all(|(_, outcome)| outcome.is_err()));
        }
    }
}

#[test]
fn a_record_larger_than_a_request_may_be_is_refused_at_once() {
    for (kind, setting) in [(ClientKind::Java, "max.request.size"), (ClientKind::Librdkafka, "message.max.bytes")] {
        let (mut lab, mut producer) = ready(kind, &[(setting, "1000")]);
        producer.send(lab.now, ProducerRecord::new("orders", "x".repeat(1001)));
        let told = outcomes(&mut producer);
        assert!(matches!(&told[0].1, Err(SendFailure::RecordTooLarge { setting: name, .. }) if *name == setting));
        lab.run(&mut [&mut producer], SECOND);
        assert_eq!(produces(&lab), 0);
    }
}

#[test]
fn javas_send_waits_until_there_is_room() {
    let set = [("buffer.memory", "4000"), ("batch.size", "2000"), ("linger.ms", "10000")];
    let (mut lab, mut producer) = ready_with_flush(ClientKind::Java, &set);
    for _ in 0..4 {
        producer.send(lab.now, ProducerRecord::new("orders", "x".repeat(1500)));
    }
    let view = producer.view();
    // Whoever waits for room makes the others leave.
    assert_eq!((view.in_flight.len(), view.waiting_count, view.buffer_used), (2, 2, 4000));
    lab.run(&mut [&mut producer], millis(10));
    producer.flush(lab.now);
    lab.run(&mut [&mut producer], millis(10));
    assert_eq!(offsets(&mut producer), [1, 2, 3, 4]);
    assert_eq!(producer.view().buffer_used, 0);
}

#[test]
fn a_batch_that_no_memory_can_hold_is_refused_at_once() {
    let mut lab = Lab::new(1);
    create(&mut lab, "orders", 1, 1, &[]);
    let mut producer = producer(ClientKind::Java, &[("buffer.memory", "10000")]);
    producer.send(lab.now, ProducerRecord::new("orders", "x"));
    lab.run(&mut [&mut producer], SECOND);
    let told = outcomes(&mut producer);
    assert!(matches!(told[..], [(_, Err(SendFailure::BufferExhausted { size: 16_384, .. }))]), "{told:?}");
}

#[test]
fn more_than_a_program_could_have_sent_is_refused() {
    let (lab, mut producer) = ready(ClientKind::Java, &[("buffer.memory", "10000"), ("batch.size", "1000")]);
    for _ in 0..12 {
        producer.send(lab.now, ProducerRecord::new("nowhere", "x".repeat(1000)));
    }
    let told = outcomes(&mut producer);
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told.iter().all(|(_, outcome)| matches!(outcome, Err(SendFailure::QueueFull))));
}

#[test]
fn a_blocked_send_is_given_up_after_max_block() {
    let set = [("buffer.memory", "4000"), ("batch.size", "2000"), ("max.block.ms", "2000")];
    let (mut lab, mut producer) = ready(ClientKind::Java, &set);
    lab.isolate(1);
    lab.run(&mut [&mut producer], millis(10));
    for _ in 0..3 {
        producer.send(lab.now, ProducerRecord::new("orders", "x".repeat(1500)));
    }
    assert_eq!(producer.view().waiting_count, 1);
    lab.run(&mut [&mut producer], millis(2100));
    let told = outcomes(&mut producer);
    assert!(matches!(told[..], [(SendId(3), Err(SendFailure::BufferExhausted { .. }))]), "{told:?}");
}

#[test]
fn a_record_without_its_partition_in_metadata_waits_as_long_as_max_block() {
    let (mut lab, mut producer) = ready(ClientKind::Java, &[("max.block.ms", "3000")]);
    let start = lab.now;
    producer.send(lab.now, ProducerRecord::new("orders", "x").with_partition(7));
    assert_eq!(producer.view().waiting_until, Some(start + millis(3000)));
    lab.run(&mut [&mut producer], millis(3001));
    let told = outcomes(&mut producer);
    let Err(failure) = &told[0].1 else { panic!("it cannot be sent") };
    assert_eq!(
        failure.to_string(),
        "partition 7 of topic orders with partition count 1 is not present in metadata after 3000 ms"
    );
    let asked = lab.seen.iter().filter(|seen| seen.api == ApiKey::Metadata).count();
    assert!((3..12).contains(&asked), "it asks again with a growing wait: {asked}");
}

#[test]
fn librdkafka_refuses_a_partition_that_is_not_there_at_once() {
    let (lab, mut producer) = ready(ClientKind::Librdkafka, &[]);
    producer.send(lab.now, ProducerRecord::new("orders", "x").with_partition(7));
    assert!(matches!(outcomes(&mut producer)[..], [(_, Err(SendFailure::NotInMetadata { .. }))]));
}

#[test]
fn records_expire_while_no_broker_is_there() {
    for (kind, timeout) in [(ClientKind::Java, "delivery.timeout.ms"), (ClientKind::Librdkafka, "message.timeout.ms")] {
        let set = [(timeout, "31000"), ("request.timeout.ms", "30000")];
        let (mut lab, mut producer) = ready(kind, &set);
        lab.isolate(1);
        send_values(&lab, &mut producer, "orders", &["lost"]);
        lab.run(&mut [&mut producer], millis(30_900));
        assert_eq!(outcomes(&mut producer), []);
        lab.run(&mut [&mut producer], millis(200));
        let told = outcomes(&mut producer);
        assert!(matches!(told[..], [(_, Err(SendFailure::Expired { records_count: 1, .. }))]), "{kind}: {told:?}");
        lab.revive(1);
        send_values(&lab, &mut producer, "orders", &["later"]);
        lab.run(&mut [&mut producer], SECOND * 15);
        assert_eq!(lab.values(1, "orders", 0), ["0", "later"], "{kind}");
    }
}

#[test]
fn an_answer_that_is_late_costs_the_connection_and_the_batch_is_sent_again() {
    let (mut lab, mut producer) = ready(ClientKind::Java, &[("enable.idempotence", "false")]);
    lab.faults.push(fault(Way::ToClient, ApiKey::Produce, 0, Fate::IsSwallowed));
    send_values(&lab, &mut producer, "orders", &["x"]);
    lab.run(&mut [&mut producer], SECOND * 31);
    assert_eq!(lab.values(1, "orders", 0), ["0", "x", "x"]);
    assert_eq!(offsets(&mut producer), [2]);
}

#[test]
fn java_keeps_to_a_partition_and_librdkafka_too_for_some_milliseconds() {
    for kind in [ClientKind::Java, ClientKind::Librdkafka] {
        let mut lab = Lab::new(1);
        create(&mut lab, "orders", 3, 1, &[]);
        let mut producer = producer(kind, &[]);
        lab.run(&mut [&mut producer], SECOND);
        for _ in 0..12 {
            producer.send(lab.now, ProducerRecord::new("orders", "x"));
        }
        lab.run(&mut [&mut producer], SECOND);
        let partitions: std::collections::BTreeSet<i32> =
            outcomes(&mut producer).into_iter().map(|(_, outcome)| outcome.unwrap().partition).collect();
        assert_eq!(partitions.len(), 1, "{kind}");
    }
}
