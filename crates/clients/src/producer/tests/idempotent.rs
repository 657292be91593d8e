//! Numbers on records: no duplicate, no gap, no other order.

use super::*;

fn ready(set: &[(&str, &str)]) -> (Lab, Producer) {
    let mut lab = Lab::new(1);
    create(&mut lab, "orders", 1, 1, &[]);
    let mut producer = producer(ClientKind::Java, set);
    producer.send(lab.now, ProducerRecord::new("orders", "0"));
    lab.run(&mut [&mut producer], SECOND);
    assert_eq!(offsets(&mut producer), [0]);
    (lab, producer)
}

#[test]
fn a_lost_answer_makes_no_duplicate_and_tells_the_first_offset() {
    for kind in ClientKind::ALL {
        let name = if kind == ClientKind::Kafkajs { "idempotent" } else { "enable.idempotence" };
        let mut lab = Lab::new(1);
        create(&mut lab, "orders", 1, 1, &[]);
        let mut producer = producer(kind, &[(name, "true")]);
        lab.run(&mut [&mut producer], SECOND);
        assert!(producer.view().producer_id.is_some(), "{kind}");
        lab.faults.push(fault(Way::ToClient, ApiKey::Produce, 0, Fate::CutsConnection));
        send_values(&lab, &mut producer, "orders", &["once"]);
        lab.run(&mut [&mut producer], SECOND * 3);
        assert_eq!(lab.values(1, "orders", 0), ["once"], "{kind}");
        assert_eq!(offsets(&mut producer), [0], "{kind}");
    }
}

#[test]
fn five_in_flight_keep_their_order_through_lost_requests_and_answers() {
    let fates = [Fate::CutsConnection, Fate::IsDelayed(millis(40))];
    for (way, fate) in [Way::ToBroker, Way::ToClient].into_iter().flat_map(|way| fates.map(|fate| (way, fate))) {
        for struck in 0..5 {
            let (mut lab, mut producer) = ready(&[("linger.ms", "0")]);
            lab.faults.push(fault(way, ApiKey::Produce, struck, fate));
            for number in 1..=8 {
                send_values(&lab, &mut producer, "orders", &[number.to_string().as_str()]);
                lab.run(&mut [&mut producer], Duration::from_micros(100));
            }
            lab.run(&mut [&mut producer], SECOND * 5);
            let expected: Vec<String> = (0..=8).map(|number| number.to_string()).collect();
            assert_eq!(lab.values(1, "orders", 0), expected, "{way:?} {fate:?} {struck}");
            assert_eq!(offsets(&mut producer), [1, 2, 3, 4, 5, 6, 7, 8], "{way:?} {fate:?} {struck}");
        }
    }
}

#[test]
fn a_record_that_expired_on_its_way_costs_an_epoch_and_what_follows_is_numbered_anew() {
    let set = [("delivery.timeout.ms", "3000"), ("request.timeout.ms", "2000"), ("linger.ms", "0")];
    let (mut lab, mut producer) = ready(&set);
    producer.set_watched(true);
    let epoch = producer.view().producer_epoch;
    // The request is lost without a trace, then the broker is away until the time is over.
    lab.faults.push(fault(Way::ToBroker, ApiKey::Produce, 0, Fate::IsSwallowed));
    send_values(&lab, &mut producer, "orders", &["lost"]);
    lab.run(&mut [&mut producer], millis(1_900));
    lab.isolate(1);
    lab.run(&mut [&mut producer], millis(1_200));
    assert!(matches!(outcomes(&mut producer)[..], [(_, Err(SendFailure::Expired { .. }))]));
    lab.revive(1);
    send_values(&lab, &mut producer, "orders", &["after"]);
    lab.run(&mut [&mut producer], SECOND * 4);
    assert_eq!(offsets(&mut producer), [1]);
    assert_eq!(lab.values(1, "orders", 0), ["0", "after"]);
    assert_eq!(producer.view().producer_epoch, epoch.map(|epoch| epoch + 1));
    assert_eq!(events(&mut producer, "producer_epoch_bumped").len(), 1);
}

#[test]
fn a_batch_that_is_refused_for_good_leaves_no_gap_behind_it() {
    let mut lab = Lab::new(1);
    create(&mut lab, "orders", 1, 1, &[("max.message.bytes", "300")]);
    let mut producer = producer(ClientKind::Java, &[("linger.ms", "0")]);
    producer.send(lab.now, ProducerRecord::new("orders", "0"));
    lab.run(&mut [&mut producer], SECOND);
    producer.send(lab.now, ProducerRecord::new("orders", "x".repeat(1000)));
    send_values(&lab, &mut producer, "orders", &["1", "2"]);
    lab.run(&mut [&mut producer], SECOND * 5);
    let mut told = outcomes(&mut producer);
    told.sort_by_key(|(id, _)| *id);
    assert!(matches!(told[1].1, Err(SendFailure::Refused { .. })), "{told:?}");
    assert_eq!(lab.values(1, "orders", 0), ["0", "1", "2"]);
}

#[test]
fn the_producer_id_is_asked_for_until_it_is_had() {
    let mut lab = Lab::new(1);
    create(&mut lab, "orders", 1, 1, &[]);
    lab.faults.push(fault(Way::ToClient, ApiKey::InitProducerId, 0, Fate::CutsConnection));
    let mut producer = producer(ClientKind::Java, &[]);
    producer.set_watched(true);
    producer.send(lab.now, ProducerRecord::new("orders", "x"));
    lab.run(&mut [&mut producer], SECOND * 3);
    assert_eq!(offsets(&mut producer), [0]);
}

#[test]
fn splitting_keeps_the_numbers_with_their_records() {
    let mut lab = Lab::new(1);
    create(&mut lab, "orders", 1, 1, &[("max.message.bytes", "500")]);
    let mut producer = producer(ClientKind::Java, &[("batch.size", "2000"), ("linger.ms", "1")]);
    for number in 0..30 {
        producer.send(lab.now, ProducerRecord::new("orders", format!("{number:03}{}", "x".repeat(100))));
    }
    lab.run(&mut [&mut producer], SECOND * 10);
    let values: Vec<String> = lab.values(1, "orders", 0).into_iter().map(|value| value[..3].to_owned()).collect();
    let expected: Vec<String> = (0..30).map(|number| format!("{number:03}")).collect();
    assert_eq!(values, expected);
    assert_eq!(producer.unfinished_count(), 0);
}
