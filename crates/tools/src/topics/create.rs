//! `--create`, `--alter` and `--delete`.

use super::{ensure_exists, matching, timeout_ms};
use crate::admin::{Call, Verdict, Whom, by_name, controller_moved};
use crate::java::Exception;
use crate::options::Options;
use crate::story::{Outcome, Story};
use runnel_protocol::messages::create_partitions::{
    CreatePartitionsAssignment, CreatePartitionsRequest, CreatePartitionsTopic,
};
use runnel_protocol::messages::create_topics::{
    CreatableReplicaAssignment, CreatableTopic, CreatableTopicConfig, CreateTopicsRequest,
};
use runnel_protocol::messages::delete_topics::{DeleteTopicState, DeleteTopicsRequest};
use runnel_protocol::{ErrorCode, Request, Response};
use std::collections::BTreeMap;

/// What `--create` and `--alter` are told of a topic.
struct Wish {
    name: String,
    partitions: Option<i32>,
    replication_factor: Option<i32>,
    assignments: Vec<Vec<i32>>,
    configs: BTreeMap<String, String>,
}

fn wish(options: &Options) -> Outcome<Wish> {
    Ok(Wish {
        name: options.value("topic")?.unwrap_or_default().to_owned(),
        partitions: options.number("partitions")?,
        replication_factor: options.number("replication-factor")?,
        assignments: match options.value("replica-assignment")? {
            Some(text) if !text.is_empty() => assignments(text)?,
            _ => Vec::new(),
        },
        configs: configs(options)?,
    })
}

pub(super) fn create(story: &mut Story<'_>, options: &Options) -> Outcome<()> {
    let wish = wish(options)?;
    if wish.name.contains(['.', '_']) {
        story.out(
            "WARNING: Due to limitations in metric names, topics with a period ('.') or underscore ('_') could \
             collide. To avoid issues it is best to use either, but not both.",
        );
    }
    if wish.replication_factor.is_some_and(|factor| !(1..=i32::from(i16::MAX)).contains(&factor)) {
        let message = "The replication factor must be between 1 and 32767 inclusive";
        return Err(Exception::illegal_argument(message).into());
    }
    if wish.partitions.is_some_and(|partitions| partitions < 1) {
        return Err(Exception::illegal_argument("The partitions must be greater than 0").into());
    }
    let assigned = !wish.assignments.is_empty();
    let topic = CreatableTopic {
        name: wish.name.as_str().into(),
        num_partitions: if assigned { -1 } else { wish.partitions.unwrap_or(-1) },
        replication_factor: if assigned {
            -1
        } else {
            wish.replication_factor.and_then(|factor| i16::try_from(factor).ok()).unwrap_or(-1)
        },
        assignments: (0..)
            .zip(&wish.assignments)
            .map(|(partition_index, brokers)| CreatableReplicaAssignment {
                partition_index,
                broker_ids: brokers.clone(),
            })
            .collect(),
        configs: wish
            .configs
            .iter()
            .map(|(name, value)| CreatableTopicConfig {
                name: name.as_str().into(),
                value: Some(value.as_str().into()),
            })
            .collect(),
    };
    let timeout_ms = timeout_ms(story.admin());
    let request = CreateTopicsRequest { topics: vec![topic], timeout_ms, validate_only: false };
    let call = Call::new("createTopics", Whom::Controller, Request::CreateTopics(request)).with_verdict(|response| {
        let Response::CreateTopics(response) = response else { return Verdict::Done };
        controller_moved(response.topics.iter().map(|topic| topic.error_code))
    });
    let Response::CreateTopics(response) = story.ask(call)?? else {
        panic!("CreateTopics is answered with CreateTopics")
    };
    let result = response.topics.first();
    match result.map_or(0, |result| result.error_code) {
        0 => story.out(format!("Created topic {}.", wish.name)),
        code if code == ErrorCode::TopicAlreadyExists.number() && options.has("if-not-exists") => {}
        code => {
            let exception = Exception::of_number(code, result.and_then(|result| result.error_message.as_deref()));
            return Err(in_the_tools_words(exception).into());
        }
    }
    Ok(())
}

/// Kafka's tool checks values before it asks, and throws another class than the broker answers, with the same message.
fn in_the_tools_words(exception: Exception) -> Exception {
    let is_value = exception.message().starts_with("Invalid value ");
    if exception.code() == Some(ErrorCode::InvalidConfig) && is_value {
        exception.with_class("org.apache.kafka.common.config.ConfigException")
    } else {
        exception
    }
}

pub(super) fn alter(story: &mut Story<'_>, options: &Options) -> Outcome<()> {
    let wish = wish(options)?;
    let topics = matching(story, options)?;
    ensure_exists(options, &topics)?;
    if topics.is_empty() {
        return Ok(());
    }
    let count = wish.partitions.unwrap_or_default();
    let described = if wish.assignments.is_empty() { BTreeMap::new() } else { by_name(story, &topics, 2000)? };
    let mut wishes = Vec::new();
    for topic in &topics {
        let assignments = match described.get(topic) {
            None => None,
            Some(Ok(known)) => {
                // Those of the partitions that are there already are passed over.
                let more = wish.assignments.iter().skip(known.partitions.len());
                Some(more.map(|brokers| CreatePartitionsAssignment { broker_ids: brokers.clone() }).collect())
            }
            Some(Err(exception)) => return Err(exception.clone().execution().runtime().into()),
        };
        wishes.push(CreatePartitionsTopic { name: topic.as_str().into(), count, assignments });
    }
    let timeout_ms = timeout_ms(story.admin());
    let request = CreatePartitionsRequest { topics: wishes, timeout_ms, validate_only: false };
    let call =
        Call::new("createPartitions", Whom::Controller, Request::CreatePartitions(request)).with_verdict(|response| {
            let Response::CreatePartitions(response) = response else { return Verdict::Done };
            controller_moved(response.results.iter().map(|result| result.error_code))
        });
    let Response::CreatePartitions(response) = story.ask(call)?? else {
        panic!("CreatePartitions is answered with CreatePartitions")
    };
    match response.results.iter().find(|result| result.error_code != 0) {
        None => Ok(()),
        Some(result) => Err(Exception::of_number(result.error_code, result.error_message.as_deref()).into()),
    }
}

pub(super) fn delete(story: &mut Story<'_>, options: &Options) -> Outcome<()> {
    let topics = matching(story, options)?;
    ensure_exists(options, &topics)?;
    if topics.is_empty() {
        return Ok(());
    }
    let states =
        topics.iter().map(|name| DeleteTopicState { name: Some(name.as_str().into()), ..Default::default() }).collect();
    let topic_names = topics.iter().map(|name| name.as_str().into()).collect();
    let timeout_ms = timeout_ms(story.admin());
    let request = DeleteTopicsRequest { topics: states, topic_names, timeout_ms };
    let call = Call::new("deleteTopics", Whom::Controller, Request::DeleteTopics(request)).with_verdict(|response| {
        let Response::DeleteTopics(response) = response else { return Verdict::Done };
        controller_moved(response.responses.iter().map(|result| result.error_code))
    });
    let Response::DeleteTopics(response) = story.ask(call)?? else {
        panic!("DeleteTopics is answered with DeleteTopics")
    };
    match response.responses.iter().find(|result| result.error_code != 0) {
        None => Ok(()),
        Some(result) => Err(Exception::of_number(result.error_code, result.error_message.as_deref()).into()),
    }
}

/// `1:2,2:1`: brokers by partition.
fn assignments(text: &str) -> Result<Vec<Vec<i32>>, Exception> {
    let mut partitions: Vec<Vec<i32>> = Vec::new();
    for (index, part) in text.split(',').enumerate() {
        let mut brokers: Vec<i32> = Vec::new();
        let mut twice: Vec<String> = Vec::new();
        for word in part.split(':').map(str::trim) {
            let broker = word.parse().map_err(|_| {
                Exception::new("java.lang.NumberFormatException", format!("For input string: \"{word}\""))
            })?;
            if brokers.contains(&broker) {
                twice.push(broker.to_string());
            }
            brokers.push(broker);
        }
        if !twice.is_empty() {
            return Err(Exception::new(
                "org.apache.kafka.tools.AdminCommandFailedException",
                format!("Partition replica lists may not contain duplicate entries: {}", twice.join(",")),
            ));
        }
        if partitions.first().is_some_and(|first| first.len() != brokers.len()) {
            let list: Vec<String> = brokers.iter().map(i32::to_string).collect();
            return Err(Exception::new(
                "org.apache.kafka.tools.AdminOperationException",
                format!("Partition {index} has different replication factor: [{}]", list.join(", ")),
            ));
        }
        partitions.push(brokers);
    }
    Ok(partitions)
}

fn configs(options: &Options) -> Result<BTreeMap<String, String>, Exception> {
    let mut configs = BTreeMap::new();
    for text in options.values("config") {
        let mut parts: Vec<&str> = text.split('=').map(str::trim).collect();
        while parts.last().is_some_and(|part| part.is_empty()) {
            parts.pop();
        }
        let [key, value] = parts[..] else {
            return Err(Exception::illegal_argument(
                "requirement failed: Invalid topic config: all configs to be added must be in the format \"key=val\".",
            ));
        };
        configs.insert(key.to_owned(), value.to_owned());
    }
    Ok(configs)
}
