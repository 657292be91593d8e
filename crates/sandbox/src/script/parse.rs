//! From a line to a command: which word begins it, and the commands about brokers, topics, processes and time.

use super::arguments::Arguments;
use super::command::{ClientPartition, Command, Node, Position, Profile};
use super::error::Mistake;
use super::{change, clients, faults, records, tools, value, words};
use std::time::Duration;

/// Longest time that one `wait` lasts.
pub(super) const WAIT_MAX: Duration = Duration::from_secs(30 * 86_400);
/// Most brokers of a world.
pub(crate) const BROKERS_MAX: u32 = 16;
/// Most partitions of a topic.
pub(super) const PARTITIONS_MAX: u32 = 1_000;
/// How far from the middle of the stage something may stand.
const PLACE_MAX: i32 = 100_000;

/// Reads one line; `None` if it says nothing.
pub(super) fn command(line: &str) -> Result<Option<Command>, Mistake> {
    let mut words = words::split(line)?.into_iter();
    let Some(first) = words.next() else { return Ok(None) };
    if let Some(tool) = tools::name_of(&first) {
        return tools::command(tool, words.collect()).map(Some);
    }
    match first.as_str() {
        "type" => return tools::typed(words.collect()).map(Some),
        "file" => return tools::file(words.collect()).map(Some),
        _ => {}
    }
    let mut arguments = Arguments::new(words);
    let (command, known) = one(&first, &mut arguments)?;
    arguments.finish(known)?;
    Ok(Some(command))
}

/// The command that begins with `word`, and what else could stand behind it.
fn one(word: &str, arguments: &mut Arguments) -> Result<(Command, &'static str), Mistake> {
    let plain = |command: Result<Command, Mistake>| command.map(|command| (command, ""));
    match word {
        "profile" => plain(arguments.read("kafka or dev", |text| match text {
            "kafka" => Ok(Command::Profile(Profile::Kafka)),
            "dev" => Ok(Command::Profile(Profile::Dev)),
            other => Err(Mistake::found("kafka or dev", other)),
        })),
        "brokers" => {
            let read = |text: &str| value::number(text, "a number of brokers", 1, BROKERS_MAX);
            let count = arguments.read("a number of brokers", read)?;
            Ok((Command::Brokers { count, configs: arguments.configs()? }, "config:NAME="))
        }
        "seed" => plain(arguments.read("a seed", |text| value::number(text, "a seed", 0, u64::MAX)).map(Command::Seed)),
        "topic" => topic(arguments),
        "alter" => alter(arguments),
        "delete" => plain(match arguments.word("topic or group")?.as_str() {
            "topic" => arguments.read("a topic's name", value::topic).map(Command::DeleteTopic),
            "group" => arguments.read("a group's name", clients::group).map(Command::DeleteGroup),
            other => Err(Mistake::found("topic or group", other)),
        }),
        "group" => plain(arguments.read("a group's name", clients::group).map(Command::Group)),
        "set" => change::set(arguments),
        "move" => plain(clients::move_to(arguments)),
        "clear" => plain(clients::clear(arguments)),
        "producer" => clients::producer(arguments),
        "consumer" => clients::consumer(arguments),
        "wire" => wire(arguments).map(|(producer, topic)| (Command::Wire { producer, topic }, "")),
        "unwire" => wire(arguments).map(|(producer, topic)| (Command::Unwire { producer, topic }, "")),
        "send" => records::send(arguments),
        "stop" => plain(stop(arguments)),
        "flush" => plain(client(arguments).map(Command::Flush)),
        "crash" => plain(client(arguments).map(Command::Crash)),
        "leave" => plain(client(arguments).map(Command::Leave)),
        "restart" => plain(client(arguments).map(Command::Restart)),
        "pause" => plain(pause(arguments, Command::Pause, Command::PausePartition)),
        "resume" => plain(pause(arguments, Command::Resume, Command::ResumePartition)),
        "seek" => plain(seek(arguments)),
        "commit" => plain(client(arguments).map(Command::Commit)),
        "slow" => clients::slow(arguments),
        "subscribe" => plain(clients::subscribe(arguments)),
        "broker" => plain(broker(arguments).map(Command::AddBroker)),
        "kill" => {
            arguments.expect("broker")?;
            plain(broker(arguments).map(Command::KillBroker))
        }
        "revive" => {
            arguments.expect("broker")?;
            plain(broker(arguments).map(Command::ReviveBroker))
        }
        "drop" => plain(faults::message(arguments).map(Command::Drop)),
        "delay" => plain(faults::delay(arguments)),
        "cut" => plain(faults::cable(arguments).map(Command::Cut)),
        "heal" => plain(faults::cable(arguments).map(Command::Heal)),
        "latency" => plain(faults::latency(arguments)),
        "settle" => Ok((Command::Settle, "")),
        "wait" => {
            let read = |text: &str| value::duration(text, "a time", Duration::from_micros(1), WAIT_MAX);
            plain(arguments.read("a time like 35s", read).map(Command::Wait))
        }
        "place" => plain(place(arguments)),
        "rename" => {
            let from = client(arguments)?;
            let to = arguments.read("a new name", |text| value::name(text, "a new name"))?;
            Ok((Command::Rename { from, to }, ""))
        }
        "remove" => plain(client(arguments).map(Command::Remove)),
        "end-input" => plain(tools::which(arguments).map(Command::EndInput)),
        "interrupt" => plain(tools::which(arguments).map(Command::Interrupt)),
        other => Err(Mistake::found("a command, or a tool of Kafka's like kafka-topics.sh", other)),
    }
}

/// A client's name.
pub(super) fn client(arguments: &mut Arguments) -> Result<String, Mistake> {
    arguments.read("a client's name", |text| value::name(text, "a client's name"))
}

/// A broker's number.
pub(super) fn broker(arguments: &mut Arguments) -> Result<i32, Mistake> {
    let max = i32::try_from(BROKERS_MAX).unwrap_or(i32::MAX);
    arguments.read("a broker's number", |text| value::number(text, "a broker's number", 1, max))
}

/// A partition like `payment-done-0`.
pub(super) fn partition(arguments: &mut Arguments) -> Result<(String, u32), Mistake> {
    arguments.read("a partition like payment-done-0", |text| {
        let wanted = || Mistake::found("a partition like payment-done-0", text);
        let (topic, index) = text.rsplit_once('-').ok_or_else(wanted)?;
        let index = value::number(index, "a partition", 0, PARTITIONS_MAX - 1).map_err(|_| wanted())?;
        Ok((value::topic(topic).map_err(|_| wanted())?, index))
    })
}

fn topic(arguments: &mut Arguments) -> Result<(Command, &'static str), Mistake> {
    let name = arguments.read("a topic's name", value::topic)?;
    let partitions = partitions(arguments)?;
    let replication =
        arguments.option("replication", |text| value::number(text, "a number of copies", 1, BROKERS_MAX))?;
    let configs = arguments.configs()?;
    Ok((Command::Topic { name, partitions, replication, configs }, "partitions= replication= config:NAME="))
}

fn partitions(arguments: &mut Arguments) -> Result<Option<u32>, Mistake> {
    arguments.option("partitions", |text| value::number(text, "a number of partitions", 1, PARTITIONS_MAX))
}

fn alter(arguments: &mut Arguments) -> Result<(Command, &'static str), Mistake> {
    arguments.expect("topic")?;
    let name = arguments.read("a topic's name", value::topic)?;
    let partitions = partitions(arguments)?;
    let configs = arguments.configs()?;
    if partitions.is_none() && configs.is_empty() {
        arguments.finish("partitions= config:NAME=")?;
        return Err(Mistake::end("partitions= or config:NAME="));
    }
    Ok((Command::AlterTopic { name, partitions, configs }, "partitions= config:NAME="))
}

fn wire(arguments: &mut Arguments) -> Result<(String, String), Mistake> {
    let producer = arguments.read("a producer's name", |text| value::name(text, "a producer's name"))?;
    Ok((producer, arguments.read("a topic's name", value::topic)?))
}

/// `stop NAME [TOPIC]`
fn stop(arguments: &mut Arguments) -> Result<Command, Mistake> {
    let producer = client(arguments)?;
    let topic = arguments.next().map(|topic| value::topic(&topic)).transpose()?;
    Ok(Command::Stop { producer, topic })
}

fn pause(
    arguments: &mut Arguments,
    process: impl FnOnce(String) -> Command,
    of_partition: impl FnOnce(ClientPartition) -> Command,
) -> Result<Command, Mistake> {
    let client = client(arguments)?;
    let Some(next) = arguments.next() else { return Ok(process(client)) };
    let (topic, partition) = partition(&mut Arguments::new([next]))?;
    Ok(of_partition(ClientPartition { client, topic, partition }))
}

fn seek(arguments: &mut Arguments) -> Result<Command, Mistake> {
    let client = client(arguments)?;
    let (topic, partition) = partition(arguments)?;
    let wanted = "an offset, beginning or end";
    let to = arguments.read(wanted, |text| match text {
        "beginning" => Ok(Position::Beginning),
        "end" => Ok(Position::End),
        other => value::number(other, "an offset", 0, i64::MAX)
            .map(Position::Offset)
            .map_err(|_| Mistake::found(wanted, other)),
    })?;
    Ok(Command::Seek { place: ClientPartition { client, topic, partition }, to })
}

fn place(arguments: &mut Arguments) -> Result<Command, Mistake> {
    let wanted = "a client's name, topic NAME, group NAME or broker NUMBER";
    let node = match arguments.word(wanted)?.as_str() {
        "topic" => Node::Topic(arguments.read("a topic's name", value::topic)?),
        "group" => Node::Group(arguments.read("a group's name", clients::group)?),
        "broker" => Node::Broker(broker(arguments)?),
        other => Node::Client(value::name(other, wanted)?),
    };
    let wanted = "a place like 40,120";
    let (x, y) = arguments.read(wanted, |text| {
        let (x, y) = text.split_once(',').ok_or_else(|| Mistake::found(wanted, text))?;
        let number = |text| value::number(text, "a place", -PLACE_MAX, PLACE_MAX);
        Ok((number(x)?, number(y)?))
    })?;
    Ok(Command::Place { node, x, y })
}
