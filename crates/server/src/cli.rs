//! The command line, word for word; what it means is for [`crate::options`].

use crate::start_error::StartError;
use crate::tools;
use clap::builder::BoolishValueParser;
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use runnel_broker::Durability;
use std::ffi::OsString;
use std::path::PathBuf;
use tracing::level_filters::LevelFilter;

/// Runnel, a Kafka you can see: one process that real Kafka clients talk to.
///
/// When it serves, it prints one line: `ready kafka=HOST:PORT[,HOST:PORT...] http=http://HOST:PORT`, with one Kafka
/// address per broker, on the first listener. Ctrl-C stops it.
#[derive(Parser, Debug)]
#[command(name = "runnel", version, disable_help_subcommand = true, args_conflicts_with_subcommands = true)]
#[command(override_usage = "runnel [serve] [OPTIONS]\n       runnel TOOL [OPTIONS]")]
struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: ServeArguments,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Serves a cluster; what `runnel` does when no command is named
    Serve(Box<ServeArguments>),
}

/// The flags of `runnel serve`. Each has an environment variable; a flag wins over its variable.
#[derive(Args, Clone, Debug)]
pub(crate) struct ServeArguments {
    /// Where Kafka clients connect: broker i listens on PORT + i - 1, on a free port if PORT is 0. May be given
    /// twice with names, each with its own --advertise: inside=0.0.0.0:29092
    #[arg(long, env = "RUNNEL_LISTEN", value_name = "[NAME=]HOST:PORT", value_delimiter = ',')]
    #[arg(default_value = "127.0.0.1:9092")]
    pub(crate) listen: Vec<String>,

    /// Host and first port that clients are told to connect to, per listener if there are two
    #[arg(long, env = "RUNNEL_ADVERTISE", value_name = "[NAME=]HOST:PORT", value_delimiter = ',')]
    pub(crate) advertise: Vec<String>,

    /// Where the page, metrics and live events are; a free port if PORT is 0
    #[arg(long, env = "RUNNEL_HTTP", value_name = "HOST:PORT", default_value = "127.0.0.1:8080")]
    pub(crate) http: String,

    /// Serve Kafka only
    #[arg(long, env = "RUNNEL_NO_HTTP", value_parser = BoolishValueParser::new())]
    pub(crate) no_http: bool,

    /// Folder that keeps the data: broker-1, broker-2, ... in it
    #[arg(long, env = "RUNNEL_DATA", value_name = "DIR", default_value = "./runnel-data")]
    pub(crate) data: PathBuf,

    /// Keep all in memory and nothing after the end
    #[arg(long, env = "RUNNEL_EPHEMERAL", value_parser = BoolishValueParser::new())]
    pub(crate) ephemeral: bool,

    /// Number of brokers in the cluster
    #[arg(long, env = "RUNNEL_BROKERS", value_name = "N", default_value_t = 1)]
    #[arg(value_parser = clap::value_parser!(i32).range(1..=100))]
    pub(crate) brokers: i32,

    /// When an acknowledged record is on the disk: soon after (Kafka's way), or always before
    #[arg(long, env = "RUNNEL_FSYNC", value_name = "WHEN", default_value = "interval")]
    pub(crate) fsync: Fsync,

    /// Kafka's own defaults and checks, in place of those that suit development
    #[arg(long, env = "RUNNEL_STRICT", value_parser = BoolishValueParser::new())]
    pub(crate) strict: bool,

    /// Set one of Kafka's broker settings; in the variable, several are separated by semicolons
    #[arg(long, env = "RUNNEL_SET", value_name = "KEY=VALUE", value_delimiter = ';')]
    pub(crate) set: Vec<String>,

    /// Make a topic at the start if it is not there
    #[arg(long, env = "RUNNEL_TOPIC", value_name = "NAME[:PARTITIONS]", value_delimiter = ',')]
    pub(crate) topic: Vec<String>,

    /// Allow addresses that other machines can reach. Runnel asks nobody for a password
    #[arg(long, env = "RUNNEL_ALLOW_REMOTE", value_parser = BoolishValueParser::new())]
    pub(crate) allow_remote: bool,

    /// How much to tell on stderr
    #[arg(long, env = "RUNNEL_LOG", value_name = "LEVEL", default_value = "info")]
    pub(crate) log: LogLevel,
}

/// `--fsync`.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fsync {
    /// The disk follows within moments, as with Kafka
    Interval,
    /// A record is acknowledged when it is on the disk
    Always,
}

impl From<Fsync> for Durability {
    fn from(fsync: Fsync) -> Self {
        match fsync {
            Fsync::Interval => Durability::Interval,
            Fsync::Always => Durability::Always,
        }
    }
}

/// `--log`.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LogLevel {
    Off,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl From<LogLevel> for LevelFilter {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Off => LevelFilter::OFF,
            LogLevel::Error => LevelFilter::ERROR,
            LogLevel::Warn => LevelFilter::WARN,
            LogLevel::Info => LevelFilter::INFO,
            LogLevel::Debug => LevelFilter::DEBUG,
            LogLevel::Trace => LevelFilter::TRACE,
        }
    }
}

/// What the words on the command line ask for.
#[derive(Debug)]
pub(crate) enum Wish {
    /// To serve.
    Serve(ServeArguments),
    /// To read a text: the help or the version.
    Read(String),
}

/// Reads the command line, whose first word is the program's name.
///
/// # Errors
/// The first thing that is wrong, in one line.
pub(crate) fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Wish, StartError> {
    let command = CommandLine::command().after_help(tools::help());
    let matches = match command.try_get_matches_from(words) {
        Ok(matches) => matches,
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            return Ok(Wish::Read(error.to_string()));
        }
        Err(error) => return Err(wrong(&error)),
    };
    check_together(matches.subcommand_matches("serve").unwrap_or(&matches))?;
    match CommandLine::from_arg_matches(&matches).map_err(|error| wrong(&error))? {
        CommandLine { command: Some(Command::Serve(arguments)), .. } => Ok(Wish::Serve(*arguments)),
        CommandLine { command: None, serve } => Ok(Wish::Serve(serve)),
    }
}

/// Refuses flags that contradict each other. A variable gives way in silence: an image may set a data folder, and
/// `--ephemeral` still means what it says.
fn check_together(matches: &ArgMatches) -> Result<(), StartError> {
    let said = |id: &str| matches.value_source(id) == Some(ValueSource::CommandLine);
    if said("ephemeral") && said("data") {
        return Err(StartError::new("--ephemeral keeps nothing, so it cannot go with --data"));
    }
    if said("no_http") && said("http") {
        return Err(StartError::new("--no-http cannot go with --http"));
    }
    Ok(())
}

/// What clap's message says is wrong, in one line; what it says below that repeats the usage.
fn wrong(error: &clap::Error) -> StartError {
    let message = error.to_string();
    let mut lines = message.lines();
    let first = lines.next().unwrap_or("wrong arguments");
    let reason = first.strip_prefix("error: ").unwrap_or(first);
    let choice = lines.next().map(str::trim).filter(|line| line.starts_with('[')).unwrap_or_default();
    let space = if choice.is_empty() { "" } else { " " };
    StartError::new(format!("{reason}{space}{choice} (runnel --help lists what there is)"))
}
