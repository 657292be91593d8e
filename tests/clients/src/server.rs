//! A freshly started server: `runnel`, or the Apache Kafka that it is compared with.

use crate::address::free_port;
use crate::folders;
use crate::running::{Running, Stream};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

/// Whom the clients talk to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// The server under test.
    Runnel,
    /// Apache Kafka 4.3.0.
    Kafka,
}

impl Kind {
    /// What `RUNNEL_CLIENTS_AGAINST` asks for.
    ///
    /// # Panics
    /// If it names neither.
    pub fn asked() -> Kind {
        match std::env::var("RUNNEL_CLIENTS_AGAINST").as_deref() {
            Err(_) | Ok("" | "runnel") => Kind::Runnel,
            Ok("kafka") => Kind::Kafka,
            Ok(other) => panic!("RUNNEL_CLIENTS_AGAINST is runnel or kafka, not {other:?}"),
        }
    }
}

/// A server that serves. Dropping it ends it.
#[derive(Debug)]
pub struct Server {
    kind: Kind,
    folder: PathBuf,
    configs: Vec<String>,
    keeps: bool,
    advertised_port: Option<u16>,
    jvm: &'static [&'static str],
    port: u16,
    running: Option<Running>,
}

/// Starts fast and stays small, which is what matters for a scenario.
const JVM_SMALL: &[&str] = &["-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];

/// As Kafka's own start script has it, which is what matters for a comparison.
const JVM_AS_SHIPPED: &[&str] = &[
    "-Xmx1G",
    "-Xms1G",
    "-server",
    "-XX:+UseG1GC",
    "-XX:MaxGCPauseMillis=20",
    "-XX:InitiatingHeapOccupancyPercent=35",
    "-XX:+ExplicitGCInvokesConcurrent",
    "-Djava.awt.headless=true",
];

const START: Duration = Duration::from_secs(60);
const STOP: Duration = Duration::from_secs(15);

impl Server {
    /// Starts a server with nothing in it. Its data lie in `folder`; `configs` are broker configs, `key=value`.
    ///
    /// # Errors
    /// A sentence with what it printed, if it does not come to serve.
    pub fn start(kind: Kind, folder: &Path, configs: &[String]) -> Result<Server, String> {
        let mut server = Server::new(kind, folder);
        server.configs = configs.to_vec();
        server.resume()?;
        Ok(server)
    }

    /// A server that does not run yet.
    pub fn new(kind: Kind, folder: &Path) -> Server {
        let folder = folder.to_path_buf();
        Server {
            kind,
            folder,
            configs: Vec::new(),
            keeps: true,
            advertised_port: None,
            jvm: JVM_SMALL,
            port: 0,
            running: None,
        }
    }

    /// The same, as its makers start it.
    #[must_use]
    pub fn as_shipped(mut self) -> Server {
        self.jvm = JVM_AS_SHIPPED;
        self
    }

    /// The same, keeping nothing. Apache Kafka always keeps.
    #[must_use]
    pub fn ephemeral(mut self) -> Server {
        self.keeps = false;
        self
    }

    /// The same, telling clients to come to another port of this machine: something stands between. For `runnel` only.
    #[must_use]
    pub fn advertising(mut self, port: u16) -> Server {
        self.advertised_port = Some(port);
        self
    }

    /// Starts it again on the data that it left, on the same port if it had one.
    ///
    /// # Errors
    /// As [`Server::start`].
    pub fn resume(&mut self) -> Result<(), String> {
        let mut command = self.command()?;
        let mut running = Running::start("the server", &mut command)?;
        let sign = match self.kind {
            Kind::Runnel => "ready kafka=",
            Kind::Kafka => "Kafka Server started",
        };
        running.until(START, |running| line_with(running, sign).is_some()).map_err(|late| late.0)?;
        if self.kind == Kind::Runnel {
            let line = line_with(&running, sign).expect("the line was just seen");
            self.port = port_of(&line).ok_or_else(|| format!("no port in the ready line {line:?}"))?;
        }
        self.running = Some(running);
        Ok(())
    }

    /// What starts it. Its port is chosen with that, unless `runnel` is to choose.
    ///
    /// # Errors
    /// If its files cannot be laid ready.
    pub fn command(&mut self) -> Result<Command, String> {
        match self.kind {
            Kind::Runnel => Ok(self.runnel()),
            Kind::Kafka => self.kafka(),
        }
    }

    /// Gives it a port before it starts.
    pub fn choose_port(&mut self) {
        self.port = free_port();
    }

    /// Takes charge of a process that [`Server::command`] started.
    pub fn adopt(&mut self, running: Running) {
        self.running = Some(running);
    }

    /// Who it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The port that clients connect to.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The number of the process, if it runs.
    pub fn pid(&self) -> Option<u32> {
        self.running.as_ref().and_then(Running::pid)
    }

    /// The folder in which partitions lie.
    pub fn data(&self) -> PathBuf {
        match self.kind {
            Kind::Runnel => self.folder.join("broker-1"),
            Kind::Kafka => self.folder.clone(),
        }
    }

    /// Asks it to end, and waits until it has.
    ///
    /// # Errors
    /// If it does not end in time, or with another status than that of a clean stop.
    pub fn stop(&mut self) -> Result<(), String> {
        let Some(mut running) = self.running.take() else {
            return Err("the server is not running".to_owned());
        };
        running.signal("TERM");
        let status = running.wait(STOP).map_err(|late| late.0)?;
        // A JVM that ends on SIGTERM says 143.
        if status == 0 || self.kind == Kind::Kafka {
            Ok(())
        } else {
            Err(format!("the server ended with status {status}: {}", running.printed(Stream::Err)))
        }
    }

    /// Ends it without a goodbye.
    pub fn kill(&mut self) {
        if let Some(mut running) = self.running.take() {
            running.kill();
        }
    }

    /// What it has logged so far.
    pub fn log(&mut self) -> String {
        self.running.as_mut().map_or_else(String::new, |running| {
            running.catch_up();
            running.printed(Stream::Err) + &running.printed(Stream::Out)
        })
    }

    fn runnel(&self) -> Command {
        let mut command = Command::new(folders::runnel());
        command.args(["serve", "--no-http", "--listen", &format!("127.0.0.1:{}", self.port)]);
        if self.keeps {
            command.arg("--data").arg(&self.folder);
        } else {
            command.arg("--ephemeral");
        }
        if let Some(port) = self.advertised_port {
            command.args(["--advertise", &format!("localhost:{port}")]);
        }
        for config in &self.configs {
            command.args(["--set", config]);
        }
        command
    }

    fn kafka(&mut self) -> Result<Command, String> {
        let properties = self.properties();
        if !properties.exists() {
            self.write_properties()?;
            folders::copy(formatted(), &self.folder, &|bytes| bytes);
        }
        let mut command = Command::new("java");
        command.args(self.jvm).arg("-cp").arg(class_path()).arg("kafka.Kafka").arg(properties);
        Ok(command)
    }

    fn properties(&self) -> PathBuf {
        self.folder.with_extension("properties")
    }

    fn write_properties(&mut self) -> Result<(), String> {
        if self.port == 0 {
            self.port = free_port();
        }
        let mut text = base_properties();
        let (port, controller) = (self.port, free_port());
        let _ = write!(
            text,
            "controller.quorum.voters=1@localhost:{controller}\n\
             listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}\n\
             advertised.listeners=PLAINTEXT://127.0.0.1:{port}\n\
             log.dirs={}\n",
            self.folder.display()
        );
        for config in &self.configs {
            let _ = writeln!(text, "{config}");
        }
        write(&self.properties(), &text)
    }

    /// Apache Kafka's format step, which comes before the first start.
    ///
    /// # Errors
    /// If the tool does not do it, with what it says.
    pub fn format(&mut self) -> Result<(), String> {
        self.write_properties()?;
        let output = Command::new("java")
            .arg("-cp")
            .arg(class_path())
            .args(["kafka.tools.StorageTool", "format", "-t", "bm90IGEgcmVhbCBvbmUhIQ", "-c"])
            .arg(self.properties())
            .output()
            .map_err(|error| format!("cannot start java: {error}"))?;
        if output.status.success() {
            Ok(())
        } else {
            Err(format!("cannot format: {}", String::from_utf8_lossy(&output.stderr)))
        }
    }
}

fn line_with(running: &Running, sign: &str) -> Option<String> {
    let printed = running.printed(Stream::Out);
    let complete = &printed[..printed.rfind('\n')?];
    complete.lines().find(|line| line.contains(sign)).map(str::to_owned)
}

/// The port of the first broker in `ready kafka=HOST:PORT[,HOST:PORT...] ...`.
fn port_of(line: &str) -> Option<u16> {
    let first = line.split_once("kafka=")?.1.split([',', ' ']).next()?;
    first.rsplit_once(':')?.1.parse().ok()
}

fn base_properties() -> String {
    std::fs::read_to_string(folders::package("kafka/server.properties")).expect("the file is part of this package")
}

fn class_path() -> String {
    folders::class_path(&folders::package("kafka"), |_| true)
}

/// A folder that Kafka's storage tool has formatted, to be copied for each fresh broker.
fn formatted() -> &'static Path {
    static FORMATTED: OnceLock<PathBuf> = OnceLock::new();
    FORMATTED.get_or_init(|| {
        let folder = folders::fresh("kafka-formatted");
        Server::new(Kind::Kafka, &folder).format().expect("a formatted folder is needed for every broker");
        folder
    })
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    std::fs::write(path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))
}
