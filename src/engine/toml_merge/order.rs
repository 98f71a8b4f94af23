//! Where new tables are printed.
//!
//! A document prints its tables by a number that each of them carries. After two documents have
//! been merged the numbers of both are mixed; here every table gets a new one: the lower document's
//! tables keep their order, and each new table goes behind the last one that it is closest to.

use std::collections::BTreeSet;

use toml_edit::{Item, Table};

/// A step from a table to one below it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    /// By key.
    Key(String),
    /// By position in an array of tables.
    Entry(usize),
}

/// The way from the root to a table.
type TablePath = Vec<Step>;

/// How a document was printed before it was merged.
pub(super) struct Before {
    tables: Vec<TablePath>,
    has_root_values: bool,
}

impl Before {
    /// Returns how a document is printed now.
    pub(super) fn of(root: &Table) -> Self {
        Self {
            tables: printed_tables(root),
            has_root_values: !root.get_values().is_empty(),
        }
    }

    /// Returns how many tables have a header.
    pub(super) fn table_count(&self) -> usize {
        self.tables.len()
    }
}

/// Numbers all tables anew, and sets one blank line before each that was not there before.
pub(super) fn place(root: &mut Table, before: &Before) {
    let now = printed_tables(root);
    let known: BTreeSet<&TablePath> = before.tables.iter().collect();
    let still_there: BTreeSet<&TablePath> = now.iter().collect();
    let mut order: Vec<TablePath> = before
        .tables
        .iter()
        .filter(|path| still_there.contains(path))
        .cloned()
        .collect();
    for path in now.iter().filter(|path| !known.contains(path)) {
        order.insert(place_of(path, &order), path.clone());
        set_blank_line(root, path);
    }
    let has_root_values = !root.get_values().is_empty();
    let first_changed = order.first() != before.tables.first();
    if let Some(path) = before.tables.first()
        && (first_changed || has_root_values != before.has_root_values)
    {
        set_blank_line(root, path);
    }
    if let Some(path) = order.first()
        && first_changed
        && !has_root_values
    {
        drop_blank_lines(root, path);
    }
    for (path, position) in order.iter().zip(1..) {
        if let Some(table) = table_at(root, path) {
            table.set_position(Some(position));
        }
    }
}

/// Returns where in `order` a new table belongs: before its own sub-tables, else behind the last
/// table with which it shares the most keys. A table that shares none stands before the tools,
/// which come last.
fn place_of(path: &TablePath, order: &[TablePath]) -> usize {
    if let Some(first_below) = order.iter().position(|other| other.starts_with(path)) {
        return first_below;
    }
    let shared: Vec<usize> = order
        .iter()
        .map(|other| shared_steps(path, other))
        .collect();
    let most = shared.iter().copied().max().unwrap_or(0);
    if most > 0 {
        return shared
            .iter()
            .rposition(|shared| *shared == most)
            .map_or(order.len(), |last| last + 1);
    }
    order
        .iter()
        .position(is_tool)
        .filter(|_| !is_tool(path))
        .unwrap_or(order.len())
}

fn shared_steps(one: &TablePath, other: &TablePath) -> usize {
    one.iter()
        .zip(other)
        .take_while(|(one, other)| one == other)
        .count()
}

fn is_tool(path: &TablePath) -> bool {
    path.first()
        .is_some_and(|step| matches!(step, Step::Key(key) if key == "tool"))
}

/// Returns the tables that have a header, in the order in which they are printed.
fn printed_tables(root: &Table) -> Vec<TablePath> {
    let mut tables = Vec::new();
    collect(root, &mut Vec::new(), &mut 0, &mut tables);
    tables.sort_by_key(|(position, _)| *position);
    tables.into_iter().map(|(_, path)| path).collect()
}

/// Collects the tables below one, each with its number; one without has that of the table before
/// it.
fn collect(
    table: &Table,
    path: &mut TablePath,
    position: &mut isize,
    tables: &mut Vec<(isize, TablePath)>,
) {
    for (key, item) in table {
        path.push(Step::Key(key.to_owned()));
        match item {
            Item::Table(child) => visit(child, path, position, tables),
            Item::ArrayOfTables(array) => {
                for (index, child) in array.iter().enumerate() {
                    path.push(Step::Entry(index));
                    visit(child, path, position, tables);
                    path.pop();
                }
            }
            Item::None | Item::Value(_) => {}
        }
        path.pop();
    }
}

fn visit(
    table: &Table,
    path: &mut TablePath,
    position: &mut isize,
    tables: &mut Vec<(isize, TablePath)>,
) {
    if !table.is_dotted() {
        *position = table.position().unwrap_or(*position);
        let is_entry = matches!(path.last(), Some(Step::Entry(_)));
        if is_entry || !table.is_implicit() || !table.get_values().is_empty() {
            tables.push((*position, path.clone()));
        }
    }
    collect(table, path, position, tables);
}

fn table_at<'a>(root: &'a mut Table, path: &TablePath) -> Option<&'a mut Table> {
    let mut table = root;
    let mut steps = path.iter();
    while let Some(step) = steps.next() {
        let Step::Key(key) = step else { return None };
        table = match table.get_mut(key)? {
            Item::Table(child) => child,
            Item::ArrayOfTables(array) => match steps.next()? {
                Step::Entry(index) => array.get_mut(*index)?,
                Step::Key(_) => return None,
            },
            Item::None | Item::Value(_) => return None,
        };
    }
    Some(table)
}

/// Sets one blank line before a table's header and the comments above it.
fn set_blank_line(root: &mut Table, path: &TablePath) {
    if let Some(table) = table_at(root, path) {
        let heading = format!("\n{}", heading(table));
        table.decor_mut().set_prefix(heading);
    }
}

fn drop_blank_lines(root: &mut Table, path: &TablePath) {
    if let Some(table) = table_at(root, path) {
        let heading = heading(table);
        table.decor_mut().set_prefix(heading);
    }
}

/// Returns what stands above a table's header, without the blank lines before it.
fn heading(table: &Table) -> String {
    let mut heading = table
        .decor()
        .prefix()
        .and_then(|prefix| prefix.as_str())
        .unwrap_or_default();
    while let Some((first, rest)) = heading.split_once('\n') {
        if !first.trim().is_empty() {
            break;
        }
        heading = rest;
    }
    heading.to_owned()
}
