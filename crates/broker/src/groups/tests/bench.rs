//! A coordinator on a virtual clock, with a log that keeps what it appends, and members that speak in short sentences.

use super::super::*;
use crate::{Offset, Random, Timestamp};
use bytes::Bytes;
use runnel_protocol::ErrorCode;
use std::collections::BTreeMap;
use std::time::Duration;
use uuid::Uuid;

/// What the log does with records.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Log {
    /// It appends at once.
    Appends,
    /// It keeps them waiting, until [`Bench::append_held`].
    Holds,
    /// It refuses.
    Refuses(ErrorCode),
}

/// The coordinator with everything around it.
#[derive(Clone)]
pub(crate) struct Bench {
    pub(crate) groups: Groups,
    pub(crate) now: Timestamp,
    pub(crate) random: Random,
    pub(crate) log_mode: Log,
    /// What was appended, by partition.
    pub(crate) log: BTreeMap<i32, Vec<OffsetsRecord>>,
    pub(crate) held: Vec<(AppendId, i32, Vec<OffsetsRecord>)>,
    pub(crate) replies: BTreeMap<ReplyId, GroupReply>,
    /// When each reply was given.
    pub(crate) answered_at: BTreeMap<ReplyId, Timestamp>,
    pub(crate) events: Vec<GroupEvent>,
    pub(crate) next_reply: u64,
}

/// The instant at which every test begins.
pub(crate) const START: Timestamp = Timestamp(1_700_000_000_000_000);

impl Bench {
    /// A coordinator that leads all partitions, with settings for learning.
    pub(crate) fn new() -> Self {
        Bench::with(GroupsConfig::dev())
    }

    pub(crate) fn with(config: GroupsConfig) -> Self {
        let mut bench = Bench {
            groups: Groups::new(config),
            now: START,
            random: Random::new(7),
            log_mode: Log::Appends,
            log: BTreeMap::new(),
            held: Vec::new(),
            replies: BTreeMap::new(),
            answered_at: BTreeMap::new(),
            events: Vec::new(),
            next_reply: 0,
        };
        for partition in 0..bench.groups.config().offsets_partition_count {
            bench.groups.load_partition(partition, bench.now);
            bench.groups.finish_load(partition, bench.now);
        }
        bench
    }

    /// Takes out everything that the coordinator has to say, then what is due at once.
    pub(crate) fn drain(&mut self) {
        loop {
            while let Some(output) = self.groups.poll_output() {
                match output {
                    GroupOutput::Reply { reply, answer } => {
                        let before = self.replies.insert(reply, answer);
                        assert_eq!(before, None, "{reply:?} is answered once");
                        self.answered_at.insert(reply, self.now);
                    }
                    GroupOutput::Append { id, partition, records } => self.append(id, partition, records),
                    GroupOutput::Event(event) => self.events.push(event),
                }
            }
            match self.groups.next_wakeup() {
                Some(at) if at <= self.now => self.groups.handle_timers(self.now),
                _ => return,
            }
        }
    }

    fn append(&mut self, id: AppendId, partition: i32, records: Vec<OffsetsRecord>) {
        assert!(!records.is_empty(), "an append holds at least one record");
        match self.log_mode {
            Log::Appends => self.finish_append(id, partition, records),
            Log::Holds => self.held.push((id, partition, records)),
            Log::Refuses(error) => self.groups.handle_appended(self.now, id, Err(error)),
        }
    }

    fn finish_append(&mut self, id: AppendId, partition: i32, records: Vec<OffsetsRecord>) {
        let log = self.log.entry(partition).or_default();
        let base_offset = Offset::try_from(log.len()).unwrap();
        log.extend(records);
        self.groups.handle_appended(self.now, id, Ok(base_offset));
    }

    /// Appends what the log has kept waiting.
    pub(crate) fn append_held(&mut self) {
        for (id, partition, records) in std::mem::take(&mut self.held) {
            self.finish_append(id, partition, records);
        }
        self.drain();
    }

    /// Refuses what the log has kept waiting.
    pub(crate) fn refuse_held(&mut self, error: ErrorCode) {
        for (id, _, _) in std::mem::take(&mut self.held) {
            self.groups.handle_appended(self.now, id, Err(error));
        }
        self.drain();
    }

    /// Lets time pass, from deadline to deadline.
    pub(crate) fn wait(&mut self, duration: Duration) {
        let until = self.now + duration;
        while let Some(at) = self.groups.next_wakeup().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.groups.handle_timers(self.now);
            self.drain();
        }
        self.now = until;
        self.drain();
    }

    pub(crate) fn wait_ms(&mut self, millis: u64) {
        self.wait(Duration::from_millis(millis));
    }

    pub(crate) fn reply_id(&mut self) -> ReplyId {
        self.next_reply += 1;
        ReplyId(self.next_reply)
    }

    /// Sends a JoinGroup and answers its number.
    pub(crate) fn join(&mut self, request: Join) -> ReplyId {
        let reply = self.reply_id();
        self.groups.join(self.now, &mut self.random, request, reply);
        self.drain();
        reply
    }

    /// Joins in two steps, if that is what it takes, and answers the number of the last JoinGroup with the member's
    /// identifier.
    pub(crate) fn enter(&mut self, request: Join) -> (ReplyId, String) {
        let reply = self.join(request.clone());
        match self.replies.get(&reply) {
            Some(GroupReply::Join(answer)) if answer.error_code == ErrorCode::MemberIdRequired => {
                let member_id = answer.member_id.clone();
                (self.join(Join { member_id: member_id.clone(), ..request }), member_id)
            }
            Some(GroupReply::Join(answer)) => (reply, answer.member_id.clone()),
            _ => (reply, String::new()),
        }
    }

    pub(crate) fn sync(&mut self, request: Sync) -> ReplyId {
        let reply = self.reply_id();
        self.groups.sync(self.now, request, reply);
        self.drain();
        reply
    }

    pub(crate) fn leave(&mut self, group_id: &str, leavers: Vec<Leaver>) -> LeaveAnswer {
        let reply = self.reply_id();
        self.groups.leave(self.now, group_id, leavers, reply);
        self.drain();
        self.left(reply).clone()
    }

    pub(crate) fn heartbeat(&mut self, group_id: &str, member_id: &str, generation_id: i32) -> ErrorCode {
        let outcome = self.groups.heartbeat(self.now, group_id, member_id, None, generation_id);
        self.drain();
        ErrorCode::of(&outcome)
    }

    pub(crate) fn commit(&mut self, request: Commit) -> ReplyId {
        let reply = self.reply_id();
        self.groups.commit_offsets(self.now, request, reply);
        self.drain();
        reply
    }

    /// Commits one offset of `orders-0` and answers what became of it.
    pub(crate) fn commit_one(&mut self, member_id: &str, generation_id: i32, offset: i64) -> ErrorCode {
        let reply = self.commit(committing("billing", member_id, generation_id, offset));
        self.committed(reply)[0].partitions[0].1
    }

    /// A group `billing` of these members, stable; their identifiers in the same order.
    pub(crate) fn stable_group(&mut self, names: &[&str]) -> Vec<String> {
        let mut member_ids: Vec<String> = Vec::new();
        for name in names {
            let (_, member_id) = self.enter(joining("billing", name));
            member_ids.push(member_id.clone());
            for (member_id, name) in member_ids.iter().zip(names).take(member_ids.len() - 1) {
                self.join(Join { member_id: member_id.clone(), ..joining("billing", name) });
            }
        }
        self.sync_all("billing", &member_ids);
        assert_eq!(self.state("billing"), "Stable");
        member_ids
    }

    /// All members sync, the leader with an assignment that names each member.
    pub(crate) fn sync_all(&mut self, group_id: &str, member_ids: &[String]) -> Vec<ReplyId> {
        let (leader, generation_id) = (self.leader(group_id), self.generation(group_id));
        let assignments: Vec<(String, Bytes)> =
            member_ids.iter().map(|id| (id.clone(), Bytes::from(format!("for {id}")))).collect();
        let request = |member_id: &String| {
            let assignments = if *member_id == leader { assignments.clone() } else { Vec::new() };
            Sync { assignments, ..syncing(group_id, member_id, generation_id) }
        };
        member_ids.iter().map(|member_id| self.sync(request(member_id))).collect()
    }

    pub(crate) fn state(&self, group_id: &str) -> &'static str {
        self.groups.describe(&[group_id.to_owned()], 5)[0].group_state
    }

    pub(crate) fn generation(&self, group_id: &str) -> i32 {
        self.groups.groups.get(group_id).map_or(-1, |group| group.generation_id)
    }

    pub(crate) fn leader(&self, group_id: &str) -> String {
        self.groups.groups.get(group_id).and_then(|group| group.leader.clone()).unwrap_or_default()
    }

    pub(crate) fn joined(&self, reply: ReplyId) -> &JoinAnswer {
        match self.replies.get(&reply) {
            Some(GroupReply::Join(answer)) => answer,
            other => panic!("{reply:?} got {other:?}"),
        }
    }

    pub(crate) fn synced(&self, reply: ReplyId) -> &SyncAnswer {
        match self.replies.get(&reply) {
            Some(GroupReply::Sync(answer)) => answer,
            other => panic!("{reply:?} got {other:?}"),
        }
    }

    pub(crate) fn left(&self, reply: ReplyId) -> &LeaveAnswer {
        match self.replies.get(&reply) {
            Some(GroupReply::Leave(answer)) => answer,
            other => panic!("{reply:?} got {other:?}"),
        }
    }

    pub(crate) fn committed(&self, reply: ReplyId) -> &[TopicOutcome] {
        match self.replies.get(&reply) {
            Some(GroupReply::Commit(outcomes)) => outcomes,
            other => panic!("{reply:?} got {other:?}"),
        }
    }

    pub(crate) fn is_waiting(&self, reply: ReplyId) -> bool {
        !self.replies.contains_key(&reply)
    }

    /// The offset of `orders-0` that readers see.
    pub(crate) fn fetched(&self, group_id: &str) -> i64 {
        let asked = TopicPartitions { name: "orders".into(), topic_id: Uuid::nil(), partitions: vec![0] };
        self.groups.fetch_offsets(group_id, &[asked]).unwrap()[0].partitions[0].committed_offset
    }

    /// Another coordinator that has read the same log.
    pub(crate) fn reloaded(&self) -> Bench {
        self.reloaded_with(self.groups.config().clone())
    }

    pub(crate) fn reloaded_with(&self, config: GroupsConfig) -> Bench {
        let mut bench = Bench { log: self.log.clone(), now: self.now, ..Bench::with(config) };
        for partition in 0..bench.groups.config().offsets_partition_count {
            bench.groups.load_partition(partition, bench.now);
            for record in self.log.get(&partition).into_iter().flatten() {
                bench.groups.load_record(&record.key, record.value.as_ref(), bench.now).unwrap();
            }
            bench.groups.finish_load(partition, bench.now);
        }
        bench.drain();
        bench
    }

    /// Events since the last time, one per line.
    pub(crate) fn told(&mut self) -> String {
        let events = std::mem::take(&mut self.events);
        let told = events.iter().filter(|event| !super::told::is_wait(event));
        told.map(|event| format!("{}\n", super::told::sentence(event))).collect()
    }
}

/// A consumer that subscribes to `orders`, as recent clients join.
pub(crate) fn joining(group_id: &str, name: &str) -> Join {
    Join {
        api_version: 5,
        group_id: group_id.to_owned(),
        member_id: String::new(),
        group_instance_id: None,
        client_id: name.to_owned(),
        client_host: "/127.0.0.1".to_owned(),
        session_timeout_ms: 10_000,
        rebalance_timeout_ms: 30_000,
        protocol_type: "consumer".to_owned(),
        protocols: offering(&["range"]),
        reason: None,
    }
}

/// A static consumer.
pub(crate) fn joining_as(group_id: &str, name: &str, instance_id: &str) -> Join {
    Join { group_instance_id: Some(instance_id.to_owned()), ..joining(group_id, name) }
}

/// Protocols with a subscription to `orders`.
pub(crate) fn offering(names: &[&str]) -> Vec<Protocol> {
    let protocol = |name: &&str| Protocol { name: (*name).to_owned(), metadata: subscription(&["orders"]) };
    names.iter().map(protocol).collect()
}

/// What a consumer of these topics says.
pub(crate) fn subscription(topics: &[&str]) -> Bytes {
    let mut bytes = vec![0, 0];
    bytes.extend(i32::try_from(topics.len()).unwrap().to_be_bytes());
    for topic in topics {
        bytes.extend(i16::try_from(topic.len()).unwrap().to_be_bytes());
        bytes.extend(topic.as_bytes());
    }
    bytes.extend((-1_i32).to_be_bytes());
    bytes.into()
}

pub(crate) fn syncing(group_id: &str, member_id: &str, generation_id: i32) -> Sync {
    Sync {
        api_version: 3,
        group_id: group_id.to_owned(),
        generation_id,
        member_id: member_id.to_owned(),
        group_instance_id: None,
        protocol_type: None,
        protocol_name: None,
        assignments: Vec::new(),
    }
}

pub(crate) fn leaver(member_id: &str) -> Leaver {
    Leaver { member_id: member_id.to_owned(), group_instance_id: None, reason: None }
}

/// A commit of `orders-0`.
pub(crate) fn committing(group_id: &str, member_id: &str, generation_id: i32, offset: i64) -> Commit {
    Commit {
        api_version: 7,
        group_id: group_id.to_owned(),
        generation_id,
        member_id: member_id.to_owned(),
        group_instance_id: None,
        client_id: "client".to_owned(),
        retention_time_ms: None,
        topics: vec![committing_topic("orders", &[(0, offset)])],
    }
}

pub(crate) fn committing_topic(name: &str, offsets: &[(i32, i64)]) -> CommitTopic {
    let partition = |(partition_index, committed_offset): &(i32, i64)| CommitPartition {
        partition_index: *partition_index,
        committed_offset: *committed_offset,
        committed_leader_epoch: -1,
        commit_timestamp_ms: None,
        metadata: None,
        refused: None,
    };
    CommitTopic { name: name.to_owned(), topic_id: Uuid::nil(), partitions: offsets.iter().map(partition).collect() }
}
