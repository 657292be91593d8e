//! The small parts: cells, looks, series, names, words, parcels.

use super::super::cells::{Row, Slot};
use super::super::lane::{Lane, Record};
use super::super::look::{COLOURS, Look, SHAPES};
use super::super::series::Series;
use super::super::words::{count, list, millis, offsets, quoted};
use super::super::{Contents, Fate, NodeId, Parcel, Scene};
use proptest::prelude::*;
use runnel_broker::Timestamp;
use std::collections::BTreeSet;

fn cells(row: &Row) -> Vec<i64> {
    let cell = |slot: &Slot| match slot {
        Slot::Cell { offset } => Some(*offset),
        Slot::Folded { .. } => None,
    };
    row.slots.iter().filter_map(cell).collect()
}

#[test]
fn a_short_log_is_drawn_whole_and_a_long_one_keeps_its_ends_and_what_is_near_markers() {
    assert_eq!(cells(&Row::fold(0, 8, &[3], 8)), [0, 1, 2, 3, 4, 5, 6, 7]);
    let row = Row::fold(0, 1_000, &[500], 8);
    assert_eq!(cells(&row), [0, 499, 500, 997, 998, 999]);
    let folded = [Slot::Folded { from: 1, to: 498, count: 498 }, Slot::Folded { from: 501, to: 996, count: 496 }];
    assert_eq!((row.slots[1], row.slots[4]), (folded[0], folded[1]));
    assert_eq!(row.place_of(500), 3.0, "the marker stands between its two cells");
    assert!((row.place_of(250) - 1.5).abs() < 0.01, "within a fold at its share");
    assert_eq!((row.place_of(-5), row.place_of(2_000)), (0.0, 8.0));
    assert_eq!((row.offset_at(3.0), row.offset_at(3.7), row.offset_at(99.0)), (500, 501, 1_000));
    assert_eq!(Row::fold(7, 7, &[], 8).slots, []);
    assert_eq!(cells(&Row::fold(0, i64::MAX, &[], 8)).len(), 7);
}

proptest! {
    #[test]
    fn slots_cover_every_offset_once_and_never_need_more_room(
        start in 0_i64..1_000, size in 0_i64..2_000, markers in prop::collection::vec(0_i64..3_000, 0..6), room in 0_usize..40,
    ) {
        let row = Row::fold(start, start + size, &markers, room);
        let mut next = start;
        for slot in &row.slots {
            prop_assert_eq!(slot.from(), next);
            next = slot.to() + 1;
        }
        prop_assert_eq!(next, start + size);
        prop_assert!(row.slots.len() <= room.max(3));
        if size > 0 {
            let drawn = cells(&row);
            prop_assert!(drawn.first() == Some(&start) && drawn.last() == Some(&(start + size - 1)));
        }
    }

    #[test]
    fn every_key_has_one_look(key in prop::collection::vec(any::<u8>(), 0..100)) {
        let look = Look::of_key(&key);
        prop_assert!((1..=COLOURS).contains(&look.colour) && (1..=SHAPES).contains(&look.shape));
        prop_assert_eq!(look, Look::of(Some(&key)));
    }

    #[test]
    fn a_record_in_an_event_has_the_look_that_it_has_in_a_parcel(key in prop::collection::vec(any::<u8>(), 0..100)) {
        let record = runnel_protocol::records::Record {
            offset: 0, timestamp: 0, key: Some(key.clone().into()), value: None, headers: Vec::new(),
        };
        let shown = Record::of(&runnel_broker::RecordPreview::of(&record));
        prop_assert_eq!(shown.look, Look::of_key(&key));
    }
}

#[test]
fn neighbouring_keys_have_colours_of_their_own() {
    let colours: BTreeSet<u8> = (1..=8).map(|number| Look::of_key(format!("user{number}").as_bytes()).colour).collect();
    assert_eq!(colours.len(), 8);
    assert_eq!(Look::of(None), Look::KEYLESS);
}

#[test]
fn a_series_is_fine_for_the_latest_minutes_and_bounded_for_ever() {
    let (mut produced, mut lag) = (Series::count(), Series::level());
    let second = |at: i64| Timestamp::from_millis(at * 1_000);
    for at in 0..200_000 {
        produced.note(second(at), 2);
        produced.note(second(at), 1);
        lag.note(second(at), at % 100);
    }
    assert!(produced.samples().count() <= 480);
    assert_eq!(produced.counted_within(second(199_999), 10), 30);
    let widths: BTreeSet<i64> = produced.samples().map(|sample| sample.width_s).collect();
    assert_eq!(widths, BTreeSet::from([1, 10, 60, 600]));
    assert!(produced.samples().is_sorted_by_key(|sample| sample.second));
    let minute = produced.samples().find(|sample| sample.width_s == 60).unwrap();
    assert_eq!(minute.value, 180, "counts add up");
    let coarse = lag.samples().find(|sample| sample.width_s == 600).unwrap();
    assert_eq!(coarse.value, 99, "of a level the largest is kept");
    assert_eq!(lag.last(), Some(99));
}

#[test]
fn names_of_nodes_are_read_back() {
    let nodes = [
        NodeId::Broker(1),
        NodeId::Topic("payment-done".to_owned()),
        NodeId::Card { topic: "a@b".to_owned(), broker: 3 },
        NodeId::lane("payment-done", 11),
        NodeId::Group("billing/eu".to_owned()),
        NodeId::Client("anna".to_owned()),
        NodeId::Member { group_id: "a/b".to_owned(), member_id: "anna-1".to_owned() },
        NodeId::Guest("my-app".to_owned()),
        NodeId::Connection(7),
    ];
    for node in nodes {
        assert_eq!(NodeId::parse(&node.to_string()), Some(node));
    }
    for text in ["", "broker", "broker:one", "broker:+1", "lane:orders", "anna"] {
        assert_eq!(NodeId::parse(text), None, "{text}");
    }
}

#[test]
fn numbers_stand_in_sentences_as_people_say_them() {
    assert_eq!((count(1, "record"), count(0, "record")), ("1 record".to_owned(), "0 records".to_owned()));
    assert_eq!(list(&["anna", "bob", "carl"]), "anna, bob and carl");
    assert_eq!(list(&["a", "b", "c", "d", "e", "f"]), "a, b, c, d and 2 others");
    assert_eq!((offsets(3, 3), offsets(3, 5)), ("offset 3".to_owned(), "offsets 3 to 5".to_owned()));
    for (number, text) in [
        (0, "0 ms"),
        (500, "500 ms"),
        (2_500, "2.5 s"),
        (30_000, "30 s"),
        (90_000, "90 s"),
        (300_000, "5 min"),
        (725_400, "12 min 5 s"),
        (12_012_345, "3 h 20 min"),
        (600_000_000, "6 d 23 h"),
        (604_798_800, "7 d"),
        (604_800_000, "7 d"),
        (i64::MAX, "106751991167 d 7 h"),
    ] {
        assert_eq!(millis(number), text);
    }
    assert_eq!(quoted("a\nb"), "\u{201c}a\\nb\u{201d}");
}

#[test]
fn parcels_go_their_way_and_are_gone_when_they_arrive() {
    let start = Timestamp::from_millis(0);
    let mut scene = Scene::empty(start);
    let parcel = |sent: i64| Parcel {
        client: NodeId::Client("checkout".to_owned()),
        broker: 1,
        is_answer: false,
        contents: Contents::default(),
        size: 100,
        sent: Timestamp::from_millis(sent),
        arrives: Timestamp::from_millis(sent + 40),
        fate: Fate::UnderWay,
    };
    scene.send(1, parcel(0));
    scene.advance(Timestamp::from_millis(10));
    assert_eq!(scene.seen.parcels[&1].progress(scene.time), 0.25);
    scene.redirect(1, Timestamp::from_millis(100), Fate::Delayed);
    scene.advance(Timestamp::from_millis(99));
    assert_eq!(scene.seen.parcels.len(), 1);
    scene.advance(Timestamp::from_millis(100));
    assert!(scene.seen.parcels.is_empty());
    for id in 0..10_000 {
        scene.send(id, parcel(100));
    }
    assert_eq!(scene.seen.parcels.len(), 400, "more are not drawn");
}

#[test]
fn a_lane_remembers_both_ends_only() {
    let mut lane = Lane::default();
    let preview = |offset| runnel_broker::RecordPreview {
        offset,
        timestamp: 0,
        key: None,
        value: None,
        headers_count: 0,
        header_names: Vec::new(),
    };
    for offset in 0..100_000 {
        lane.append(&[preview(offset)], offset);
    }
    assert_eq!(lane.records.len(), 120);
    assert!(lane.records.contains_key(&19) && lane.records.contains_key(&99_900) && !lane.records.contains_key(&20));
}
