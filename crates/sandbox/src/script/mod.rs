//! The command language: one command a line, the same words on the stage, in the terminal, in links, lessons and
//! transcripts.
//!
//! A script is read and checked as a whole before any of it runs ([`Script::parse`], [`Script::check`]); the first
//! mistake is a [`ScriptError`] that says in which line what was wanted and what came. Printing a command gives a line
//! that reads back to the same command.
//!
//! # The grammar
//!
//! This table is the law for the words. `[x]` may be left out, `A|B` is one of both, what is written in capitals is a
//! value of the second table. `name=value` may stand in any order behind the words that have a place.
//!
//! | Command | What it does |
//! | --- | --- |
//! | `profile kafka\|dev` | whose defaults the brokers have; `dev` if it is not said. At the head of a script only |
//! | `brokers COUNT [config:K=V]` | how many brokers, 1 to 16, and their settings; 1 if it is not said. At the head only |
//! | `seed NUMBER` | where all chance comes from; 0 if it is not said. At the head only |
//! | `topic TOPIC [partitions=1..1000] [replication=1..16] [config:K=V]` | makes a topic at once; the brokers' defaults where nothing is said |
//! | `alter topic TOPIC [partitions=1..1000] [config:K=V]` | more partitions, other configs; an empty `config:K=` takes one back to its default |
//! | `delete topic TOPIC` | deletes it at once |
//! | `group GROUP` | the place of a group on the stage before a member has joined it; Kafka knows nothing of it |
//! | `delete group GROUP` | deletes what the brokers keep of a group without members, and its place |
//! | `clear producers\|consumers\|topics\|groups` | all of them: producers as by `remove`; consumers close as their library does and are gone then; topics and groups as by `delete` |
//! | `producer NAME [kind=KIND] [acks=0\|1\|all] [linger=0s..60s] [idempotence=true\|false] [config:K=V]` | starts a producer; what is not said is as in its library |
//! | `wire NAME TOPIC`, `unwire NAME TOPIC` | where a producer sends when `send` does not say it |
//! | `consumer NAME [kind=KIND] group=GROUP topics=TOPIC,... [from-beginning] [assignor=ASSIGNOR,...] [instance=NAME] [processing=0s..1h] [commit=POLICY] [concurrent=1..1000] [config:K=V]` | starts a consumer |
//! | `set NAME [kind=KIND] [config:K=V]` with `[acks=] [linger=] [idempotence=]` of a producer or `[group=] [topics=] [from-beginning=true\|false] [assignor=] [instance=] [processing=] [commit=] [concurrent=]` of a consumer | other settings; an empty value takes one back. What runs closes as its library does and starts anew with them, and its rates go on then; `processing=` alone, and `topics=` alone of a Java or librdkafka consumer, change while it runs |
//! | `move NAME GROUP` | `set NAME group=GROUP` |
//! | `send NAME [TOPIC] [key=TEXT\|keys=KEYS] [value=TEXT\|size=BYTES\|tombstone] [partition=0..999] [header:K=V] [count=1..10000] [rate=RATE [for=TIME]]` | sends records: one, `count` in one call, or at a rate until `count`, `for` or `stop` ends it. Without a value it is the producer's name and a number |
//! | `stop NAME [TOPIC]` | ends the producer's rates: those to a topic, or all |
//! | `flush NAME` | sends what the producer keeps back |
//! | `crash NAME` | the process is gone, without a goodbye to its group |
//! | `leave NAME` | the client closes as its library does |
//! | `restart NAME` | a new process with the settings of the old one; one that still runs crashes first |
//! | `pause NAME`, `resume NAME` | no code of the process runs, as after SIGSTOP; its host still takes connections and bytes |
//! | `pause NAME PARTITION`, `resume NAME PARTITION` | the consumer fetches nothing of the partition meanwhile |
//! | `seek NAME PARTITION OFFSET\|beginning\|end` | where the consumer reads on |
//! | `commit NAME` | the consumer commits its positions |
//! | `slow NAME processing=0s..1h` | how long the consumer works on a record from then on |
//! | `subscribe NAME TOPIC,...` | `set NAME topics=TOPIC,...`: Java's and librdkafka's consumers join again with them, kafkajs's has to be stopped for it and starts anew |
//! | `broker NUMBER` | a further broker joins the cluster, the one with the next number: new partitions may be placed on it, the others stay where they are |
//! | `kill broker NUMBER`, `revive broker NUMBER` | the broker's process ends as by kill -9; it starts again with the files that it left |
//! | `drop next MESSAGE` | the next such message is lost |
//! | `delay next MESSAGE by 1us..1h` | the next such message is late, and what comes behind it |
//! | `cut CABLE`, `heal CABLE` | nothing goes through; it is whole again ([`crate::cables`] says what the ends notice) |
//! | `latency CABLE 1us..60s` | how long a message is under way from then on, each way; 1 ms if it is not said |
//! | `settle` | time passes until only periodic work is left: heartbeats, long polls, rates, refreshed metadata; at most a minute |
//! | `wait TIME` | time passes |
//! | `place NODE X,Y` | where something stands on the stage, from -100000 to 100000 |
//! | `rename NAME NAME` | another name for a client on the stage; its `client.id` stays |
//! | `remove NAME` | the client is gone from the stage, and its process without a goodbye |
//! | `kafka-NAME.sh ARGUMENTS`, also `./`, `bin/`, without `.sh` | runs that tool of Kafka's as a client of its own: `tool-1`, `tool-2`, ... |
//! | `file FILE TEXT` | a file of at most 64 KiB that tools can read; the brokers' own can be read as `broker-1/...` |
//! | `type [tool=NAME\|--] LINE` | a line typed into a tool that runs, the last one if it is not said; `--` before a line that looks like a name |
//! | `end-input [tool=NAME]` | Ctrl-D |
//! | `interrupt [tool=NAME]` | Ctrl-C |
//!
//! | Value | What it is |
//! | --- | --- |
//! | `NAME` | 1 to 40 letters, digits, dots, dashes and underscores; none of `answer`, `broker`, `brokers`, `from`, `group`, `next`, `producer`, `to`, `topic`. One client a name, at most 200 clients |
//! | `TOPIC` | as Kafka has it: 1 to 249 letters, digits, dots, dashes and underscores; neither `.` nor `..` |
//! | `GROUP` | 1 to 249 bytes without blanks at the ends |
//! | `PARTITION` | topic and number: `payment-done-0` |
//! | `KIND` | `java`, `kafkajs` (if it is not said), `librdkafka` |
//! | `ASSIGNOR` | `range`, `roundrobin`, `sticky`, `cooperative-sticky` |
//! | `POLICY` | `auto` as the library does, `each` record, `before` the work, `after` the work, `never` |
//! | `TIME` | a number with `us`, `ms`, `s`, `m`, `h` or `d`: `50ms`, `1.5s`; at most 30 days |
//! | `RATE` | 1 to 1000 in a second, a minute or an hour: `3/s`, `10/m`, `5/h` |
//! | `KEYS` | in turn: `user1..user9` (at most 1,000,000), or `anna,bert` (at most 1000) |
//! | `TEXT` | any text; a key or header of at most 64 KiB, a value of at most 2 MiB, all of one `send` at most 64 MiB |
//! | `BYTES` | 0 to 2097152 |
//! | `MESSAGE` | `request from NAME`, `API from NAME`, `answer to NAME`, `API answer to NAME`; `API` is a word like `produce` or `join_group` |
//! | `CABLE` | `NAME broker NUMBER`, `NAME brokers`, `broker NUMBER broker NUMBER` |
//! | `NODE` | `NAME` of a client or a tool, `topic TOPIC`, `group GROUP`, `broker NUMBER` |
//! | `K=V` | one of Kafka's names and its value, at most 100 of 10,000 bytes |
//! | `LINE` | one word, in quotes if it has blanks; at most 2 MiB |
//!
//! Words are separated by blanks. Quotes are a shell's: `'as it stands'`, `"with \" and \\"`, `$'with \n, \t, \u{e9}'`,
//! `\` before one letter. A `#` where a word could begin makes the rest of the line a comment. A script has at most
//! 10,000 commands in 16 MiB.

mod arguments;
mod change;
mod check;
mod clients;
mod command;
mod error;
mod faults;
mod parse;
mod print;
mod records;
#[cfg(test)]
mod tests;
mod tools;
mod value;
mod words;

pub use change::{Clearing, ClientChange, Setting};
pub(crate) use check::CLIENTS_MAX;
pub use check::{ClientRole, Known};
pub use command::{
    Acks, Assignor, ClientPartition, Command, CommitPolicy, ConsumerSpec, Node, Payload, Position, ProducerSpec,
    Profile, SendSpec,
};
pub use error::ScriptError;
pub use faults::{Cable, Direction, MessageMatch};
pub(crate) use parse::BROKERS_MAX;
pub use value::{Keys, Per, Rate};
pub use words::quote;

use std::fmt;
use std::str::FromStr;

/// Most commands of a script.
const COMMANDS_MAX: usize = 10_000;
/// Most bytes of a script.
const SIZE_MAX: usize = 16 * 1024 * 1024;

/// A script: commands with the lines in which they stand.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Script {
    /// In their order.
    pub lines: Vec<Line>,
}

/// A command and where it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// Counted from 1, as an editor does.
    pub number: u32,
    /// What it says.
    pub command: Command,
}

impl Script {
    /// Reads a script.
    ///
    /// ```
    /// use runnel_sandbox::script::Script;
    /// let script = Script::parse("topic orders partitions=3\nproducer shop kind=java # one of three kinds\n")?;
    /// assert_eq!(script.to_string(), "topic orders partitions=3\nproducer shop kind=java\n");
    /// let error = Script::parse("topic orders partitions=0").unwrap_err();
    /// assert_eq!(error.to_string(), "line 1: wanted a number of partitions from 1 to 1000, found \"0\"");
    /// # Ok::<(), runnel_sandbox::script::ScriptError>(())
    /// ```
    ///
    /// # Errors
    /// The first line that is no command.
    pub fn parse(text: &str) -> Result<Script, ScriptError> {
        if text.len() > SIZE_MAX {
            let wanted = format!("a script of at most {SIZE_MAX} bytes");
            return Err(ScriptError { line: 1, wanted, found: Some(format!("{} bytes", text.len())) });
        }
        let mut lines = Vec::new();
        for (number, line) in (1..).zip(text.split('\n')) {
            let command = parse::command(line.strip_suffix('\r').unwrap_or(line)).map_err(|error| error.at(number))?;
            if command.is_some() && lines.len() == COMMANDS_MAX {
                let wanted = format!("at most {COMMANDS_MAX} commands");
                return Err(ScriptError { line: number, wanted, found: Some(line.chars().take(60).collect()) });
            }
            lines.extend(command.map(|command| Line { number, command }));
        }
        Ok(Script { lines })
    }

    /// Checks the names of a whole script against those that are known where it begins.
    ///
    /// # Errors
    /// The first line with a name that clashes or that nobody bears.
    pub fn check(&self, known: Known) -> Result<(), ScriptError> {
        check::check(&self.lines, known)
    }
}

/// Cuts a line into words as commands are cut: blanks, quotes, escapes, comments.
///
/// # Errors
/// A quote that is not closed, an escape that is none.
pub fn split_words(line: &str) -> Result<Vec<String>, ScriptError> {
    words::split(line).map_err(|mistake| mistake.at(1))
}

impl fmt::Display for Script {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.iter().try_for_each(|line| writeln!(out, "{}", line.command))
    }
}

impl FromStr for Command {
    type Err = ScriptError;

    /// Reads one line, as it comes from a terminal.
    fn from_str(line: &str) -> Result<Command, ScriptError> {
        let command = match line.split_once('\n') {
            Some((_, more)) => Err(error::Mistake::found("one line", more)),
            None => parse::command(line),
        };
        let wanted = || error::Mistake::end("a command");
        command.and_then(|command| command.ok_or_else(wanted)).map_err(|mistake| mistake.at(1))
    }
}
