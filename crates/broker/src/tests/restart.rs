//! What was there before a restart is there after it.

use super::harness::{Bench, batch, config};
use super::produce_and_fetch::{fetch_request, make_topic, produce, values};
use crate::{MemoryStorage, Timestamp};
use runnel_protocol::messages::fetch::FetchResponse;
use runnel_protocol::messages::metadata::{MetadataRequest, MetadataResponse};

pub(super) fn restart(bench: Bench<MemoryStorage>, cleanly: bool) -> Bench<MemoryStorage> {
    let Bench { mut cluster, now, .. } = bench;
    if cleanly {
        cluster.close(now).unwrap();
        cluster.mark_clean(now).unwrap();
    }
    Bench::open_at(config(1), cluster.storage().clone(), Timestamp(now.0 + 1))
}

#[test]
fn topics_and_records_survive_a_restart_clean_or_not() {
    for cleanly in [true, false] {
        let mut bench = Bench::open(config(1), MemoryStorage::default());
        let client = bench.connect();
        make_topic(&mut bench, client, "orders");
        produce(&mut bench, client, "orders", batch(&["a", "b"])).unwrap();
        let before: MetadataResponse = bench.ask(client, 12, MetadataRequest { topics: None, ..Default::default() });

        let mut bench = restart(bench, cleanly);
        let client = bench.connect();
        let after: MetadataResponse = bench.ask(client, 12, MetadataRequest { topics: None, ..Default::default() });
        assert_eq!(after.topics[0].topic_id, before.topics[0].topic_id, "cleanly: {cleanly}");
        assert_eq!(after.cluster_id, before.cluster_id);
        let epochs = (before.topics[0].partitions[0].leader_epoch, after.topics[0].partitions[0].leader_epoch);
        assert_eq!(epochs, (0, i32::from(!cleanly)), "a new epoch where something may have been lost");
        assert_eq!(produce(&mut bench, client, "orders", batch(&["c"])), Ok(2));
        let response: FetchResponse = bench.ask(client, 11, fetch_request("orders", 0, 0));
        assert_eq!(values(&response).unwrap(), ["0:a", "1:b", "2:c"]);
    }
}
