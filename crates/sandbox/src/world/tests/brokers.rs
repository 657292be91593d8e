//! Brokers that join a world.

use super::{refused, run, world};

#[test]
fn brokers_join_one_by_one_up_to_sixteen() {
    let mut world = world("brokers 2\ntopic orders partitions=2\nproducer shop\nsettle");
    for broker in 3..=16 {
        run(&mut world, &format!("broker {broker}"));
        run(&mut world, "settle");
        assert!(world.is_broker_alive(broker));
    }
    refused(&mut world, "broker 16", "there is a broker 16 already");
    assert_eq!(world.broker_ids().count(), 16);
    run(&mut world, "topic payments partitions=16");
    // A producer that ran before finds the newcomers by the metadata that it asks for.
    for partition in 0..16 {
        run(&mut world, &format!("send shop payments partition={partition}"));
    }
    run(&mut world, "settle");
    assert!((0..16).all(|partition| world.cluster().high_watermark("payments", partition) == Some(1)));
    let leaders: std::collections::BTreeSet<i32> = world
        .cluster()
        .snapshot()
        .topics
        .iter()
        .filter(|topic| topic.name == "payments")
        .flat_map(|topic| topic.partitions.iter().map(|partition| partition.leader))
        .collect();
    assert_eq!(leaders, (1..=16).collect());
    run(&mut world, "cut shop broker 16");
    assert_eq!(world.stage().cables[0].broker, 16);
}

#[test]
fn brokers_are_numbered_without_gaps() {
    let mut world = world("brokers 2");
    refused(&mut world, "broker 4", "brokers are numbered without gaps: the next one is broker 3");
    refused(&mut world, "broker 2", "there is a broker 2 already");
    refused(&mut world, "kill broker 3", "there is no broker 3: their numbers go from 1 to 2");
}
