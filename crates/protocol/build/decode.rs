//! Writes how a struct is read.

use super::context::{
    Context, condition, mandatory_versions, nullable_in, smallest_element, tagged_versions, wanted, wanted_versions,
};
use super::model::{Field, Schema, Struct, Type, Versions};
use super::structs::{default_value, ident, parameter, write_version_check};
use std::fmt::Write;

pub(crate) fn write_decode(
    schema: &Schema,
    one: &Struct,
    context: &Context,
    accepted: Option<Versions>,
    out: &mut String,
) {
    let mut body = String::new();
    write_decode_body(schema, one, context, accepted, &mut body);
    let (reader, version) = (parameter("reader", &body), parameter("api_version", &body));
    let _ = writeln!(
        out,
        "    fn decode({reader}: &mut Reader, {version}: i16) -> Result<Self, DecodeError> {{\n{body}    }}\n"
    );
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
