//! The tutorial's programs: `npm run ...`, and `node dist/...`, which is what it runs.
//!
//! | Line | What it starts |
//! | --- | --- |
//! | `npm run consume` | a kafkajs consumer of group `my-app3` that reads `quickstart-events` from the beginning |
//! | `npm run produce` | a kafkajs producer that sends `hi there` to `quickstart-events`, and stays, since it never disconnects |
//! | `npm run produce:user` | the same to `payment-done` with the key `user1` |
//! | `npm run start` | both of the first two, as the tutorial's first program |
//!
//! `GROUP=... TOPIC=... KEY=...` before it stand for other names. The simulated programs are called `consume-1`,
//! `produce-1` and so on, each by the first number that is free, since two clients of a world have two names.

use runnel_clients::ClientKind;
use runnel_sandbox::script::{Command, ConsumerSpec, Payload, ProducerSpec, ScriptError, SendSpec};
use std::collections::BTreeMap;

/// The tutorial's consumer group.
const GROUP: &str = "my-app3";
/// The tutorial's first topic.
const FIRST_TOPIC: &str = "quickstart-events";
/// The tutorial's second topic.
const SECOND_TOPIC: &str = "payment-done";
/// Names that may stand before `npm run`.
pub(super) const VARIABLES: [&str; 3] = ["GROUP", "TOPIC", "KEY"];
/// Most clients of a name.
const NUMBERS_MAX: u32 = 1_000;

/// What has to follow.
const SCRIPTS_WANTED: &str = "npm run consume, produce, produce:user or start";
/// What may be run.
pub(super) const SCRIPTS: [&str; 4] = ["consume", "produce", "produce:user", "start"];

/// The commands that start a program of the tutorial's, if the words say so. `is_taken` says whether a client of that
/// name is there.
pub(super) fn read(all: &[String], is_taken: &dyn Fn(&str) -> bool) -> Result<Option<Vec<Command>>, ScriptError> {
    let first = all.iter().position(|word| !is_assignment(word)).unwrap_or(all.len());
    let (assignments, rest) = all.split_at(first);
    let script = match rest {
        [npm, run, script] if npm == "npm" && run == "run" => script.as_str(),
        [npm, start] if npm == "npm" && start == "start" => "start",
        [npm, ..] if npm == "npm" => return Err(mistake(SCRIPTS_WANTED, Some(&rest.join(" ")))),
        [node, file] if node == "node" => match script_of_file(file) {
            Some(script) => script,
            None => {
                return Err(mistake("node dist/index.js, consumer.js, producer.js or producer-user.js", Some(file)));
            }
        },
        _other => {
            let assignment = assignments.first();
            let refused = assignment.map(|one| mistake("npm run behind GROUP=, TOPIC= and KEY=", Some(one)));
            return refused.map_or(Ok(None), Err);
        }
    };
    let mut names = BTreeMap::new();
    for assignment in assignments {
        let (name, value) = assignment.split_once('=').unwrap_or((assignment, ""));
        if value.is_empty() {
            return Err(mistake(&format!("a name behind {name}="), Some(assignment)));
        }
        let is_plain = value.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter));
        if name == "TOPIC" && !is_plain {
            return Err(mistake("a topic's name: letters, digits, dots, dashes and underscores", Some(value)));
        }
        names.insert(name, value.to_owned());
    }
    let commands = match script {
        "consume" => vec![consumer(&names, is_taken)?],
        "produce" => producer(&names, FIRST_TOPIC, None, is_taken)?,
        "produce:user" => producer(&names, SECOND_TOPIC, Some("user1"), is_taken)?,
        "start" => {
            let mut commands = producer(&names, FIRST_TOPIC, None, is_taken)?;
            commands.push(consumer(&names, is_taken)?);
            commands
        }
        other => return Err(mistake(SCRIPTS_WANTED, Some(other))),
    };
    // What was put together has to be what could have been typed.
    commands.iter().map(|command| command.to_string().parse()).collect::<Result<_, _>>().map(Some)
}

/// The script that runs a file of the tutorial's.
fn script_of_file(file: &str) -> Option<&'static str> {
    match file.strip_prefix("./").unwrap_or(file).strip_prefix("dist/")? {
        "consumer.js" => Some("consume"),
        "producer.js" => Some("produce"),
        "producer-user.js" => Some("produce:user"),
        "index.js" => Some("start"),
        _other => None,
    }
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| VARIABLES.contains(&name))
}

fn mistake(wanted: &str, found: Option<&str>) -> ScriptError {
    ScriptError { line: 1, wanted: wanted.to_owned(), found: found.map(|found| found.chars().take(60).collect()) }
}

/// The first name of its kind that is free.
fn free(stem: &str, is_taken: &dyn Fn(&str) -> bool) -> Result<String, ScriptError> {
    let names = (1..=NUMBERS_MAX).map(|number| format!("{stem}-{number}"));
    let mut free = names.filter(|name| !is_taken(name));
    free.next().ok_or_else(|| mistake(&format!("at most {NUMBERS_MAX} programs of a kind"), Some(stem)))
}

fn consumer(names: &BTreeMap<&str, String>, is_taken: &dyn Fn(&str) -> bool) -> Result<Command, ScriptError> {
    let named = |name: &str, default: &str| names.get(name).cloned().unwrap_or_else(|| default.to_owned());
    Ok(Command::Consumer(ConsumerSpec {
        name: free("consume", is_taken)?,
        kind: ClientKind::Kafkajs,
        group: named("GROUP", GROUP),
        topics: vec![named("TOPIC", FIRST_TOPIC)],
        from_beginning: true,
        assignors: Vec::new(),
        instance: None,
        processing: None,
        commit: None,
        concurrent: None,
        configs: BTreeMap::new(),
    }))
}

fn producer(
    names: &BTreeMap<&str, String>,
    topic: &str,
    key: Option<&str>,
    is_taken: &dyn Fn(&str) -> bool,
) -> Result<Vec<Command>, ScriptError> {
    let name = free("produce", is_taken)?;
    let started = ProducerSpec {
        name: name.clone(),
        kind: ClientKind::Kafkajs,
        acks: None,
        linger: None,
        idempotence: None,
        configs: BTreeMap::new(),
    };
    let sent = SendSpec {
        producer: name,
        topic: Some(names.get("TOPIC").cloned().unwrap_or_else(|| topic.to_owned())),
        key: names.get("KEY").cloned().or_else(|| key.map(str::to_owned)),
        keys: None,
        value: Payload::Text("hi there".to_owned()),
        partition: None,
        headers: Vec::new(),
        count: None,
        rate: None,
        during: None,
    };
    Ok(vec![Command::Producer(started), Command::Send(sent)])
}

#[cfg(test)]
mod tests {
    use super::read;
    use runnel_sandbox::script::{ScriptError, split_words};

    fn all(line: &str, taken: &[&str]) -> Result<Option<Vec<String>>, ScriptError> {
        let commands = read(&split_words(line)?, &|name| taken.contains(&name))?;
        Ok(commands.map(|commands| commands.iter().map(ToString::to_string).collect()))
    }

    /// What a line stands for, where these names are taken.
    fn lines(line: &str, taken: &[&str]) -> Vec<String> {
        all(line, taken).unwrap_or_else(|error| panic!("{error}")).unwrap_or_else(|| panic!("{line} is no program"))
    }

    #[test]
    fn the_tutorials_programs_have_the_tutorials_names() {
        let consumer = "consumer consume-1 kind=kafkajs group=my-app3 topics=quickstart-events from-beginning";
        assert_eq!(lines("npm run consume", &[]), [consumer]);
        let sent = "send produce-1 quickstart-events \"value=hi there\"";
        assert_eq!(lines("npm run produce", &[]), ["producer produce-1 kind=kafkajs", sent]);
        let sent = "send produce-1 payment-done key=user1 \"value=hi there\"";
        assert_eq!(lines("npm run produce:user", &[]), ["producer produce-1 kind=kafkajs", sent]);
        assert_eq!(lines("npm run start", &[]).len(), 3);
        assert_eq!(lines("npm start", &[]), lines("npm run start", &[]));
    }

    #[test]
    fn a_compiled_program_is_what_its_script_runs() {
        for (file, script) in [("consumer", "consume"), ("producer-user", "produce:user"), ("index", "start")] {
            assert_eq!(lines(&format!("node dist/{file}.js"), &[]), lines(&format!("npm run {script}"), &[]));
        }
        assert_eq!(lines("GROUP=a node ./dist/consumer.js", &[]), lines("GROUP=a npm run consume", &[]));
        assert!(all("node dist/nothing.js", &[]).unwrap_err().to_string().ends_with("found \"dist/nothing.js\""));
    }

    #[test]
    fn names_before_it_stand_for_others_and_a_program_takes_the_first_name_that_is_free() {
        let taken = ["consume-1", "consume-2"];
        let consumer = "consumer consume-3 kind=kafkajs group=billing topics=orders from-beginning";
        assert_eq!(lines("GROUP=billing TOPIC=orders npm run consume", &taken), [consumer]);
        let sent = "send produce-1 orders \"key=user 4\" \"value=hi there\"";
        assert_eq!(lines("KEY='user 4' TOPIC=orders npm run produce", &taken)[1], sent);
    }

    #[test]
    fn what_is_no_program_is_refused_and_other_lines_are_left_alone() {
        let refused = |line: &str| all(line, &[]).unwrap_err().to_string();
        let scripts = "npm run consume, produce, produce:user or start";
        assert_eq!(refused("npm run build"), format!("line 1: wanted {scripts}, found \"build\""));
        assert_eq!(refused("npm install"), format!("line 1: wanted {scripts}, found \"npm install\""));
        assert_eq!(refused("GROUP= npm run consume"), "line 1: wanted a name behind GROUP=, found \"GROUP=\"");
        assert_eq!(
            refused("GROUP=a crash anna"),
            "line 1: wanted npm run behind GROUP=, TOPIC= and KEY=, found \"GROUP=a\""
        );
        assert!(refused("TOPIC='a b' npm run produce").ends_with("and underscores, found \"a b\""));
        assert_eq!(all("crash anna", &[]), Ok(None));
        assert_eq!(all("", &[]), Ok(None));
    }
}
