//! What a line of a script says, as data.

use super::change::{Clearing, ClientChange};
use super::faults::{Cable, MessageMatch};
use super::value::{Keys, Rate};
use runnel_clients::ClientKind;
use std::collections::BTreeMap;
use std::time::Duration;

/// One line of a script.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Command {
    /// `profile kafka`: whose defaults the brokers have. Before everything else.
    Profile(Profile),
    /// `brokers 3`: how many brokers, and their settings. Before everything else.
    Brokers {
        /// How many.
        count: u32,
        /// Settings of all of them.
        configs: BTreeMap<String, String>,
    },
    /// `seed 7`: where all chance comes from. Before everything else.
    Seed(u64),
    /// `topic payment-done partitions=3`: makes a topic.
    Topic {
        /// Its name.
        name: String,
        /// How many partitions; the broker's default if it is not said.
        partitions: Option<u32>,
        /// How many copies of each.
        replication: Option<u32>,
        /// Configs that differ from the defaults.
        configs: BTreeMap<String, String>,
    },
    /// `alter topic payment-done partitions=6`: changes one that is there.
    AlterTopic {
        /// Its name.
        name: String,
        /// So many partitions from then on.
        partitions: Option<u32>,
        /// Configs to set; an empty value takes a config back to its default.
        configs: BTreeMap<String, String>,
    },
    /// `delete topic payment-done`.
    DeleteTopic(String),
    /// `producer checkout kind=kafkajs`: starts a producer.
    Producer(ProducerSpec),
    /// `wire checkout payment-done`: where a producer sends when it is not said.
    Wire {
        /// The producer.
        producer: String,
        /// The topic.
        topic: String,
    },
    /// `unwire checkout payment-done`.
    Unwire {
        /// The producer.
        producer: String,
        /// The topic.
        topic: String,
    },
    /// `consumer anna group=billing topics=payment-done`: starts a consumer.
    Consumer(ConsumerSpec),
    /// `send checkout payment-done key=user1 value="hi there"`.
    Send(SendSpec),
    /// `stop checkout payment-done`: ends the producer's rates.
    Stop {
        /// The producer.
        producer: String,
        /// Those to this topic; all of them if it is not said.
        topic: Option<String>,
    },
    /// `flush checkout`: sends what lingers.
    Flush(String),
    /// `crash anna`: the process is gone, without a goodbye.
    Crash(String),
    /// `leave anna`: the client closes as its library does.
    Leave(String),
    /// `restart anna`: a new process with the same settings.
    Restart(String),
    /// `pause anna`: the process does nothing, as after SIGSTOP.
    Pause(String),
    /// `resume anna`: it goes on.
    Resume(String),
    /// `pause anna payment-done-0`: the consumer fetches no more of a partition.
    PausePartition(ClientPartition),
    /// `resume anna payment-done-0`.
    ResumePartition(ClientPartition),
    /// `seek anna payment-done-0 5`: where the consumer reads on.
    Seek {
        /// Which partition.
        place: ClientPartition,
        /// Where.
        to: Position,
    },
    /// `commit anna`: the consumer commits its position.
    Commit(String),
    /// `slow anna processing=2s`: how long the consumer works on a record.
    Slow {
        /// The consumer.
        name: String,
        /// So long.
        processing: Duration,
    },
    /// `subscribe anna payment-done,orders`: other topics for a consumer.
    Subscribe {
        /// The consumer.
        name: String,
        /// The topics, all of them.
        topics: Vec<String>,
    },
    /// `set anna kind=java`: other settings.
    Set(Box<ClientChange>),
    /// `move anna shipping`: the consumer goes to another group.
    Move {
        /// The consumer.
        name: String,
        /// Its group from then on.
        group: String,
    },
    /// `group billing`: the place of a group that no member has joined yet.
    Group(String),
    /// `delete group billing`.
    DeleteGroup(String),
    /// `clear consumers`: all of a kind are gone.
    Clear(Clearing),
    /// `broker 4`: a further broker joins the cluster.
    AddBroker(i32),
    /// `kill broker 2`.
    KillBroker(i32),
    /// `revive broker 2`.
    ReviveBroker(i32),
    /// `drop next produce from checkout`: a message is lost.
    Drop(MessageMatch),
    /// `delay next answer to checkout by 2s`: a message is late.
    Delay {
        /// Which.
        message: MessageMatch,
        /// By so much.
        by: Duration,
    },
    /// `cut anna broker 1`: nothing goes through the cable.
    Cut(Cable),
    /// `heal anna broker 1`: the cable is whole again.
    Heal(Cable),
    /// `latency anna broker 1 20ms`: how long a message is under way.
    Latency {
        /// The cable.
        cable: Cable,
        /// Each way.
        each_way: Duration,
    },
    /// `settle`: time passes until only periodic work is left, at most a minute.
    Settle,
    /// `wait 35s`: time passes.
    Wait(Duration),
    /// `place checkout 40,120`: where something stands on the stage.
    Place {
        /// What.
        node: Node,
        /// To the right.
        x: i32,
        /// Down.
        y: i32,
    },
    /// `rename anna carla`.
    Rename {
        /// The name until then.
        from: String,
        /// The name from then on.
        to: String,
    },
    /// `remove anna`: the client leaves the stage; its process ends without a goodbye.
    Remove(String),
    /// `kafka-topics.sh --list ...`: runs a tool of Kafka's.
    Tool {
        /// Its name, without folder and `.sh`.
        tool: String,
        /// What stands behind it.
        arguments: Vec<String>,
    },
    /// `file offsets.json '{"partitions": []}'`: a file that tools can read.
    File {
        /// Its name.
        name: String,
        /// What is in it.
        text: String,
    },
    /// `type "hello"`: a line typed into a tool that runs.
    Type {
        /// The tool's name; the last one that runs if it is not said.
        tool: Option<String>,
        /// The line.
        line: String,
    },
    /// `end-input`: Ctrl-D.
    EndInput(Option<String>),
    /// `interrupt`: Ctrl-C.
    Interrupt(Option<String>),
}

/// Which defaults the brokers have.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Kafka's own.
    Kafka,
    /// Groups begin at once, sessions may be short, internal topics fit the brokers.
    Dev,
}

/// A producer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProducerSpec {
    /// What it is called, on the stage and as `client.id`.
    pub name: String,
    /// Which library.
    pub kind: ClientKind,
    /// Which answer it waits for.
    pub acks: Option<Acks>,
    /// How long it waits for more records.
    pub linger: Option<Duration>,
    /// Whether it numbers its records, so that none is written twice.
    pub idempotence: Option<bool>,
    /// Settings by the names of Kafka's documentation.
    pub configs: BTreeMap<String, String>,
}

/// Who must have a record before a producer is answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Acks {
    /// `acks=0`: nobody; there is no answer.
    None,
    /// `acks=1`: the leader.
    Leader,
    /// `acks=all`: every replica that is in sync.
    All,
}

/// A consumer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConsumerSpec {
    /// What it is called, on the stage and as `client.id`.
    pub name: String,
    /// Which library.
    pub kind: ClientKind,
    /// The group it belongs to.
    pub group: String,
    /// What it subscribes to.
    pub topics: Vec<String>,
    /// Whether it begins with the oldest record where its group has committed nothing.
    pub from_beginning: bool,
    /// Its assignors, the preferred first.
    pub assignors: Vec<Assignor>,
    /// `group.instance.id` of a static member.
    pub instance: Option<String>,
    /// How long it works on a record.
    pub processing: Option<Duration>,
    /// When it commits.
    pub commit: Option<CommitPolicy>,
    /// How many partitions it works on at once.
    pub concurrent: Option<u32>,
    /// Settings by the names of Kafka's documentation.
    pub configs: BTreeMap<String, String>,
}

/// How the leader of a group deals out partitions.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Assignor {
    /// `range`
    Range,
    /// `roundrobin`; kafkajs has its own under the same word.
    RoundRobin,
    /// `sticky`
    Sticky,
    /// `cooperative-sticky`
    CooperativeSticky,
}

/// When a consumer commits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CommitPolicy {
    /// `auto`: as its library does by itself.
    Auto,
    /// `each`: after each record.
    Each,
    /// `before`: before it works on what it has fetched.
    Before,
    /// `after`: when it has worked on all that it has fetched.
    After,
    /// `never`: only by `commit NAME`.
    Never,
}

/// Records to send.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SendSpec {
    /// The producer.
    pub producer: String,
    /// Where to; the producer's only wire if it is not said.
    pub topic: Option<String>,
    /// One key for all.
    pub key: Option<String>,
    /// Keys in turn.
    pub keys: Option<Keys>,
    /// What is sent.
    pub value: Payload,
    /// A partition that the sender chooses.
    pub partition: Option<u32>,
    /// Headers, in order; names may repeat.
    pub headers: Vec<(String, String)>,
    /// How many; one if it is not said and there is no rate.
    pub count: Option<u32>,
    /// How often; all at once if it is not said.
    pub rate: Option<Rate>,
    /// How long the rate goes on; until `stop` if it is not said.
    pub during: Option<Duration>,
}

/// The value of a record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Payload {
    /// `value=...`
    Text(String),
    /// `size=1000`: so many bytes that nobody reads.
    Size(u32),
    /// `tombstone`: none at all, which deletes the key of a compacted topic.
    Tombstone,
    /// Nothing is said: the producer's name and a number, like `checkout-1`.
    Numbered,
}

/// A partition as a certain client sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClientPartition {
    /// The client.
    pub client: String,
    /// The topic.
    pub topic: String,
    /// The partition.
    pub partition: u32,
}

/// Where a consumer reads on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Position {
    /// At an offset.
    Offset(i64),
    /// `beginning`
    Beginning,
    /// `end`
    End,
}

/// Something that stands on the stage.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Node {
    /// A producer or a consumer.
    Client(String),
    /// A topic.
    Topic(String),
    /// A consumer group.
    Group(String),
    /// A broker.
    Broker(i32),
}
