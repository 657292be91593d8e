//! Writes what spans all APIs: the enum of keys with its table, and the enums over all requests and responses.

use super::context::versions_in_words;
use super::model::{Api, Head, Kind, Schema, Type, Versions};
use std::fmt::Write;

fn apis(schemas: &[Schema]) -> Vec<(&Schema, &Api)> {
    let mut apis: Vec<(&Schema, &Api)> = schemas
        .iter()
        .filter_map(|schema| match &schema.head {
            Head::Api(api) => Some((schema, api)),
            Head::Kind(_) => None,
        })
        .collect();
    apis.sort_by_key(|(_, api)| api.key);
    apis
}

/// Writes `enum ApiKey` and its table, sorted by key.
pub(crate) fn write_keys(schemas: &[Schema], out: &mut String) {
    let apis = apis(schemas);
    out.push_str("/// An API of Kafka that we have a schema for.\n");
    out.push_str(
        "#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]\n#[repr(i16)]\npub enum ApiKey {\n",
    );
    for (schema, api) in &apis {
        let _ = writeln!(out, "    /// {}\n    {} = {},", schema.doc, api.name, api.key);
    }
    out.push_str("}\n\n");
    let _ = writeln!(out, "const TABLE: [Row; {}] = [", apis.len());
    for (schema, api) in &apis {
        let flexible = match api.flexible {
            Some(flexible) => format!("Some({})", flexible.first),
            None => "None".to_owned(),
        };
        let response_header = match api.response_header {
            Some(version) => format!("Some({version})"),
            None => "None".to_owned(),
        };
        let _ = writeln!(
            out,
            "    Row {{ key: ApiKey::{name}, name: {name:?}, file: {file:?}, accepted: {}..={}, advertised: {}..={}, \
             flexible_from: {flexible}, response_header: {response_header} }},",
            api.accepted.first,
            api.accepted.last,
            api.advertised.first,
            api.advertised.last,
            name = api.name,
            file = schema.stem,
        );
    }
    out.push_str("];\n");
}

/// Writes `enum Request` and `enum Response`.
pub(crate) fn write_enums(schemas: &[Schema], out: &mut String) {
    let apis = apis(schemas);
    for (name, end) in [("Request", "Request"), ("Response", "Response")] {
        let _ = writeln!(out, "/// A {} of any API.", name.to_lowercase());
        let _ = writeln!(out, "#[derive(Clone, PartialEq, Debug)]\npub enum {name} {{");
        for (schema, api) in &apis {
            let message = format!("{}{end}", api.name);
            let _ = writeln!(out, "    /// {}", schema.doc);
            let _ = writeln!(out, "    {}({}::{message}),", api.name, schema.stem);
        }
        let _ = writeln!(out, "}}\n\nimpl {name} {{");
        let _ = writeln!(
            out,
            "    /// Which API it belongs to.\n    pub fn api_key(&self) -> ApiKey {{\n        match self {{"
        );
        for (_, api) in &apis {
            let _ = writeln!(out, "            Self::{0}(_) => ApiKey::{0},", api.name);
        }
        out.push_str("        }\n    }\n\n");
        let _ = writeln!(out, "    /// Reads the body of a {} of one API and version.", name.to_lowercase());
        out.push_str(
            "    ///\n    /// # Errors\n    /// Where the bytes are not such a body, and what was wanted there.\n    \
             pub fn decode(api_key: ApiKey, api_version: i16, reader: &mut Reader) -> Result<Self, DecodeError> {\n        \
             Ok(match api_key {\n",
        );
        for (schema, api) in &apis {
            let _ = writeln!(
                out,
                "            ApiKey::{0} => Self::{0}({1}::{0}{end}::decode(reader, api_version)?),",
                api.name, schema.stem
            );
        }
        out.push_str("        })\n    }\n\n");
        out.push_str(
            "    /// Writes the body.\n    ///\n    /// # Errors\n    /// When the version cannot say what the message says.\n    \
             pub fn encode(&self, writer: &mut Writer, api_version: i16) -> Result<(), EncodeError> {\n        match self {\n",
        );
        for (_, api) in &apis {
            let _ = writeln!(out, "            Self::{}(message) => message.encode(writer, api_version),", api.name);
        }
        out.push_str("        }\n    }\n}\n\n");
        for (schema, api) in &apis {
            let message = format!("{}::{}{end}", schema.stem, api.name);
            let _ = writeln!(out, "impl From<{message}> for {name} {{");
            let _ = writeln!(
                out,
                "    fn from(message: {message}) -> Self {{\n        Self::{}(message)\n    }}\n}}\n",
                api.name
            );
            let _ = writeln!(out, "impl TryFrom<{name}> for {message} {{");
            let _ = writeln!(
                out,
                "    /// One of another kind comes back as it is.\n    type Error = {name};\n\n    \
                 fn try_from(message: {name}) -> Result<Self, {name}> {{\n        \
                 if let {name}::{}(message) = message {{ Ok(message) }} else {{ Err(message) }}\n    }}\n}}\n",
                api.name
            );
        }
    }
}

fn kinds<'a>(schemas: &'a [Schema], home: &str) -> Vec<(&'a Schema, &'a Kind, i16)> {
    let mut kinds = Vec::new();
    for schema in schemas {
        if let Head::Kind(kind) = &schema.head
            && kind.home == home
        {
            kinds.extend(kind.numbers.iter().map(|number| (schema, kind, *number)));
        }
    }
    kinds.sort_by_key(|(_, _, number)| *number);
    kinds
}

fn pascal(stem: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    stem.split('_').map(capital).collect()
}

/// Writes the enums over the kinds of records: keys of `__consumer_offsets`, and records of the metadata log.
pub(crate) fn write_kind_enums(schemas: &[Schema], out: &mut String) {
    let keys = kinds(schemas, "consumer-offsets");
    out.push_str("/// The key of a record in `__consumer_offsets`; its first two bytes are the kind's number.\n");
    write_kind_enum("GroupRecordKey", &keys, |kind| kind.key.as_ref().map(|message| message.name.clone()), out);
    let records = kinds(schemas, "metadata");
    out.push_str("/// A record of the metadata log.\n");
    write_kind_enum("MetadataRecord", &records, |kind| kind.value.as_ref().map(|message| message.name.clone()), out);
}

fn write_kind_enum(
    name: &str,
    kinds: &[(&Schema, &Kind, i16)],
    message: impl Fn(&Kind) -> Option<String>,
    out: &mut String,
) {
    let rows: Vec<(String, String, i16, Versions, &str)> = kinds
        .iter()
        .filter_map(|(schema, kind, number)| {
            let message = message(kind)?;
            let accepted = schema.messages().into_iter().find(|one| one.name == message)?.accepted;
            Some((pascal(&schema.stem), format!("{}::{message}", schema.stem), *number, accepted, schema.doc.as_str()))
        })
        .collect();
    let _ = writeln!(out, "#[derive(Clone, PartialEq, Debug)]\npub enum {name} {{");
    for (variant, message, _, _, doc) in &rows {
        let _ = writeln!(out, "    /// {doc}\n    {variant}({message}),");
    }
    let _ = writeln!(out, "}}\n\nimpl {name} {{");
    out.push_str("    /// The number under which such records are known.\n    pub fn number(&self) -> i16 {\n        match self {\n");
    for (variant, _, number, _, _) in &rows {
        let _ = writeln!(out, "            Self::{variant}(_) => {number},");
    }
    out.push_str("        }\n    }\n\n    /// The newest version of such records.\n    pub fn newest_version(&self) -> i16 {\n        match self {\n");
    for (variant, _, _, accepted, _) in &rows {
        let _ =
            writeln!(out, "            Self::{variant}(_) => {}, // {}", accepted.last, versions_in_words(*accepted));
    }
    out.push_str(
        "        }\n    }\n\n    fn decode_body(number: i16, api_version: i16, reader: &mut Reader) -> Result<Self, DecodeError> {\n        \
         Ok(match number {\n",
    );
    for (variant, message, number, _, _) in &rows {
        let _ = writeln!(out, "            {number} => Self::{variant}({message}::decode(reader, api_version)?),");
    }
    let _ =
        writeln!(out, "            _ => return Err(reader.error(\"the number of a {name}\")),\n        }})\n    }}\n");
    out.push_str("    fn encode_body(&self, writer: &mut Writer, api_version: i16) -> Result<(), EncodeError> {\n        match self {\n");
    for (variant, _, _, _, _) in &rows {
        let _ = writeln!(out, "            Self::{variant}(record) => record.encode(writer, api_version),");
    }
    out.push_str("        }\n    }\n}\n\n");
    for (variant, message, _, _, _) in &rows {
        let _ = writeln!(out, "impl From<{message}> for {name} {{");
        let _ =
            writeln!(out, "    fn from(record: {message}) -> Self {{\n        Self::{variant}(record)\n    }}\n}}\n");
    }
}

/// What a module of one schema file must import.
pub(crate) fn imports(schema: &Schema) -> String {
    let uses = |wanted: &dyn Fn(&Type) -> bool| {
        let element = |ty: &Type| if let Type::Array(element) = ty { wanted(element) } else { wanted(ty) };
        schema.structs.iter().flat_map(|one| &one.fields).any(|field| element(&field.ty))
    };
    let mut imports = String::from("use crate::primitives::{DecodeError, EncodeError, Message, Reader, Writer};\n");
    if uses(&|ty| *ty == Type::Records) {
        imports.push_str("use crate::chunk::Chunks;\n");
    }
    if uses(&|ty| *ty == Type::Bytes) {
        imports.push_str("use bytes::Bytes;\n");
    }
    if uses(&|ty| *ty == Type::String) {
        imports.push_str("use bytestring::ByteString;\n");
    }
    if uses(&|ty| *ty == Type::Uuid) {
        imports.push_str("use uuid::Uuid;\n");
    }
    imports
}
