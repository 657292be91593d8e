//! Commands as text that reads back to the same: for share links, for the line that the stage shows, for histories.

use super::change::Clearing;
use super::command::{
    Acks, Assignor, ClientPartition, Command, CommitPolicy, ConsumerSpec, Node, Payload, Position, ProducerSpec,
    Profile, SendSpec,
};
use super::faults::{Cable, Direction, MessageMatch};
use super::value::DisplayDuration;
use super::words::quote;
use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

impl Display for Command {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Command::Profile(profile) => write!(out, "profile {profile}"),
            Command::Brokers { count, configs } => {
                write!(out, "brokers {count}")?;
                print_configs(out, configs)
            }
            Command::Seed(seed) => write!(out, "seed {seed}"),
            Command::Topic { name, partitions, replication, configs } => {
                write!(out, "topic {name}")?;
                option(out, "partitions", partitions.as_ref())?;
                option(out, "replication", replication.as_ref())?;
                print_configs(out, configs)
            }
            Command::AlterTopic { name, partitions, configs } => {
                write!(out, "alter topic {name}")?;
                option(out, "partitions", partitions.as_ref())?;
                print_configs(out, configs)
            }
            Command::DeleteTopic(name) => write!(out, "delete topic {name}"),
            Command::Producer(spec) => spec.fmt(out),
            Command::Wire { producer, topic } => write!(out, "wire {producer} {topic}"),
            Command::Unwire { producer, topic } => write!(out, "unwire {producer} {topic}"),
            Command::Consumer(spec) => spec.fmt(out),
            Command::Send(spec) => spec.fmt(out),
            Command::Stop { producer, topic } => {
                write!(out, "stop {producer}")?;
                topic.as_ref().map_or(Ok(()), |topic| write!(out, " {topic}"))
            }
            Command::Flush(name) => write!(out, "flush {name}"),
            Command::Crash(name) => write!(out, "crash {name}"),
            Command::Leave(name) => write!(out, "leave {name}"),
            Command::Restart(name) => write!(out, "restart {name}"),
            Command::Pause(name) => write!(out, "pause {name}"),
            Command::Resume(name) => write!(out, "resume {name}"),
            Command::PausePartition(place) => write!(out, "pause {place}"),
            Command::ResumePartition(place) => write!(out, "resume {place}"),
            Command::Seek { place, to } => write!(out, "seek {place} {to}"),
            Command::Commit(name) => write!(out, "commit {name}"),
            Command::Slow { name, processing } => {
                write!(out, "slow {name} processing={}", DisplayDuration(*processing))
            }
            Command::Subscribe { name, topics } => write!(out, "subscribe {name} {}", topics.join(",")),
            Command::Set(change) => change.fmt(out),
            Command::Move { name, group } => write!(out, "move {name} {}", quote(group)),
            Command::Group(group) => write!(out, "group {}", quote(group)),
            Command::DeleteGroup(group) => write!(out, "delete group {}", quote(group)),
            Command::Clear(what) => write!(out, "clear {what}"),
            Command::AddBroker(broker) => write!(out, "broker {broker}"),
            Command::KillBroker(broker) => write!(out, "kill broker {broker}"),
            Command::ReviveBroker(broker) => write!(out, "revive broker {broker}"),
            Command::Drop(message) => write!(out, "drop {message}"),
            Command::Delay { message, by } => write!(out, "delay {message} by {}", DisplayDuration(*by)),
            Command::Cut(cable) => write!(out, "cut {cable}"),
            Command::Heal(cable) => write!(out, "heal {cable}"),
            Command::Latency { cable, each_way } => write!(out, "latency {cable} {}", DisplayDuration(*each_way)),
            Command::Settle => out.write_str("settle"),
            Command::Wait(time) => write!(out, "wait {}", DisplayDuration(*time)),
            Command::Place { node, x, y } => write!(out, "place {node} {x},{y}"),
            Command::Rename { from, to } => write!(out, "rename {from} {to}"),
            Command::Remove(name) => write!(out, "remove {name}"),
            Command::Tool { tool, arguments } => {
                write!(out, "{tool}.sh")?;
                arguments.iter().try_for_each(|argument| write!(out, " {}", quote(argument)))
            }
            Command::File { name, text } => write!(out, "file {} {}", quote(name), quote(text)),
            Command::Type { tool, line } => {
                out.write_str("type")?;
                option(out, "tool", tool.as_ref())?;
                // A line that looks like the tool's name would be read as one, unless two dashes stand before it.
                if tool.is_none() && (line.starts_with("tool=") || line == "--") {
                    out.write_str(" --")?;
                }
                write!(out, " {}", quote(line))
            }
            Command::EndInput(tool) => {
                out.write_str("end-input")?;
                option(out, "tool", tool.as_ref())
            }
            Command::Interrupt(tool) => {
                out.write_str("interrupt")?;
                option(out, "tool", tool.as_ref())
            }
        }
    }
}

/// ` name=value`, if there is a value.
pub(super) fn option(out: &mut Formatter<'_>, name: &str, value: Option<&impl Display>) -> fmt::Result {
    value.map_or(Ok(()), |value| write!(out, " {}", quote(&format!("{name}={value}"))))
}

pub(super) fn print_configs(out: &mut Formatter<'_>, configs: &BTreeMap<String, String>) -> fmt::Result {
    configs.iter().try_for_each(|(name, value)| write!(out, " {}", quote(&format!("config:{name}={value}"))))
}

impl Display for Clearing {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Clearing::Producers => "producers",
            Clearing::Consumers => "consumers",
            Clearing::Topics => "topics",
            Clearing::Groups => "groups",
        })
    }
}

impl Display for Profile {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Profile::Kafka => "kafka",
            Profile::Dev => "dev",
        })
    }
}

impl Display for ProducerSpec {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "producer {} kind={}", self.name, self.kind)?;
        option(out, "acks", self.acks.as_ref())?;
        option(out, "linger", self.linger.map(DisplayDuration).as_ref())?;
        option(out, "idempotence", self.idempotence.as_ref())?;
        print_configs(out, &self.configs)
    }
}

impl Display for Acks {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Acks::None => "0",
            Acks::Leader => "1",
            Acks::All => "all",
        })
    }
}

impl Display for ConsumerSpec {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "consumer {} kind={}", self.name, self.kind)?;
        option(out, "group", Some(&self.group))?;
        option(out, "topics", Some(&self.topics.join(",")))?;
        if self.from_beginning {
            out.write_str(" from-beginning")?;
        }
        if !self.assignors.is_empty() {
            let words: Vec<String> = self.assignors.iter().map(ToString::to_string).collect();
            write!(out, " assignor={}", words.join(","))?;
        }
        option(out, "instance", self.instance.as_ref())?;
        option(out, "processing", self.processing.map(DisplayDuration).as_ref())?;
        option(out, "commit", self.commit.as_ref())?;
        option(out, "concurrent", self.concurrent.as_ref())?;
        print_configs(out, &self.configs)
    }
}

impl Display for Assignor {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Assignor::Range => "range",
            Assignor::RoundRobin => "roundrobin",
            Assignor::Sticky => "sticky",
            Assignor::CooperativeSticky => "cooperative-sticky",
        })
    }
}

impl Display for CommitPolicy {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            CommitPolicy::Auto => "auto",
            CommitPolicy::Each => "each",
            CommitPolicy::Before => "before",
            CommitPolicy::After => "after",
            CommitPolicy::Never => "never",
        })
    }
}

impl Display for SendSpec {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "send {}", self.producer)?;
        if let Some(topic) = &self.topic {
            write!(out, " {topic}")?;
        }
        option(out, "key", self.key.as_ref())?;
        option(out, "keys", self.keys.as_ref())?;
        match &self.value {
            Payload::Text(text) => option(out, "value", Some(text))?,
            Payload::Size(size) => option(out, "size", Some(size))?,
            Payload::Tombstone => out.write_str(" tombstone")?,
            Payload::Numbered => {}
        }
        option(out, "partition", self.partition.as_ref())?;
        for (name, value) in &self.headers {
            write!(out, " {}", quote(&format!("header:{name}={value}")))?;
        }
        option(out, "count", self.count.as_ref())?;
        option(out, "rate", self.rate.as_ref())?;
        option(out, "for", self.during.map(DisplayDuration).as_ref())
    }
}

impl Display for ClientPartition {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}-{}", self.client, self.topic, self.partition)
    }
}

impl Display for Position {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Position::Offset(offset) => offset.fmt(out),
            Position::Beginning => out.write_str("beginning"),
            Position::End => out.write_str("end"),
        }
    }
}

impl Display for MessageMatch {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str("next")?;
        if let Some(api) = self.api {
            write!(out, " {}", api.file_name())?;
        }
        match self.direction {
            Direction::Request if self.api.is_none() => write!(out, " request from {}", self.client),
            Direction::Request => write!(out, " from {}", self.client),
            Direction::Answer => write!(out, " answer to {}", self.client),
        }
    }
}

impl Display for Cable {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Cable::ClientBroker(client, broker) => write!(out, "{client} broker {broker}"),
            Cable::ClientBrokers(client) => write!(out, "{client} brokers"),
            Cable::Brokers(one, other) => write!(out, "broker {one} broker {other}"),
        }
    }
}

impl Display for Node {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Node::Client(name) => out.write_str(name),
            Node::Topic(name) => write!(out, "topic {name}"),
            Node::Group(name) => write!(out, "group {}", quote(name)),
            Node::Broker(broker) => write!(out, "broker {broker}"),
        }
    }
}
