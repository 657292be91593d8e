//! Kafka's scripts by name, and the class behind each.

/// The class whose `main` a script of Kafka's runs; `None` for a name that is no script.
pub fn class_of(script: &str) -> Option<&'static str> {
    let name = script.strip_prefix("./").unwrap_or(script).strip_suffix(".sh")?;
    Some(match name {
        "kafka-topics" => "org.apache.kafka.tools.TopicCommand",
        "kafka-console-producer" => "org.apache.kafka.tools.ConsoleProducer",
        "kafka-console-consumer" => "org.apache.kafka.tools.consumer.ConsoleConsumer",
        "kafka-consumer-groups" => "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
        "kafka-groups" => "org.apache.kafka.tools.GroupsCommand",
        "kafka-configs" => "kafka.admin.ConfigCommand",
        "kafka-get-offsets" => "org.apache.kafka.tools.GetOffsetShell",
        "kafka-delete-records" => "org.apache.kafka.tools.DeleteRecordsCommand",
        "kafka-broker-api-versions" => "org.apache.kafka.tools.BrokerApiVersionsCommand",
        "kafka-cluster" => "org.apache.kafka.tools.ClusterTool",
        "kafka-dump-log" => "org.apache.kafka.tools.DumpLogSegments",
        "kafka-verifiable-producer" => "org.apache.kafka.tools.VerifiableProducer",
        "kafka-producer-perf-test" => "org.apache.kafka.tools.ProducerPerformance",
        "kafka-consumer-perf-test" => "org.apache.kafka.tools.ConsumerPerformance",
        "kafka-e2e-latency" => "org.apache.kafka.tools.EndToEndLatency",
        _ => return None,
    })
}

/// Scripts that `runnel` has of its own.
const NATIVE: [&str; 10] = [
    "kafka-console-producer",
    "kafka-producer-perf-test",
    "kafka-topics",
    "kafka-console-consumer",
    "kafka-configs",
    "kafka-consumer-groups",
    "kafka-get-offsets",
    "kafka-delete-records",
    "kafka-dump-log",
    "kafka-broker-api-versions",
];

/// Whether `runnel` can run a script of Kafka's.
pub fn is_native(script: &str) -> bool {
    let name = script.strip_prefix("./").unwrap_or(script).strip_suffix(".sh");
    name.is_some_and(|name| NATIVE.contains(&name))
}
