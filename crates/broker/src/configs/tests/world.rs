//! As much of a cluster as the captured scripts need: topics with their overrides, and one broker.

use crate::Random;
use crate::configs::*;
use crate::topics::creation::*;
use crate::topics::placement::UsableBroker;
use std::collections::BTreeMap;
use std::fmt::Write;

#[derive(Debug)]
struct Topic {
    shape: Shape,
    overrides: Overrides,
}

#[derive(Debug)]
pub(super) struct World {
    broker: BrokerConfigs,
    dynamic: Overrides,
    cluster_default: Overrides,
    topics: Existing,
    random: Random,
}

#[derive(Debug, Default)]
struct Existing(BTreeMap<String, Topic>);

impl Topics for Existing {
    fn shape(&self, name: &str) -> Option<Shape> {
        self.0.get(name).map(|topic| topic.shape)
    }

    fn names(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        Box::new(self.0.keys().map(String::as_str))
    }
}

impl World {
    pub(super) fn new(settings: &[(&str, &str)]) -> Self {
        let mut broker = BrokerConfigs::new(1, Profile::Kafka);
        for (name, value) in settings {
            broker.state(name, value);
        }
        let cluster_default = broker.first_cluster_default();
        broker.set_cluster_default(&cluster_default);
        let (dynamic, topics) = (Overrides::new(), Existing::default());
        World { broker, dynamic, cluster_default, topics, random: Random::new(7) }
    }

    pub(super) fn target<'a>(&'a self, resource_type: i8, resource_name: &'a str) -> Target<'a> {
        let current = match ResourceType::from_number(resource_type) {
            Some(ResourceType::Topic) => self.topics.0.get(resource_name).map(|topic| &topic.overrides),
            Some(ResourceType::Broker) if resource_name.is_empty() => Some(&self.cluster_default),
            Some(ResourceType::Broker) => Some(&self.dynamic),
            Some(ResourceType::BrokerLogger | ResourceType::ClientMetrics | ResourceType::Group) | None => None,
        };
        Target { resource_type, resource_name, current, broker: &self.broker }
    }

    /// Answers one request of a script.
    pub(super) fn answer(&mut self, request: &str) -> String {
        let mut lines = request.lines().filter(|line| !line.starts_with('#'));
        let head: Vec<&str> = lines.next().expect("a request has a first line").split(' ').collect();
        let lines: Vec<(&str, &str)> = lines.map(|line| line.split_once(' ').unwrap_or((line, ""))).collect();
        let answer = match head[0] {
            "create" => self.create(&head, &lines),
            "partitions" => self.add_partitions(&head, &lines),
            "delete" => self.delete(&lines),
            "incremental" | "alter" => self.alter(&head, &lines),
            "describe" => self.describe(&head, &lines),
            other => panic!("unknown request {other:?}"),
        };
        answer.trim_end_matches('\n').to_owned()
    }

    fn view(&self) -> View<'_> {
        const BROKERS: &[UsableBroker] = &[UsableBroker { id: 1, fenced: false }];
        View { topics: &self.topics, brokers: BROKERS, controller: &self.broker, copies_max: 3 }
    }

    fn create(&mut self, head: &[&str], lines: &[(&str, &str)]) -> String {
        let mut topics: Vec<NewTopic> = Vec::new();
        for (word, rest) in lines {
            if *word == "topic" {
                let (name, assignments, configs) = ((*rest).to_owned(), Vec::new(), Vec::new());
                topics.push(NewTopic { name, partitions: -1, replication_factor: -1, assignments, configs });
                continue;
            }
            let topic = topics.last_mut().unwrap();
            match *word {
                "partitions" => topic.partitions = rest.parse().unwrap(),
                "replication" => topic.replication_factor = rest.parse().unwrap(),
                "assign" => {
                    let (index, ids) = rest.split_once(':').unwrap();
                    topic.assignments.push((index.parse().unwrap(), read_ids(ids)));
                }
                "set" => topic.configs.push(read_entry(rest)),
                other => panic!("unknown word {other:?}"),
            }
        }
        let mut random = self.random.clone();
        let answers = plan_topics(&topics, &self.view(), &mut random);
        self.random = random;
        let mut text = String::new();
        for (name, answer) in answers {
            let Ok(planned) = answer else {
                writeln!(text, "{}: {}", show(Some(&name)), answer.unwrap_err()).unwrap();
                continue;
            };
            let shape = Shape { partitions: planned.replicas.len(), replication_factor: planned.replicas[0].len() };
            let (partitions, factor) = (shape.partitions, shape.replication_factor);
            let name_shown = show(Some(&name));
            writeln!(text, "{name_shown}: NONE - partitions={partitions} replication={factor}").unwrap();
            if head.contains(&"configs") {
                for entry in created_topic_configs(&planned.overrides, &self.broker) {
                    assert!(entry.synonyms.is_empty() && !entry.read_only && !entry.sensitive);
                    let value = show(entry.value.as_deref());
                    writeln!(text, "  {}={value} source={}", entry.name, entry.source.number()).unwrap();
                }
            }
            if !head.contains(&"validate-only") {
                self.topics.0.insert(name, Topic { shape, overrides: planned.overrides });
            }
        }
        text
    }

    fn add_partitions(&mut self, head: &[&str], lines: &[(&str, &str)]) -> String {
        assert!(head.contains(&"validate-only"), "no script adds partitions in earnest");
        let mut topics: Vec<MorePartitions> = Vec::new();
        for (word, rest) in lines {
            match *word {
                "topic" => topics.push(MorePartitions { name: (*rest).to_owned(), count: 0, assignments: None }),
                "count" => topics.last_mut().unwrap().count = rest.parse().unwrap(),
                "assignments" => topics.last_mut().unwrap().assignments = Some(Vec::new()),
                "assign" => {
                    topics.last_mut().unwrap().assignments.get_or_insert_default().push(read_ids(rest));
                }
                other => panic!("unknown word {other:?}"),
            }
        }
        let answers = plan_partitions(&topics, &self.view(), &mut self.random.clone());
        let line = |(name, answer): (String, Result<_, ConfigRefusal>)| {
            format!("{}: {}\n", show(Some(&name)), outcome(answer.err().as_ref()))
        };
        answers.into_iter().map(line).collect()
    }

    fn delete(&mut self, lines: &[(&str, &str)]) -> String {
        let mut text = String::new();
        for (_, name) in lines {
            assert!(self.topics.0.remove(*name).is_some(), "{name} is there");
            writeln!(text, "{}: NONE -", show(Some(name))).unwrap();
        }
        text
    }

    fn alter(&mut self, head: &[&str], lines: &[(&str, &str)]) -> String {
        let mut resources: Vec<(i8, &str, Vec<Change>)> = Vec::new();
        for (word, rest) in lines {
            let operation = match *word {
                "set" => 0,
                "delete" => 1,
                "append" => 2,
                "subtract" => 3,
                _ => match word.strip_prefix("op") {
                    Some(number) => number.parse().unwrap(),
                    None => {
                        resources.push((read_type(word), rest, Vec::new()));
                        continue;
                    }
                },
            };
            let (name, value) = read_entry(rest);
            resources.last_mut().unwrap().2.push(Change { name, operation, value });
        }
        let names: Vec<(i8, &str)> = resources.iter().map(|(number, name, _)| (*number, *name)).collect();
        let mut text = String::new();
        for ((number, name, changes), repeated) in resources.iter().zip(repeated_resources(&names)) {
            let target = self.target(*number, name);
            let altered = match repeated {
                Some(refusal) => Err(refusal),
                None if head[0] == "incremental" => incremental_alter(&target, changes),
                None => {
                    let entries = changes.iter().map(|change| (change.name.clone(), change.value.clone()));
                    alter(&target, &entries.collect::<Vec<_>>())
                }
            };
            writeln!(text, "{} {}: {}", type_word(*number), show(Some(name)), outcome(altered.as_ref().err())).unwrap();
            if let (Ok(after), false) = (altered, head.contains(&"validate-only")) {
                self.keep(*number, name, after);
            }
        }
        text
    }

    pub(super) fn keep(&mut self, resource_type: i8, name: &str, after: Overrides) {
        match (ResourceType::from_number(resource_type), name) {
            (Some(ResourceType::Topic), _) => self.topics.0.get_mut(name).unwrap().overrides = after,
            (Some(ResourceType::Broker), "") => {
                self.broker.set_cluster_default(&after);
                self.cluster_default = after;
            }
            (Some(ResourceType::Broker), _) => {
                self.broker.set_dynamic(&after);
                self.dynamic = after;
            }
            (other, _) => panic!("{other:?} has no configs"),
        }
    }

    fn describe(&self, head: &[&str], lines: &[(&str, &str)]) -> String {
        let mut resources: Vec<(i8, &str, Vec<String>)> = Vec::new();
        for (word, rest) in lines {
            match *word {
                "key" => resources.last_mut().unwrap().2.push((*rest).to_owned()),
                _ => resources.push((read_type(word), rest, Vec::new())),
            }
        }
        let mut text = String::new();
        for (number, name, keys) in &resources {
            let include_synonyms = head.contains(&"synonyms");
            let include_documentation = head.contains(&"documentation");
            let wanted = Describe { keys, include_synonyms, include_documentation };
            let described = describe(&self.target(*number, name), &wanted);
            // DescribeConfigs sends an empty string where the others send null.
            let outcome = outcome(described.as_ref().err());
            let outcome = outcome.strip_suffix('-').unwrap_or(&outcome);
            writeln!(text, "{} {}: {outcome}", type_word(*number), show(Some(name))).unwrap();
            described.unwrap_or_default().iter().for_each(|entry| write_entry(&mut text, entry));
        }
        text
    }
}

fn write_entry(text: &mut String, entry: &Entry) {
    let value_type = entry.value_type.map_or(0, ValueType::number);
    let value = show(entry.value.as_deref());
    write!(text, "  {}={value} source={} type={value_type}", entry.name, entry.source.number()).unwrap();
    text.push_str(if entry.read_only { " read-only" } else { "" });
    text.push_str(if entry.sensitive { " sensitive" } else { "" });
    if let Some(documentation) = &entry.documentation {
        let checksum = crc32c::crc32c(documentation.as_bytes());
        write!(text, " doc={}:{checksum:08x}", documentation.len()).unwrap();
    }
    text.push('\n');
    for synonym in &entry.synonyms {
        let value = show(synonym.value.as_deref());
        writeln!(text, "    {}={value} source={}", synonym.name, synonym.source.number()).unwrap();
    }
}

fn outcome(refusal: Option<&ConfigRefusal>) -> String {
    refusal.map_or_else(|| "NONE -".to_owned(), ToString::to_string)
}

fn show(value: Option<&str>) -> String {
    value.map_or_else(|| "null".to_owned(), |value| format!("\"{value}\""))
}

fn read_ids(text: &str) -> Vec<i32> {
    text.split(',').filter(|id| !id.is_empty()).map(|id| id.parse().unwrap()).collect()
}

fn read_entry(text: &str) -> (String, Option<String>) {
    match text.split_once('=') {
        Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
        None => (text.to_owned(), None),
    }
}

fn read_type(word: &str) -> i8 {
    match word {
        "topic" => 2,
        "broker" => 4,
        "logger" => 8,
        "metrics" => 16,
        "group" => 32,
        other => other.strip_prefix("type").unwrap().parse().unwrap(),
    }
}

fn type_word(number: i8) -> String {
    match number {
        2 => "topic".to_owned(),
        4 => "broker".to_owned(),
        8 => "logger".to_owned(),
        16 => "metrics".to_owned(),
        32 => "group".to_owned(),
        other => format!("type{other}"),
    }
}
