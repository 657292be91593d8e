//! One long-lived JVM in which Kafka's command-line tools run, because each start of a JVM costs a second and a half.
//!
//! The other end is `java/ToolRunner.java`; its head says what goes over the two pipes.

use crate::folders;
use crate::running::{Heard, Running, Stream};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// The JVM. It ends when its standard input closes, which is at the latest when this process ends.
#[derive(Debug)]
pub struct Jvm {
    requests: Mutex<ChildStdin>,
    listeners: Arc<Mutex<Listeners>>,
    _child: Child,
}

#[derive(Debug, Default)]
struct Listeners {
    last: u64,
    by_id: BTreeMap<u64, Sender<Heard>>,
}

/// One run of a tool.
#[derive(Debug)]
pub struct Tool {
    id: u64,
}

/// The one JVM of this process, started at the first use.
///
/// # Panics
/// If there is no Java or `cargo xtask setup` was not run: the scenarios cannot do without.
pub fn shared() -> &'static Jvm {
    static SHARED: OnceLock<Jvm> = OnceLock::new();
    SHARED.get_or_init(Jvm::start)
}

impl Jvm {
    fn start() -> Jvm {
        let runner = folders::target("tool-runner");
        let mut child = Command::new("java")
            .args(["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx512m", "-Duser.timezone=UTC", "-cp"])
            .arg(folders::class_path(&runner, |jar| jar != "kafka-tools-4.3.0.jar"))
            .arg("ToolRunner")
            .arg(folders::target("kafka-4.3.0/kafka-tools-4.3.0.jar"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("java 17 or newer is on the path");
        let requests = Mutex::new(child.stdin.take().expect("stdin is piped"));
        let listeners = Arc::new(Mutex::new(Listeners::default()));
        let answers = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let heard = Arc::clone(&listeners);
        std::thread::spawn(move || {
            for line in answers.lines().map_while(Result::ok) {
                dispatch(&line, &mut heard.lock().unwrap_or_else(PoisonError::into_inner));
            }
            // A JVM that died ends all that runs in it.
            heard.lock().unwrap_or_else(PoisonError::into_inner).by_id.clear();
        });
        Jvm { requests, listeners, _child: child }
    }

    /// Starts a tool: the class that has its `main`, and the arguments.
    pub fn run(&'static self, class: &str, arguments: &[String]) -> Running {
        let (sender, heard) = channel();
        let id = {
            let mut listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
            listeners.last += 1;
            let id = listeners.last;
            listeners.by_id.insert(id, sender);
            id
        };
        let words: Vec<String> = arguments.iter().map(|argument| to_hex(argument)).collect();
        self.request(&format!("run {id} {class} {}", words.join(" ")));
        Running::tool(class.rsplit('.').next().unwrap_or(class), Tool { id }, heard)
    }

    /// A JVM that is gone reads nothing; its tools are heard to have ended.
    fn request(&self, line: &str) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = writeln!(requests, "{}", line.trim_end()).and_then(|()| requests.flush());
    }
}

impl Tool {
    /// Feeds its standard input.
    pub fn feed(&self, text: &str) {
        shared().request(&format!("stdin {} {}", self.id, to_hex(text)));
    }

    /// Closes its standard input.
    pub fn close_input(&self) {
        shared().request(&format!("eof {}", self.id));
    }

    /// Interrupts its thread.
    pub fn interrupt(&self) {
        shared().request(&format!("interrupt {}", self.id));
    }
}

fn dispatch(line: &str, listeners: &mut Listeners) {
    let mut words = line.split(' ');
    let (Some(kind), Some(id), Some(text)) = (words.next(), words.next(), words.next()) else {
        return;
    };
    let Some(id) = id.parse().ok() else {
        return;
    };
    let heard = match kind {
        "out" => Heard::Bytes(Stream::Out, from_hex(text)),
        "err" => Heard::Bytes(Stream::Err, from_hex(text)),
        "exit" => Heard::Exit(text.parse().unwrap_or(-1)),
        _ => return,
    };
    let ended = matches!(heard, Heard::Exit(_));
    if let Some(sender) = listeners.by_id.get(&id) {
        // Nobody listens to a tool that was dropped.
        let _ = sender.send(heard);
    }
    if ended {
        listeners.by_id.remove(&id);
    }
}

fn to_hex(text: &str) -> String {
    if text.is_empty() {
        return "-".to_owned();
    }
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok()).unwrap_or(0);
    text.as_bytes().chunks_exact(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}
