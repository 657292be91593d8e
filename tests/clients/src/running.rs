//! Something that runs and prints: a process, or one of Kafka's tools inside the shared JVM.

use crate::jvm::Tool;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

/// One of the two outputs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// What is heard from something that runs.
#[derive(Debug)]
pub enum Heard {
    /// It printed.
    Bytes(Stream, Vec<u8>),
    /// It ended with this status.
    Exit(i32),
}

#[derive(Debug)]
enum Body {
    Process(Box<Child>),
    Tool(Tool),
}

/// Something that runs, what it has printed, and its status once it has ended. Dropping it ends it.
#[derive(Debug)]
pub struct Running {
    name: String,
    body: Body,
    heard: Receiver<Heard>,
    out: Vec<u8>,
    err: Vec<u8>,
    status: Option<i32>,
}

/// A time by which something had to happen, and did not.
#[derive(Debug)]
pub struct Late(pub String);

impl Running {
    /// Starts a process.
    ///
    /// # Errors
    /// A sentence that says which program could not be started and why.
    pub fn start(name: &str, command: &mut Command) -> Result<Running, String> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot start {:?}: {error}", command.get_program()))?;
        let (sender, heard) = channel();
        listen(child.stdout.take().expect("stdout is piped"), Stream::Out, sender.clone());
        listen(child.stderr.take().expect("stderr is piped"), Stream::Err, sender);
        Ok(Running::new(name, Body::Process(Box::new(child)), heard))
    }

    /// Takes charge of a tool inside the shared JVM.
    pub fn tool(name: &str, tool: Tool, heard: Receiver<Heard>) -> Running {
        Running::new(name, Body::Tool(tool), heard)
    }

    fn new(name: &str, body: Body, heard: Receiver<Heard>) -> Running {
        Running { name: name.to_owned(), body, heard, out: Vec::new(), err: Vec::new(), status: None }
    }

    /// The process's number; `None` for a tool inside the shared JVM.
    pub fn pid(&self) -> Option<u32> {
        match &self.body {
            Body::Process(child) => Some(child.id()),
            Body::Tool(_) => None,
        }
    }

    /// Feeds its standard input. What has ended reads nothing more, and that is no error.
    pub fn feed(&mut self, text: &str) {
        match &mut self.body {
            Body::Process(child) => {
                if let Some(stdin) = &mut child.stdin {
                    let _ = stdin.write_all(text.as_bytes()).and_then(|()| stdin.flush());
                }
            }
            Body::Tool(tool) => tool.feed(text),
        }
    }

    /// Closes its standard input.
    pub fn close_input(&mut self) {
        match &mut self.body {
            Body::Process(child) => drop(child.stdin.take()),
            Body::Tool(tool) => tool.close_input(),
        }
    }

    /// What it has printed so far.
    pub fn printed(&self, stream: Stream) -> String {
        let bytes = match stream {
            Stream::Out => &self.out,
            Stream::Err => &self.err,
        };
        String::from_utf8_lossy(bytes).into_owned()
    }

    /// Its status, if it has ended and that was heard.
    pub fn status(&self) -> Option<i32> {
        self.status
    }

    /// Listens until `met` holds for what it has printed.
    ///
    /// # Errors
    /// If it ends, or the time is over, before that.
    pub fn until(&mut self, within: Duration, met: impl Fn(&Running) -> bool) -> Result<(), Late> {
        let deadline = Instant::now() + within;
        while !met(self) {
            if let Some(status) = self.status {
                return Err(self.late(&format!("ended with status {status} too early")));
            }
            if !self.listen(deadline) {
                return Err(self.late(&format!("did not come so far within {within:?}")));
            }
        }
        Ok(())
    }

    /// Takes in what has been heard by now, without waiting.
    pub fn catch_up(&mut self) {
        while self.status.is_none() && self.listen(Instant::now()) {}
    }

    /// Takes in the next thing it prints, or gives up after a while.
    pub fn listen_for(&mut self, within: Duration) {
        if self.status.is_some() {
            // What has ended prints nothing; the wait is for the others.
            std::thread::park_timeout(within);
        } else {
            self.listen(Instant::now() + within);
        }
    }

    /// Listens until it ends.
    ///
    /// # Errors
    /// If the time is over before that.
    pub fn wait(&mut self, within: Duration) -> Result<i32, Late> {
        let deadline = Instant::now() + within;
        loop {
            if let Some(status) = self.status {
                return Ok(status);
            }
            if !self.listen(deadline) {
                return Err(self.late(&format!("did not end within {within:?}")));
            }
        }
    }

    /// Sends a signal, by the name that `kill` knows.
    pub fn signal(&mut self, signal: &str) {
        if self.status.is_some() {
            return;
        }
        match &self.body {
            Body::Process(child) => {
                // The process was not waited for, so the number is still its own.
                let _ = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status();
            }
            Body::Tool(tool) => tool.interrupt(),
        }
    }

    /// Ends it at once, without a goodbye, and waits until it is gone.
    pub fn kill(&mut self) {
        if let Body::Process(child) = &mut self.body {
            let _ = child.kill();
        }
        self.signal("KILL");
        let _ = self.wait(Duration::from_secs(10));
    }

    /// Takes in the next thing heard; says whether there was one before the deadline.
    fn listen(&mut self, deadline: Instant) -> bool {
        match self.heard.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(Heard::Bytes(Stream::Out, bytes)) => self.out.extend(bytes),
            Ok(Heard::Bytes(Stream::Err, bytes)) => self.err.extend(bytes),
            Ok(Heard::Exit(status)) => self.status = Some(status),
            Err(RecvTimeoutError::Disconnected) => self.status = Some(self.reap()),
            Err(RecvTimeoutError::Timeout) => return false,
        }
        true
    }

    /// Both outputs are closed: the process has ended, or is about to.
    fn reap(&mut self) -> i32 {
        match &mut self.body {
            Body::Process(child) => child.wait().ok().and_then(|status| status.code()).unwrap_or(-1),
            Body::Tool(_) => -1,
        }
    }

    fn late(&self, what: &str) -> Late {
        let (out, err) = (self.printed(Stream::Out), self.printed(Stream::Err));
        Late(format!("{} {what}; it printed\n{out}\nand on standard error\n{err}", self.name))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.status.is_none() {
            self.kill();
        }
    }
}

fn listen(mut from: impl Read + Send + 'static, stream: Stream, sender: Sender<Heard>) {
    std::thread::spawn(move || {
        let mut buffer = [0; 8192];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            if sender.send(Heard::Bytes(stream, buffer[..count].to_vec())).is_err() {
                break;
            }
        }
    });
}
