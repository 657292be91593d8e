//! How a consumer is set up: Kafka's names, and each library's defaults.

use super::program::CommitPolicy;
use crate::assignors::Assignor;
use crate::backoff::ExponentialBackoff;
use crate::setting::{self, SettingError};
use crate::{Address, ClientKind, TopicPartition};
use std::time::Duration;

/// What is fixed while a consumer lives.
#[derive(Clone, PartialEq, Debug)]
pub struct ConsumerSettings {
    /// Whose habits it has.
    pub kind: ClientKind,
    /// What it calls itself: `client.id`.
    pub client_id: String,
    /// Where it asks first: `bootstrap.servers`.
    pub bootstrap: Vec<Address>,
    /// Its group: `group.id`. Without one it can only read partitions that it is given, and commits nothing.
    pub group_id: Option<String>,
    /// Its static identity (KIP-345): `group.instance.id`. kafkajs has none.
    pub group_instance_id: Option<String>,
    /// What it reads.
    pub reads: Reads,
    /// What it offers its group, best first: `partition.assignment.strategy`.
    pub assignors: Vec<Assignor>,
    /// Where it begins without a valid committed offset: `auto.offset.reset`, kafkajs's `fromBeginning`.
    pub auto_offset_reset: OffsetReset,
    /// When positions are committed.
    pub commit_policy: CommitPolicy,
    /// With [`CommitPolicy::Auto`]: `auto.commit.interval.ms`; kafkajs's `autoCommitInterval`, which it has not at first.
    pub auto_commit_interval: Option<Duration>,
    /// kafkajs's `autoCommitThreshold`: so many records processed are committed at once.
    pub auto_commit_threshold: Option<i64>,
    /// How long the coordinator waits for a heartbeat: `session.timeout.ms`.
    pub session_timeout: Duration,
    /// How often it sends one: `heartbeat.interval.ms`. kafkajs sends none while a handler runs.
    pub heartbeat_interval: Duration,
    /// How long the program may stay away: `max.poll.interval.ms`. It is the rebalance time-out too, which in kafkajs
    /// is all that it is.
    pub max_poll_interval: Duration,
    /// How many records one poll gives: `max.poll.records`.
    pub max_poll_records: usize,
    /// `fetch.min.bytes`.
    pub fetch_min_bytes: i32,
    /// `fetch.max.bytes`.
    pub fetch_max_bytes: i32,
    /// `max.partition.fetch.bytes`.
    pub max_partition_fetch_bytes: i32,
    /// How long a broker may wait for records: `fetch.max.wait.ms`.
    pub fetch_max_wait: Duration,
    /// Whether records of open and aborted transactions are seen: `isolation.level`.
    pub isolation_level: IsolationLevel,
    /// Whether checksums of batches are looked at: `check.crcs`.
    pub check_crcs: bool,
    /// How long librdkafka goes on fetching ahead: `queued.min.messages`.
    pub queued_min_messages: usize,
    /// Wait before something is tried again: `retry.backoff.ms`, `retry.backoff.max.ms`.
    pub retry_backoff: ExponentialBackoff,
    /// `request.timeout.ms`.
    pub request_timeout: Duration,
    /// `metadata.max.age.ms`.
    pub metadata_max_age: Duration,
    /// Whether a topic that is asked for may be created: `allow.auto.create.topics`.
    pub allow_auto_create_topics: bool,
    /// kafkajs's `partitionsConsumedConcurrently`.
    pub partitions_consumed_concurrently: usize,
    /// How long the program takes for a record.
    pub processing_time: Duration,
    /// Whether the records are taken one by one with [`super::Consumer::poll_record`], in place of a simulated program.
    pub is_driven: bool,
}

/// What a consumer reads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reads {
    /// What its group gives it of these topics.
    Topics(Vec<String>),
    /// These partitions, each from where it says, or from where its group was; nobody is asked.
    Partitions(Vec<(TopicPartition, Option<StartAt>)>),
}

/// Where reading begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StartAt {
    /// At the first record that is still there.
    Earliest,
    /// After the last.
    Latest,
    /// At an offset.
    Offset(i64),
}

/// What to do without a valid offset.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OffsetReset {
    /// Begin at the first record that is there.
    Earliest,
    /// Begin with what comes next.
    Latest,
    /// Give up.
    None,
}

/// What is seen of transactions.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IsolationLevel {
    /// Everything.
    ReadUncommitted,
    /// What was committed, up to the first transaction that is still open.
    ReadCommitted,
}

impl ConsumerSettings {
    /// The defaults of a library. There is no group and nothing to read yet.
    pub fn of(kind: ClientKind) -> Self {
        let java = ConsumerSettings {
            kind,
            client_id: "consumer".to_owned(),
            bootstrap: Vec::new(),
            group_id: None,
            group_instance_id: None,
            reads: Reads::Topics(Vec::new()),
            assignors: vec![Assignor::Range, Assignor::CooperativeSticky],
            auto_offset_reset: OffsetReset::Latest,
            commit_policy: CommitPolicy::Auto,
            auto_commit_interval: Some(Duration::from_secs(5)),
            auto_commit_threshold: None,
            session_timeout: Duration::from_secs(45),
            heartbeat_interval: Duration::from_secs(3),
            max_poll_interval: Duration::from_secs(300),
            max_poll_records: 500,
            fetch_min_bytes: 1,
            fetch_max_bytes: 50 << 20,
            max_partition_fetch_bytes: 1 << 20,
            fetch_max_wait: Duration::from_millis(500),
            isolation_level: IsolationLevel::ReadUncommitted,
            check_crcs: true,
            queued_min_messages: 0,
            retry_backoff: ExponentialBackoff { first: Duration::from_millis(100), max: Duration::from_secs(1) },
            request_timeout: Duration::from_secs(30),
            metadata_max_age: Duration::from_secs(300),
            allow_auto_create_topics: true,
            partitions_consumed_concurrently: 1,
            processing_time: Duration::ZERO,
            is_driven: false,
        };
        match kind {
            ClientKind::Java => java,
            ClientKind::Kafkajs => ConsumerSettings {
                client_id: "kafkajs".to_owned(),
                assignors: vec![Assignor::Kafkajs],
                auto_commit_interval: None,
                session_timeout: Duration::from_secs(30),
                max_poll_interval: Duration::from_secs(60),
                max_poll_records: usize::MAX,
                fetch_max_bytes: 10 << 20,
                fetch_max_wait: Duration::from_secs(5),
                isolation_level: IsolationLevel::ReadCommitted,
                // It reads what comes without a look at the checksum.
                check_crcs: false,
                ..java
            },
            ClientKind::Librdkafka => ConsumerSettings {
                client_id: "rdkafka".to_owned(),
                assignors: vec![Assignor::Range, Assignor::RoundRobin],
                max_poll_records: 1,
                fetch_max_bytes: 52_428_800,
                isolation_level: IsolationLevel::ReadCommitted,
                check_crcs: false,
                queued_min_messages: 100_000,
                request_timeout: Duration::from_secs(60),
                allow_auto_create_topics: false,
                ..java
            },
        }
    }

    /// Changes a setting by Kafka's name, or by kafkajs's where it has one of its own: `auto.offset.reset=earliest`,
    /// `sessionTimeout=6000`.
    ///
    /// # Errors
    /// A name that is none, or a value that does not fit: what was wanted and what came.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), SettingError> {
        let wrong = |wanted: &str| Err(SettingError::new(name, wanted, value));
        match name {
            "client.id" | "clientId" => self.client_id = value.to_owned(),
            "bootstrap.servers" | "brokers" => {
                let addresses: Option<Vec<Address>> = value.split(',').map(Address::parse).collect();
                match addresses {
                    Some(addresses) => self.bootstrap = addresses,
                    None => return wrong("host:port, separated by commas"),
                }
            }
            "group.id" | "groupId" => self.group_id = (!value.is_empty()).then(|| value.to_owned()),
            "group.instance.id" if self.kind == ClientKind::Kafkajs => {
                return wrong("a setting that kafkajs has: it knows no static members");
            }
            "group.instance.id" => self.group_instance_id = (!value.is_empty()).then(|| value.to_owned()),
            "partition.assignment.strategy" => self.assignors = assignors(name, value)?,
            "auto.offset.reset" => match value {
                "earliest" | "smallest" | "beginning" => self.auto_offset_reset = OffsetReset::Earliest,
                "latest" | "largest" | "end" => self.auto_offset_reset = OffsetReset::Latest,
                "none" | "error" if self.kind != ClientKind::Kafkajs => self.auto_offset_reset = OffsetReset::None,
                _ => return wrong("earliest, latest or none"),
            },
            "fromBeginning" => {
                let earliest = setting::boolean(name, value)?;
                self.auto_offset_reset = if earliest { OffsetReset::Earliest } else { OffsetReset::Latest };
            }
            "enable.auto.commit" | "autoCommit" => {
                self.commit_policy =
                    if setting::boolean(name, value)? { CommitPolicy::Auto } else { CommitPolicy::ByHand };
            }
            "auto.commit.interval.ms" | "autoCommitInterval" => {
                self.auto_commit_interval = Some(setting::millis(name, value, 0)?);
            }
            "autoCommitThreshold" => self.auto_commit_threshold = Some(setting::number(name, value, 1, i64::MAX)?),
            "isolation.level" => match value {
                "read_committed" => self.isolation_level = IsolationLevel::ReadCommitted,
                "read_uncommitted" => self.isolation_level = IsolationLevel::ReadUncommitted,
                _ => return wrong("read_committed or read_uncommitted"),
            },
            "readUncommitted" => {
                let all = setting::boolean(name, value)?;
                self.isolation_level =
                    if all { IsolationLevel::ReadUncommitted } else { IsolationLevel::ReadCommitted };
            }
            "check.crcs" => self.check_crcs = setting::boolean(name, value)?,
            "allow.auto.create.topics" | "allowAutoTopicCreation" => {
                self.allow_auto_create_topics = setting::boolean(name, value)?;
            }
            _ => return self.set_number(name, value),
        }
        Ok(())
    }

    fn set_number(&mut self, name: &str, value: &str) -> Result<(), SettingError> {
        let count = |min, max| setting::number(name, value, min, max).map(|count| usize::try_from(count).unwrap_or(1));
        match name {
            "session.timeout.ms" | "sessionTimeout" => self.session_timeout = setting::millis(name, value, 1)?,
            "heartbeat.interval.ms" | "heartbeatInterval" => {
                self.heartbeat_interval = setting::millis(name, value, 1)?;
            }
            "max.poll.interval.ms" | "rebalanceTimeout" => self.max_poll_interval = setting::millis(name, value, 1)?,
            "max.poll.records" => self.max_poll_records = count(1, i64::from(i32::MAX))?,
            "fetch.min.bytes" | "minBytes" => self.fetch_min_bytes = setting::small(name, value, 0, i32::MAX)?,
            "fetch.max.bytes" | "maxBytes" => self.fetch_max_bytes = setting::small(name, value, 0, i32::MAX)?,
            "max.partition.fetch.bytes" | "maxBytesPerPartition" => {
                self.max_partition_fetch_bytes = setting::small(name, value, 0, i32::MAX)?;
            }
            "fetch.max.wait.ms" | "fetch.wait.max.ms" | "maxWaitTimeInMs" => {
                self.fetch_max_wait = setting::millis(name, value, 0)?;
            }
            "queued.min.messages" => self.queued_min_messages = count(1, 10_000_000)?,
            "retry.backoff.ms" => self.retry_backoff.first = setting::millis(name, value, 0)?,
            "retry.backoff.max.ms" => self.retry_backoff.max = setting::millis(name, value, 0)?,
            "request.timeout.ms" | "requestTimeout" => self.request_timeout = setting::millis(name, value, 1)?,
            "metadata.max.age.ms" | "metadataMaxAge" => self.metadata_max_age = setting::millis(name, value, 0)?,
            "partitionsConsumedConcurrently" => self.partitions_consumed_concurrently = count(1, 10_000)?,
            _ => return Err(SettingError::unknown(name, "consumers")),
        }
        Ok(())
    }
}

/// Names of assignors, or of Java's classes, separated by commas.
fn assignors(name: &str, value: &str) -> Result<Vec<Assignor>, SettingError> {
    let one = |word: &str| {
        let word = word.trim();
        let class = word.rsplit('.').next().unwrap_or(word);
        match class {
            "RangeAssignor" => Some(Assignor::Range),
            "RoundRobinAssignor" => Some(Assignor::RoundRobin),
            "StickyAssignor" => Some(Assignor::Sticky),
            "CooperativeStickyAssignor" => Some(Assignor::CooperativeSticky),
            _ => Assignor::named(word),
        }
    };
    let named: Option<Vec<Assignor>> = value.split(',').map(one).collect();
    let known = Assignor::ALL.map(Assignor::name).join(", ");
    named.ok_or_else(|| SettingError::new(name, format!("one or more of {known}"), value))
}
