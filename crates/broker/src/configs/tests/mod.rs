//! What Kafka answered, compared with what we answer, and a few sentences about the table.

mod golden;
mod world;

use super::*;
use crate::log::{CleanupPolicy, LogConfig, TopicCompression};
use golden::check;
use proptest::prelude::*;
use runnel_protocol::records::Compression;
use world::World;

fn overrides(entries: &[(&str, &str)]) -> Overrides {
    entries.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn topics_and_brokers_are_described_as_kafka_does() {
    check(include_str!("../../../testdata/configs/describe.txt"));
}

#[test]
fn a_servers_own_settings_are_described_as_kafka_does() {
    check(include_str!("../../../testdata/configs/static.txt"));
}

#[test]
fn values_of_topic_configs_are_judged_as_kafka_does() {
    check(include_str!("../../../testdata/configs/topic-values.txt"));
}

#[test]
fn configs_are_altered_as_kafka_does() {
    check(include_str!("../../../testdata/configs/alter.txt"));
}

#[test]
fn broker_configs_are_altered_as_kafka_does() {
    check(include_str!("../../../testdata/configs/brokers.txt"));
}

#[test]
fn topics_and_partitions_are_planned_as_kafka_does() {
    check(include_str!("../../../testdata/topics/create.txt"));
}

#[test]
fn every_default_obeys_its_rule_and_every_synonym_is_a_broker_key() {
    for key in Key::all_of_topic().chain(Key::all_of_broker()) {
        key.default_value();
        assert!(key.internal || !key.documentation().is_empty(), "{} is documented", key.name);
        for source in &key.sources {
            assert!(Key::of_broker(source.name).is_some(), "{} stands in for {}", source.name, key.name);
        }
    }
    assert_eq!(Key::all_of_topic().count(), 34);
    assert_eq!(Key::all_of_broker().count(), 363);
}

#[test]
fn any_text_is_a_value_or_refused() {
    let texts = ["", " ", ",", "-", "+", "1", "-1", "1e999", "-0", "é", "\0", "9223372036854775808", "true", "a,b, c"];
    for key in Key::all_of_topic().chain(Key::all_of_broker()) {
        for text in texts {
            if let Ok(value) = key.read(text) {
                let again = key.read(&value.to_text());
                assert!(again.is_ok(), "{}: {text:?} is shown as a value that can be set", key.name);
            }
        }
    }
}

#[test]
fn keys_with_an_effect_are_sorted_and_known() {
    assert!(EFFECTIVE_KEYS.is_sorted());
    for name in EFFECTIVE_KEYS {
        assert!(Key::of_broker(name).is_some(), "{name} is a broker key");
    }
}

#[test]
fn a_flag_that_does_nothing_is_refused() {
    let mut broker = BrokerConfigs::new(1, Profile::Kafka);
    let mut refusal = |name, value| broker.set_static(name, value).unwrap_err().to_string();
    assert_eq!(refusal("num.partition", "3"), "unknown broker key \"num.partition\"");
    assert_eq!(refusal("num.io.threads", "3"), "broker key \"num.io.threads\" has no effect here");
    assert_eq!(
        refusal("num.partitions", "0"),
        "Invalid value 0 for configuration num.partitions: Value must be at least 1"
    );
    assert_eq!(
        refusal("retention.ms", "5"),
        "unknown broker key \"retention.ms\": for all topics it is \"log.retention.ms\""
    );
    assert_eq!(
        refusal("log.retention.ms", "0"),
        "requirement failed: log.retention.ms must be unlimited (-1) or, greater than or equal to 1"
    );
    broker.set_static("num.partitions", "3").unwrap();
    assert_eq!(broker.i32("num.partitions"), 3);
    assert_eq!(broker.i64("log.retention.hours"), 168);
}

#[test]
fn the_dev_profile_shows_what_it_changes_as_set_by_the_server() {
    let broker = BrokerConfigs::new(1, Profile::Dev { copies: 1 });
    let changed: Vec<String> = describe_broker(&broker, &Describe::default())
        .into_iter()
        .filter(|entry| entry.source == ConfigSource::StaticBroker)
        .map(|entry| format!("{}={}", entry.name, entry.value.unwrap_or_default()))
        .collect();
    let mut sorted = changed.clone();
    sorted.sort();
    assert_eq!(
        sorted,
        [
            "broker.id=1",
            "group.initial.rebalance.delay.ms=0",
            "group.min.session.timeout.ms=1",
            "node.id=1",
            "offsets.topic.replication.factor=1",
            "share.coordinator.state.topic.min.isr=1",
            "share.coordinator.state.topic.replication.factor=1",
            "transaction.state.log.min.isr=1",
            "transaction.state.log.replication.factor=1",
        ]
    );
    let three = BrokerConfigs::new(1, Profile::Dev { copies: 5 });
    assert_eq!(three.i32("offsets.topic.replication.factor"), 3);
    assert_eq!(BrokerConfigs::new(1, Profile::Kafka).i32("group.initial.rebalance.delay.ms"), 3000);
}

#[test]
fn without_overrides_a_log_follows_the_defaults() {
    let broker = BrokerConfigs::new(1, Profile::Kafka);
    assert_eq!(log_config(&Overrides::new(), &broker), LogConfig::default());
}

#[test]
fn a_log_follows_its_topic_and_then_its_broker() {
    let mut broker = BrokerConfigs::new(1, Profile::Kafka);
    broker.set_static("log.retention.minutes", "5").unwrap();
    broker.set_static("log.roll.hours", "1").unwrap();
    broker.set_static("message.max.bytes", "2000").unwrap();
    let topic = overrides(&[
        ("cleanup.policy", "compact,delete"),
        ("compression.type", "zstd"),
        ("internal.segment.bytes", "1024"),
        ("max.message.bytes", "3000"),
    ]);
    let config = log_config(&topic, &broker);
    let expected = LogConfig {
        cleanup_policy: CleanupPolicy { compact: true, delete: true },
        compression_type: TopicCompression::Codec(Compression::Zstd),
        internal_segment_bytes: Some(1024),
        max_message_bytes: 3000,
        retention_ms: 300_000,
        segment_ms: 3_600_000,
        ..LogConfig::default()
    };
    assert_eq!(config, expected);
}

#[test]
fn dynamic_configs_that_kafka_would_refuse_are_left_out() {
    let mut broker = BrokerConfigs::new(1, Profile::Kafka);
    let written = [("num.partitions", "7"), ("message.max.bytes", "x"), ("log.segment.bytes", "2000000")];
    broker.set_dynamic(&overrides(&written));
    assert_eq!(broker.i32("num.partitions"), 1);
    assert_eq!(broker.i32("message.max.bytes"), 1_048_588);
    assert_eq!(broker.i32("log.segment.bytes"), 2_000_000);
}

#[test]
fn a_broker_has_no_loggers_to_describe() {
    let world = World::new(&[]);
    let target = world.target(ResourceType::BrokerLogger.number(), "1");
    assert_eq!(describe(&target, &Describe::default()), Ok(Vec::new()));
}

#[test]
fn configs_of_groups_are_refused_in_so_many_words() {
    let world = World::new(&[]);
    let target = world.target(ResourceType::Group.number(), "billing");
    let refusal = describe(&target, &Describe::default()).unwrap_err();
    assert_eq!(refusal.to_string(), "INVALID_REQUEST configs of groups are not supported by this broker");
    assert_eq!(incremental_alter(&target, &[]).unwrap_err(), refusal);
}

#[test]
fn an_appended_list_is_bounded() {
    let world = World::new(&[]);
    let current = overrides(&[("leader.replication.throttled.replicas", &"10000:1,".repeat(4000))]);
    let target = Target { current: Some(&current), ..world.target(ResourceType::Topic.number(), "orders") };
    let items: Vec<String> = (0..4000).map(|index| format!("2{index}:1")).collect();
    let name = "leader.replication.throttled.replicas".to_owned();
    let change = Change { name, operation: 2, value: Some(items.join(",")) };
    assert_eq!(
        incremental_alter(&target, &[change]).unwrap_err().to_string(),
        "INVALID_CONFIG The configuration value cannot be added because it exceeds the maximum value size of 32767 bytes."
    );
}

/// Names that exist and names that do not, with values that may or may not suit them.
fn changes() -> impl Strategy<Value = Vec<Change>> {
    let known: Vec<String> = Key::all_of_topic().chain(Key::all_of_broker()).map(|key| key.name.to_owned()).collect();
    let name = prop_oneof![9 => proptest::sample::select(known), 1 => "[a-z.]{0,8}"];
    let value = prop_oneof!["-?[0-9]{1,19}", "[ \0-~]{0,6}", "(compact|delete|0:1|,| ){0,4}", Just("true".to_owned())];
    let change = (name, 0..5_i8, proptest::option::weighted(0.9, value));
    let change = change.prop_map(|(name, operation, value)| Change { name, operation, value });
    proptest::collection::vec(change, 0..3)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn whatever_was_taken_can_be_described_and_set_again(all in proptest::collection::vec((0..3_usize, changes()), 0..12)) {
        let mut world = World::new(&[]);
        world.answer("create\ntopic orders");
        let resources = [(2, "orders"), (4, "1"), (4, "")];
        for (index, changes) in all {
            let (number, name) = resources[index];
            let Ok(after) = incremental_alter(&world.target(number, name), &changes) else { continue };
            let entries: Vec<_> = after.iter().map(|(name, value)| (name.clone(), Some(value.clone()))).collect();
            prop_assert_eq!(alter(&world.target(number, name), &entries), Ok(after.clone()));
            world.keep(number, name, after);
        }
        for (number, name) in resources {
            let target = world.target(number, name);
            let described = describe(&target, &Describe { include_synonyms: true, ..Describe::default() }).unwrap();
            prop_assert!(target.current.unwrap().keys().all(|key| described.iter().any(|entry| entry.name == *key)));
        }
        let topic = world.target(2, "orders");
        log_config(topic.current.unwrap(), topic.broker);
        created_topic_configs(topic.current.unwrap(), topic.broker);
    }
}
