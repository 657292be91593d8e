//! Many members, most of them decent, do what comes to their minds, and the log and the clock do likewise.
//!
//! A failure names its seed: `SEEDS` and `FIRST_SEED` below say which are run.

use super::bench::{Bench, Log, committing, joining, leaver, offering, syncing};
use super::checks::{Checker, check_reloaded};
use crate::Random;
use crate::groups::{DeleteTopic, GroupReply, GroupsConfig, Join, Leaver, ReplyId, Sync};
use bytes::Bytes;
use runnel_protocol::ErrorCode;
use std::time::Duration;
use uuid::Uuid;

const FIRST_SEED: u64 = 0;
const SEEDS: u64 = 200;
const STEPS: u64 = 200;
const GROUPS: [&str; 3] = ["billing", "shipping", "audit"];

/// A client with one consumer.
#[derive(Clone, Debug)]
struct Client {
    name: String,
    instance_id: Option<String>,
    group_id: &'static str,
    member_id: String,
    generation_id: i32,
    members: Vec<String>,
    waiting: Option<ReplyId>,
}

struct Run {
    bench: Bench,
    checker: Checker,
    chance: Random,
    clients: Vec<Client>,
    /// Something was refused or came too late, so that log and memory may differ.
    has_diverged: bool,
}

impl Run {
    fn new(seed: u64) -> Self {
        let mut chance = Random::new(seed);
        let config = GroupsConfig {
            initial_rebalance_delay: Duration::from_millis([0, 1_000][index(&mut chance, 2)]),
            group_size_max: [2, 3, 100][index(&mut chance, 3)],
            offsets_retention: Duration::from_secs(120),
            offsets_retention_check_interval: Duration::from_secs(30),
            offsets_partition_count: 3,
            ..GroupsConfig::dev()
        };
        let client = |number: usize| Client {
            name: format!("client-{number}"),
            instance_id: number.is_multiple_of(3).then(|| format!("desk-{}", number / 6)),
            group_id: GROUPS[number % GROUPS.len() % 2],
            member_id: String::new(),
            generation_id: -1,
            members: Vec::new(),
            waiting: None,
        };
        let clients = (0..8).map(client).collect();
        let mut bench = Bench::with(config);
        bench.random = Random::new(seed);
        Run { bench, checker: Checker::default(), chance, clients, has_diverged: false }
    }

    fn step(&mut self) {
        let client = index(&mut self.chance, self.clients.len());
        match self.chance.below(40) {
            0..=9 => self.join(client),
            10..=17 => self.sync(client),
            18..=21 => self.heartbeat(client),
            22..=24 => self.commit(client),
            25 => self.leave(client),
            26 => self.rogue(),
            27 => self.tool(),
            28 => {
                if let Some(reply) = self.clients[client].waiting.take() {
                    self.bench.groups.forget_reply(reply);
                    self.clients[client].member_id.clear();
                }
            }
            29 => self.trouble(),
            30 => self.restart(),
            31..=33 => self.bench.append_held(),
            34..=37 => self.wait(2_000),
            _ => self.wait(15_000),
        }
        self.listen();
        self.checker.check(&self.bench);
    }

    fn wait(&mut self, millis_max: u64) {
        let millis = self.chance.below(millis_max);
        if self.chance.below(10) > 0 {
            self.bench.append_held();
        }
        let before = self.bench.held.len();
        // Each deadline is checked when it is due, not only when the wait is over.
        let until = self.bench.now + Duration::from_millis(millis);
        while let Some(at) = self.bench.groups.next_wakeup().filter(|at| *at <= until) {
            self.bench.wait(at.since(self.bench.now));
            self.checker.check(&self.bench);
        }
        self.bench.wait(until.since(self.bench.now));
        self.has_diverged |= before > 0 && millis > 1_000;
    }

    fn request(&mut self, client: usize) -> Join {
        let Client { name, instance_id, group_id, member_id, .. } = self.clients[client].clone();
        let lists: [&[&str]; 4] = [&["range"], &["range", "sticky"], &["sticky", "range"], &["sticky"]];
        let protocols = offering(lists[[0, 1, 1, 1, 2, 3][index(&mut self.chance, 6)]]);
        Join {
            api_version: [0, 3, 5, 5, 9][index(&mut self.chance, 5)],
            group_instance_id: instance_id,
            member_id,
            session_timeout_ms: [3_000, 10_000][index(&mut self.chance, 2)],
            rebalance_timeout_ms: [0, 5_000, 20_000, 20_000][index(&mut self.chance, 4)],
            protocols,
            ..joining(group_id, &name)
        }
    }

    fn join(&mut self, client: usize) {
        if self.clients[client].waiting.is_some() && self.chance.below(10) > 0 {
            return;
        }
        let mut request = self.request(client);
        if request.api_version == 0 {
            request.rebalance_timeout_ms = -1;
        }
        let (group_id, member_id) = (request.group_id.clone(), request.member_id.clone());
        let reply = ReplyId(self.bench.next_reply + 1);
        self.ask(reply, &group_id, member_id);
        self.bench.join(request);
        self.clients[client].waiting = Some(reply);
    }

    fn ask(&mut self, reply: ReplyId, group_id: &str, member_id: String) {
        self.checker.asked.insert(reply, (self.bench.now, member_id));
        self.checker.groups.insert(reply, group_id.to_owned());
    }

    fn sync(&mut self, client: usize) {
        let known = self.clients[client].clone();
        if known.member_id.is_empty() || known.waiting.is_some() {
            return;
        }
        let given = |member_id: &String| (member_id.clone(), Bytes::from(format!("for {member_id}")));
        let request = Sync {
            group_instance_id: known.instance_id,
            assignments: known.members.iter().map(given).collect(),
            ..syncing(known.group_id, &known.member_id, known.generation_id)
        };
        let reply = ReplyId(self.bench.next_reply + 1);
        self.ask(reply, known.group_id, known.member_id);
        self.bench.sync(request);
        self.clients[client].waiting = Some(reply);
    }

    fn heartbeat(&mut self, client: usize) {
        let Client { group_id, member_id, instance_id, generation_id, .. } = self.clients[client].clone();
        let now = self.bench.now;
        let outcome = self.bench.groups.heartbeat(now, group_id, &member_id, instance_id.as_deref(), generation_id);
        self.bench.drain();
        let group = self.bench.groups.groups.get(group_id);
        if outcome.is_ok() {
            assert_eq!(group.map(|group| group.generation_id), Some(generation_id));
        } else if outcome == Err(ErrorCode::UnknownMemberId) {
            self.clients[client].member_id.clear();
        }
    }

    fn commit(&mut self, client: usize) {
        let Client { group_id, member_id, instance_id, generation_id, .. } = self.clients[client].clone();
        let offset = i64::try_from(self.chance.below(1_000)).unwrap();
        let mut request = committing(group_id, &member_id, generation_id, offset);
        request.group_instance_id = instance_id;
        if self.chance.below(4) == 0 {
            request = committing(GROUPS[index(&mut self.chance, 3)], "", -1, offset);
        }
        let reply = ReplyId(self.bench.next_reply + 1);
        self.ask(reply, group_id, member_id);
        self.bench.commit(request);
    }

    fn leave(&mut self, client: usize) {
        let Client { group_id, member_id, instance_id, .. } = self.clients[client].clone();
        let leaving = Leaver { group_instance_id: instance_id, ..leaver(&member_id) };
        let reply = self.bench.reply_id();
        self.ask(reply, group_id, member_id);
        self.bench.groups.leave(self.bench.now, group_id, vec![leaving], reply);
        self.bench.drain();
        self.clients[client].member_id.clear();
    }

    /// Requests of somebody who knows identifiers that are not its own.
    fn rogue(&mut self) {
        let (one, other) = (index(&mut self.chance, 8), index(&mut self.chance, 8));
        let stolen = self.clients[other].member_id.clone();
        let request = Join { member_id: stolen.clone(), ..self.request(one) };
        let reply = ReplyId(self.bench.next_reply + 1);
        self.ask(reply, &request.group_id.clone(), stolen.clone());
        self.bench.join(request);
        let group_id = self.clients[one].group_id;
        let reply = ReplyId(self.bench.next_reply + 1);
        self.ask(reply, group_id, stolen.clone());
        let generation_id = self.bench.generation(group_id);
        self.bench.sync(syncing(group_id, &stolen, generation_id));
    }

    fn tool(&mut self) {
        let now = self.bench.now;
        let reply = self.bench.reply_id();
        let group_id = GROUPS[index(&mut self.chance, 3)];
        self.ask(reply, group_id, "a tool".into());
        let orders = || DeleteTopic { name: "orders".into(), partitions: vec![0, 1], refused: None };
        match self.chance.below(3) {
            0 => self.bench.groups.delete_groups(now, GROUPS.map(str::to_owned).to_vec(), reply),
            1 => self.bench.groups.delete_offsets(now, group_id, vec![orders()], reply),
            _ => {
                self.bench.groups.topics_deleted(now, &[("orders".into(), Uuid::nil())]);
                self.bench.groups.delete_offsets(now, group_id, Vec::new(), reply);
            }
        }
        self.bench.drain();
    }

    fn trouble(&mut self) {
        if self.chance.below(4) == 0 {
            self.bench.refuse_held(ErrorCode::KafkaStorageError);
            self.has_diverged = true;
        }
        self.bench.log_mode = match self.chance.below(12) {
            0..=5 => Log::Appends,
            6..=10 => Log::Holds,
            _ => {
                self.has_diverged = true;
                Log::Refuses(ErrorCode::NotEnoughReplicas)
            }
        };
        if self.bench.log_mode == Log::Appends {
            self.bench.append_held();
        }
    }

    /// The broker starts again and knows what the log says.
    fn restart(&mut self) {
        self.bench.append_held();
        let mut reloaded = self.bench.reloaded();
        if !self.has_diverged {
            // A group that static members have made too large would rebalance at once.
            let config = GroupsConfig { group_size_max: 100, ..self.bench.groups.config().clone() };
            check_reloaded(&self.bench, &self.bench.reloaded_with(config));
        }
        reloaded.random = self.bench.random.clone();
        reloaded.next_reply = self.bench.next_reply;
        self.bench = reloaded;
        self.checker.restart();
        self.has_diverged = false;
        for client in &mut self.clients {
            client.waiting = None;
        }
    }

    /// Clients read their answers.
    fn listen(&mut self) {
        for client in &mut self.clients {
            let answer = client.waiting.and_then(|reply| self.bench.replies.get(&reply));
            let Some(answer) = answer.cloned() else { continue };
            client.waiting = None;
            if let GroupReply::Join(answer) = answer {
                if [ErrorCode::None, ErrorCode::MemberIdRequired].contains(&answer.error_code) {
                    client.member_id = answer.member_id;
                    client.generation_id = answer.generation_id;
                    client.members = answer.members.into_iter().map(|member| member.member_id).collect();
                } else if answer.error_code != ErrorCode::RebalanceInProgress {
                    client.member_id.clear();
                }
            } else if let GroupReply::Sync(answer) = answer
                && answer.error_code == ErrorCode::UnknownMemberId
            {
                client.member_id.clear();
            }
        }
    }
}

fn index(chance: &mut Random, count: usize) -> usize {
    usize::try_from(chance.below(u64::try_from(count).unwrap())).unwrap()
}

/// Runs a seed and answers everything that was said in it.
fn run(seed: u64) -> String {
    let mut run = Run::new(seed);
    for step in 0..STEPS {
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run.step()));
        assert!(outcome.is_ok(), "seed {seed} step {step}: see above");
    }
    format!("{:?}{:?}{:?}", run.bench.replies, run.bench.events, run.bench.log)
}

#[test]
fn whatever_members_do_the_rules_hold() {
    for seed in FIRST_SEED..FIRST_SEED + SEEDS {
        run(seed);
    }
}

#[test]
fn the_same_seed_says_the_same() {
    for seed in 0..5 {
        assert!(run(seed) == run(seed), "seed {seed}");
    }
}

#[test]
fn the_simulation_reaches_every_state_and_most_answers() {
    let (mut events, mut codes) = (std::collections::BTreeSet::new(), std::collections::BTreeSet::new());
    for seed in 0..20 {
        let mut run = Run::new(seed);
        for _ in 0..STEPS {
            run.step();
            for event in &run.bench.events {
                events.insert(super::told::kind(event));
            }
            for answer in run.bench.replies.values() {
                #[expect(clippy::wildcard_enum_match_arm, reason = "the others have no single code")]
                match answer {
                    GroupReply::Join(answer) => codes.insert(answer.error_code),
                    GroupReply::Sync(answer) => codes.insert(answer.error_code),
                    _ => false,
                };
            }
        }
    }
    expect_test::expect![[r#"
        CompletingRebalance -> PreparingRebalance
        CompletingRebalance -> Stable
        DeadlineCleared
        DeadlineSet
        Empty -> PreparingRebalance
        GenerationStarted
        GroupLoaded
        GroupRemoved
        MemberIdAssigned
        MemberJoined
        MemberLeft GroupFull
        MemberLeft Left
        MemberLeft RebalanceTimeout
        MemberLeft SessionTimeout
        MemberLeft SyncTimeout
        MemberRejoined
        MemberReplaced
        OffsetsCommitted
        OffsetsRemoved
        PartitionsAssigned
        PreparingRebalance -> CompletingRebalance
        PreparingRebalance -> Empty
        RebalanceStarted
        Stable -> PreparingRebalance
    "#]]
    .assert_eq(&events.into_iter().map(|kind| format!("{kind}\n")).collect::<String>());
    expect_test::expect![[r#"
        UNKNOWN_SERVER_ERROR
        NONE
        COORDINATOR_NOT_AVAILABLE
        ILLEGAL_GENERATION
        INCONSISTENT_GROUP_PROTOCOL
        UNKNOWN_MEMBER_ID
        REBALANCE_IN_PROGRESS
        MEMBER_ID_REQUIRED
        GROUP_MAX_SIZE_REACHED
        FENCED_INSTANCE_ID
    "#]]
    .assert_eq(&codes.into_iter().map(|code| format!("{code}\n")).collect::<String>());
}
