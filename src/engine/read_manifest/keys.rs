//! The keys of a manifest: what each takes and means. The reader knows no others, and the JSON Schema is made from them.

use crate::model::manifest::Ownership;
use crate::model::question::{Kind, Lookup};

/// What stands behind a key.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    /// The number of the format.
    Format,
    /// A text.
    Text,
    /// One of some words.
    OneOf(fn() -> Vec<&'static str>),
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Integer,
    /// A list of texts.
    Texts,
    /// A text, or one for each language.
    Words,
    /// The answer to a question.
    Value,
    /// Answers by the key of their question.
    Answers,
    /// Answers that must be given, one or a list for each key.
    Condition,
    /// A table with keys of its own.
    Table(&'static [Key]),
    /// Tables with keys of their own.
    Tables(&'static [Key]),
}

/// A key of a table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    pub(super) is_required: bool,
    /// What it means, in one sentence.
    pub(super) meaning: &'static str,
}

const fn key(name: &'static str, shape: Shape, meaning: &'static str) -> Key {
    Key {
        name,
        shape,
        is_required: false,
        meaning,
    }
}

const fn required(name: &'static str, shape: Shape, meaning: &'static str) -> Key {
    Key {
        name,
        shape,
        is_required: true,
        meaning,
    }
}

/// Returns the names of keys.
pub(super) fn names(keys: &[Key]) -> Vec<&'static str> {
    keys.iter().map(|key| key.name).collect()
}

pub(super) const TOP: &[Key] = &[
    required("format", Shape::Format, "The version of this format."),
    key(
        "reserved",
        Shape::Texts,
        "Import names that a project must not take.",
    ),
    key("template", Shape::Table(ABOUT), "What the template is."),
    key("layer", Shape::Table(ABOUT), "What the layer is."),
    key(
        "extends",
        Shape::Table(EXTENDS),
        "The template that this one builds upon.",
    ),
    key(
        "layers",
        Shape::Tables(LAYER),
        "The layers below, lowest first.",
    ),
    key(
        "defaults",
        Shape::Answers,
        "Other defaults for the questions of what lies below.",
    ),
    key(
        "questions",
        Shape::Tables(QUESTION),
        "What a person is asked.",
    ),
    key(
        "files",
        Shape::Tables(FILE),
        "What holds for some of the files.",
    ),
    key(
        "renamed",
        Shape::Tables(RENAMED),
        "Files and folders that older versions made at another path.",
    ),
    key(
        "test",
        Shape::Tables(TEST),
        "Cases that `pyscaffold template check --test` renders and runs.",
    ),
];

pub(super) const ABOUT: &[Key] = &[
    required(
        "name",
        Shape::Text,
        "The short name: lower-case letters, digits and `-`, a letter first.",
    ),
    required(
        "version",
        Shape::Text,
        "The version, as semantic versioning has it.",
    ),
    required("title", Shape::Words, "A title of a few words."),
    required("summary", Shape::Words, "One line for `pyscaffold list`."),
    key(
        "description",
        Shape::Words,
        "A paragraph for `pyscaffold show`.",
    ),
    key("tags", Shape::Texts, "Words by which it is found."),
    key(
        "next",
        Shape::Texts,
        "Commands that are printed as next steps.",
    ),
];

pub(super) const EXTENDS: &[Key] = &[
    required(
        "template",
        Shape::Text,
        "The template: builtin:NAME, source:FOLDER, or an address.",
    ),
    key(
        "version",
        Shape::Text,
        "The versions of it that will do, such as `>=1, <2`.",
    ),
    key("without", Shape::Texts, "Its layers that are left out."),
];

pub(super) const LAYER: &[Key] = &[
    required(
        "use",
        Shape::Text,
        "The layer: builtin:NAME, NAME, source:NAME, or an address.",
    ),
    key(
        "when",
        Shape::Condition,
        "The layer is active only if this holds.",
    ),
    key(
        "replaces",
        Shape::Text,
        "The layer of the template below whose place it takes.",
    ),
    key(
        "version",
        Shape::Text,
        "The versions of the layer that will do, such as `>=1, <2`.",
    ),
];

pub(super) const QUESTION: &[Key] = &[
    required(
        "key",
        Shape::Text,
        "The key of the answer, also the flag: lower-case letters, digits, `_`.",
    ),
    required("type", Shape::OneOf(kinds), "What kind of answer it takes."),
    required("title", Shape::Words, "What a person is asked."),
    key("help", Shape::Words, "A longer explanation."),
    key(
        "default",
        Shape::Value,
        "The value taken when nobody answers.",
    ),
    key(
        "choices",
        Shape::Tables(CHOICE),
        "The values of `choice` and `choices`.",
    ),
    key(
        "when",
        Shape::Condition,
        "The question is asked only if this holds.",
    ),
    key(
        "otherwise",
        Shape::Value,
        "The value when `when` does not hold.",
    ),
    key("check", Shape::Table(CHECK), "A rule for the answer."),
    key(
        "from",
        Shape::OneOf(places),
        "Where a default is looked up before `default`.",
    ),
    key(
        "was",
        Shape::Text,
        "The key that the question had in older versions.",
    ),
];

pub(super) const RENAMED: &[Key] = &[
    required(
        "from",
        Shape::Text,
        "The path in older versions, as it stood below files/.",
    ),
    required("to", Shape::Text, "The path now."),
];

pub(super) const CHOICE: &[Key] = &[
    required("value", Shape::Text, "The value."),
    key("title", Shape::Words, "What a person reads."),
    key(
        "with",
        Shape::Answers,
        "Further names for rendering that this choice brings.",
    ),
];

pub(super) const CHECK: &[Key] = &[
    key(
        "pattern",
        Shape::Text,
        "A pattern that the whole text must match.",
    ),
    key("min", Shape::Integer, "The smallest number."),
    key("max", Shape::Integer, "The largest number."),
    key(
        "message",
        Shape::Words,
        "What is said when the answer does not keep the rule.",
    ),
];

pub(super) const FILE: &[Key] = &[
    required(
        "path",
        Shape::Text,
        "A file or folder below files/, or one that begins with slots/.",
    ),
    key("to", Shape::Text, "The path that the file is made as."),
    key(
        "when",
        Shape::Condition,
        "The files are made only if this holds.",
    ),
    key(
        "executable",
        Shape::Bool,
        "Whether the files are made executable.",
    ),
    key(
        "replaces",
        Shape::Bool,
        "Whether the files take the place of those of a lower layer.",
    ),
    key(
        "ownership",
        Shape::OneOf(ownerships),
        "`managed`: updates bring what is new; `once`: the files are the user's as soon as they are made.",
    ),
];

pub(super) const TEST: &[Key] = &[
    required("name", Shape::Text, "What the case is called."),
    key(
        "answers",
        Shape::Answers,
        "The answers; what is not named has its default.",
    ),
    key(
        "run",
        Shape::Texts,
        "Commands for a POSIX shell, run in the rendered project one after the other.",
    ),
];

fn kinds() -> Vec<&'static str> {
    Kind::ALL.iter().map(|(name, _)| *name).collect()
}

fn ownerships() -> Vec<&'static str> {
    Ownership::ALL.iter().map(|(name, _)| *name).collect()
}

fn places() -> Vec<&'static str> {
    Lookup::ALL.iter().map(|(name, _)| *name).collect()
}
