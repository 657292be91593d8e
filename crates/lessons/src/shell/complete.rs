//! How a line may go on: commands, flags, and the names that stand on the stage.

use super::{PageWord, help, names, npm, rows_of};
use runnel_sandbox::scene::{ClientRole, ClientState, Scene};
use runnel_sandbox::script::grammar;
use runnel_sandbox::world::Extras;

/// Values that options of Kafka's tools take, and options that take names.
const OPTION_VALUES: [(&str, &[&str]); 7] = [
    ("--bootstrap-server", &["localhost:9092"]),
    ("--broker-list", &["localhost:9092"]),
    ("--entity-type", &["topics", "brokers"]),
    ("--isolation-level", &["read_uncommitted", "read_committed"]),
    ("--compression-codec", &["none", "gzip", "snappy", "lz4", "zstd"]),
    ("--formatter-property", &["print.key=true", "print.partition=true", "print.offset=true", "print.timestamp=true"]),
    ("--reader-property", &["parse.key=true", "key.separator=:"]),
];
/// Options that may be given again.
const AGAIN: [&str; 5] = ["--config", "--formatter-property", "--reader-property", "--command-property", "--topic"];

/// How a line may go on.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Completion {
    /// Where the word begins that is completed, in bytes.
    pub from: usize,
    /// What may stand there, in an order that helps.
    pub candidates: Vec<Candidate>,
}

/// A word that may stand there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// The whole word.
    pub text: String,
    /// What it is; empty for names.
    pub about: String,
}

impl Candidate {
    /// Whether a blank may follow: not behind `kind=`.
    pub fn is_whole(&self) -> bool {
        !self.text.ends_with(['=', ':', '/'])
    }
}

impl Completion {
    /// What all candidates have in common.
    pub fn common(&self) -> &str {
        let Some(first) = self.candidates.first() else { return "" };
        let end = self.candidates.iter().fold(first.text.len(), |end, candidate| {
            let same = first.text.char_indices().zip(candidate.text.chars());
            let same = same.take_while(|((_, one), other)| one == other);
            end.min(same.last().map_or(0, |((at, letter), _)| at + letter.len_utf8()))
        });
        &first.text[..end]
    }
}

/// How a line may go on that is typed so far.
pub fn complete(scene: &Scene, line: &str) -> Completion {
    let (from, mut words) = cut(line);
    let word = words.pop().unwrap_or_default();
    let assigned = words.iter().take_while(|word| npm::VARIABLES.iter().any(|name| is_of(word, name))).count();
    let words = &words[assigned..];
    let mut candidates = match words.split_first() {
        None => first(scene, word, assigned > 0),
        Some((&"npm", [])) => plain(["run".to_owned(), "start".to_owned()]),
        Some((&"npm", ["run"])) => plain(npm::SCRIPTS.map(str::to_owned)),
        Some((&"npm", _)) => Vec::new(),
        Some((&"node", [])) => {
            plain(["index", "consumer", "producer", "producer-user"].map(|file| format!("dist/{file}.js")))
        }
        Some((&("help" | "man"), [])) => commands().into_iter().chain(plain(names::tools(""))).collect(),
        Some((command, given)) => match names::tool(command) {
            Some(tool) => of_tool(scene, tool, given, word),
            None => of_command(scene, command, given, word),
        },
    };
    candidates.retain(|candidate| candidate.text.starts_with(word) && candidate.text != word);
    Completion { from, candidates }
}

/// The words of a line as they were typed, the one that is being typed last, and where that one begins.
fn cut(line: &str) -> (usize, Vec<&str>) {
    let mut words = Vec::new();
    let (mut from, mut quote) = (0, None);
    for (at, letter) in line.char_indices() {
        match (quote, letter) {
            (Some(open), letter) if open == letter => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(letter),
            (None, letter) if letter.is_ascii_whitespace() => {
                if from < at {
                    words.push(&line[from..at]);
                }
                from = at + 1;
            }
            (None, _) => {}
        }
    }
    words.push(&line[from..]);
    (from, words)
}

fn is_of(word: &str, name: &str) -> bool {
    word.strip_prefix(name).is_some_and(|rest| rest.starts_with('='))
}

fn plain(words: impl IntoIterator<Item = String>) -> Vec<Candidate> {
    words.into_iter().map(|text| Candidate { text, about: String::new() }).collect()
}

/// Words behind `name=`.
fn behind(name: &str, words: impl IntoIterator<Item = String>) -> Vec<Candidate> {
    plain(words.into_iter().map(|word| format!("{name}{word}")))
}

/// A line's first word.
fn first(scene: &Scene, word: &str, is_program: bool) -> Vec<Candidate> {
    let named = match word.split_once('=') {
        Some(("GROUP", _)) => Some(("GROUP=", names::groups(scene))),
        Some(("TOPIC", _)) => Some(("TOPIC=", names::topics(scene))),
        Some(("KEY", _)) => Some(("KEY=", vec!["user1".to_owned(), "user2".to_owned()])),
        Some(_) | None => None,
    };
    if let Some((name, words)) = named {
        return behind(name, words);
    }
    let variables = npm::VARIABLES.map(|name| Candidate { text: format!("{name}="), about: "of npm run".to_owned() });
    let npm = Candidate { text: "npm".to_owned(), about: "the tutorial's programs".to_owned() };
    if is_program {
        return variables.into_iter().chain([npm]).collect();
    }
    let tools = plain(names::tools(word));
    let of_page = PageWord::ALL.iter().map(|(name, _, about)| (*name, *about)).chain([("help", "what can be typed")]);
    let of_page = of_page.map(|(name, about)| Candidate { text: name.to_owned(), about: about.to_owned() });
    tools.into_iter().chain(commands()).chain([npm]).chain(of_page).chain(variables).collect()
}

/// The stage's commands, each with the beginning of what it does.
fn commands() -> Vec<Candidate> {
    let told = help::first_words().into_iter().map(|text| {
        let about = rows_of(&text).first().map(|row| row.about.replace('`', "")).unwrap_or_default();
        let about = about.split([';', ':']).next().unwrap_or_default().to_owned();
        Candidate { text, about }
    });
    told.collect()
}

fn of_tool(scene: &Scene, tool: &str, given: &[&str], word: &str) -> Vec<Candidate> {
    let options = Extras::tool_options(tool);
    let takes = |name: &str| options.iter().any(|option| option.name == name && option.takes_argument);
    if let Some(before) = given.last().filter(|before| takes(before)) {
        return plain(option_values(scene, before, given));
    }
    if let Some((name, _)) = word.split_once('=').filter(|(name, _)| takes(name)) {
        return behind(&format!("{name}="), option_values(scene, name, given));
    }
    let is_new = |name: &str| AGAIN.contains(&name) || !given.contains(&name);
    let left = options.into_iter().filter(|option| is_new(&option.name));
    left.map(|option| Candidate { text: option.name, about: option.about }).collect()
}

fn option_values(scene: &Scene, option: &str, given: &[&str]) -> Vec<String> {
    match option {
        "--topic" => names::topics(scene),
        "--group" => names::groups(scene),
        "--entity-name" if given.windows(2).any(|pair| pair == ["--entity-type", "brokers"]) => names::brokers(scene),
        "--entity-name" => names::topics(scene),
        _other => {
            let known = OPTION_VALUES.iter().find(|(name, _)| *name == option);
            known.map(|(_, values)| values.iter().map(|value| (*value).to_owned()).collect()).unwrap_or_default()
        }
    }
}

/// What may follow a command of the stage's, by the grammar.
fn of_command(scene: &Scene, command: &str, given: &[&str], word: &str) -> Vec<Candidate> {
    let rows = rows_of(command);
    let usages = rows.iter().flat_map(|row| &row.usages).filter(|usage| usage.split(' ').next() == Some(command));
    let mut candidates: Vec<Candidate> = Vec::new();
    for usage in usages {
        let more = Usage::of(usage).candidates(scene, command, given, word);
        candidates.extend(more.into_iter().filter(|one| !candidates.contains(one)).collect::<Vec<_>>());
    }
    candidates
}

/// A usage, taken apart.
#[derive(Debug, Default)]
struct Usage {
    /// Words that have a place, each as its choices: `NAME`, or `true`.
    places: Vec<Vec<String>>,
    /// `kind=` with what stands behind it.
    named: Vec<(String, String)>,
    /// Words that may stand anywhere: `from-beginning`.
    flags: Vec<String>,
}

impl Usage {
    fn of(usage: &str) -> Usage {
        let mut found = Usage::default();
        let text = usage.replace("[=", "=");
        let mut is_optional = false;
        for token in text.split(' ').skip(1) {
            is_optional |= token.starts_with('[');
            let bare = token.replace(['[', ']'], "");
            if bare.contains('=') {
                found.note_named(&bare);
            } else if is_optional && bare.starts_with(|letter: char| letter.is_ascii_lowercase()) {
                found.flags.push(bare);
            } else {
                found.places.push(bare.split('|').map(str::to_owned).collect());
            }
            is_optional &= !token.ends_with(']');
        }
        found
    }

    /// `key=TEXT|keys=KEYS`, `acks=0|1|all`, `value=TEXT|size=BYTES|tombstone`.
    fn note_named(&mut self, token: &str) {
        for piece in token.split('|') {
            let split = piece.find('=').map(|at| piece.split_at(at + 1));
            // A word of a config's or header's own has the name behind a colon.
            let split = split.map(|(name, value)| name.find(':').map_or((name, value), |at| (&name[..=at], "")));
            match (split, self.named.last_mut()) {
                (Some((name, value)), _) => self.named.push((name.to_owned(), value.to_owned())),
                (None, Some((_, value))) if value.starts_with(|letter: char| !letter.is_ascii_uppercase()) => {
                    value.push_str(&format!("|{piece}"));
                }
                (None, _) => self.flags.push(piece.to_owned()),
            }
        }
    }

    fn candidates(&self, scene: &Scene, command: &str, given: &[&str], word: &str) -> Vec<Candidate> {
        let is_named = |word: &str| self.named.iter().any(|(name, _)| word.starts_with(name.as_str()));
        let mut placed = given.iter().filter(|word| !is_named(word) && !self.flags.iter().any(|flag| flag == *word));
        let mut places = self.places.iter();
        for word in placed.by_ref() {
            let Some(choices) = places.next() else { return Vec::new() };
            // A word that stands for itself has to be that one.
            let is_literal = |choice: &String| !choice.starts_with(|letter: char| letter.is_ascii_uppercase());
            if choices.iter().all(is_literal) && !choices.iter().any(|choice| choice == word) {
                return Vec::new();
            }
        }
        if let Some((name, value)) = self.named.iter().find(|(name, _)| word.starts_with(name.as_str())) {
            // Of a list the last word is completed.
            let list = word.rfind(',').filter(|_| value.contains(",...")).map_or(name.len(), |at| at + 1);
            return behind(&word[..list], values(scene, command, value.trim_end_matches(",...")));
        }
        match places.next() {
            Some(choices) => plain(choices.iter().flat_map(|choice| values(scene, command, choice))),
            None => {
                let is_new = |name: &str| name.ends_with(':') || !given.iter().any(|word| word.starts_with(name));
                let named = self.named.iter().map(|(name, _)| name).filter(|name| is_new(name));
                plain(named.chain(self.flags.iter().filter(|flag| is_new(flag))).cloned())
            }
        }
    }
}

/// What may stand for a word of the grammar.
fn values(scene: &Scene, command: &str, value: &str) -> Vec<String> {
    let of = |role: ClientRole| move |found: ClientRole, _: ClientState| found == role;
    match value {
        // These make something new.
        "NAME" | "TOPIC" | "GROUP" if ["producer", "topic", "group"].contains(&command) => Vec::new(),
        "NAME" if command == "consumer" => Vec::new(),
        "NAME" => match command {
            "send" | "wire" | "unwire" | "flush" | "stop" => names::clients(scene, of(ClientRole::Producer)),
            "type" | "end-input" | "interrupt" => names::clients(scene, of(ClientRole::Tool)),
            "move" | "seek" | "commit" | "slow" | "subscribe" => names::clients(scene, of(ClientRole::Consumer)),
            _other => names::clients(scene, |role, _| role != ClientRole::Tool),
        },
        "TOPIC" | "TOPIC,..." => names::topics(scene),
        "GROUP" => names::groups(scene),
        "PARTITION" => names::partitions(scene),
        "NUMBER" => names::brokers(scene),
        "NODE" => {
            let words = ["topic", "group", "broker"].map(str::to_owned);
            names::clients(scene, |_, _| true).into_iter().chain(words).collect()
        }
        "CABLE" => names::clients(scene, |_, _| true),
        name if name.starts_with(|letter: char| letter.is_ascii_uppercase()) => grammar::words_of(name),
        // A range is no word.
        words if words.contains("..") => Vec::new(),
        words => words.split('|').filter(|word| !word.is_empty()).map(str::to_owned).collect(),
    }
}
