//! Settings of topics and brokers, asked and changed over frames. The rules themselves are tested where they stand.

use super::client::{Memory, create, produce_to, with_settings};
use super::harness::{Bench, batch, bench};
use super::restart::restart;
use crate::MemoryStorage;
use crate::ids::ConnectionId;
use expect_test::expect;
use runnel_protocol::ErrorCode;
use runnel_protocol::messages::alter_configs::{
    AlterConfigsRequest, AlterConfigsResource, AlterConfigsResponse, AlterableConfig,
};
use runnel_protocol::messages::describe_configs::{
    DescribeConfigsRequest, DescribeConfigsResource, DescribeConfigsResponse,
};
use runnel_protocol::messages::incremental_alter_configs as incremental;
use std::fmt::Write as _;

const TOPIC: i8 = 2;
const BROKER: i8 = 4;
const SET: i8 = 0;
const DELETE: i8 = 1;
const APPEND: i8 = 2;
const SUBTRACT: i8 = 3;

fn describe(bench: &mut Memory, client: ConnectionId, kind: i8, name: &str, keys: Option<&[&str]>) -> String {
    let configuration_keys = keys.map(|keys| keys.iter().map(|key| (*key).into()).collect());
    let resources =
        vec![DescribeConfigsResource { resource_type: kind, resource_name: name.into(), configuration_keys }];
    let request = DescribeConfigsRequest { resources, include_synonyms: true, ..Default::default() };
    let response: DescribeConfigsResponse = bench.ask(client, 4, request);
    let result = &response.results[0];
    let mut text = String::new();
    if result.error_code != 0 {
        let code = ErrorCode::from_number(result.error_code).unwrap();
        let _ = writeln!(text, "{code} {}", result.error_message.as_deref().unwrap_or("(null)"));
    }
    let mut configs: Vec<_> = result.configs.iter().collect();
    configs.sort_by(|one, other| one.name.cmp(&other.name));
    for config in configs {
        let value = config.value.as_deref().unwrap_or("(null)");
        let synonyms: Vec<String> = config
            .synonyms
            .iter()
            .map(|synonym| {
                format!("{}={}/{}", synonym.name, synonym.value.as_deref().unwrap_or("(null)"), synonym.source)
            })
            .collect();
        let _ = writeln!(text, "{}={value}/{} {synonyms:?}", config.name, config.config_source);
    }
    text
}

fn change(
    bench: &mut Memory,
    client: ConnectionId,
    (kind, name): (i8, &str),
    ops: &[(&str, i8, Option<&str>)],
) -> String {
    let configs = ops
        .iter()
        .map(|(name, operation, value)| incremental::AlterableConfig {
            name: (*name).into(),
            config_operation: *operation,
            value: value.map(Into::into),
        })
        .collect();
    let resources =
        vec![incremental::AlterConfigsResource { resource_type: kind, resource_name: name.into(), configs }];
    let request = incremental::IncrementalAlterConfigsRequest { resources, validate_only: false };
    let response: incremental::IncrementalAlterConfigsResponse = bench.ask(client, 1, request);
    let result = &response.responses[0];
    let code = ErrorCode::from_number(result.error_code).unwrap();
    format!("{code} {}\n", result.error_message.as_deref().unwrap_or("(null)"))
}

fn replace(bench: &mut Memory, client: ConnectionId, name: &str, values: &[(&str, Option<&str>)]) -> String {
    let configs = values
        .iter()
        .map(|(name, value)| AlterableConfig { name: (*name).into(), value: value.map(Into::into) })
        .collect();
    let resources = vec![AlterConfigsResource { resource_type: TOPIC, resource_name: name.into(), configs }];
    let request = AlterConfigsRequest { resources, validate_only: false };
    let response: AlterConfigsResponse = bench.ask(client, 2, request);
    let result = &response.responses[0];
    let code = ErrorCode::from_number(result.error_code).unwrap();
    format!("{code} {}\n", result.error_message.as_deref().unwrap_or("(null)"))
}

fn topic_bench() -> (Memory, ConnectionId) {
    let mut bench = bench();
    let client = bench.connect();
    create(&mut bench, client, "orders", 1, &[("retention.ms", "1000")]);
    (bench, client)
}

/// Pitfalls 58 and 68.
#[test]
fn all_keys_of_a_topic_and_of_a_broker_are_told() {
    let (mut bench, client) = topic_bench();
    let topic = describe(&mut bench, client, TOPIC, "orders", None);
    assert_eq!(topic.lines().count(), 33);
    assert!(topic.contains("\nsegment.bytes=1073741824/5 "), "{topic}");
    let broker = describe(&mut bench, client, BROKER, "1", None);
    assert!(broker.contains("\nnum.partitions=1/5 ") && broker.lines().count() > 250, "{}", broker.lines().count());
    let some = describe(&mut bench, client, TOPIC, "orders", Some(&["retention.ms", "cleanup.policy", "nonsense"]));
    expect![[r#"
        cleanup.policy=delete/5 ["log.cleanup.policy=delete/5"]
        retention.ms=1000/1 ["retention.ms=1000/1"]
    "#]]
    .assert_eq(&some);
}

#[test]
fn what_has_no_configs_is_refused() {
    let (mut bench, client) = topic_bench();
    let mut said = String::new();
    for (kind, name) in [(TOPIC, "nowhere"), (TOPIC, "a b"), (TOPIC, ""), (9, "orders"), (BROKER, "7"), (BROKER, "x")] {
        said += &describe(&mut bench, client, kind, name, None);
    }
    expect![[r#"
        UNKNOWN_TOPIC_OR_PARTITION 
        INVALID_TOPIC_EXCEPTION Topic name is invalid: 'a b' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'
        INVALID_TOPIC_EXCEPTION Topic name is invalid: the empty string is not allowed
        INVALID_REQUEST This most likely occurs because of a request being malformed by the client library or the message was sent to an incompatible broker. See the broker logs for more details.
        INVALID_REQUEST Unexpected broker id, expected 1 or empty string, but received 7
        INVALID_REQUEST Broker id must be an integer, but it is: x
    "#]].assert_eq(&said);
}

/// Pitfall 59: IncrementalAlterConfigs.
#[test]
fn a_config_is_set_and_put_back_and_a_list_gets_longer_and_shorter() {
    let (mut bench, client) = topic_bench();
    let keys = ["retention.ms", "cleanup.policy"];
    let orders = (TOPIC, "orders");
    let steps: [&[(&str, i8, Option<&str>)]; 5] = [
        &[("retention.ms", SET, Some("77")), ("cleanup.policy", APPEND, Some("compact"))],
        &[("cleanup.policy", SUBTRACT, Some("delete"))],
        &[("cleanup.policy", APPEND, Some("compact"))],
        &[("retention.ms", DELETE, None)],
        &[],
    ];
    let mut said = String::new();
    for step in steps {
        said += &change(&mut bench, client, orders, step);
        said += &describe(&mut bench, client, TOPIC, "orders", Some(&keys));
    }
    expect![[r#"
        NONE (null)
        cleanup.policy=delete,compact/1 ["cleanup.policy=delete,compact/1", "log.cleanup.policy=delete/5"]
        retention.ms=77/1 ["retention.ms=77/1"]
        NONE (null)
        cleanup.policy=compact/1 ["cleanup.policy=compact/1", "log.cleanup.policy=delete/5"]
        retention.ms=77/1 ["retention.ms=77/1"]
        NONE (null)
        cleanup.policy=compact/1 ["cleanup.policy=compact/1", "log.cleanup.policy=delete/5"]
        retention.ms=77/1 ["retention.ms=77/1"]
        NONE (null)
        cleanup.policy=compact/1 ["cleanup.policy=compact/1", "log.cleanup.policy=delete/5"]
        retention.ms=604800000/5 []
        NONE (null)
        cleanup.policy=compact/1 ["cleanup.policy=compact/1", "log.cleanup.policy=delete/5"]
        retention.ms=604800000/5 []
    "#]]
    .assert_eq(&said);
}

/// Pitfall 59: what is wrong with a change, in Kafka's words; and nothing is changed then.
#[test]
fn a_change_that_cannot_be_is_refused() {
    let (mut bench, client) = topic_bench();
    let orders = (TOPIC, "orders");
    let mut said = String::new();
    for op in [
        ("retention.ms", APPEND, Some("5")),
        ("retention.ms", SET, None),
        ("cleanup.policy", APPEND, None),
        ("retention.ms", SET, Some("x")),
        ("foo", SET, Some("x")),
    ] {
        said += &change(&mut bench, client, orders, &[op]);
    }
    said += &change(&mut bench, client, orders, &[("retention.ms", SET, Some("1")), ("retention.ms", DELETE, None)]);
    said += &change(&mut bench, client, (TOPIC, "nowhere"), &[("retention.ms", SET, Some("5"))]);
    said += &change(&mut bench, client, (9, "orders"), &[("retention.ms", SET, Some("5"))]);
    said += &change(&mut bench, client, (BROKER, "1"), &[("num.partitions", SET, Some("5"))]);
    said += &change(&mut bench, client, (BROKER, "9"), &[("log.retention.ms", SET, Some("5"))]);
    expect![[r#"
        INVALID_CONFIG Can't APPEND to key retention.ms because its type is not LIST.
        INVALID_REQUEST Null value not supported for : retention.ms
        INVALID_REQUEST Null value not supported for : cleanup.policy
        INVALID_CONFIG Invalid value x for configuration retention.ms: Not a number of type LONG
        INVALID_CONFIG Unknown topic config name: foo
        INVALID_REQUEST Error due to duplicate config keys
        UNKNOWN_TOPIC_OR_PARTITION The topic 'nowhere' does not exist.
        INVALID_REQUEST Unknown resource type 9
        INVALID_REQUEST Cannot update these configs dynamically: [num.partitions]
        INVALID_REQUEST Unexpected broker id, expected 1, but received 9
    "#]]
    .assert_eq(&said);
    let after = describe(&mut bench, client, TOPIC, "orders", Some(&["retention.ms"]));
    assert!(after.starts_with("retention.ms=1000/1"), "{after}");
}

/// Pitfall 59: AlterConfigs.
#[test]
fn to_alter_configs_puts_back_what_is_not_named() {
    let (mut bench, client) = topic_bench();
    let keys = ["retention.ms", "cleanup.policy"];
    let mut said = String::new();
    let steps: [&[(&str, Option<&str>)]; 5] = [
        &[("cleanup.policy", Some("compact"))],
        &[("retention.ms", Some("55"))],
        &[("retention.ms", None)],
        &[("retention.ms", Some("1")), ("retention.ms", Some("2"))],
        &[],
    ];
    for values in steps {
        said += &replace(&mut bench, client, "orders", values);
        said += &describe(&mut bench, client, TOPIC, "orders", Some(&keys));
    }
    expect![[r#"
        NONE (null)
        cleanup.policy=compact/1 ["cleanup.policy=compact/1", "log.cleanup.policy=delete/5"]
        retention.ms=604800000/5 []
        NONE (null)
        cleanup.policy=delete/5 ["log.cleanup.policy=delete/5"]
        retention.ms=55/1 ["retention.ms=55/1"]
        INVALID_REQUEST Null value not supported for : retention.ms
        cleanup.policy=delete/5 ["log.cleanup.policy=delete/5"]
        retention.ms=55/1 ["retention.ms=55/1"]
        INVALID_REQUEST Error due to duplicate config keys
        cleanup.policy=delete/5 ["log.cleanup.policy=delete/5"]
        retention.ms=55/1 ["retention.ms=55/1"]
        NONE (null)
        cleanup.policy=delete/5 ["log.cleanup.policy=delete/5"]
        retention.ms=604800000/5 []
    "#]]
    .assert_eq(&said);
}

#[test]
fn a_brokers_setting_reaches_the_topics_that_have_none_of_their_own() {
    let (mut bench, client) = topic_bench();
    create(&mut bench, client, "other", 1, &[]);
    change(&mut bench, client, (BROKER, ""), &[("log.retention.ms", SET, Some("4444"))]);
    let retention = |bench: &mut Memory, topic| describe(bench, client, TOPIC, topic, Some(&["retention.ms"]));
    assert!(retention(&mut bench, "other").starts_with("retention.ms=4444/3"));
    assert!(retention(&mut bench, "orders").starts_with("retention.ms=1000/1"));
}

#[test]
fn a_change_is_in_force_at_once_and_after_a_restart() {
    let (mut bench, client) = topic_bench();
    change(&mut bench, client, (TOPIC, "orders"), &[("max.message.bytes", SET, Some("100"))]);
    for cleanly in [true, false] {
        let client = bench.connect();
        let refused = produce_to(&mut bench, client, 9, "orders", batch(&[&"v".repeat(100)]));
        assert_eq!(refused.error_code, ErrorCode::MessageTooLarge.number());
        bench = restart(bench, cleanly);
    }
}

/// Pitfall 77.
#[test]
fn what_was_given_at_the_start_is_told_as_such() {
    let mut bench = Bench::open(with_settings(&[("num.partitions", "4")]), MemoryStorage::default());
    let client = bench.connect();
    let told = describe(&mut bench, client, BROKER, "1", Some(&["num.partitions", "node.id"]));
    expect![[r#"
        node.id=1/4 ["node.id=1/4"]
        num.partitions=4/4 ["num.partitions=4/4", "num.partitions=1/5"]
    "#]]
    .assert_eq(&told);
}
