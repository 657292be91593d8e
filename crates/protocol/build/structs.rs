//! Writes the types of one schema file, with decode and encode.

use super::model::{Field, Schema, Struct, Type, Versions};
use std::fmt::Write;

/// Rust's name for a field.
pub(crate) fn ident(name: &str) -> String {
    match name {
        "type" | "match" | "ref" | "move" | "use" | "fn" | "in" | "where" | "loop" | "mod" => format!("r#{name}"),
        _ => name.to_owned(),
    }
}

/// Rust's type for a field.
fn rust_type(field: &Field) -> String {
    let plain = element_type(&field.ty);
    if field.nullable.is_some() { format!("Option<{plain}>") } else { plain }
}

fn element_type(ty: &Type) -> String {
    match ty {
        Type::Bool => "bool".to_owned(),
        Type::Int8 => "i8".to_owned(),
        Type::Int16 => "i16".to_owned(),
        Type::Uint16 => "u16".to_owned(),
        Type::Int32 => "i32".to_owned(),
        Type::Uint32 => "u32".to_owned(),
        Type::Int64 => "i64".to_owned(),
        Type::Float64 => "f64".to_owned(),
        Type::Uuid => "Uuid".to_owned(),
        Type::String => "ByteString".to_owned(),
        Type::Bytes => "Bytes".to_owned(),
        Type::Records => "Chunks".to_owned(),
        Type::Struct(name) => name.clone(),
        Type::Array(element) => format!("Vec<{}>", element_type(element)),
    }
}

/// The value that a field has where nothing is said, as Rust.
pub(crate) fn default_value(field: &Field) -> String {
    let Some(default) = field.default.as_deref() else {
        // Kafka's records are null where nothing is said; all else is empty or zero.
        let plain = match &field.ty {
            Type::Records if field.nullable.is_some() => return "None".to_owned(),
            Type::Bool => "false".to_owned(),
            Type::Float64 => "0.0".to_owned(),
            Type::Int8 | Type::Int16 | Type::Uint16 | Type::Int32 | Type::Uint32 | Type::Int64 => "0".to_owned(),
            Type::Uuid => "Uuid::nil()".to_owned(),
            Type::String => "ByteString::new()".to_owned(),
            Type::Bytes => "Bytes::new()".to_owned(),
            Type::Records => "Chunks::default()".to_owned(),
            Type::Struct(name) => format!("{name}::default()"),
            Type::Array(_) => "Vec::new()".to_owned(),
        };
        return if field.nullable.is_some() { format!("Some({plain})") } else { plain };
    };
    if default == "null" {
        return "None".to_owned();
    }
    let plain =
        if field.ty == Type::String { format!("ByteString::from_static({default:?})") } else { default.to_owned() };
    if field.nullable.is_some() { format!("Some({plain})") } else { plain }
}

/// Whether the default is that of Rust's type, so that `Default` can be derived.
fn has_plain_default(field: &Field) -> bool {
    match field.default.as_deref() {
        None => field.nullable.is_none() || field.ty == Type::Records,
        Some("null") => true,
        Some(_) => false,
    }
}

/// An expression that is true when `self`'s field is not its default.
fn differs(field: &Field) -> String {
    let name = ident(&field.name);
    let default = field.default.as_deref();
    if default == Some("null") || (field.ty == Type::Records && field.nullable.is_some()) {
        return format!("self.{name}.is_some()");
    }
    let nullable = field.nullable.is_some();
    let is_long = matches!(field.ty, Type::String | Type::Bytes | Type::Array(_));
    match (&field.ty, default) {
        (_, None) if is_long && nullable => format!("self.{name}.as_ref().is_none_or(|value| !value.is_empty())"),
        (_, None) if is_long => format!("!self.{name}.is_empty()"),
        (Type::Records, None) => format!("self.{name}.size() != 0"),
        (Type::Bool, Some("true")) => format!("!self.{name}"),
        (Type::Bool, _) => format!("self.{name}"),
        (Type::Uuid, _) => format!("!self.{name}.is_nil()"),
        (Type::String, Some(value)) if nullable => format!("self.{name}.as_deref() != Some({value:?})"),
        (Type::String, Some(value)) => format!("self.{name} != {value:?}"),
        (_, _) => format!("self.{name} != {}", default_value(field)),
    }
}

/// A condition on `api_version` that holds in `wanted`, given that it is in `known`; `None` where it always holds.
pub(crate) fn condition(wanted: Versions, known: Versions) -> Option<String> {
    let from = (wanted.first > known.first).then_some(wanted.first);
    let to = (wanted.last < known.last).then_some(wanted.last);
    match (from, to) {
        (None, None) => None,
        (Some(first), None) => Some(format!("api_version >= {first}")),
        (None, Some(last)) => Some(format!("api_version <= {last}")),
        (Some(first), Some(last)) if first == last => Some(format!("api_version == {first}")),
        (Some(first), Some(last)) => Some(format!("({first}..={last}).contains(&api_version)")),
    }
}

/// What is known of the version inside a struct.
pub(crate) struct Context {
    pub(crate) known: Versions,
    flexible: Option<Versions>,
}

impl Context {
    pub(crate) fn of(schema: &Schema, one: &Struct) -> Self {
        let (accepted, flexible) = schema.context(&one.name);
        Context { known: one.versions.and(accepted).unwrap_or(accepted), flexible }
    }

    /// An expression for "the version is flexible": a constant where it never changes.
    fn flexible_expression(&self) -> String {
        match self.flexible.and_then(|flexible| flexible.and(self.known)) {
            None => "false".to_owned(),
            Some(flexible) => condition(flexible, self.known).unwrap_or_else(|| "true".to_owned()),
        }
    }
}

/// Writes every struct of the file.
pub(crate) fn write(schema: &Schema, out: &mut String) {
    let messages = schema.messages();
    for one in &schema.structs {
        let context = Context::of(schema, one);
        let message = messages.iter().find(|message| message.name == one.name);
        write_type(schema, one, message.is_some(), out);
        let _ = writeln!(out, "impl Message for {} {{", one.name);
        write_decode(schema, one, &context, message.map(|message| message.accepted), out);
        write_encode(one, &context, message.map(|message| message.accepted), out);
        out.push_str("}\n\n");
    }
}

/// `versions 3 to 7`, `version 3`, `versions from 3 on`.
pub(crate) fn versions_in_words(versions: Versions) -> String {
    match (versions.first, versions.last) {
        (first, Versions::OPEN) => format!("from version {first} on"),
        (first, last) if first == last => format!("version {first}"),
        (first, last) => format!("versions {first} to {last}"),
    }
}

fn write_type(schema: &Schema, one: &Struct, is_message: bool, out: &mut String) {
    if is_message {
        let _ = writeln!(out, "/// {}", schema.doc);
    } else {
        let holders = schema.structs.iter().flat_map(|holder| {
            holder.fields.iter().filter(|field| field.ty.struct_name() == Some(&one.name)).map(|field| {
                let is = if matches!(field.ty, Type::Array(_)) { "Element of" } else { "Type of" };
                format!("{is} [`{}::{}`]", holder.name, ident(&field.name))
            })
        });
        let _ = writeln!(out, "/// {}.", holders.collect::<Vec<_>>().join("; "));
    }
    let derived = one.fields.iter().all(has_plain_default);
    let _ = writeln!(out, "#[derive(Clone, PartialEq, Debug{})]", if derived { ", Default" } else { "" });
    let _ = writeln!(out, "pub struct {} {{", one.name);
    for field in &one.fields {
        let _ = write!(out, "    /// `{}`", field.ty);
        if let Some(nullable) = field.nullable {
            let everywhere = nullable.first <= field.versions.first && nullable.last >= field.versions.last;
            out.push_str(" or null");
            if !everywhere {
                let _ = write!(out, " ({})", versions_in_words(nullable));
            }
        }
        let _ = write!(out, ", {}", versions_in_words(field.versions));
        if let Some((tag, versions)) = field.tag {
            let _ = write!(out, "; tag {tag}");
            if versions.first > field.versions.first {
                let _ = write!(out, " ({})", versions_in_words(versions));
            }
        }
        if let Some(default) = &field.default {
            let _ = write!(out, "; {default} if not said");
        }
        if field.map_key {
            out.push_str("; a key of its array");
        }
        let _ = writeln!(out, ".\n    pub {}: {},", ident(&field.name), rust_type(field));
    }
    out.push_str("}\n\n");
    if !derived {
        let _ = writeln!(out, "impl Default for {} {{\n    fn default() -> Self {{\n        Self {{", one.name);
        for field in &one.fields {
            let _ = writeln!(out, "            {}: {},", ident(&field.name), default_value(field));
        }
        out.push_str("        }\n    }\n}\n\n");
    }
}

fn write_version_check(accepted: Versions, error: &str, out: &mut String) {
    let Versions { first, last } = accepted;
    let _ = writeln!(out, "        if !({first}..={last}).contains(&api_version) {{");
    let _ = writeln!(out, "            return Err({error});\n        }}");
}

/// What an error says was wanted in place of a version that a message does not have.
pub(crate) fn wanted_versions(message: &str, accepted: Versions) -> String {
    format!("{} of {message}", versions_in_words(accepted))
}

fn write_decode(schema: &Schema, one: &Struct, context: &Context, accepted: Option<Versions>, out: &mut String) {
    let mut body = String::new();
    write_decode_body(schema, one, context, accepted, &mut body);
    let (reader, version) = (parameter("reader", &body), parameter("api_version", &body));
    let _ = writeln!(
        out,
        "    fn decode({reader}: &mut Reader, {version}: i16) -> Result<Self, DecodeError> {{\n{body}    }}\n"
    );
}

/// A parameter's name, after an underscore if the body does not use it.
fn parameter(name: &str, body: &str) -> String {
    if body.contains(name) { name.to_owned() } else { format!("_{name}") }
}

fn write_decode_body(schema: &Schema, one: &Struct, context: &Context, accepted: Option<Versions>, out: &mut String) {
    if let Some(accepted) = accepted {
        let error = format!("reader.error({:?})", wanted_versions(&one.name, accepted));
        write_version_check(accepted, &error, out);
    }
    let flexible = context.flexible_expression();
    let tagged: Vec<&Field> = one.fields.iter().filter(|field| tagged_versions(field, context).is_some()).collect();
    for field in &one.fields {
        let present = field.versions.and(context.known);
        let mandatory = present.and_then(|present| mandatory_versions(field, present));
        let name = ident(&field.name);
        let mutable = if tagged_versions(field, context).is_some() { "mut " } else { "" };
        let _ = write!(out, "        let {mutable}{name} = ");
        match mandatory {
            None => {
                let _ = writeln!(out, "{};", default_value(field));
            }
            Some(versions) => {
                let inside = Context { known: versions, flexible: context.flexible };
                let read = read_expression(schema, one, field, &inside, &inside.flexible_expression());
                let _ = match condition(versions, context.known) {
                    None => writeln!(out, "{read};"),
                    Some(condition) => {
                        writeln!(out, "if {condition} {{ {read} }} else {{ {} }};", default_value(field))
                    }
                };
            }
        }
    }
    if flexible != "false" {
        let indent = if flexible == "true" { "        " } else { "            " };
        if flexible != "true" {
            let _ = writeln!(out, "        if {flexible} {{");
        }
        if tagged.is_empty() {
            let _ = writeln!(out, "{indent}reader.skip_tagged_fields()?;");
        } else {
            let _ = writeln!(out, "{indent}reader.tagged_fields(|reader, tag| {{\n{indent}    match tag {{");
            for field in &tagged {
                write_tagged_arm(schema, one, field, context, indent, out);
            }
            let _ = writeln!(out, "{indent}        _ => return Ok(false),\n{indent}    }}\n{indent}    Ok(true)");
            let _ = writeln!(out, "{indent}}})?;");
        }
        if flexible != "true" {
            out.push_str("        }\n");
        }
    }
    let names: Vec<String> = one.fields.iter().map(|field| ident(&field.name)).collect();
    let _ = writeln!(out, "        Ok(Self {{ {} }})", names.join(", "));
}

fn write_tagged_arm(schema: &Schema, one: &Struct, field: &Field, context: &Context, indent: &str, out: &mut String) {
    let Some((tag, versions)) = tagged_versions(field, context) else { return };
    let inside = Context { known: versions, flexible: context.flexible };
    let guard = context
        .flexible
        .and_then(|flexible| flexible.and(context.known))
        .and_then(|flexible| condition(versions, flexible))
        .map(|condition| format!(" if {condition}"))
        .unwrap_or_default();
    let is_nullable_struct = matches!(field.ty, Type::Struct(_)) && nullable_in(field, versions);
    let read = if let (Type::Struct(name), true) = (&field.ty, is_nullable_struct) {
        let wanted = wanted(&one.name, field);
        format!("reader.tagged_nullable({wanted}, |reader| {name}::decode(reader, api_version))?")
    } else {
        read_expression(schema, one, field, &inside, "true")
    };
    let _ = writeln!(out, "{indent}        {tag}{guard} => {} = {read},", ident(&field.name));
}

/// The versions that carry the field in its place rather than as a tagged one.
fn mandatory_versions(field: &Field, present: Versions) -> Option<Versions> {
    match field.tag {
        None => Some(present),
        Some((_, tagged)) if present.first < tagged.first => {
            Some(Versions { first: present.first, last: present.last.min(tagged.first - 1) })
        }
        Some(_) => None,
    }
}

fn tagged_versions(field: &Field, context: &Context) -> Option<(u32, Versions)> {
    let (tag, tagged) = field.tag?;
    let versions = tagged.and(field.versions)?.and(context.known)?.and(context.flexible?)?;
    Some((tag, versions))
}

fn nullable_in(field: &Field, versions: Versions) -> bool {
    field.nullable.is_some_and(|nullable| nullable.and(versions).is_some())
}

/// What an error says was wanted, as a string of Rust.
pub(crate) fn wanted(holder: &str, field: &Field) -> String {
    let or_null = if field.nullable.is_some() { " or null" } else { "" };
    format!("{:?}", format!("{holder}.{}: {}{or_null}", field.name, field.ty))
}

/// The fewest bytes of an element of the array that `field` is.
pub(crate) fn smallest_element(schema: &Schema, holder: &str, field: &Field, element: &Type) -> usize {
    let (accepted, flexible) = schema.context(holder);
    let known = field.versions.and(accepted).unwrap_or(accepted);
    super::size::smallest(schema, element, known, flexible)
}

fn read_expression(schema: &Schema, one: &Struct, field: &Field, context: &Context, flexible: &str) -> String {
    let Some(nullable) = field.nullable else { return read_plain(schema, one, field, flexible, "") };
    match nullable.and(context.known) {
        None => format!("Some({})", read_plain(schema, one, field, flexible, "")),
        Some(nullable) => {
            let read = read_plain(schema, one, field, flexible, "nullable_");
            match condition(nullable, context.known) {
                None => read,
                Some(condition) => format!(
                    "if {condition} {{ {read} }} else {{ Some({}) }}",
                    read_plain(schema, one, field, flexible, "")
                ),
            }
        }
    }
}

/// Reads a value; `null` is the prefix of the reader's methods for what may be null.
fn read_plain(schema: &Schema, one: &Struct, field: &Field, flexible: &str, null: &str) -> String {
    let wanted = wanted(&one.name, field);
    let Type::Array(element) = &field.ty else { return read_one(&field.ty, flexible, &wanted, null) };
    let read = read_one(element, flexible, &wanted, "");
    let read = read.strip_suffix('?').unwrap_or(&read);
    let size = smallest_element(schema, &one.name, field, element);
    format!("reader.{null}array({flexible}, {size}, {wanted}, |reader| {read})?")
}

fn read_one(ty: &Type, flexible: &str, wanted: &str, null: &str) -> String {
    match ty {
        Type::Bool => format!("reader.bool({wanted})?"),
        Type::Int8 => format!("reader.i8({wanted})?"),
        Type::Int16 => format!("reader.i16({wanted})?"),
        Type::Uint16 => format!("reader.u16({wanted})?"),
        Type::Int32 => format!("reader.i32({wanted})?"),
        Type::Uint32 => format!("reader.u32({wanted})?"),
        Type::Int64 => format!("reader.i64({wanted})?"),
        Type::Float64 => format!("reader.f64({wanted})?"),
        Type::Uuid => format!("reader.uuid({wanted})?"),
        Type::String => format!("reader.{null}string({flexible}, {wanted})?"),
        Type::Bytes => format!("reader.{null}bytes({flexible}, {wanted})?"),
        Type::Records => format!("reader.{null}records({flexible}, {wanted})?"),
        Type::Struct(name) if null.is_empty() => format!("{name}::decode(reader, api_version)?"),
        Type::Struct(name) => format!("reader.nullable({wanted}, |reader| {name}::decode(reader, api_version))?"),
        Type::Array(_) => unreachable!("no array has arrays in it"),
    }
}

fn write_encode(one: &Struct, context: &Context, accepted: Option<Versions>, out: &mut String) {
    let mut body = String::new();
    write_encode_body(one, context, accepted, &mut body);
    let (writer, version) = (parameter("writer", &body), parameter("api_version", &body));
    let _ = writeln!(
        out,
        "    fn encode(&self, {writer}: &mut Writer, {version}: i16) -> Result<(), EncodeError> {{\n{body}    }}"
    );
}

fn write_encode_body(one: &Struct, context: &Context, accepted: Option<Versions>, out: &mut String) {
    let flexible = context.flexible_expression();
    if let Some(accepted) = accepted {
        let error = format!("EncodeError::Version {{ message: {:?}, version: api_version }}", one.name);
        write_version_check(accepted, &error, out);
    }
    for field in &one.fields {
        write_field(one, field, context, out);
    }
    if flexible != "false" {
        let indent = if flexible == "true" { "        " } else { "            " };
        if flexible != "true" {
            let _ = writeln!(out, "        if {flexible} {{");
        }
        write_tagged_section(one, context, indent, out);
        if flexible != "true" {
            out.push_str("        }\n");
        }
    }
    out.push_str("        Ok(())\n");
}

fn path(one: &Struct, field: &Field) -> String {
    format!("{:?}", format!("{}.{}", one.name, field.name))
}

fn write_field(one: &Struct, field: &Field, context: &Context, out: &mut String) {
    let present = field.versions.and(context.known);
    if let Some(versions) = present.and_then(|present| mandatory_versions(field, present)) {
        let inside = Context { known: versions, flexible: context.flexible };
        let write = write_statement(one, field, &inside, &inside.flexible_expression());
        let _ = match condition(versions, context.known) {
            None => writeln!(out, "        {write}"),
            Some(condition) => writeln!(out, "        if {condition} {{ {write} }}"),
        };
    }
    if !field.ignorable && present != Some(context.known) {
        let error = format!("EncodeError::NotInVersion {{ field: {}, version: api_version }}", path(one, field));
        let lacking =
            present.and_then(|present| condition(present, context.known)).map(|condition| negated(&condition));
        let lacking = lacking.map(|condition| format!("{condition} && ")).unwrap_or_default();
        let _ = writeln!(out, "        if {lacking}{} {{ return Err({error}); }}", differs(field));
    }
}

fn negated(condition: &str) -> String {
    if condition.starts_with('(') {
        return format!("!{condition}");
    }
    condition.replace(">=", "<").replace("<=", ">").replace("==", "!=")
}

/// Writes a value in its place, null included.
fn write_statement(one: &Struct, field: &Field, context: &Context, flexible: &str) -> String {
    let name = ident(&field.name);
    let path = path(one, field);
    let Some(nullable) = field.nullable else {
        let value = if is_copied(&field.ty) { format!("self.{name}") } else { format!("&self.{name}") };
        return write_value(&field.ty, &value, flexible, &path);
    };
    let null = match field.ty {
        Type::Struct(_) => "writer.i8(-1);".to_owned(),
        Type::Array(_) => format!("writer.null_array({flexible});"),
        Type::String => format!("writer.null_string({flexible});"),
        Type::Bool
        | Type::Int8
        | Type::Int16
        | Type::Uint16
        | Type::Int32
        | Type::Uint32
        | Type::Int64
        | Type::Float64
        | Type::Uuid
        | Type::Bytes
        | Type::Records => format!("writer.null_bytes({flexible});"),
    };
    let error = format!("return Err(EncodeError::Null {{ field: {path}, version: api_version }})");
    let write = write_value(&field.ty, "value", flexible, &path);
    let (mark, null) = match nullable.and(context.known) {
        None => (String::new(), error),
        Some(nullable) => {
            let condition = condition(nullable, context.known);
            let mark = match (&field.ty, &condition) {
                (Type::Struct(_), None) => "writer.i8(1); ".to_owned(),
                (Type::Struct(_), Some(condition)) => format!("if {condition} {{ writer.i8(1); }} "),
                (_, _) => String::new(),
            };
            match condition {
                None => (mark, format!("{{ {null} }}")),
                Some(condition) => (mark, format!("if {condition} {{ {null} }} else {{ {error}; }}")),
            }
        }
    };
    format!("match &self.{name} {{ Some(value) => {{ {mark}{write} }} None => {null}, }}")
}

fn is_copied(ty: &Type) -> bool {
    !matches!(ty, Type::String | Type::Bytes | Type::Records | Type::Struct(_) | Type::Array(_))
}

/// Writes `value`, which is not null.
fn write_value(ty: &Type, value: &str, flexible: &str, path: &str) -> String {
    match ty {
        Type::Bool => format!("writer.bool({value});"),
        Type::Int8 => format!("writer.i8({value});"),
        Type::Int16 => format!("writer.i16({value});"),
        Type::Uint16 => format!("writer.u16({value});"),
        Type::Int32 => format!("writer.i32({value});"),
        Type::Uint32 => format!("writer.u32({value});"),
        Type::Int64 => format!("writer.i64({value});"),
        Type::Float64 => format!("writer.f64({value});"),
        Type::Uuid => format!("writer.uuid({value});"),
        Type::String => format!("writer.string({value}, {flexible}, {path})?;"),
        Type::Bytes => format!("writer.bytes({value}, {flexible}, {path})?;"),
        Type::Records => format!("writer.records({value}, {flexible}, {path})?;"),
        Type::Struct(_) => format!("{}.encode(writer, api_version)?;", value.trim_start_matches('&')),
        Type::Array(element) => {
            let one = if is_copied(element) { "*element" } else { "element" };
            let write = write_value(element, one, flexible, path);
            let list = value.trim_start_matches('&');
            let iterated = if list == value { value.to_owned() } else { format!("&{list}") };
            format!("writer.array_length({list}.len(), {flexible}, {path})?; for element in {iterated} {{ {write} }}")
        }
    }
}

fn write_tagged_section(one: &Struct, context: &Context, indent: &str, out: &mut String) {
    let mut tagged: Vec<(u32, Versions, &Field)> = one
        .fields
        .iter()
        .filter_map(|field| tagged_versions(field, context).map(|(tag, versions)| (tag, versions, field)))
        .collect();
    tagged.sort_by_key(|(tag, _, _)| *tag);
    if tagged.is_empty() {
        let _ = writeln!(out, "{indent}writer.unsigned_varint(0);");
        return;
    }
    let flexible = context.flexible.and_then(|flexible| flexible.and(context.known)).unwrap_or(context.known);
    for (tag, versions, field) in &tagged {
        let guard = condition(*versions, flexible).map(|condition| format!("{condition} && ")).unwrap_or_default();
        let _ = writeln!(out, "{indent}let has_tag_{tag} = {guard}{};", differs(field));
    }
    let counts: Vec<String> = tagged.iter().map(|(tag, _, _)| format!("u32::from(has_tag_{tag})")).collect();
    let _ = writeln!(out, "{indent}writer.unsigned_varint({});", counts.join(" + "));
    for (tag, versions, field) in &tagged {
        let inside = Context { known: *versions, flexible: context.flexible };
        let write = write_tagged_value(one, field, &inside);
        let _ = writeln!(out, "{indent}if has_tag_{tag} {{");
        let _ = writeln!(out, "{indent}    writer.tagged_field({tag}, |writer| {{ {write} Ok(()) }})?;");
        let _ = writeln!(out, "{indent}}}");
    }
}

fn write_tagged_value(one: &Struct, field: &Field, context: &Context) -> String {
    if matches!(field.ty, Type::Struct(_)) && nullable_in(field, context.known) {
        // In a tagged field the mark before a struct that may be null is a varint: 1, or 0 for null.
        let name = ident(&field.name);
        let write = write_value(&field.ty, "value", "true", &path(one, field));
        return format!(
            "match &self.{name} {{ Some(value) => {{ writer.unsigned_varint(1); {write} }} \
             None => writer.unsigned_varint(0), }}"
        );
    }
    write_statement(one, field, context, "true")
}
