//! Plays a transcript against a server, and writes down what came.

use crate::address;
use crate::folders;
use crate::jvm;
use crate::normalise::normalise;
use crate::running::{Running, Stream};
use crate::server::{Kind, Server};
use crate::tools;
use crate::transcript::{Act, Filter, Line, Pipeline, ServerAct, Step, Transcript};
use regex_lite::Regex;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

/// How long one step may take.
const STEP: Duration = Duration::from_secs(60);

/// How long one run of a command may take that is run again and again.
const TRY: Duration = Duration::from_secs(20);

/// A server, the programs that run beside each other, and the folder in which they do.
#[derive(Debug)]
pub struct Stage {
    server: Server,
    scripts: Scripts,
    folder: PathBuf,
    beside: BTreeMap<String, (Running, Pipeline)>,
}

/// Which programs play the lines that name one of Kafka's scripts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scripts {
    /// Kafka's own tools, in the shared JVM.
    Kafkas,
    /// The tools of `runnel`, a process each; Kafka's own where it has none.
    Native,
}

/// What a command printed, and how it ended.
struct Came {
    out: String,
    err: String,
    status: i32,
}

impl Stage {
    /// Starts a fresh server for the scenario `name`, and lays the programs of this package ready.
    ///
    /// # Errors
    /// If the server does not come to serve.
    pub fn open(name: &str, kind: Kind, configs: &[String]) -> Result<Stage, String> {
        let folder = folders::fresh(name);
        let server = Server::start(kind, &folder.join("data"), configs)?;
        let aim = |bytes: Vec<u8>| match String::from_utf8(bytes) {
            Ok(text) => address::aim(&text, server.port()).into_bytes(),
            Err(error) => error.into_bytes(),
        };
        for programs in ["node/dist", "python"] {
            let from = folders::package(programs);
            if from.is_dir() {
                folders::copy(&from, &folder, &aim);
            }
        }
        Ok(Stage { server, scripts: Scripts::Kafkas, folder, beside: BTreeMap::new() })
    }

    /// The same, with other programs for Kafka's scripts.
    #[must_use]
    pub fn with_scripts(mut self, scripts: Scripts) -> Stage {
        self.scripts = scripts;
        self
    }

    /// The server.
    pub fn server(&mut self) -> &mut Server {
        &mut self.server
    }

    /// Plays a transcript from its first line to its last, and returns it with what came under each step.
    ///
    /// # Errors
    /// The step that could not be played and why, after all that came before it.
    pub fn play(&mut self, transcript: &Transcript) -> Result<String, String> {
        let mut written = String::new();
        for line in &transcript.lines {
            match line {
                Line::Text(text) => written.push_str(&format!("{text}\n")),
                Line::Step(step) => {
                    written.push_str(&format!("{}\n", step.line));
                    if step.line.starts_with("file ") || !step.input.is_empty() {
                        step.input.lines().for_each(|line| {
                            written.push_str(format!("< {line}").trim_end());
                            written.push('\n');
                        });
                    }
                    match self.step(step) {
                        Ok(came) => written.push_str(&came),
                        Err(error) => return Err(format!("{written}^ {error}\nserver: {}", self.server.log())),
                    }
                }
            }
        }
        Ok(written)
    }

    fn step(&mut self, step: &Step) -> Result<String, String> {
        match &step.act {
            Act::Run(pipeline) => {
                let came = self.run(pipeline, &step.input, STEP)?;
                Ok(show(&came, &pipeline.filters))
            }
            Act::Await(text, pipeline) => self.run_until(text, pipeline),
            Act::Start(name, pipeline) => {
                let mut running = self.command(pipeline)?;
                running.feed(&address::aim(&step.input, self.server.port()));
                self.beside.insert(name.clone(), (running, pipeline.clone()));
                Ok(String::new())
            }
            Act::Until(names, count, text) => {
                self.listen(names, |printed| lines_with(printed, text) >= *count)?;
                Ok(String::new())
            }
            Act::Share(names, topic, partitions) => {
                let mut shown = None;
                self.listen(names, |printed| {
                    shown = shares(printed, topic, *partitions);
                    shown.is_some()
                })?;
                Ok(shown.unwrap_or_default().iter().map(|share| format!("| {share}\n")).collect())
            }
            Act::Leave(name, signal) => {
                let (running, _) = self.beside.get_mut(name).ok_or_else(|| format!("nothing is named {name:?}"))?;
                running.signal(signal);
                running.wait(STEP).map_err(|late| late.0)?;
                Ok(String::new())
            }
            Act::End(names, signal, filters) => self.end(names, *signal, filters),
            Act::File(name) => {
                let text = address::aim(&step.input, self.server.port());
                std::fs::write(self.folder.join(name), text)
                    .map_err(|error| format!("cannot write {name}: {error}"))?;
                Ok(String::new())
            }
            Act::Server(acts) => {
                for act in acts {
                    match act {
                        ServerAct::Start => self.server.resume()?,
                        ServerAct::Stop => self.server.stop()?,
                        ServerAct::Kill => self.server.kill(),
                    }
                }
                Ok(String::new())
            }
        }
    }

    fn run(&mut self, pipeline: &Pipeline, input: &str, within: Duration) -> Result<Came, String> {
        let mut running = self.command(pipeline)?;
        running.feed(&address::aim(input, self.server.port()));
        running.close_input();
        running.wait(within).map_err(|late| late.0)?;
        Ok(self.came(&running))
    }

    fn run_until(&mut self, text: &str, pipeline: &Pipeline) -> Result<String, String> {
        let deadline = Instant::now() + STEP;
        loop {
            let came = self.run(pipeline, "", TRY)?;
            let shown = show(&came, &pipeline.filters);
            if shown.contains(text) {
                return Ok(shown);
            }
            if Instant::now() > deadline {
                return Err(format!("{text:?} was not printed within {STEP:?}; the last run printed\n{shown}"));
            }
        }
    }

    /// Listens to programs that run beside each other until `met` holds for what each has printed.
    fn listen(&mut self, names: &[String], mut met: impl FnMut(&[String]) -> bool) -> Result<(), String> {
        let deadline = Instant::now() + STEP;
        loop {
            let mut printed = Vec::new();
            for name in names {
                let (running, _) = self.beside.get_mut(name).ok_or_else(|| format!("nothing is named {name:?}"))?;
                running.catch_up();
                printed.push(running.printed(Stream::Out) + &running.printed(Stream::Err));
            }
            if met(&printed) {
                return Ok(());
            }
            let (first, _) = self.beside.get_mut(&names[0]).expect("it was just there");
            if Instant::now() > deadline {
                return Err(format!("it did not come so far within {STEP:?}; printed was\n{}", printed.join("\n")));
            }
            // Any of them may be the next to print: listen to one for a moment, then ask all again.
            first.listen_for(Duration::from_millis(20));
        }
    }

    fn end(&mut self, names: &[String], signal: Option<&str>, filters: &[Filter]) -> Result<String, String> {
        let mut all = Came { out: String::new(), err: String::new(), status: 0 };
        for name in names {
            let (mut running, _) = self.beside.remove(name).ok_or_else(|| format!("nothing is named {name:?}"))?;
            if let Some(signal) = signal {
                running.signal(signal);
            }
            running.wait(STEP).map_err(|late| late.0)?;
            let came = self.came(&running);
            all.out += &came.out;
            all.err += &came.err;
            if signal.is_none() && came.status != 0 {
                all.status = came.status;
            }
        }
        Ok(show(&all, filters))
    }

    fn came(&self, running: &Running) -> Came {
        let data = self.server.data().display().to_string();
        let folder = self.folder.display().to_string();
        let folders = [(data.as_str(), "{data}"), (folder.as_str(), "{folder}")];
        let text = |stream| normalise(&running.printed(stream), self.server.port(), &folders);
        let (out, mut err) = (text(Stream::Out), text(Stream::Err));
        if self.scripts == Scripts::Native {
            err = as_logged_in_the_jvm(&err);
        }
        Came { out, err, status: running.status().unwrap_or(-1) }
    }

    /// Starts what a line of a transcript names.
    fn command(&self, pipeline: &Pipeline) -> Result<Running, String> {
        let data = self.server.data().display().to_string();
        let words: Vec<String> = pipeline
            .words
            .iter()
            .map(|word| address::aim(word, self.server.port()).replace("{data}", &data))
            .map(|word| match word.strip_prefix("./") {
                Some(file) if self.folder.join(file).is_file() => self.folder.join(file).display().to_string(),
                _ => word,
            })
            .collect();
        let (program, arguments) = words.split_first().expect("a pipeline has a program");
        let is_native = self.scripts == Scripts::Native && tools::is_native(program);
        if let Some(class) = tools::class_of(program).filter(|_| !is_native) {
            return Ok(jvm::shared().run(class, arguments));
        }
        let mut command = match program.as_str() {
            program if is_native => {
                let mut command = Command::new(folders::runnel());
                command.arg(program);
                command
            }
            "franz" => Command::new(folders::target("franz/franz")),
            program => Command::new(program),
        };
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env("NODE_PATH", folders::package("node/node_modules"))
            .env("PYTHONPATH", folders::target("python"))
            .env("PYTHONUNBUFFERED", "1")
            .env("TZ", "UTC");
        Running::start(program, &mut command)
    }
}

/// The shared JVM logs errors alone and without their times (`java/log4j2.properties`); Kafka's scripts, and ours with
/// them, log warnings too, each with its time.
fn as_logged_in_the_jvm(err: &str) -> String {
    let mut kept = String::new();
    for line in err.split_inclusive('\n').filter(|line| !line.starts_with("[<time>] WARN ")) {
        kept.push_str(line.strip_prefix("[<time>] ").unwrap_or(line));
    }
    kept
}

fn lines_with(printed: &[String], text: &str) -> usize {
    printed.iter().flat_map(|printed| printed.lines()).filter(|line| line.contains(text)).count()
}

/// The last assignment that each kafkajs member logged, if together they are all partitions, each once.
fn shares(printed: &[String], topic: &str, partitions: usize) -> Option<Vec<String>> {
    let pattern = Regex::new(r#""memberAssignment":\{(?:"([^"]+)":\[([0-9,]*)\])?\}"#).expect("the pattern is fixed");
    let mut shares = Vec::new();
    for printed in printed {
        let last = pattern.captures_iter(printed).last()?;
        let mine = last.get(1).is_some_and(|found| found.as_str() == topic);
        let list = last.get(2).filter(|_| mine).map_or("", |list| list.as_str());
        let mut list: Vec<usize> = list.split(',').filter_map(|partition| partition.parse().ok()).collect();
        list.sort_unstable();
        shares.push(list);
    }
    let mut all: Vec<usize> = shares.concat();
    all.sort_unstable();
    shares.sort();
    (all == (0..partitions).collect::<Vec<_>>())
        .then(|| shares.iter().map(|share| format!("{topic} {share:?}")).collect())
}

fn show(came: &Came, filters: &[Filter]) -> String {
    let mut shown = String::new();
    for line in filtered(&came.out, filters) {
        shown.push_str(format!("| {line}").trim_end());
        shown.push('\n');
    }
    for line in filtered(&came.err, filters) {
        shown.push_str(format!("! {line}").trim_end());
        shown.push('\n');
    }
    if came.status != 0 {
        shown.push_str(&format!("= {}\n", came.status));
    }
    shown
}

fn filtered(text: &str, filters: &[Filter]) -> Vec<String> {
    let compile = |pattern: &str| {
        Regex::new(pattern).unwrap_or_else(|error| panic!("{pattern:?} is no regular expression: {error}"))
    };
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for filter in filters {
        match filter {
            Filter::Keep(pattern) => {
                let pattern = compile(pattern);
                lines.retain(|line| pattern.is_match(line));
            }
            Filter::Drop(pattern) => {
                let pattern = compile(pattern);
                lines.retain(|line| !pattern.is_match(line));
            }
            Filter::Only(pattern) => {
                let pattern = compile(pattern);
                let found = |line: &String| -> Vec<String> {
                    pattern.find_iter(line).map(|found| found.as_str().to_owned()).collect()
                };
                lines = lines.iter().flat_map(found).collect();
            }
            Filter::Sort => lines.sort_unstable(),
            Filter::Unique => lines.dedup(),
        }
    }
    lines
}
