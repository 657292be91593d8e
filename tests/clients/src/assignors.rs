//! The assignors against Kafka's and kafkajs's own: a thousand random groups each, through several rebalances.
//!
//! What a member says, what the leader sends it and what a sticky member says next are compared as bytes. Groups grow
//! and shrink, topics grow, members come back from older generations and claim what others hold.

use crate::folders;
use crate::scenarios::report;
use bytes::Bytes;
use runnel_clients::TopicPartition;
use runnel_clients::assignors::encoding::{
    decode_assignment, decode_subscription, encode_assignment, encode_subscription, user_data,
};
use runnel_clients::assignors::{Assignor, Member};
use runnel_protocol::{Random, SmallMap};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

const GROUPS: u64 = 1000;
const REBALANCES: i32 = 4;
const TOPICS: [&str; 6] = ["payment-done", "orders", "bills", "quickstart-events", "Aa", "BB"];

#[test]
fn assignors_deal_as_kafkas_own() {
    let started = Instant::now();
    let mut oracle = Oracle::start(
        Command::new("java")
            .args(["-XX:TieredStopAtLevel=1", "-cp", &format!("{}/*", folders::target("kafka-4.3.0").display())])
            .arg(folders::package("java/AssignorOracle.java")),
    );
    let (mut endless, mut otherwise) = (0, 0);
    for assignor in [Assignor::Range, Assignor::RoundRobin, Assignor::Sticky, Assignor::CooperativeSticky] {
        for seed in 0..GROUPS {
            let mut group = Group::random(assignor, seed);
            for generation_id in 1..=REBALANCES {
                let question = group.question(generation_id);
                let theirs = oracle.ask(&question);
                let ours = group.answer(generation_id);
                if theirs.strip_prefix("ok ") != Some(&ours) {
                    let place = format!("seed {seed} generation {generation_id}\n{question}");
                    assert!(group.is_mixed() && is_sticky(assignor), "{place}\nours   {ours}\nKafka's {theirs}");
                    *if theirs == "endless" { &mut endless } else { &mut otherwise } += 1;
                }
                group.change(generation_id);
            }
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    report(&format!(
        "scenario assignors_deal_as_kafkas_own: {GROUPS} groups each, {REBALANCES} rebalances each, byte for byte; \
         of the sticky ones of mixed subscriptions {otherwise} differ, and {endless} Kafka never ends: {seconds:.1} s"
    ));
}

#[test]
fn kafkajs_assigner_deals_as_the_real_one() {
    let started = Instant::now();
    let mut oracle = Oracle::start(Command::new("node").arg(folders::package("node/dist/assigner.js")));
    for seed in 0..GROUPS {
        let group = Group::random(Assignor::Kafkajs, seed);
        let leader = &group.members[0];
        let quoted = |names: Vec<&String>| names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(",");
        let counts: Vec<String> = group.counts.iter().map(|(topic, count)| format!("{topic:?}:{count}")).collect();
        let question = format!(
            "{{\"topics\":[{}],\"counts\":{{{}}},\"members\":[{}]}}",
            quoted(leader.topics.iter().collect()),
            counts.join(","),
            quoted(group.members.iter().map(|member| &member.member_id).collect())
        );
        let theirs = oracle.ask(&question);
        let subscription = Member { user_data: user_data(Assignor::Kafkajs, None), ..leader.clone() };
        let metadata = encode_subscription(0, &subscription).unwrap();
        let assignment = Assignor::Kafkajs.assign(&group.members, &leader.topics, &group.counts);
        let assignments: Vec<String> = assignment
            .iter()
            .map(|(id, partitions)| format!("{id:?}:\"{}\"", hex(&assigned_bytes(0, partitions))))
            .collect();
        let ours = format!("{{\"metadata\":\"{}\",\"assignments\":{{{}}}}}", hex(&metadata), assignments.join(","));
        assert_eq!(ours, theirs, "seed {seed}: {question}");
    }
    let seconds = started.elapsed().as_secs_f64();
    report(&format!("scenario kafkajs_assigner_deals_as_the_real_one: {GROUPS} groups: {seconds:.1} s"));
}

fn is_sticky(assignor: Assignor) -> bool {
    matches!(assignor, Assignor::Sticky | Assignor::CooperativeSticky)
}

/// A group, between two rebalances.
struct Group {
    assignor: Assignor,
    random: Random,
    counts: SmallMap<String, i32>,
    members: Vec<Member>,
    /// What each member is to hold after this rebalance.
    assigned: SmallMap<String, Vec<TopicPartition>>,
    joined_count: u64,
}

impl Group {
    fn random(assignor: Assignor, seed: u64) -> Group {
        let mut random = Random::new(seed.wrapping_mul(31).wrapping_add(7));
        let counts = TOPICS.iter().map(|topic| ((*topic).to_owned(), below(&mut random, 12))).collect();
        let mut group =
            Group { assignor, random, counts, members: Vec::new(), assigned: SmallMap::new(), joined_count: 0 };
        // Half of the groups want the same topics, the others any.
        let common = (group.random.below(2) == 0).then(|| group.some_topics());
        // Some groups are large, for the order in which Java walks a map that has grown.
        let large = if group.random.below(8) == 0 { 24 } else { 8 };
        for _ in 0..=group.random.below(large) {
            group.join(common.clone());
        }
        group
    }

    fn some_topics(&mut self) -> Vec<String> {
        loop {
            let topics: Vec<String> =
                TOPICS.iter().filter(|_| self.random.below(2) == 0).map(|topic| (*topic).to_owned()).collect();
            if !topics.is_empty() {
                return topics;
            }
        }
    }

    fn join(&mut self, topics: Option<Vec<String>>) {
        let topics = match topics {
            Some(topics) => topics,
            None => self.some_topics(),
        };
        self.joined_count += 1;
        let uuid = self.random.next_uuid();
        let group_instance_id = (self.random.below(4) == 0).then(|| format!("i{}", self.joined_count));
        let prefix = group_instance_id.clone().unwrap_or_else(|| "consumer-billing-1".to_owned());
        let member_id = format!("{prefix}-{uuid}");
        let user_data = user_data(self.assignor, None);
        self.members.push(Member { member_id, group_instance_id, topics, user_data, ..Member::default() });
    }

    fn is_mixed(&self) -> bool {
        self.members.iter().any(|member| member.topics != self.members[0].topics)
    }

    fn question(&self, generation_id: i32) -> String {
        let counts: Vec<String> = self.counts.iter().map(|(topic, count)| format!("{topic}:{count}")).collect();
        let mut question = format!("{} {generation_id} {}", self.assignor.name(), counts.join(","));
        for member in &self.members {
            let instance = member.group_instance_id.as_deref().unwrap_or_default();
            let subscription = encode_subscription(3, member).unwrap();
            let _ = write!(question, " {};{instance};{}", member.member_id, hex(&subscription));
        }
        question
    }

    fn answer(&mut self, generation_id: i32) -> String {
        // The leader knows of the others what they sent.
        let sent = |member: &Member| {
            let bytes = encode_subscription(3, member).unwrap();
            decode_subscription(&member.member_id, member.group_instance_id.as_deref(), &bytes).unwrap()
        };
        let members: Vec<Member> = self.members.iter().map(sent).collect();
        self.assigned = self.assignor.assign(&members, &[], &self.counts);
        let member = |member: &Member| {
            let partitions = &self.assigned[&member.member_id];
            // A member reads the partitions back topic by topic.
            let sent = assigned_bytes(3, partitions);
            let received = decode_assignment(&sent).unwrap();
            let next = user_data(self.assignor, Some((&received, generation_id)));
            let next = next.map_or_else(|| "-".to_owned(), |bytes| hex(&bytes));
            format!("{};{};{next}", member.member_id, hex(&sent))
        };
        self.members.iter().map(member).collect::<Vec<_>>().join(" ")
    }

    /// Members take what they were given; then some leave, join, miss it all, or change their minds.
    fn change(&mut self, generation_id: i32) {
        let is_mixed = self.is_mixed();
        let common = self.members[0].topics.clone();
        for member in &mut self.members {
            // With members of an older generation and mixed subscriptions Kafka's sticky assignors may deal for ever.
            if self.random.below(12) == 0 && !is_mixed {
                continue;
            }
            let partitions = self.assigned.remove(&member.member_id).unwrap_or_default();
            member.user_data = user_data(self.assignor, Some((&partitions, generation_id)));
            // Eager members give up everything before they join, and send that they own nothing.
            member.owned_partitions =
                if self.assignor == Assignor::CooperativeSticky { partitions } else { Vec::new() };
            member.generation_id = Some(generation_id);
        }
        while self.members.len() > 1 && self.random.below(3) == 0 {
            let gone = usize::try_from(self.random.below(self.members.len() as u64)).unwrap();
            self.members.remove(gone);
        }
        while self.random.below(3) == 0 {
            self.join((!is_mixed).then(|| common.clone()));
        }
        if is_mixed && self.random.below(3) == 0 {
            self.change_mind();
        }
        if self.random.below(3) == 0 {
            let grown = below(&mut self.random, 6);
            let topic = TOPICS[usize::try_from(grown).unwrap()];
            *self.counts.get_mut(topic).unwrap() += 1;
        }
    }

    /// The first member wants other topics, and gives up what it held.
    fn change_mind(&mut self) {
        let topics = self.some_topics();
        let assignor = self.assignor;
        let member = &mut self.members[0];
        member.topics = topics;
        member.owned_partitions = Vec::new();
        member.generation_id = None;
        member.user_data = user_data(assignor, None);
    }
}

fn below(random: &mut Random, bound: u64) -> i32 {
    i32::try_from(random.below(bound)).unwrap()
}

fn assigned_bytes(version: i16, partitions: &[TopicPartition]) -> Bytes {
    encode_assignment(version, partitions, (version == 0).then(Bytes::new)).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A process that answers line by line.
struct Oracle {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Oracle {
    fn start(command: &mut Command) -> Oracle {
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (input, output) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
        Oracle { process, input, output: BufReader::new(output) }
    }

    fn ask(&mut self, question: &str) -> String {
        writeln!(self.input, "{question}").unwrap();
        let mut answer = String::new();
        self.output.read_line(&mut answer).unwrap();
        answer.trim_end().to_owned()
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        // It ends by itself when its input does; what is left to do is not to leave it behind.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
