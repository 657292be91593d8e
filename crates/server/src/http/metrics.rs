//! `/metrics`: Prometheus text, under the names that Kafka's users know from the JMX exporter and, for groups, from
//! kafka_exporter.
//!
//! Not done: broker labels on what is counted for the whole process.

use crate::driver::Counts;
use crate::latency::Latencies;
use crate::store::Store;
use runnel_broker::groups::GroupSnapshot;
use runnel_broker::{Cluster, Metrics, Snapshot, TopicSnapshot};
use std::collections::BTreeMap;
use std::fmt::{Display, Write};
use std::time::Duration;

/// Writes all metrics.
pub(super) fn write(cluster: &Cluster<Store>, counts: &Counts<'_>) -> String {
    let mut out = Exposition::default();
    let snapshot = cluster.overview();
    write_requests(&mut out, cluster.metrics());
    write_latencies(&mut out, counts.latencies);
    write_partitions(&mut out, &snapshot);
    write_groups(&mut out, &snapshot);
    out.gauge("kafka_controller_kafkacontroller_activebrokercount", "Brokers of the cluster.", snapshot.brokers.len());
    let purgatory = "Requests that wait for their answers.";
    out.gauge("kafka_server_delayedoperationpurgatory_purgatorysize", purgatory, cluster.purgatory_size());
    let connections = "Kafka connections that are open.";
    out.gauge("kafka_server_socket_server_metrics_connection_count", connections, counts.connections);
    let opened = "Kafka connections since the start.";
    out.counter("kafka_server_socket_server_metrics_connection_creation_total", opened, counts.connections_opened);
    out.gauge("runnel_event_watchers", "Watchers of /api/events.", counts.watchers);
    out.text
}

fn write_requests(out: &mut Exposition, metrics: &Metrics) {
    let topics = || metrics.topics.iter().map(|(name, counters)| (name.to_string(), counters));
    for (name, help, value) in [
        (
            "kafka_server_brokertopicmetrics_messagesin_total",
            "Records that producers wrote.",
            topics().map(|(topic, counters)| (topic, counters.messages_in)).collect::<Vec<_>>(),
        ),
        (
            "kafka_server_brokertopicmetrics_bytesin_total",
            "Bytes of batches that producers wrote.",
            topics().map(|(topic, counters)| (topic, counters.bytes_in)).collect(),
        ),
        (
            "kafka_server_brokertopicmetrics_bytesout_total",
            "Bytes of records that went out to readers.",
            topics().map(|(topic, counters)| (topic, counters.bytes_out)).collect(),
        ),
    ] {
        out.family(name, "counter", help);
        for (topic, value) in value {
            out.sample(name, &[("topic", &topic)], value);
        }
    }

    let name = "kafka_network_requestmetrics_requests_total";
    out.family(name, "counter", "Requests that could be read.");
    for (key, api) in &metrics.apis {
        out.sample(name, &[("request", key.name())], api.requests);
    }
    let name = "kafka_network_requestmetrics_requestbytes_total";
    out.family(name, "counter", "Bytes of these requests.");
    for (key, api) in &metrics.apis {
        out.sample(name, &[("request", key.name())], api.bytes);
    }
    let name = "kafka_network_requestmetrics_errors_total";
    out.family(name, "counter", "Answers that said an error.");
    for (key, api) in &metrics.apis {
        for (error, count) in &api.errors {
            out.sample(name, &[("request", key.name()), ("error", error.name())], count);
        }
    }
    let name = "kafka_log_logflushstats_logflushrateandtimems";
    out.family(name, "summary", "Milliseconds that the disk took to make records durable.");
    out.sample(&format!("{name}_sum"), &[], millis(metrics.flush_time));
    out.sample(&format!("{name}_count"), &[], metrics.flushes);
    out.gauge(&format!("{name}_max"), "The longest such time.", millis(metrics.flush_time_max));
}

fn write_latencies(out: &mut Exposition, latencies: &Latencies) {
    let name = "kafka_network_requestmetrics_totaltimems";
    out.family(name, "histogram", "Milliseconds from request to answer, waiting for records or members included.");
    for (api, latency) in latencies.iter() {
        let request = ("request", api.name());
        for (bound, count) in latency.cumulative() {
            out.sample(&format!("{name}_bucket"), &[request, ("le", &bound.to_string())], count);
        }
        out.sample(&format!("{name}_bucket"), &[request, ("le", "+Inf")], latency.count);
        out.sample(&format!("{name}_sum"), &[request], millis(latency.sum));
        out.sample(&format!("{name}_count"), &[request], latency.count);
    }
}

fn write_partitions(out: &mut Exposition, snapshot: &Snapshot) {
    type Read = fn(&runnel_broker::PartitionSnapshot) -> i64;
    let families: [(&str, &str, Read); 6] = [
        ("kafka_log_log_logendoffset", "The next offset to be written.", |partition| partition.log_end_offset),
        ("kafka_log_log_logstartoffset", "The first readable offset.", |partition| partition.log_start_offset),
        ("kafka_log_log_size", "Bytes of all segments.", |partition| i64::try_from(partition.size).unwrap_or(i64::MAX)),
        ("kafka_log_log_numlogsegments", "Segments.", |partition| i64::from(partition.segments)),
        ("kafka_cluster_partition_replicascount", "Brokers that keep a copy.", |partition| {
            i64::try_from(partition.replicas.len()).unwrap_or(i64::MAX)
        }),
        ("kafka_cluster_partition_insyncreplicascount", "Copies that are in sync.", |partition| {
            i64::try_from(partition.in_sync_replicas.len()).unwrap_or(i64::MAX)
        }),
    ];
    for (name, help, read) in families {
        out.family(name, "gauge", help);
        for (topic, partition) in partitions(&snapshot.topics) {
            let index = partition.partition.to_string();
            out.sample(name, &[("topic", &topic.name), ("partition", &index)], read(partition));
        }
    }
    let count = |wanted: fn(&runnel_broker::PartitionSnapshot) -> bool| {
        partitions(&snapshot.topics).filter(|(_, partition)| wanted(partition)).count()
    };
    out.gauge("kafka_controller_kafkacontroller_globaltopiccount", "Topics.", snapshot.topics.len());
    out.gauge("kafka_controller_kafkacontroller_globalpartitioncount", "Partitions.", count(|_| true));
    let offline = count(|partition| partition.leader < 0 || partition.offline.is_some());
    out.gauge("kafka_controller_kafkacontroller_offlinepartitionscount", "Partitions that take no requests.", offline);
    let under = count(|partition| partition.in_sync_replicas.len() < partition.replicas.len());
    let help = "Partitions with a copy that is not in sync.";
    out.gauge("kafka_server_replicamanager_underreplicatedpartitions", help, under);
}

fn write_groups(out: &mut Exposition, snapshot: &Snapshot) {
    let ends: BTreeMap<(&str, i32), i64> = partitions(&snapshot.topics)
        .map(|(topic, partition)| ((topic.name.as_str(), partition.partition), partition.high_watermark))
        .collect();
    let name = "kafka_consumergroup_members";
    out.family(name, "gauge", "Members of the group.");
    for group in &snapshot.groups {
        out.sample(name, &[("consumergroup", &group.group_id)], group.members.len());
    }
    let name = "kafka_consumergroup_state";
    out.family(name, "gauge", "1 for the state that the group is in.");
    for group in &snapshot.groups {
        let state = group.state.to_string();
        out.sample(name, &[("consumergroup", &group.group_id), ("state", &state)], 1);
    }
    let name = "kafka_consumergroup_current_offset";
    out.family(name, "gauge", "Committed offset.");
    for (group, topic, partition, offset) in committed(&snapshot.groups) {
        out.sample(name, &[("consumergroup", group), ("topic", topic), ("partition", &partition.to_string())], offset);
    }
    let name = "kafka_consumergroup_lag";
    out.family(name, "gauge", "Records between the committed offset and the high watermark.");
    for (group, topic, partition, offset) in committed(&snapshot.groups) {
        if let Some(end) = ends.get(&(topic, partition)) {
            let lag = (end - offset).max(0);
            out.sample(name, &[("consumergroup", group), ("topic", topic), ("partition", &partition.to_string())], lag);
        }
    }
}

fn partitions(topics: &[TopicSnapshot]) -> impl Iterator<Item = (&TopicSnapshot, &runnel_broker::PartitionSnapshot)> {
    topics.iter().flat_map(|topic| topic.partitions.iter().map(move |partition| (topic, partition)))
}

fn committed(groups: &[GroupSnapshot]) -> impl Iterator<Item = (&str, &str, i32, i64)> {
    groups.iter().flat_map(|group| {
        let of_offset = |offset: &'_ runnel_broker::groups::OffsetSnapshot| (offset.partition_index, offset.offset);
        group.offsets.iter().map(move |offset| {
            let (partition, committed) = of_offset(offset);
            (group.group_id.as_str(), offset.topic.as_str(), partition, committed)
        })
    })
}

/// Milliseconds with what is left of them, as Kafka's own metrics have them.
fn millis(duration: Duration) -> String {
    let micros = duration.as_micros();
    format!("{}.{:03}", micros / 1000, micros % 1000)
}

/// Prometheus' text, written line by line.
#[derive(Debug, Default)]
struct Exposition {
    text: String,
}

impl Exposition {
    /// Begins a family: its samples follow.
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        self.line(format_args!("# HELP {name} {help}"));
        self.line(format_args!("# TYPE {name} {kind}"));
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        if labels.is_empty() {
            return self.line(format_args!("{name} {value}"));
        }
        let labels: Vec<String> = labels.iter().map(|(label, text)| format!("{label}=\"{}\"", escape(text))).collect();
        self.line(format_args!("{name}{{{}}} {value}", labels.join(",")));
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl Display) {
        self.family(name, "gauge", help);
        self.sample(name, &[], value);
    }

    fn counter(&mut self, name: &str, help: &str, value: impl Display) {
        self.family(name, "counter", help);
        self.sample(name, &[], value);
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        writeln!(self.text, "{line}").expect("a string takes every line");
    }
}

/// A label's value as it stands between quotes. Names of groups are whatever a client says.
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::{Exposition, millis};
    use expect_test::expect;
    use std::time::Duration;

    #[test]
    fn a_label_cannot_break_out_of_its_line() {
        let mut out = Exposition::default();
        out.family("lag", "gauge", "Records.");
        out.sample("lag", &[("group", "a\"} 1\nfake 2\\"), ("topic", "t")], 7);
        expect![[r#"
            # HELP lag Records.
            # TYPE lag gauge
            lag{group="a\"} 1\nfake 2\\",topic="t"} 7
        "#]]
        .assert_eq(&out.text);
    }

    #[test]
    fn times_are_milliseconds_with_three_digits_behind_the_point() {
        assert_eq!(millis(Duration::from_micros(12_005)), "12.005");
        assert_eq!(millis(Duration::ZERO), "0.000");
    }
}
