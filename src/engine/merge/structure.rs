//! TOML by structure: what the template changed in its own document is done to the user's, key by key.
//!
//! The user's document stays as it is written. From it goes what the template took away, and to it comes what the template added or
//! changed, by the same composition as between layers. A key or item that both changed keeps the user's value, with markers
//! around it.

use std::ops::Range;

use toml_edit::{Array, ArrayOfTables, Document, DocumentMut, Item, Table, TableLike, Value};

use super::content::{Labels, Texts};
use super::text::marker_size;
use crate::engine::toml_merge::equality::{IDENTITIES, same_item, same_table, same_value};
use crate::engine::toml_merge::requirement::{Requirement, holds_requirements};
use crate::engine::toml_merge::{OnConflict, compose};
use crate::model::text::Lines;

/// A document that was merged by structure.
pub(super) struct Structured {
    /// The text, with markers around what conflicts.
    pub(super) text: String,
    /// The keys that conflict.
    pub(super) keys: Vec<String>,
}

/// Returns whether a text is TOML in which no list of requirements names one distribution twice for the same environment.
pub(super) fn is_sound(text: &[u8]) -> bool {
    let parsed = std::str::from_utf8(text)
        .ok()
        .map(str::parse::<DocumentMut>);
    let Some(Ok(document)) = parsed else {
        return false;
    };
    no_requirement_twice(document.as_table(), &mut Vec::new())
}

fn no_requirement_twice(table: &dyn TableLike, path: &mut Vec<String>) -> bool {
    table.iter().all(|(name, item)| {
        path.push(name.to_owned());
        let sound = if let Some(array) = item.as_array() {
            !holds_requirements(path) || is_set(array)
        } else if let Some(table) = item.as_table_like() {
            no_requirement_twice(table, path)
        } else {
            true
        };
        path.pop();
        sound
    })
}

fn is_set(array: &Array) -> bool {
    let requirements: Vec<Requirement> = array.iter().filter_map(requirement).collect();
    requirements.iter().enumerate().all(|(index, one)| {
        let mut earlier = requirements.iter().take(index);
        !earlier.any(|other| other.is_about_the_same_as(one))
    })
}

fn requirement(value: &Value) -> Option<Requirement> {
    value.as_str().and_then(Requirement::parse)
}

/// Merges three documents; none if one of them is not TOML.
pub(super) fn merge(texts: &Texts<'_>, labels: &Labels) -> Option<Structured> {
    let parse =
        |text: &[u8]| -> Option<DocumentMut> { std::str::from_utf8(text).ok()?.parse().ok() };
    let base = parse(texts.base)?;
    let mut ours = parse(texts.ours)?;
    let mut news = parse(texts.theirs)?;
    let mut walk = Walk::default();
    walk.tables(base.as_table(), ours.as_table_mut(), news.as_table_mut());
    // Comments that stand alone in the template's document say nothing about what is new in it.
    news.set_trailing("");
    if !news.as_table().is_empty() {
        compose(&mut ours, &news, OnConflict::TakeUpper).ok()?;
    }
    let text = ours.to_string();
    let theirs = std::str::from_utf8(texts.theirs).ok()?;
    let keys = walk.conflicts.iter().map(Conflict::key).collect();
    let text = if walk.conflicts.is_empty() {
        text
    } else {
        let marks = Marks {
            ours: &text,
            theirs,
            labels,
            size: usize::from(marker_size(texts)),
        };
        marks.around(&walk.conflicts)?
    };
    Some(Structured { text, keys })
}

/// A value that both sides changed.
struct Conflict {
    path: Vec<String>,
    /// The items of both sides, where only one item of an array is meant.
    items: Option<(String, String)>,
}

impl Conflict {
    fn key(&self) -> String {
        self.path.join(".")
    }
}

/// The walk through three documents. What is left of the third is what the template added or changed and the user did not.
#[derive(Default)]
struct Walk {
    path: Vec<String>,
    conflicts: Vec<Conflict>,
}

impl Walk {
    fn tables(&mut self, base: &dyn TableLike, ours: &mut dyn TableLike, news: &mut dyn TableLike) {
        for (name, before) in base.iter() {
            if news.get(name).is_none() {
                take_away(name, before, ours);
            }
        }
        let names: Vec<String> = news.iter().map(|(name, _)| name.to_owned()).collect();
        for name in names {
            self.path.push(name.clone());
            let before = base.get(&name);
            let stays = match (ours.get_mut(&name), news.get_mut(&name)) {
                (Some(ours), Some(news)) => self.both(before, ours, news),
                // What the user took out stays out.
                (None, Some(_)) => before.is_none(),
                (_, None) => false,
            };
            if !stays {
                news.remove(&name);
            }
            self.path.pop();
        }
    }

    /// Settles a key that both sides have; returns whether what is left of the template's value is to be brought in.
    fn both(&mut self, before: Option<&Item>, ours: &mut Item, news: &mut Item) -> bool {
        if before.is_some_and(|before| same_item(before, news)) || same_item(ours, news) {
            return false;
        }
        let empty = Table::new();
        if let (Some(ours), Some(news)) = (ours.as_table_like_mut(), news.as_table_like_mut()) {
            let before = before.and_then(Item::as_table_like).unwrap_or(&empty);
            self.tables(before, ours, news);
            return !news.is_empty();
        }
        if let (Item::ArrayOfTables(ours), Item::ArrayOfTables(news)) = (&mut *ours, &mut *news) {
            let before = before.and_then(Item::as_array_of_tables);
            self.entries(before, ours, news);
            return !news.is_empty();
        }
        if let (Some(ours), Some(news)) = (ours.as_array_mut(), news.as_array_mut()) {
            let before = before.and_then(Item::as_array);
            self.items(before, ours, news);
            return !news.is_empty();
        }
        if before.is_some_and(|before| same_item(before, ours)) {
            return true;
        }
        self.conflict(None);
        false
    }

    /// Settles the items of an array, which is taken for a set.
    fn items(&mut self, before: Option<&Array>, ours: &mut Array, news: &mut Array) {
        let is_same = Sameness {
            requirements: holds_requirements(&self.path),
        };
        for old in before.into_iter().flatten() {
            if !news.iter().any(|new| is_same.of(old, new)) {
                ours.retain(|own| !is_same.fully(old, own));
            }
        }
        let mut conflicts = Vec::new();
        news.retain(|new| {
            let old = before
                .into_iter()
                .flatten()
                .find(|old| is_same.of(old, new));
            let own = ours.iter().find(|own| is_same.of(own, new));
            match (old, own) {
                (None, None) => true,
                (Some(_), None) => false,
                (old, Some(own)) => {
                    let is_settled =
                        is_same.fully(own, new) || old.is_some_and(|old| is_same.fully(old, new));
                    if is_settled {
                        return false;
                    }
                    let untouched = old.is_some_and(|old| is_same.fully(old, own));
                    if !untouched {
                        conflicts.push((bare(own), bare(new)));
                    }
                    untouched
                }
            }
        });
        for items in conflicts {
            self.conflict(Some(items));
        }
    }

    /// Settles the entries of an array of tables, which are told apart by what names them.
    fn entries(
        &mut self,
        before: Option<&ArrayOfTables>,
        ours: &mut ArrayOfTables,
        news: &mut ArrayOfTables,
    ) {
        let empty = Table::new();
        for old in before.into_iter().flatten() {
            if !news.iter().any(|new| same_entry(old, new)) {
                ours.retain(|own| !same_table(old, own));
            }
        }
        let mut left = ArrayOfTables::new();
        for new in news.iter() {
            let old = before
                .into_iter()
                .flatten()
                .find(|old| same_entry(*old, new));
            if old.is_some_and(|old| same_table(old, new)) {
                continue;
            }
            let Some(own) = ours.iter_mut().find(|own| same_entry(&**own, new)) else {
                if old.is_none() {
                    left.push(new.clone());
                }
                continue;
            };
            let mut rest = new.clone();
            self.tables(old.unwrap_or(&empty), own, &mut rest);
            if !rest.is_empty() {
                // By it the composition finds the entry again.
                for key in IDENTITIES {
                    if let Some(item) = new.get(key).filter(|_| rest.get(key).is_none()) {
                        rest.insert(key, item.clone());
                    }
                }
                left.push(rest);
            }
        }
        *news = left;
    }

    fn conflict(&mut self, items: Option<(String, String)>) {
        self.conflicts.push(Conflict {
            path: self.path.clone(),
            items,
        });
    }
}

/// Takes away from the user's table what the template no longer has and the user did not change.
fn take_away(name: &str, before: &Item, ours: &mut dyn TableLike) {
    let Some(own) = ours.get_mut(name) else {
        return;
    };
    if same_item(before, own) {
        ours.remove(name);
        return;
    }
    if let (Some(before), Some(own)) = (before.as_table_like(), own.as_table_like_mut()) {
        for (name, item) in before.iter() {
            take_away(name, item, own);
        }
    }
}

/// When two items of an array are one.
struct Sameness {
    requirements: bool,
}

impl Sameness {
    /// Returns whether they are about the same thing.
    fn of(&self, one: &Value, other: &Value) -> bool {
        if self.requirements
            && let (Some(one), Some(other)) = (requirement(one), requirement(other))
        {
            return one.is_about_the_same_as(&other);
        }
        if let (Some(one), Some(other)) = (one.as_inline_table(), other.as_inline_table()) {
            return same_entry(one, other);
        }
        same_value(one, other)
    }

    /// Returns whether they say the same about it.
    fn fully(&self, one: &Value, other: &Value) -> bool {
        if self.requirements
            && let (Some(one), Some(other)) = (requirement(one), requirement(other))
        {
            return one == other;
        }
        same_value(one, other)
    }
}

fn same_entry(one: &dyn TableLike, other: &dyn TableLike) -> bool {
    let named = IDENTITIES
        .into_iter()
        .find_map(|key| Some((one.get(key)?, other.get(key)?)));
    match named {
        Some((one, other)) => same_item(one, other),
        None => same_table(one, other),
    }
}

fn bare(value: &Value) -> String {
    let mut value = value.clone();
    value.decor_mut().clear();
    value.to_string()
}

/// Puts markers around what conflicts.
struct Marks<'a> {
    ours: &'a str,
    theirs: &'a str,
    labels: &'a Labels,
    size: usize,
}

/// Lines of the user's text, counted from 0, and the template's in their place.
struct Block {
    lines: Range<usize>,
    theirs: String,
    keys: Vec<String>,
}

impl Marks<'_> {
    fn around(&self, conflicts: &[Conflict]) -> Option<String> {
        let ours = Document::parse(self.ours).ok()?;
        let theirs = Document::parse(self.theirs).ok()?;
        let mut blocks: Vec<Block> = Vec::new();
        for conflict in conflicts {
            let block = self.block(ours.as_table(), theirs.as_table(), conflict)?;
            match blocks
                .iter_mut()
                .find(|other| overlap(&other.lines, &block.lines))
            {
                Some(other) => {
                    other.keys.extend(block.keys);
                    if block.lines.len() > other.lines.len() {
                        other.lines = block.lines;
                        other.theirs = block.theirs;
                    }
                }
                None => blocks.push(block),
            }
        }
        blocks.sort_by_key(|block| block.lines.start);
        let mut text = String::new();
        let mut blocks = blocks.into_iter().peekable();
        let mark = |sign: &str| sign.repeat(self.size);
        let mut open: Option<Block> = None;
        for (number, line) in self.ours.split_inclusive('\n').enumerate() {
            if let Some(block) = blocks.next_if(|block| block.lines.start == number) {
                let keys = block.keys.join(", ");
                let ours = &self.labels.ours;
                text.extend([&mark("<"), " ", ours, " (", &keys, ")\n"]);
                open = Some(block);
            }
            text += line;
            if let Some(block) = open.take_if(|block| block.lines.end == number + 1) {
                let label = &self.labels.theirs;
                let (middle, end) = (mark("="), mark(">"));
                text.extend([&middle, "\n", &block.theirs, &end, " ", label, "\n"]);
            }
        }
        Some(text)
    }

    fn block(
        &self,
        ours: &dyn TableLike,
        theirs: &dyn TableLike,
        conflict: &Conflict,
    ) -> Option<Block> {
        let whole = place(self.ours, ours, &conflict.path, None)?;
        let their_whole = place(self.theirs, theirs, &conflict.path, None)?;
        let keys = vec![conflict.key()];
        if let Some((own, new)) = &conflict.items {
            let lines = place(self.ours, ours, &conflict.path, Some(own))?;
            let text = cut(self.ours, &lines);
            // An item on a line of its own is marked alone.
            if lines.len() == 1 && lines.start > whole.start && text.contains(own.as_str()) {
                let is_alone = text.trim().trim_end_matches(',').starts_with(own.as_str());
                if is_alone {
                    let theirs = text.replacen(own.as_str(), new, 1);
                    return Some(Block {
                        lines,
                        theirs,
                        keys,
                    });
                }
            }
        }
        let mut theirs = cut(self.theirs, &their_whole).to_owned();
        if !theirs.ends_with('\n') {
            theirs.push('\n');
        }
        Some(Block {
            lines: whole,
            theirs,
            keys,
        })
    }
}

fn overlap(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

fn cut<'a>(text: &'a str, lines: &Range<usize>) -> &'a str {
    let mut ends = vec![0];
    ends.extend(text.split_inclusive('\n').scan(0, |end, line| {
        *end += line.len();
        Some(*end)
    }));
    let at = |line: usize| ends.get(line).copied().unwrap_or(text.len());
    text.get(at(lines.start)..at(lines.end)).unwrap_or_default()
}

/// Returns the lines of a key with its value, or of one item of it.
fn place(
    text: &str,
    root: &dyn TableLike,
    path: &[String],
    item: Option<&str>,
) -> Option<Range<usize>> {
    let mut table = root;
    let (last, above) = path.split_last()?;
    for name in above {
        // In an array of tables the first entry that has the key stands for it.
        table = match table.get(name)? {
            Item::ArrayOfTables(entries) => {
                entries.iter().find(|entry| entry.contains_key(last))?
            }
            other => other.as_table_like()?,
        };
    }
    let (key, found) = table.get_key_value(last)?;
    let span = match item {
        None => {
            let value = found.span()?;
            key.span().map_or(value.start, |key| key.start)..value.end
        }
        Some(item) => found
            .as_array()?
            .iter()
            .find(|value| bare(value) == item)?
            .span()?,
    };
    let lines = Lines::of(text);
    let start = lines.line_at(span.start) - 1;
    let end = lines.line_at(span.end.saturating_sub(1).max(span.start));
    Some(start..end)
}
