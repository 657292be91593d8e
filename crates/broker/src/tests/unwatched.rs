//! What a cluster spares itself that nobody watches.

use super::harness::config;
use crate::core::Core;
use crate::{MemoryStorage, Timestamp};

#[test]
fn groups_make_no_events_before_somebody_watches() {
    let mut storage = MemoryStorage::default();
    let core = Core::open(config(3), &mut storage, Timestamp::from_millis(1_700_000_000_000)).unwrap();
    assert!(core.brokers.values().all(|broker| !broker.groups.is_watched()));
}
