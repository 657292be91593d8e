//! The codec against Kafka's own: random messages of every kind and version, both ways, byte for byte.
//!
//! A small Java program reads and writes with the classes of the Kafka on its class path. One process has the current
//! Kafka, a second one an older Kafka for the versions that the current one no longer speaks. Each message is compared
//! as bytes, and as fields: `describe` on our side, Kafka's JSON converters on theirs.

use crate::folders;
use crate::scenarios::report;
use bytes::Bytes;
use runnel_protocol::arbitrary::{MESSAGES, Row, Source};
use runnel_protocol::describe::{Description, Field, Value, describe_message};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::ops::RangeInclusive;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

/// Messages of each kind and version, in each direction.
const ROUNDS: u64 = 20;

#[test]
fn the_codec_agrees_with_kafkas_own() {
    let started = Instant::now();
    let counts = codec_agrees_with_kafka(&folders::target("kafka-4.3.0"), &folders::target("kafka-clients-3.9.1"))
        .unwrap_or_else(|difference| panic!("{difference}"));
    let seconds = started.elapsed().as_secs_f64();
    report(&format!("scenario the_codec_agrees_with_kafkas_own: {counts}: {seconds:.1} s"));
}

/// Compares every message of every version that we accept with Kafka's classes, and returns one line with the counts.
///
/// `kafka_lib` is the folder with the jars of Kafka 4.3.0, `older_lib` the one with those of kafka-clients 3.9.1.
///
/// # Errors
/// The first message on which the two do not agree, or why they could not be asked.
fn codec_agrees_with_kafka(kafka_lib: &Path, older_lib: &Path) -> Result<String, String> {
    let mut newer = Oracle::start(&format!("{}/*", kafka_lib.display()))?;
    // Kafka's JSON converters want Jackson, which the clients' own dependencies leave out.
    let mut older = Oracle::start(&format!("{0}/*{1}{2}/*", older_lib.display(), separator(), kafka_lib.display()))?;
    let (mut kinds, mut in_newer, mut in_older, mut count) = (0, 0, 0, 0_u64);
    for row in MESSAGES {
        kinds += 1;
        let known = newer.versions(row.name)?;
        for version in row.versions() {
            let oracle = if known.contains(&version) {
                in_newer += 1;
                &mut newer
            } else {
                in_older += 1;
                &mut older
            };
            for seed in 0..ROUNDS {
                ours_is_theirs(oracle, row, version, seed)
                    .and_then(|()| theirs_is_ours(oracle, row, version, seed))
                    .map_err(|difference| format!("{} version {version} seed {seed}: {difference}", row.name))?;
                count += 2;
            }
        }
    }
    let rewritten = versions_lack_the_same_fields(&mut newer)?;
    Ok(format!(
        "{count} random messages of {kinds} kinds agree byte for byte and field by field: \
         {in_newer} versions with Kafka 4.3.0, {in_older} older ones with 3.9.1; \
         {} were written in another version as Kafka does, {} refused as Kafka does",
        rewritten.written, rewritten.refused
    ))
}

/// How many messages could be written in another version than they were made in.
#[derive(Default)]
struct Rewritten {
    written: u64,
    refused: u64,
}

/// Messages made in one version are written in another exactly where Kafka writes them, with the same bytes: what a
/// version lacks is dropped or refused as Kafka does.
fn versions_lack_the_same_fields(oracle: &mut Oracle) -> Result<Rewritten, String> {
    let mut counts = Rewritten::default();
    for row in MESSAGES {
        let known = oracle.versions(row.name)?;
        let known = *known.start()..=*known.end().min(row.versions().end());
        for (from, to) in known.clone().flat_map(|from| known.clone().map(move |to| (from, to))) {
            // The newest version has the most to lose; between the others a few tries will do.
            let rounds = if from == *known.end() { ROUNDS } else { 2 };
            for seed in 0..rounds {
                let (bytes, _) = oracle.message(&format!("sparse {} {from} {seed}", row.name))?;
                let theirs = oracle.ask(&format!("rewrite {} {from} {to} {bytes}", row.name));
                let ours = (row.rewrite)(from_hex(&bytes)?, from, to).map_err(|error| error.to_string())?;
                let place = format!("{} version {from} as {to}, of {bytes}", row.name);
                match (ours, theirs) {
                    (Ok(ours), Ok(theirs)) => {
                        same(&place, &hex(&ours), &theirs.concat())?;
                        counts.written += 1;
                    }
                    (Err(_), Err(_)) => counts.refused += 1,
                    (Ok(_), Err(theirs)) => return Err(format!("{place}: we write what Kafka refuses: {theirs}")),
                    (Err(ours), Ok(_)) => return Err(format!("{place}: we refuse what Kafka writes: {ours}")),
                }
            }
        }
    }
    Ok(counts)
}

/// A message made here is read by Kafka, written as the same bytes, and says the same.
fn ours_is_theirs(oracle: &mut Oracle, row: &Row, version: i16, seed: u64) -> Result<(), String> {
    let ours = (row.random)(&mut Source::new(seed), version).map_err(|error| error.to_string())?;
    let (bytes, fields) = oracle.message(&format!("recode {} {version} {}", row.name, hex(&ours)))?;
    same("bytes of a message made here", &hex(&ours), &bytes)?;
    same("fields of a message made here", &fields_of(row, version, &ours)?, &fields)
}

/// A message made by Kafka is read here, written as the same bytes, and says the same.
fn theirs_is_ours(oracle: &mut Oracle, row: &Row, version: i16, seed: u64) -> Result<(), String> {
    let (bytes, fields) = oracle.message(&format!("random {} {version} {seed}", row.name))?;
    let theirs = from_hex(&bytes)?;
    let (again, unread) =
        (row.recode)(theirs.clone(), version).map_err(|error| format!("{error} in Kafka's bytes {bytes}"))?;
    same("bytes of Kafka's message", &hex(&again), &bytes)?;
    if unread != 0 {
        return Err(format!("{unread} bytes of Kafka's message were not read: {bytes}"));
    }
    same("fields of Kafka's message", &fields_of(row, version, &theirs)?, &fields)
}

fn same(what: &str, ours: &str, theirs: &str) -> Result<(), String> {
    if ours == theirs { Ok(()) } else { Err(format!("{what} differ\n  ours   {ours}\n  Kafka's {theirs}")) }
}

/// What a message says, in the oracle's form: see the head of `CodecOracle.java`.
fn fields_of(row: &Row, version: i16, bytes: &Bytes) -> Result<String, String> {
    let description = describe_message(row.schema, version, bytes);
    if let Some(error) = description.error {
        return Err(format!("{error} in {}", hex(bytes)));
    }
    let mut pairs: Vec<String> =
        description.fields.iter().enumerate().filter_map(|(index, field)| pair(&description, index, field)).collect();
    pairs.sort();
    Ok(pairs.join(";"))
}

fn pair(description: &Description, index: usize, field: &Field) -> Option<String> {
    let path = description.path(index).replace('_', "").to_lowercase();
    let value = match &field.value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Integer(value) => value.to_string(),
        Value::Float(value) => format!("f{:016x}", value.to_bits()),
        Value::Uuid(value) => format!("t{}", hex(base64(value.as_bytes()).as_bytes())),
        Value::String(value) => format!("t{}", hex(value.as_bytes())),
        Value::Bytes(value) => format!("x{}", hex(value)),
        Value::Records(value) => format!("size{}", value.len()),
        Value::Count(_) if field.type_name == "tagged fields" => return None,
        Value::Count(count) => return Some(format!("{path}.#={count}")),
        Value::Struct => return None,
    };
    Some(format!("{path}={value}"))
}

/// Kafka's way of writing a UUID: base64 for URLs, without padding.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = group.iter().enumerate().fold(0_u32, |bits, (at, byte)| bits | u32::from(*byte) << (16 - 8 * at));
        for at in 0..=group.len() {
            let index = usize::try_from(bits >> (18 - 6 * at) & 0x3f).unwrap_or(0);
            text.push(char::from(LETTERS[index]));
        }
    }
    text
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn from_hex(text: &str) -> Result<Bytes, String> {
    let byte = |at| text.get(at..at + 2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
    (0..text.len()).step_by(2).map(byte).collect::<Option<Bytes>>().ok_or_else(|| format!("wanted hex, found {text:?}"))
}

fn separator() -> char {
    if cfg!(windows) { ';' } else { ':' }
}

/// A Java process that answers line by line.
struct Oracle {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Oracle {
    fn start(class_path: &str) -> Result<Self, String> {
        let program = concat!(env!("CARGO_MANIFEST_DIR"), "/java/CodecOracle.java");
        let started = Command::new("java")
            .args(["-cp", class_path, program])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn();
        let mut process = started.map_err(|error| format!("java: {error}"))?;
        let (Some(input), Some(output)) = (process.stdin.take(), process.stdout.take()) else {
            return Err("java: no pipes".to_owned());
        };
        Ok(Oracle { process, input, output: BufReader::new(output) })
    }

    /// Sends a question and returns the words of the answer.
    fn ask(&mut self, question: &str) -> Result<Vec<String>, String> {
        let mut answer = String::new();
        writeln!(self.input, "{question}")
            .and_then(|()| self.input.flush())
            .and_then(|()| self.output.read_line(&mut answer))
            .map_err(|error| format!("the Java process: {error}"))?;
        match answer.trim_end_matches(['\r', '\n']).split_once(' ') {
            Some(("ok", rest)) => Ok(rest.split(' ').map(str::to_owned).collect()),
            _ => Err(format!("to {question:?} Kafka's classes answered {answer:?}")),
        }
    }

    fn versions(&mut self, name: &str) -> Result<RangeInclusive<i16>, String> {
        let words = self.ask(&format!("versions {name}"))?;
        match words.iter().map(|word| word.parse().ok()).collect::<Option<Vec<i16>>>().as_deref() {
            Some([first, last]) => Ok(*first..=*last),
            _ => Err(format!("wanted a first and a last version of {name}, found {words:?}")),
        }
    }

    /// Bytes in hex, and fields.
    fn message(&mut self, question: &str) -> Result<(String, String), String> {
        match <[String; 2]>::try_from(self.ask(question)?) {
            Ok([bytes, fields]) => Ok((bytes, fields)),
            Err(words) => Err(format!("wanted bytes and fields, found {words:?}")),
        }
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        // It ends by itself when its input does; what is left to do is not to leave it behind.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
