//! The text of a scenario: commands, and under each what it printed.
//!
//! ```text
//! # A sentence that says what is shown.
//! @needs kcat
//!
//! $ kafka-console-producer.sh --topic orders --bootstrap-server localhost:9092
//! < hello
//! | >>
//! = 0
//! ```
//!
//! | Line | Meaning |
//! | --- | --- |
//! | `# ...` | a remark |
//! | `@needs PROGRAM` | the scenario is left out, visibly, on a machine without it |
//! | `@set KEY=VALUE` | the server starts with this broker config |
//! | `$ COMMAND` | runs to its end; its outputs are kept, standard error after standard output |
//! | `$ COMMAND \| grep -E 'RE' \| sort` | keeps some lines, in some order (`grep -E`, `-oE`, `-vE`, `sort`, `uniq`) |
//! | `await TEXT $ COMMAND` | runs it again and again until it prints TEXT; that run's outputs are kept |
//! | `& NAME COMMAND` | starts it beside the others |
//! | `until NAME,NAME COUNT TEXT` | waits until they have together printed COUNT lines that hold TEXT |
//! | `share NAME,NAME TOPIC PARTITIONS` | waits until these kafkajs members share the partitions out, and shows how |
//! | `wait NAME,NAME`, `stop NAME,NAME` | waits for their end, or asks for it (SIGINT); shows outputs |
//! | `leave NAME`, `kill NAME` | ends it (SIGTERM, SIGKILL); what it printed is shown by a later `wait` or `stop` |
//! | `file NAME` | writes the `< ` lines below into a file of the scenario's folder |
//! | `restart server`, `stop server`, `kill server`, `start server` | as they say; the data stay |
//! | `< ...` | a line of standard input, or of the file |
//! | `\| ...`, `! ...`, `= STATUS` | what came: standard output, standard error, a status other than 0 |
//!
//! In commands, input and files, `localhost:9092` stands for the server under test, `{data}` for the broker's folder
//! of partitions.

use std::fmt;

/// One step: the line that says it, and the input lines under it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// The line as written.
    pub line: String,
    /// What to do.
    pub act: Act,
    /// The `< ` lines below it, as one text.
    pub input: String,
}

/// What a step does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Act {
    /// Runs a command to its end.
    Run(Pipeline),
    /// Runs a command until it prints a text.
    Await(String, Pipeline),
    /// Starts a command beside the others.
    Start(String, Pipeline),
    /// Waits until the named have printed some lines that hold a text.
    Until(Vec<String>, usize, String),
    /// Waits until kafkajs members share the partitions of a topic.
    Share(Vec<String>, String, usize),
    /// Ends one by a signal and waits until it is gone; what it printed can still be shown.
    Leave(String, &'static str),
    /// Waits for the end of the named, after a signal or without one.
    End(Vec<String>, Option<&'static str>, Vec<Filter>),
    /// Writes a file.
    File(String),
    /// Starts, stops or kills the server.
    Server(Vec<ServerAct>),
}

/// What is done to the server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ServerAct {
    /// Starts it again on its data.
    Start,
    /// Asks it to end.
    Stop,
    /// Ends it without a goodbye.
    Kill,
}

/// A command and what its output passes through.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Pipeline {
    /// Program and arguments.
    pub words: Vec<String>,
    /// From left to right.
    pub filters: Vec<Filter>,
}

/// What lines pass through before they are kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Filter {
    /// Lines that hold a match.
    Keep(String),
    /// What matches, a line for each match.
    Only(String),
    /// Lines that hold none.
    Drop(String),
    /// In order.
    Sort,
    /// Equal neighbours once.
    Unique,
}

/// A line of a transcript, remarks and blank lines with it, so that the whole can be written out again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Line {
    /// A remark, a blank line or an `@` line.
    Text(String),
    /// A step.
    Step(Step),
}

/// A whole scenario.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Transcript {
    /// In the order of the file, without what commands printed.
    pub lines: Vec<Line>,
    /// Programs without which the scenario is left out.
    pub needs: Vec<String>,
    /// Broker configs.
    pub configs: Vec<String>,
}

/// A line that is no step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TranscriptError {
    /// Counted from 1.
    pub line: usize,
    /// What was wanted there.
    pub wanted: &'static str,
    /// What stands there.
    pub found: String,
}

impl fmt::Display for TranscriptError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}: wanted {}, found {:?}", self.line, self.wanted, self.found)
    }
}

impl Transcript {
    /// Reads a transcript; what commands printed is passed over.
    ///
    /// # Errors
    /// [`TranscriptError`] at the first line that is no step.
    pub fn parse(text: &str) -> Result<Transcript, TranscriptError> {
        let mut transcript = Transcript::default();
        for (index, line) in text.lines().enumerate() {
            let error = |wanted| TranscriptError { line: index + 1, wanted, found: line.to_owned() };
            if let Some(input) = line.strip_prefix('<') {
                let Some(Line::Step(step)) = transcript.lines.last_mut() else {
                    return Err(error("a step above the input"));
                };
                step.input.push_str(input.strip_prefix(' ').unwrap_or(input));
                step.input.push('\n');
            } else if line.is_empty() || line.starts_with('#') || line.starts_with('@') {
                if let Some(program) = line.strip_prefix("@needs ") {
                    transcript.needs.push(program.to_owned());
                } else if let Some(config) = line.strip_prefix("@set ") {
                    transcript.configs.push(config.to_owned());
                }
                transcript.lines.push(Line::Text(line.to_owned()));
            } else if !is_output(line) {
                let act = act(line).map_err(error)?;
                transcript.lines.push(Line::Step(Step { line: line.to_owned(), act, input: String::new() }));
            }
        }
        Ok(transcript)
    }
}

fn is_output(line: &str) -> bool {
    matches!(line.as_bytes(), [b'|' | b'!' | b'='] | [b'|' | b'!' | b'=', b' ', ..])
}

fn act(line: &str) -> Result<Act, &'static str> {
    let (verb, rest) = line.split_once(' ').ok_or("a step")?;
    match (verb, rest) {
        ("start", "server") => Ok(Act::Server(vec![ServerAct::Start])),
        ("stop", "server") => Ok(Act::Server(vec![ServerAct::Stop])),
        ("kill", "server") => Ok(Act::Server(vec![ServerAct::Kill])),
        ("restart", "server") => Ok(Act::Server(vec![ServerAct::Stop, ServerAct::Start])),
        ("$", command) => Ok(Act::Run(pipeline(command)?)),
        ("await", rest) => {
            let (text, command) = rest.split_once(" $ ").ok_or("await TEXT $ COMMAND")?;
            Ok(Act::Await(text.to_owned(), pipeline(command)?))
        }
        ("&", rest) => {
            let (name, command) = rest.split_once(' ').ok_or("& NAME COMMAND")?;
            Ok(Act::Start(name.to_owned(), pipeline(command)?))
        }
        ("until", rest) => {
            let mut parts = rest.splitn(3, ' ');
            let (Some(names), Some(Ok(count)), Some(text)) = (parts.next(), parts.next().map(str::parse), parts.next())
            else {
                return Err("until NAME,NAME COUNT TEXT");
            };
            Ok(Act::Until(names_of(names), count, text.to_owned()))
        }
        ("share", rest) => {
            let parts: Vec<&str> = rest.split(' ').collect();
            let [names, topic, partitions] = parts[..] else {
                return Err("share NAME,NAME TOPIC PARTITIONS");
            };
            let partitions = partitions.parse().map_err(|_| "a count of partitions")?;
            Ok(Act::Share(names_of(names), topic.to_owned(), partitions))
        }
        ("wait", rest) => end(rest, None),
        ("stop", rest) => end(rest, Some("INT")),
        ("leave", name) => Ok(Act::Leave(name.to_owned(), "TERM")),
        ("kill", name) => Ok(Act::Leave(name.to_owned(), "KILL")),
        ("file", name) => Ok(Act::File(name.to_owned())),
        _ => Err("a step"),
    }
}

fn end(rest: &str, signal: Option<&'static str>) -> Result<Act, &'static str> {
    let Pipeline { words, filters } = pipeline(rest)?;
    let [names] = &words[..] else {
        return Err("names with commas between them");
    };
    Ok(Act::End(names_of(names), signal, filters))
}

fn names_of(text: &str) -> Vec<String> {
    text.split(',').map(str::to_owned).collect()
}

fn pipeline(text: &str) -> Result<Pipeline, &'static str> {
    let mut parts = split_words(text).into_iter();
    let mut pipeline = Pipeline { words: parts.by_ref().take_while(|word| word != "|").collect(), filters: vec![] };
    let rest: Vec<String> = parts.collect();
    for filter in rest.split(|word| word == "|").filter(|words| !words.is_empty()) {
        let words: Vec<&str> = filter.iter().map(String::as_str).collect();
        pipeline.filters.push(match words[..] {
            ["sort"] => Filter::Sort,
            ["uniq"] => Filter::Unique,
            ["grep", "-E", pattern] => Filter::Keep(pattern.to_owned()),
            ["grep", "-oE", pattern] => Filter::Only(pattern.to_owned()),
            ["grep", "-vE", pattern] => Filter::Drop(pattern.to_owned()),
            _ => return Err("grep -E, -oE or -vE 'RE', sort or uniq after the bar"),
        });
    }
    if pipeline.words.is_empty() { Err("a command") } else { Ok(pipeline) }
}

/// Words as a shell has them: blanks between them, quotes around what holds blanks. Nothing is expanded.
fn split_words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    for letter in text.chars() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (Some(_), letter) => word.get_or_insert_default().push(letter),
            (None, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            (None, letter) => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests;
