//! The notation of the schema files.
//!
//! ```text
//! # Fetch: takes record batches from partitions ...     what this is, in one sentence
//!
//! api 1 Fetch                                            or, for a kind of record: kind metadata 2
//! accepted 4-18                                          versions that we decode
//! advertised 4-18                                        versions that ApiVersions tells
//! flexible 12+                                           or: flexible none
//! response-header 0                                      only where it does not follow from `flexible`
//!
//! request                                                for a kind: key NAME VERSIONS [flexible=VERSIONS], value ...
//!   cluster_id   string           12+  nullable=12+ tag=0@12+ default=null ignorable
//!   topics       []FetchTopic     0+                     fields of a struct stand below, two spaces deeper
//!     topic      string           0-12 ignorable
//!
//! response
//!   ...
//!
//! struct NAME VERSIONS                                   a struct that more than one field uses
//!   ...
//! ```
//!
//! A field is its name, its type, the versions that have it, and then words in any order: `nullable=VERSIONS`,
//! `tag=NUMBER@VERSIONS`, `default=VALUE`, `ignorable` (a value may be dropped where the version lacks the field)
//! and `map-key` (the field names an element of its array). Types are bool, int8, int16, uint16, int32, uint32,
//! int64, float64, uuid, string, bytes, records, the name of a struct, or one of these after `[]`. Names of structs
//! are Kafka's, but are not on the wire: where a request and a response have different ones of one name, one of them
//! takes another.
//! `#` begins a comment line.

use super::model::{Api, Field, Head, Kind, Message, Schema, Struct, Type, Versions};
use super::words;
use std::fmt;

/// Where a schema file is wrong, what was wanted there and what came.
#[derive(Debug)]
pub(crate) struct SchemaError {
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) wanted: String,
    pub(crate) found: String,
}

impl fmt::Display for SchemaError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: wanted {}, found {:?}", self.file, self.line, self.wanted, self.found)
    }
}

struct Line<'a> {
    number: usize,
    depth: usize,
    words: Vec<&'a str>,
}

struct Parser<'a> {
    file: &'a str,
    lines: Vec<Line<'a>>,
    next: usize,
    structs: Vec<Struct>,
    /// Struct names that fields have asked for, with their lines.
    asked: Vec<(usize, String)>,
    /// Flexible versions of the message whose fields are being read.
    flexible: Option<Versions>,
}

/// Names that the code around a field uses itself.
const RESERVED: [&str; 3] = ["api_version", "reader", "writer"];

/// Reads one schema file. `file` names it in errors, `stem` in the code that is made from it.
pub(crate) fn parse(file: &str, stem: &str, text: &str) -> Result<Schema, SchemaError> {
    let doc = doc_of(text);
    let mut parser =
        Parser { file, lines: Vec::new(), next: 0, structs: Vec::new(), asked: Vec::new(), flexible: None };
    for (index, raw) in text.lines().enumerate() {
        if raw.trim().is_empty() || raw.starts_with('#') {
            continue;
        }
        let spaces = raw.len() - raw.trim_start_matches(' ').len();
        let line = Line { number: index + 1, depth: spaces / 2, words: raw.split_whitespace().collect() };
        if spaces % 2 != 0 || raw.contains('\t') {
            return Err(parser.error(line.number, "an indent of two spaces for each level", raw));
        }
        parser.lines.push(line);
    }
    if doc.is_empty() {
        return Err(parser.error(1, "a comment that says what this is", text.lines().next().unwrap_or("")));
    }
    let head = parser.head()?;
    parser.blocks(head).map(|(head, structs)| Schema { stem: stem.to_owned(), doc, head, structs })
}

fn doc_of(text: &str) -> String {
    let lines: Vec<&str> = text.lines().take_while(|line| line.starts_with('#')).collect();
    lines.iter().map(|line| line.trim_start_matches('#').trim()).collect::<Vec<_>>().join(" ")
}

impl<'a> Parser<'a> {
    fn error(&self, line: usize, wanted: impl Into<String>, found: impl Into<String>) -> SchemaError {
        SchemaError { file: self.file.to_owned(), line, wanted: wanted.into(), found: found.into() }
    }

    /// The next line, if it is as deep as `depth`, split into its number and words.
    fn line_at(&mut self, depth: usize) -> Option<(usize, Vec<&'a str>)> {
        let line = self.lines.get(self.next).filter(|line| line.depth == depth)?;
        let taken = (line.number, line.words.clone());
        self.next += 1;
        Some(taken)
    }

    fn top_line(&mut self, wanted: &str) -> Result<(usize, Vec<&'a str>), SchemaError> {
        match self.line_at(0) {
            Some(line) => Ok(line),
            None => {
                let (number, found) = match self.lines.get(self.next) {
                    Some(line) => (line.number, line.words.join(" ")),
                    None => (self.lines.last().map_or(1, |line| line.number), "the end of the file".to_owned()),
                };
                Err(self.error(number, wanted, found))
            }
        }
    }

    fn head(&mut self) -> Result<Head, SchemaError> {
        let (number, words) = self.top_line("`api KEY NAME` or `kind HOME NUMBER...`")?;
        match words.as_slice() {
            ["api", key, name] => {
                let key = self.number(number, key)?;
                let accepted = self.setting("accepted")?;
                let advertised = self.setting("advertised")?;
                let flexible = self.flexible()?;
                self.flexible = flexible;
                let response_header = match self.lines.get(self.next).map(|line| line.words.as_slice()) {
                    Some(["response-header", version]) => Some(self.number(number, version)?),
                    _ => None,
                };
                self.next += usize::from(response_header.is_some());
                Ok(Head::Api(Api { key, name: (*name).to_owned(), accepted, advertised, flexible, response_header }))
            }
            ["kind", home @ ("consumer-offsets" | "metadata" | "control" | "data"), numbers @ ..] => {
                let numbers = numbers.iter().map(|word| self.number(number, word)).collect::<Result<_, _>>()?;
                Ok(Head::Kind(Kind { home: (*home).to_owned(), numbers, key: None, value: None }))
            }
            _ => Err(self.error(number, "`api KEY NAME` or `kind HOME NUMBER...`", words.join(" "))),
        }
    }

    fn setting(&mut self, name: &str) -> Result<Versions, SchemaError> {
        let wanted = format!("`{name} FIRST-LAST`");
        let (number, words) = self.top_line(&wanted)?;
        match words.as_slice() {
            [word, versions] if *word == name && !versions.ends_with('+') => self.versions(number, versions),
            _ => Err(self.error(number, wanted, words.join(" "))),
        }
    }

    fn flexible(&mut self) -> Result<Option<Versions>, SchemaError> {
        let (number, words) = self.top_line("`flexible FIRST+` or `flexible none`")?;
        match words.as_slice() {
            ["flexible", "none"] => Ok(None),
            ["flexible", versions] => self.versions(number, versions).map(Some),
            _ => Err(self.error(number, "`flexible FIRST+` or `flexible none`", words.join(" "))),
        }
    }

    fn blocks(&mut self, mut head: Head) -> Result<(Head, Vec<Struct>), SchemaError> {
        let mut seen = Vec::new();
        while self.next < self.lines.len() {
            let (number, words) = self.top_line("a block that is not indented")?;
            let (name, versions) = match (&mut head, words.as_slice()) {
                (_, ["struct", name, versions]) => ((*name).to_owned(), self.versions(number, versions)?),
                (Head::Api(api), ["request"]) => (format!("{}Request", api.name), api.accepted),
                (Head::Api(api), ["response"]) => (format!("{}Response", api.name), api.accepted),
                (Head::Kind(kind), [role @ ("key" | "value"), name, versions, rest @ ..])
                    if !versions.ends_with('+') =>
                {
                    let accepted = self.versions(number, versions)?;
                    let flexible = match rest {
                        [] => None,
                        [word] if word.starts_with("flexible=") => {
                            Some(self.versions(number, &word["flexible=".len()..])?)
                        }
                        _ => {
                            return Err(self.error(
                                number,
                                "`flexible=VERSIONS` or the end of the line",
                                rest.join(" "),
                            ));
                        }
                    };
                    self.flexible = flexible;
                    let message = Message { name: (*name).to_owned(), accepted, flexible };
                    *(if *role == "key" { &mut kind.key } else { &mut kind.value }) = Some(message);
                    (message_name(kind, role), accepted)
                }
                (Head::Api(_), _) => {
                    return Err(self.error(number, "`request`, `response` or `struct NAME VERSIONS`", words.join(" ")));
                }
                (Head::Kind(_), _) => {
                    let wanted = "`key NAME VERSIONS`, `value NAME VERSIONS` or `struct NAME VERSIONS`";
                    return Err(self.error(number, wanted, words.join(" ")));
                }
            };
            seen.push(words[0]);
            let at = self.structs.len();
            let fields = self.fields(1)?;
            self.add_struct(number, at, Struct { name, versions, fields })?;
        }
        for (number, name) in &self.asked {
            if !self.structs.iter().any(|one| one.name == *name) {
                return Err(self.error(*number, "a struct that stands in this file", name));
            }
        }
        if let Some(one) = self.structs.iter().find(|one| self.reaches(&one.fields, &one.name, self.structs.len())) {
            let line = self.asked.iter().find(|(_, name)| *name == one.name).map_or(1, |(number, _)| *number);
            return Err(self.error(line, "a struct that does not hold itself", one.name.clone()));
        }
        let missing = match &head {
            Head::Api(_) => ["request", "response"].into_iter().find(|block| !seen.contains(block)),
            Head::Kind(_) => (!seen.contains(&"value") && !seen.contains(&"key")).then_some("value"),
        };
        match missing {
            Some(block) => Err(self.error(
                self.lines.last().map_or(1, |line| line.number),
                format!("a block `{block}`"),
                "the end of the file",
            )),
            None => Ok((head, std::mem::take(&mut self.structs))),
        }
    }

    /// Whether a struct is among the fields, or among those of structs at most `depth` below them.
    fn reaches(&self, fields: &[Field], name: &str, depth: usize) -> bool {
        fields.iter().filter_map(|field| field.ty.struct_name()).any(|inner| {
            let below = self.structs.iter().find(|one| one.name == inner).filter(|_| depth > 0);
            inner == name || below.is_some_and(|one| self.reaches(&one.fields, name, depth - 1))
        })
    }

    fn add_struct(&mut self, number: usize, at: usize, one: Struct) -> Result<(), SchemaError> {
        if self.structs.iter().any(|other| other.name == one.name) {
            return Err(self.error(number, "a struct name that is not taken in this file", one.name));
        }
        self.structs.insert(at, one);
        Ok(())
    }

    fn fields(&mut self, depth: usize) -> Result<Vec<Field>, SchemaError> {
        let mut fields: Vec<Field> = Vec::new();
        while let Some((number, words)) = self.line_at(depth) {
            let field = self.field(number, &words)?;
            if let Some(name) = field.ty.struct_name() {
                self.asked.push((number, name.to_owned()));
            }
            if fields.iter().any(|other| other.name == field.name) {
                return Err(self.error(number, "a field name that is not taken in this struct", field.name));
            }
            if field
                .tag
                .is_some_and(|(tag, _)| fields.iter().any(|other| other.tag.is_some_and(|(used, _)| used == tag)))
            {
                return Err(self.error(number, "a tag that is not taken in this struct", field.name));
            }
            if self.lines.get(self.next).is_some_and(|line| line.depth > depth) {
                let Some(name) = field.ty.struct_name().map(str::to_owned) else {
                    let line = &self.lines[self.next];
                    let wanted = format!("no field below `{}`, which is not a struct", field.name);
                    return Err(self.error(line.number, wanted, line.words.join(" ")));
                };
                let at = self.structs.len();
                let inner = self.fields(depth + 1)?;
                self.add_struct(number, at, Struct { name, versions: field.versions, fields: inner })?;
            }
            fields.push(field);
        }
        match self.lines.get(self.next) {
            Some(line) if line.depth > depth => {
                Err(self.error(line.number, format!("an indent of {} spaces", depth * 2), line.words.join(" ")))
            }
            _ => Ok(fields),
        }
    }

    fn field(&self, number: usize, words: &[&str]) -> Result<Field, SchemaError> {
        let [name, ty, versions, rest @ ..] = words else {
            return Err(self.error(number, "a field: NAME TYPE VERSIONS [WORDS]", words.join(" ")));
        };
        if RESERVED.contains(name) {
            return Err(self.error(number, "a field name that the generated code does not use itself", *name));
        }
        let snake = name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_');
        if !snake || !name.starts_with(|letter: char| letter.is_ascii_lowercase()) {
            return Err(self.error(number, "a field name in snake_case", *name));
        }
        let mut field = Field {
            name: (*name).to_owned(),
            ty: self.type_of(number, ty)?,
            versions: self.versions(number, versions)?,
            nullable: None,
            tag: None,
            default: None,
            ignorable: false,
            map_key: false,
        };
        for word in rest {
            match word.split_once('=') {
                Some(("nullable", versions)) => field.nullable = Some(self.versions(number, versions)?),
                Some(("default", value)) => field.default = Some(value.to_owned()),
                Some(("tag", tag)) => {
                    let Some((tag, versions)) = tag.split_once('@') else {
                        return Err(self.error(number, "`tag=NUMBER@VERSIONS`", *word));
                    };
                    let Ok(tag) = tag.parse() else { return Err(self.error(number, "a tag's number", tag)) };
                    field.tag = Some((tag, self.versions(number, versions)?));
                }
                None if *word == "ignorable" => field.ignorable = true,
                None if *word == "map-key" => field.map_key = true,
                Some(_) | None => {
                    let wanted = "`nullable=`, `tag=`, `default=`, `ignorable` or `map-key`";
                    return Err(self.error(number, wanted, *word));
                }
            }
        }
        self.check_field(number, &field)?;
        Ok(field)
    }

    fn check_field(&self, number: usize, field: &Field) -> Result<(), SchemaError> {
        if field.nullable.is_some() && !field.ty.may_be_null() {
            return Err(self.error(
                number,
                "`nullable` only on what has a length, and on structs",
                field.ty.to_string(),
            ));
        }
        if field.tag.is_some() && field.ty == Type::Records {
            return Err(self.error(number, "records that are not tagged", "tag"));
        }
        let tagged = field.tag.map(|(_, versions)| versions);
        if tagged.is_some_and(|tagged| self.flexible.is_none_or(|flexible| tagged.first < flexible.first)) {
            return Err(self.error(number, "a tag in flexible versions only", field.name.clone()));
        }
        let Some(default) = &field.default else { return Ok(()) };
        let fits = match &field.ty {
            Type::Bool => matches!(default.as_str(), "true" | "false"),
            Type::Int8 => default.parse::<i8>().is_ok(),
            Type::Int16 => default.parse::<i16>().is_ok(),
            Type::Uint16 => default.parse::<u16>().is_ok(),
            Type::Int32 => default.parse::<i32>().is_ok(),
            Type::Uint32 => default.parse::<u32>().is_ok(),
            Type::Int64 => default.parse::<i64>().is_ok(),
            Type::Float64 => default.parse::<f64>().is_ok(),
            Type::String => default != "null" || field.nullable.is_some(),
            Type::Bytes | Type::Records | Type::Struct(_) | Type::Array(_) => {
                default == "null" && field.nullable.is_some()
            }
            Type::Uuid => false,
        };
        if fits { Ok(()) } else { Err(self.error(number, format!("a default that {} can have", field.ty), default)) }
    }

    fn type_of(&self, number: usize, word: &str) -> Result<Type, SchemaError> {
        let ty = words::type_of(word).ok_or_else(|| self.error(number, "a type", word))?;
        let is_nested = matches!(&ty, Type::Array(element) if matches!(**element, Type::Array(_) | Type::Records));
        if is_nested { Err(self.error(number, "an array of structs or simple values", word)) } else { Ok(ty) }
    }

    fn versions(&self, number: usize, word: &str) -> Result<Versions, SchemaError> {
        words::versions(word).ok_or_else(|| self.error(number, "versions, like `3`, `0-4` or `2+`", word))
    }

    fn number(&self, line: usize, word: &str) -> Result<i16, SchemaError> {
        words::number(word).ok_or_else(|| self.error(line, "a number", word))
    }
}

fn message_name(kind: &Kind, role: &str) -> String {
    let message = if role == "key" { &kind.key } else { &kind.value };
    message.as_ref().map(|message| message.name.clone()).unwrap_or_default()
}
