//! Brokers that are away, answers that are lost.

use super::stage::{Stage, earliest};
use crate::ClientKind;
use crate::consumer::ConsumerEvent;
use crate::testing::{Fate, Fault, Way};
use runnel_protocol::ApiKey;

#[test]
fn a_broker_that_was_away_is_found_again_and_nothing_is_lost() {
    for kind in ClientKind::ALL {
        let mut stage = Stage::new(2);
        stage.produce(0, &["a"]);
        stage.add(kind, earliest);
        stage.seconds(20);
        stage.lab.isolate(1);
        stage.seconds(4);
        stage.lab.revive(1);
        stage.produce(1, &["b"]);
        stage.seconds(120);
        let mut seen = stage.processed(0);
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen, [(0, 0), (1, 0)], "{kind}");
        assert_eq!(stage.assigned(), [[0, 1]], "{kind}");
    }
}

#[test]
fn a_lost_connection_at_any_step_is_got_over() {
    let steps = [
        ApiKey::Metadata,
        ApiKey::FindCoordinator,
        ApiKey::JoinGroup,
        ApiKey::SyncGroup,
        ApiKey::OffsetFetch,
        ApiKey::ListOffsets,
        ApiKey::Fetch,
        ApiKey::OffsetCommit,
        ApiKey::Heartbeat,
    ];
    for kind in ClientKind::ALL {
        for api in steps {
            for way in [Way::ToBroker, Way::ToClient] {
                let mut stage = Stage::new(1);
                stage.lab.faults.push(Fault { way, api, skip_count: 0, fate: Fate::CutsConnection });
                stage.add(kind, earliest);
                stage.seconds(30);
                stage.produce(0, &["a"]);
                stage.seconds(120);
                assert!(stage.lab.faults.is_empty(), "{kind} {api} {way:?}: it never came to that");
                if (kind, api) == (ClientKind::Kafkajs, ApiKey::Metadata) {
                    // `subscribe` throws, and the tutorial's program ends with that.
                    assert!(stage.consumer(0).failure().is_some());
                    continue;
                }
                assert!(stage.processed(0).contains(&(0, 0)), "{kind} {api} {way:?}");
                // kafkajs only commits after a batch, so what a commit lost waits for the next record.
                stage.produce(0, &["b"]);
                stage.seconds(60);
                let view = stage.consumer(0).view();
                assert_eq!(view.partitions[0].committed, Some(2), "{kind} {api} {way:?}: {view:?}");
            }
        }
    }
}

#[test]
fn a_swallowed_heartbeat_costs_nothing_but_time() {
    let mut stage = Stage::new(1);
    stage.add(ClientKind::Java, earliest);
    stage.seconds(10);
    let fault = Fault { way: Way::ToClient, api: ApiKey::Heartbeat, skip_count: 0, fate: Fate::IsSwallowed };
    stage.lab.faults.push(fault);
    stage.seconds(120);
    stage.produce(0, &["a"]);
    stage.seconds(10);
    assert_eq!(stage.processed(0), [(0, 0)]);
    assert!(stage.count(0, |event| matches!(event, ConsumerEvent::CoordinatorLost { .. })) >= 1);
}
