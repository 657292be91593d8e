//! What stands where.

use super::{Actor, BrokerPlan, CardPlan, Curve, Fence, Flow, LaneSize, Plan};
use crate::scene::node::NodeId;
use crate::scene::point::{Area, Point};
use std::collections::BTreeSet;

fn lay_out(plan: &Plan) -> super::Stage {
    super::lay_out(plan, Flow::Across)
}

/// Topics dealt over brokers, partition by partition; producers wired to all topics; groups of consumers.
fn plan(brokers: i32, topics: &[(&str, i32)], producers: usize, groups: &[usize]) -> Plan {
    let mut plan = Plan::default();
    for broker in 1..=brokers {
        let card = |(topic, partitions): &(&str, i32)| CardPlan {
            topic: (*topic).to_owned(),
            lanes: (0..*partitions).filter(|partition| partition % brokers == broker - 1).collect(),
        };
        let cards = topics.iter().map(card).filter(|card| !card.lanes.is_empty()).collect();
        plan.brokers.push(BrokerPlan { broker, cards });
    }
    let names: BTreeSet<String> = topics.iter().map(|(topic, _)| (*topic).to_owned()).collect();
    for at in 0..producers {
        plan.writers.push(Actor { topics: names.clone(), ..Actor::new(NodeId::Client(format!("p{at:02}"))) });
    }
    for (at, members) in groups.iter().enumerate() {
        let actor = |member| Actor {
            lanes: vec![(topics[0].0.to_owned(), i32::try_from(member).unwrap())],
            ..Actor::new(NodeId::Client(format!("g{at}c{member:02}")))
        };
        plan.fences.push(Fence { group_id: format!("g{at}"), actors: (0..*members).map(actor).collect() });
    }
    plan
}

/// Whether one thing is meant to lie in the other.
fn holds(outer: &NodeId, inner: &NodeId) -> bool {
    matches!(
        (outer, inner),
        (NodeId::Broker(_), NodeId::Card { .. } | NodeId::Lane { .. })
            | (NodeId::Card { .. } | NodeId::Topic(_), NodeId::Lane { .. })
            | (NodeId::Group(_), NodeId::Client(_) | NodeId::Member { .. })
    )
}

#[track_caller]
fn check_nothing_overlaps(plan: &Plan) {
    check_flow(plan, Flow::Across);
    check_flow(plan, Flow::Down);
}

#[track_caller]
fn check_flow(plan: &Plan, flow: Flow) {
    let stage = super::lay_out(plan, flow);
    let all: Vec<(&NodeId, &Area)> = stage.areas.iter().collect();
    for (at, (one, area)) in all.iter().enumerate() {
        assert!(stage.bounds.holds(area));
        for (other, place) in &all[at + 1..] {
            if !area.overlaps(place) {
                continue;
            }
            let nested = (holds(one, other) && area.holds(place)) || (holds(other, one) && place.holds(area));
            assert!(nested, "{one} at {area:?} and {other} at {place:?}");
        }
    }
    let ends =
        stage.wires.iter().all(|wire| stage.areas.contains_key(&wire.from) && stage.areas.contains_key(&wire.to));
    assert!(ends, "every wire has two ends");
}

#[test]
fn nothing_overlaps_whatever_there_is() {
    check_nothing_overlaps(&Plan::default());
    check_nothing_overlaps(&plan(1, &[("payment-done", 3)], 2, &[4]));
    check_nothing_overlaps(&plan(3, &[("a", 6), ("b", 6), ("c", 6), ("d", 6)], 4, &[4, 3, 1]));
    check_nothing_overlaps(&plan(10, &[("a", 50), ("b", 50)], 25, &[20, 1, 0, 9]));
    check_nothing_overlaps(&plan(1, &[("a", 50)], 0, &[]));
}

#[test]
fn three_brokers_with_twenty_four_partitions_and_twelve_clients_are_legible_on_a_screen() {
    let stage = lay_out(&plan(3, &[("a", 6), ("b", 6), ("c", 6), ("d", 6)], 4, &[4, 3, 1]));
    assert_eq!(stage.lane_size, LaneSize::Slim);
    // The stage of a window of 1440 to 900 pixels has room for so much at 0.85 of its size.
    assert!(stage.bounds.width <= 1_260.0 && stage.bounds.height <= 700.0, "{:?}", stage.bounds);
    let top = |broker| stage.areas[&NodeId::Broker(broker)].y;
    assert_eq!((top(1), top(2)), (top(3), top(3)), "brokers stand beside each other");
    assert_eq!(stage.areas.keys().filter(|node| matches!(node, NodeId::Lane { .. })).count(), 24);
}

#[test]
fn the_payment_app_stands_as_it_is_drawn() {
    let stage = lay_out(&plan(1, &[("payment-done", 3)], 2, &[3]));
    assert_eq!(stage.lane_size, LaneSize::Tall);
    let lane = &stage.areas[&NodeId::lane("payment-done", 0)];
    assert_eq!((lane.width, lane.height, stage.cells_max), (286.0, 84.0, 8));
    let centre = |node: &NodeId| stage.areas[node].centre().x;
    let producer = NodeId::Client("p00".to_owned());
    let consumer = NodeId::Client("g0c00".to_owned());
    assert!(centre(&producer) < centre(&NodeId::Broker(1)) && centre(&NodeId::Broker(1)) < centre(&consumer));
    let wire = stage.wires.iter().find(|wire| wire.to == consumer).unwrap();
    assert_eq!(wire.from, NodeId::lane("payment-done", 0));
    assert_eq!(stage.at(lane.centre()), Some(&wire.from), "the innermost thing is found");
}

/// No wire passes behind a lane or a broker that is not one of its ends, and each is drawn without a gap.
#[track_caller]
fn check_ways(plan: &Plan, flow: Flow) {
    let stage = super::lay_out(plan, flow);
    for wire in &stage.wires {
        let ends = [&wire.from, &wire.to].map(|node| stage.areas[node]);
        let frame = |area: &Area| {
            let frames = stage.areas.iter().filter(|(node, _)| matches!(node, NodeId::Broker(_)));
            frames.map(|(_, frame)| *frame).find(|frame| frame.holds(area))
        };
        let own: Vec<Area> = ends.iter().filter_map(frame).collect();
        let hit = |at: Point| {
            stage.areas.iter().find(|(node, area)| {
                let inner = Area::new(area.x + 1.0, area.y + 1.0, area.width - 2.0, area.height - 2.0);
                let is_hit = match node {
                    NodeId::Broker(_) => !own.contains(area),
                    NodeId::Lane { .. } => {
                        let is_of_end = ends.iter().any(|end| end.holds(area));
                        // In a card, a lane may stand before another one: the wire goes on from there.
                        let is_beside = ends.iter().any(|end| end.y == area.y);
                        !is_of_end && !is_beside
                    }
                    NodeId::Topic(_)
                    | NodeId::Card { .. }
                    | NodeId::Group(_)
                    | NodeId::Client(_)
                    | NodeId::Member { .. }
                    | NodeId::Guest(_)
                    | NodeId::Connection(_) => false,
                };
                is_hit && inner.contains(at)
            })
        };
        for share in 0..=100 {
            let at = wire.way.at(f64::from(share) / 100.0);
            assert_eq!(hit(at), None, "{} to {} at {at:?}", wire.from, wire.to);
        }
        for pair in wire.way.curves.windows(2) {
            assert_eq!(pair[0].end, pair[1].start);
        }
        let back = stage.way(&wire.to, &wire.from).unwrap();
        let ends = |way: &super::Way| (way.curves.first().unwrap().start, way.curves.last().unwrap().end);
        let (start, end) = ends(&wire.way);
        assert_eq!(ends(&back), (end, start));
        assert_eq!((wire.way.at(-1.0), wire.way.at(2.0)), (start, end));
    }
}

#[test]
fn wires_pass_behind_no_other_lane_or_broker() {
    for flow in [Flow::Across, Flow::Down] {
        check_ways(&plan(1, &[("payment-done", 3)], 2, &[3]), flow);
        check_ways(&plan(3, &[("a", 6)], 2, &[3, 2]), flow);
        check_ways(&plan(3, &[("a", 6), ("b", 6), ("c", 6), ("d", 6)], 4, &[4, 3, 1]), flow);
        check_ways(&plan(10, &[("a", 50), ("b", 50)], 5, &[20, 1, 0, 9]), flow);
    }
}

#[test]
fn what_somebody_placed_stays_there_with_all_that_is_in_it() {
    let mut plan = plan(1, &[("orders", 2), ("payments", 1)], 1, &[2]);
    let (fence, producer) = (NodeId::Group("g0".to_owned()), NodeId::Client("p00".to_owned()));
    plan.placed.insert(fence.clone(), Point::new(1_000.0, 500.0));
    plan.placed.insert(producer.clone(), Point::new(-50.0, 7.0));
    let stage = lay_out(&plan);
    assert_eq!((stage.areas[&fence].x, stage.areas[&fence].y), (1_000.0, 500.0));
    assert!(stage.areas[&fence].holds(&stage.areas[&NodeId::Client("g0c01".to_owned())]));
    assert_eq!((stage.areas[&producer].x, stage.areas[&producer].y), (-50.0, 7.0));

    let card = plan.brokers[0].cards.remove(0);
    plan.free_cards.push(card);
    let topic = NodeId::Topic("orders".to_owned());
    plan.placed.insert(topic.clone(), Point::new(300.0, 900.0));
    let stage = lay_out(&plan);
    assert!(stage.areas[&topic].holds(&stage.areas[&NodeId::lane("orders", 1)]));
    let lane = NodeId::lane("orders", 1);
    assert!(stage.wires.iter().any(|wire| wire.to == lane), "the producer is wired to the partition");
}

#[test]
fn producers_are_wired_to_partitions_while_they_are_few_and_to_cards_when_they_are_many() {
    let ends = |partitions| {
        let stage = lay_out(&plan(1, &[("orders", partitions)], 1, &[]));
        let ends = stage.wires.iter().map(|wire| wire.to.clone()).collect::<Vec<NodeId>>();
        (ends.len(), ends.contains(&NodeId::Card { topic: "orders".to_owned(), broker: 1 }))
    };
    assert_eq!((ends(8), ends(9)), ((8, false), (1, true)));
}

#[test]
fn a_curve_begins_and_ends_at_the_edges_that_face_each_other() {
    let (left, right) = (Area::new(0.0, 0.0, 10.0, 10.0), Area::new(100.0, 50.0, 10.0, 10.0));
    let there = Curve::between(&left, &right);
    assert_eq!((there.at(0.0), there.at(1.0)), (Point::new(10.0, 5.0), Point::new(100.0, 55.0)));
    assert_eq!(there.at(0.5), Point::new(55.0, 30.0));
    let back = Curve::between(&right, &left);
    assert_eq!((back.at(0.0), back.at(7.0)), (Point::new(100.0, 55.0), Point::new(10.0, 5.0)));
    let below = Area::new(4.0, 40.0, 10.0, 10.0);
    let down = Curve::between(&left, &below);
    assert_eq!((down.at(0.0), down.at(1.0)), (Point::new(5.0, 10.0), Point::new(9.0, 40.0)));
}
