//! Producers and consumers: the commands that start them and those that change how they work.

use super::arguments::Arguments;
use super::change::Clearing;
use super::command::{Acks, Assignor, Command, CommitPolicy, ConsumerSpec, ProducerSpec};
use super::error::Mistake;
use super::{parse, value};
use runnel_clients::ClientKind;
use std::time::Duration;

/// Longest `linger=`.
const LINGER_MAX: Duration = Duration::from_secs(60);
/// Longest time that a consumer works on a record.
const PROCESSING_MAX: Duration = Duration::from_secs(3_600);
/// Most topics that a consumer names.
const TOPICS_MAX: usize = 100;

pub(super) fn producer(arguments: &mut Arguments) -> Result<(Command, &'static str), Mistake> {
    let name = arguments.read("a producer's name", |text| value::name(text, "a producer's name"))?;
    let spec = ProducerSpec {
        name,
        kind: kind(arguments)?.unwrap_or(ClientKind::Kafkajs),
        acks: arguments.option("acks", acks)?,
        linger: arguments.option("linger", linger)?,
        idempotence: arguments.option("idempotence", switch)?,
        configs: arguments.configs()?,
    };
    Ok((Command::Producer(spec), "kind= acks= linger= idempotence= config:NAME="))
}

pub(super) fn consumer(arguments: &mut Arguments) -> Result<(Command, &'static str), Mistake> {
    let name = arguments.read("a consumer's name", |text| value::name(text, "a consumer's name"))?;
    let kind = kind(arguments)?.unwrap_or(ClientKind::Kafkajs);
    let group_id = arguments.option("group", group)?.ok_or_else(|| Mistake::end("group="))?;
    let spec = ConsumerSpec {
        name,
        kind,
        group: group_id,
        topics: arguments.option("topics", topics)?.ok_or_else(|| Mistake::end("topics="))?,
        from_beginning: arguments.flag("from-beginning"),
        assignors: arguments.option("assignor", assignors)?.unwrap_or_default(),
        instance: arguments.option("instance", instance)?,
        processing: arguments.option("processing", processing)?,
        commit: arguments.option("commit", commit_policy)?,
        concurrent: arguments.option("concurrent", concurrent)?,
        configs: arguments.configs()?,
    };
    let known = "kind= group= topics= from-beginning assignor= instance= processing= commit= concurrent= config:NAME=";
    Ok((Command::Consumer(spec), known))
}

pub(super) fn slow(arguments: &mut Arguments) -> Result<(Command, &'static str), Mistake> {
    let name = parse::client(arguments)?;
    let processing = arguments.option("processing", processing)?.ok_or_else(|| Mistake::end("processing="))?;
    Ok((Command::Slow { name, processing }, "processing="))
}

pub(super) fn subscribe(arguments: &mut Arguments) -> Result<Command, Mistake> {
    let name = parse::client(arguments)?;
    Ok(Command::Subscribe { name, topics: arguments.read("topics like orders,payment-done", topics)? })
}

/// `move NAME GROUP`
pub(super) fn move_to(arguments: &mut Arguments) -> Result<Command, Mistake> {
    let name = parse::client(arguments)?;
    Ok(Command::Move { name, group: arguments.read("a group's name", group)? })
}

/// `clear KIND`
pub(super) fn clear(arguments: &mut Arguments) -> Result<Command, Mistake> {
    let wanted = "producers, consumers, topics or groups";
    let what = arguments.read(wanted, |text| match text {
        "producers" => Ok(Clearing::Producers),
        "consumers" => Ok(Clearing::Consumers),
        "topics" => Ok(Clearing::Topics),
        "groups" => Ok(Clearing::Groups),
        other => Err(Mistake::found(wanted, other)),
    })?;
    Ok(Command::Clear(what))
}

/// A group's name. Kafka takes any text; so does this, but for blanks at either end.
pub(super) fn group(text: &str) -> Result<String, Mistake> {
    let fits = !text.is_empty() && text.len() <= 249 && text.trim() == text && !text.chars().any(char::is_control);
    if fits { Ok(text.to_owned()) } else { Err(Mistake::found("a group's name of at most 249 bytes", text)) }
}

pub(super) fn kind(arguments: &mut Arguments) -> Result<Option<ClientKind>, Mistake> {
    arguments.option("kind", |text| text.parse().map_err(|_| Mistake::found("java, kafkajs or librdkafka", text)))
}

pub(super) fn linger(text: &str) -> Result<Duration, Mistake> {
    value::duration(text, "a time", Duration::ZERO, LINGER_MAX)
}

pub(super) fn switch(text: &str) -> Result<bool, Mistake> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        other => Err(Mistake::found("true or false", other)),
    }
}

pub(super) fn instance(text: &str) -> Result<String, Mistake> {
    value::name(text, "a name for the instance")
}

pub(super) fn concurrent(text: &str) -> Result<u32, Mistake> {
    value::number(text, "a number of partitions", 1, 1_000)
}

pub(super) fn acks(text: &str) -> Result<Acks, Mistake> {
    match text {
        "0" => Ok(Acks::None),
        "1" => Ok(Acks::Leader),
        "all" | "-1" => Ok(Acks::All),
        other => Err(Mistake::found("0, 1 or all", other)),
    }
}

pub(super) fn topics(text: &str) -> Result<Vec<String>, Mistake> {
    let topics = text.split(',').map(value::topic).collect::<Result<Vec<_>, _>>()?;
    if topics.len() > TOPICS_MAX {
        return Err(Mistake::found(format!("at most {TOPICS_MAX} topics"), &topics.len().to_string()));
    }
    match topics.iter().enumerate().find(|(place, topic)| topics[..*place].contains(topic)) {
        Some((_, twice)) => Err(Mistake::found("each topic once", &format!("{twice} twice"))),
        None => Ok(topics),
    }
}

pub(super) fn assignors(text: &str) -> Result<Vec<Assignor>, Mistake> {
    let read = |word: &str| match word {
        "range" => Ok(Assignor::Range),
        "roundrobin" => Ok(Assignor::RoundRobin),
        "sticky" => Ok(Assignor::Sticky),
        "cooperative-sticky" => Ok(Assignor::CooperativeSticky),
        other => Err(Mistake::found("range, roundrobin, sticky or cooperative-sticky", other)),
    };
    let mut assignors = Vec::new();
    for word in text.split(',') {
        let assignor = read(word)?;
        if assignors.contains(&assignor) {
            return Err(Mistake::found("each assignor once", &format!("{word} twice")));
        }
        assignors.push(assignor);
    }
    Ok(assignors)
}

pub(super) fn processing(text: &str) -> Result<Duration, Mistake> {
    value::duration(text, "a time", Duration::ZERO, PROCESSING_MAX)
}

pub(super) fn commit_policy(text: &str) -> Result<CommitPolicy, Mistake> {
    match text {
        "auto" => Ok(CommitPolicy::Auto),
        "each" => Ok(CommitPolicy::Each),
        "before" => Ok(CommitPolicy::Before),
        "after" => Ok(CommitPolicy::After),
        "never" => Ok(CommitPolicy::Never),
        other => Err(Mistake::found("auto, each, before, after or never", other)),
    }
}
