//! Two programs of one.
//!
//! In the beginning a function of the rest is a short one that sees to it that the rest is there, and then calls it by
//! its place in the table of functions. The rest puts its functions there when it is instantiated, and imports what it
//! uses of the beginning: memory, tables, globals, functions.

use crate::list::List;
use crate::own_functions;
use anyhow::{Context, bail};
use std::collections::{BTreeMap, BTreeSet};
use walrus::ir::{UnaryOp, Value, Visitor, dfs_in_order};
use walrus::{
    ConstExpr, ElementItems, ElementKind, ExportItem, FunctionBuilder, FunctionId, FunctionKind, GlobalId, GlobalKind,
    ImportKind, ImportedFunction, MemoryId, Module, TableId, ValType, passes,
};

/// The script that loads what the page does not begin with, and what the beginning calls there if the rest is missing.
const LOADER: (&str, &str) = ("./split.js", "bringRest");
/// What the rest imports all things from.
const BEGINNING: &str = "beginning";
/// The global that says whether the rest is there.
const IS_THERE: &str = "rest_is_there";

pub(crate) struct Parted {
    pub(crate) beginning: Module,
    pub(crate) rest: Module,
}

/// Takes a program, which is given twice, apart.
pub(crate) fn parted(mut beginning: Module, mut rest: Module, list: &List) -> anyhow::Result<Parted> {
    let (in_beginning, in_rest) = (Places::new(&beginning, list)?, Places::new(&rest, list)?);
    let numbered = Numbered::new(&beginning);
    let own = Numbered::new(&rest);
    take_out(&mut beginning, &in_beginning)?;
    leave_only(&mut rest, &in_rest)?;
    join(&mut beginning, &numbered, &mut rest, &own)?;
    // What only the rest knows is called by nobody now.
    passes::gc::run(&mut beginning);
    Ok(Parted { beginning, rest })
}

/// Which functions go, and by which places of the table they are called.
struct Places {
    table: TableId,
    /// Functions of the rest to their places: those that they have in the table, or one at its end for what is called
    /// from the beginning alone.
    of: BTreeMap<FunctionId, Vec<u32>>,
    /// All functions of the rest, those too that only the rest knows.
    rest: BTreeSet<FunctionId>,
    end: u32,
}

impl Places {
    fn new(program: &Module, list: &List) -> anyhow::Result<Places> {
        let table = program.tables.main_function_table()?.context("the program has no table of functions")?;
        let rest: BTreeSet<FunctionId> = own_functions(program)
            .into_iter()
            .filter(|id| list.has(program, *id) && Some(*id) != program.start)
            .collect();
        let mut of = BTreeMap::<FunctionId, Vec<u32>>::new();
        for element in program.elements.iter() {
            let ElementKind::Active { table: of_table, offset: ConstExpr::Value(Value::I32(offset)) } = &element.kind
            else {
                bail!("wanted elements with a place in the table, found {:?}", element.kind);
            };
            let ElementItems::Functions(functions) = &element.items else { continue };
            for (place, id) in (u32::try_from(*offset)?..).zip(functions) {
                if *of_table == table && rest.contains(id) {
                    of.entry(*id).or_default().push(place);
                }
            }
        }
        let mut end = u32::try_from(program.tables.get(table).initial)?;
        for id in called_from_beginning(program, &rest) {
            of.entry(id).or_insert_with(|| {
                end += 1;
                vec![end - 1]
            });
        }
        Ok(Places { table, of, rest, end })
    }
}

/// The functions of the rest that the beginning calls, or that are called from outside.
fn called_from_beginning(program: &Module, rest: &BTreeSet<FunctionId>) -> BTreeSet<FunctionId> {
    struct Called<'a> {
        rest: &'a BTreeSet<FunctionId>,
        found: BTreeSet<FunctionId>,
    }
    impl<'instr> Visitor<'instr> for Called<'_> {
        fn visit_function_id(&mut self, id: &FunctionId) {
            if self.rest.contains(id) {
                self.found.insert(*id);
            }
        }
    }
    let mut called = Called { rest, found: BTreeSet::new() };
    for (id, function) in program.funcs.iter_local() {
        if !rest.contains(&id) {
            dfs_in_order(&mut called, function, function.entry_block());
        }
    }
    for export in program.exports.iter() {
        if let ExportItem::Function(id) = export.item {
            called.visit_function_id(&id);
        }
    }
    called.found
}

/// Puts what calls the rest in the place of each of its functions.
fn take_out(beginning: &mut Module, places: &Places) -> anyhow::Result<()> {
    let nothing = beginning.types.add(&[], &[]);
    let (bring, _) = beginning.add_import_func(LOADER.0, LOADER.1, nothing);
    let absent = ConstExpr::Value(Value::I32(0));
    let is_there = beginning.globals.add_local(ValType::I32, true, false, absent);
    beginning.exports.add(IS_THERE, is_there);
    let table = beginning.tables.get_mut(places.table);
    table.initial = places.end.into();
    table.maximum = table.maximum.map(|_| places.end.into());
    for (id, own) in &places.of {
        let place = i32::try_from(*own.first().context("a function without a place")?)?;
        let stub = caller(beginning, *id, place, (places.table, is_there, bring));
        beginning.funcs.get_mut(*id).kind = stub;
    }
    Ok(())
}

/// A function of the same type that calls what stands at a place of the table.
fn caller(
    program: &mut Module,
    id: FunctionId,
    place: i32,
    (table, is_there, bring): (TableId, GlobalId, FunctionId),
) -> FunctionKind {
    let kind = program.funcs.get(id).ty();
    let (parameters, results) = {
        let kind = program.types.get(kind);
        (kind.params().to_vec(), kind.results().to_vec())
    };
    let arguments: Vec<_> = parameters.iter().map(|parameter| program.locals.add(*parameter)).collect();
    let mut builder = FunctionBuilder::new(&mut program.types, &parameters, &results);
    let mut body = builder.func_body();
    body.global_get(is_there).unop(UnaryOp::I32Eqz).if_else(
        None,
        |missing| {
            missing.call(bring);
        },
        |_| {},
    );
    for argument in &arguments {
        body.local_get(*argument);
    }
    body.i32_const(place).call_indirect(kind, table);
    FunctionKind::Local(builder.local_func(arguments))
}

/// Leaves the functions of the rest and what they use, all of it imported: under which names is said by [`join`].
fn leave_only(rest: &mut Module, places: &Places) -> anyhow::Result<()> {
    rest.start = None;
    for id in rest.exports.iter().map(walrus::Export::id).collect::<Vec<_>>() {
        rest.exports.delete(id);
    }
    for id in rest.data.iter().map(walrus::Data::id).collect::<Vec<_>>() {
        rest.data.delete(id);
    }
    for id in rest.elements.iter().map(walrus::Element::id).collect::<Vec<_>>() {
        rest.elements.delete(id);
    }
    for id in own_functions(rest) {
        if !places.rest.contains(&id) {
            let ty = rest.funcs.get(id).ty();
            let import = rest.imports.add(BEGINNING, "", id);
            rest.funcs.get_mut(id).kind = FunctionKind::Import(ImportedFunction { import, ty });
        }
    }
    for memory in rest.memories.iter_mut() {
        memory.data_segments.clear();
        memory.import = Some(rest.imports.add(BEGINNING, "", memory.id()));
    }
    for table in rest.tables.iter_mut() {
        table.elem_segments.clear();
        table.maximum = None;
        table.import = Some(rest.imports.add(BEGINNING, "", table.id()));
    }
    for id in rest.globals.iter().map(walrus::Global::id).collect::<Vec<_>>() {
        let import = rest.imports.add(BEGINNING, "", id);
        rest.globals.get_mut(id).kind = GlobalKind::Import(import);
    }
    let table = rest.tables.get_mut(places.table);
    table.initial = places.end.into();
    for (offset, functions) in runs(places) {
        let offset = ConstExpr::Value(Value::I32(i32::try_from(offset)?));
        let kind = ElementKind::Active { table: places.table, offset };
        let id = rest.elements.add(kind, ElementItems::Functions(functions));
        rest.tables.get_mut(places.table).elem_segments.insert(id);
    }
    // Being instantiated ends with saying that it is there.
    let (is_there, _) = rest.add_import_global(BEGINNING, IS_THERE, ValType::I32, true, false);
    let mut start = FunctionBuilder::new(&mut rest.types, &[], &[]);
    start.func_body().i32_const(1).global_set(is_there);
    rest.start = Some(start.finish(vec![], &mut rest.funcs));
    passes::gc::run(rest);
    Ok(())
}

/// Functions that stand side by side in the table, with the place of the first.
fn runs(places: &Places) -> Vec<(u32, Vec<FunctionId>)> {
    let all: BTreeMap<u32, FunctionId> =
        places.of.iter().flat_map(|(id, places)| places.iter().map(|place| (*place, *id))).collect();
    let mut runs = Vec::<(u32, Vec<FunctionId>)>::new();
    let mut next = None;
    for (place, id) in all {
        match runs.last_mut() {
            Some((_, functions)) if next == Some(place) => functions.push(id),
            Some(_) | None => runs.push((place, vec![id])),
        }
        next = Some(place + 1);
    }
    runs
}

/// What a program has, with its numbers.
struct Numbered {
    functions: Numbers<FunctionId>,
    tables: Numbers<TableId>,
    memories: Numbers<MemoryId>,
    globals: Numbers<GlobalId>,
}

struct Numbers<T> {
    ids: Vec<T>,
    of: BTreeMap<T, usize>,
}

impl<T: Copy + Ord> Numbers<T> {
    fn new(ids: impl Iterator<Item = T>) -> Numbers<T> {
        let ids: Vec<T> = ids.collect();
        Numbers { of: ids.iter().copied().zip(0..).collect(), ids }
    }

    /// What has the same number among others.
    fn twin(&self, id: &T, others: &Numbers<T>) -> Option<T> {
        self.of.get(id).and_then(|number| others.ids.get(*number).copied())
    }
}

impl Numbered {
    fn new(program: &Module) -> Numbered {
        Numbered {
            functions: Numbers::new(program.funcs.iter().map(walrus::Function::id)),
            tables: Numbers::new(program.tables.iter().map(walrus::Table::id)),
            memories: Numbers::new(program.memories.iter().map(walrus::Memory::id)),
            globals: Numbers::new(program.globals.iter().map(walrus::Global::id)),
        }
    }

    /// The same thing in another reading of the same program.
    fn twin(&self, item: &ImportKind, other: &Numbered) -> Option<ExportItem> {
        match item {
            ImportKind::Function(id) => self.functions.twin(id, &other.functions).map(ExportItem::Function),
            ImportKind::Table(id) => self.tables.twin(id, &other.tables).map(ExportItem::Table),
            ImportKind::Memory(id) => self.memories.twin(id, &other.memories).map(ExportItem::Memory),
            ImportKind::Global(id) => self.globals.twin(id, &other.globals).map(ExportItem::Global),
            ImportKind::Tag(_) => None,
        }
    }
}

/// Lets the beginning export what the rest imports, under names as short as there are.
fn join(beginning: &mut Module, numbered: &Numbered, rest: &mut Module, own: &Numbered) -> anyhow::Result<()> {
    for (number, import) in rest.imports.iter_mut().enumerate() {
        if import.name == IS_THERE {
            continue;
        }
        let item =
            own.twin(&import.kind, numbered).with_context(|| format!("{:?} is not in the beginning", import.kind))?;
        import.module = BEGINNING.to_owned();
        let exported = match item {
            ExportItem::Function(id) => beginning.exports.get_exported_func(id),
            ExportItem::Table(id) => beginning.exports.get_exported_table(id),
            ExportItem::Memory(id) => beginning.exports.get_exported_memory(id),
            ExportItem::Global(id) => beginning.exports.get_exported_global(id),
            ExportItem::Tag(_) => None,
        };
        import.name = match exported {
            Some(export) => export.name.clone(),
            None => {
                let name = number.to_string();
                beginning.exports.add(&name, item);
                name
            }
        };
    }
    Ok(())
}
