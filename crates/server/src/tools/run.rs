//! Drives one tool: sockets, lines of standard input, Ctrl-C and the clock on one side, two streams on the other.

use super::disk::Disk;
use super::links;
use crate::clock::Clock;
use crate::start_error::StartError;
use crate::stop_signal::StopSignal;
use bytes::Bytes;
use runnel_tools::{Carried, LinkId, Setting, Signal, Tool, ToolInput, ToolOutput};
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufWriter, ErrorKind, IsTerminal, Write};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{Receiver, UnboundedSender, channel, unbounded_channel};
use tokio::task::JoinSet;

/// Lines of standard input that are read ahead.
const LINES_AHEAD: usize = 1000;

/// How long the last frames may take to leave.
const FINISH: Duration = Duration::from_secs(2);

/// The status of a program that Ctrl-C ends.
const INTERRUPTED: i32 = 130;

/// Runs a tool to its end. Returns its status.
///
/// # Errors
/// If there is nothing to run it with.
pub(crate) async fn run(name: &str, arguments: &[String]) -> Result<i32, StartError> {
    let mut clock = Clock::new();
    let wrong = |error: String| StartError::new(format!("cannot start {name}: {error}"));
    let seed = getrandom::u64().map_err(|error| wrong(error.to_string()))?;
    let setting = Setting { now: clock.now(), seed, is_interactive: io::stdin().is_terminal() };
    let mut stop = StopSignal::new().map_err(|error| wrong(error.to_string()))?;
    let mut tool =
        Tool::start(name, arguments, Arc::new(Disk), &setting).map_err(|unknown| wrong(unknown.to_string()))?;
    let (signals, mut heard) = unbounded_channel();
    let mut lines = if tool.reads_input() { read_lines() } else { channel(1).1 };
    let mut is_reading = tool.reads_input();
    let mut driver =
        Driver { links: BTreeMap::new(), tasks: JoinSet::new(), signals, out: BufWriter::new(io::stdout()) };
    let mut is_interrupted = false;
    loop {
        if let Some(status) = driver.obey(&mut tool) {
            driver.finish().await;
            return Ok(status);
        }
        let now = clock.now();
        let wait = tool.next_wakeup().map(|at| at.since(now));
        let input = tokio::select! {
            biased;
            _ = stop.caught() => {
                if is_interrupted {
                    return Ok(INTERRUPTED);
                }
                is_interrupted = true;
                ToolInput::Interrupt
            }
            signal = heard.recv() => ToolInput::Signal(signal.unwrap_or(Signal::Timer)),
            line = lines.recv(), if is_reading && tool.wants_input() => match line {
                Some(line) => ToolInput::Line(line),
                None => {
                    is_reading = false;
                    ToolInput::EndOfInput
                }
            },
            () = sleep(wait) => ToolInput::Signal(Signal::Timer),
        };
        tool.handle_input(clock.now(), input);
    }
}

async fn sleep(wait: Option<Duration>) {
    match wait {
        Some(wait) => tokio::time::sleep(wait).await,
        None => std::future::pending().await,
    }
}

/// Lines of standard input, read by a thread of their own, since reading them cannot be waited for otherwise.
fn read_lines() -> Receiver<String> {
    let (sender, lines) = channel(LINES_AHEAD);
    std::thread::spawn(move || {
        let mut input = io::stdin().lock();
        let mut line = Vec::new();
        while let Ok(1..) = input.read_until(b'\n', &mut line) {
            let end = line.strip_suffix(b"\n").map_or(&line[..], |rest| rest.strip_suffix(b"\r").unwrap_or(rest));
            if sender.blocking_send(String::from_utf8_lossy(end).into_owned()).is_err() {
                return;
            }
            line.clear();
        }
    });
    lines
}

struct Driver {
    links: BTreeMap<LinkId, UnboundedSender<Bytes>>,
    tasks: JoinSet<()>,
    signals: UnboundedSender<Signal>,
    out: BufWriter<io::Stdout>,
}

impl Driver {
    /// Does all that the tool wants. Returns its status, if it has ended or nobody reads what it prints.
    fn obey(&mut self, tool: &mut Tool) -> Option<i32> {
        while let Some(output) = tool.poll_output() {
            let written = match output {
                ToolOutput::Carry(carried) => {
                    self.carry(carried);
                    Ok(())
                }
                ToolOutput::Out(text) => self.out.write_all(text.as_bytes()),
                ToolOutput::OutBytes(bytes) => self.out.write_all(&bytes),
                // What goes to the other stream keeps its place among what was printed.
                ToolOutput::Err(text) => self.out.flush().and_then(|()| io::stderr().write_all(text.as_bytes())),
                ToolOutput::Exit(status) => {
                    let _ = self.out.flush();
                    return Some(status);
                }
            };
            if is_broken(written) {
                return Some(0);
            }
        }
        is_broken(self.out.flush()).then_some(0)
    }

    /// Lets go of all connections, and waits a moment until what was to be sent is sent.
    async fn finish(&mut self) {
        self.links.clear();
        let sent = async { while self.tasks.join_next().await.is_some() {} };
        // A connection that is not there by then has nothing that anybody waits for.
        let _ = tokio::time::timeout(FINISH, sent).await;
    }

    fn carry(&mut self, carried: Carried) {
        match carried {
            Carried::Connect { link, address } => {
                let (sender, to_send) = unbounded_channel();
                self.links.insert(link, sender);
                self.tasks.spawn(links::carry(link, address, to_send, self.signals.clone()));
            }
            Carried::Send { link, bytes } => {
                if let Some(sender) = self.links.get(&link) {
                    // A task that has ended has told so.
                    let _ = sender.send(bytes);
                }
            }
            Carried::Disconnect { link } => {
                self.links.remove(&link);
            }
        }
    }
}

/// Whether nobody reads any more. Other failures of a terminal are no reason to end.
fn is_broken(written: io::Result<()>) -> bool {
    written.is_err_and(|error| error.kind() == ErrorKind::BrokenPipe)
}
