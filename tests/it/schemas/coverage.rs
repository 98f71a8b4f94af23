//! Which parts of the schemas were met: every property, every listed value, and null and something where both may stand.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// A place in a schema: its file and the pointer in it.
type Place = (String, String);

pub(super) struct Coverage<'a> {
    files: &'a BTreeMap<String, Value>,
    met: BTreeSet<String>,
}

impl<'a> Coverage<'a> {
    pub(super) fn new(files: &'a BTreeMap<String, Value>) -> Self {
        let met = BTreeSet::new();
        Self { files, met }
    }

    /// Notes what of a schema a value has.
    pub(super) fn note(&mut self, name: &str, value: &Value) {
        self.walk(&(format!("{name}.json"), String::new()), value);
    }

    /// Returns what no value had.
    pub(super) fn missed(&self) -> Vec<String> {
        let mut all = BTreeSet::new();
        for (file, schema) in self.files {
            parts(file, "", schema, &mut all);
        }
        all.difference(&self.met).cloned().collect()
    }

    fn at(&self, (file, pointer): &Place) -> &'a Value {
        self.files[file].pointer(pointer).unwrap()
    }

    /// Follows references to the place that they lead to.
    fn resolved(&self, place: &Place) -> Place {
        match self.at(place)["$ref"].as_str() {
            Some(reference) => {
                let (file, pointer) = reference.split_once('#').unwrap();
                let file = if file.is_empty() { &place.0 } else { file };
                self.resolved(&(file.to_owned(), pointer.to_owned()))
            }
            None => place.clone(),
        }
    }

    fn walk(&mut self, place: &Place, value: &Value) {
        let place = self.resolved(place);
        let schema = self.at(&place);
        let (file, pointer) = &place;
        let here = format!("{file}#{pointer}");
        if may_be_null(schema) {
            let what = if value.is_null() { "null" } else { "something" };
            self.met.insert(format!("{here} {what}"));
        }
        if schema["enum"].is_array() {
            self.met.insert(format!("{here} {value}"));
        }
        for several in ["anyOf", "oneOf"] {
            let count = schema[several].as_array().map_or(0, Vec::len);
            for index in 0..count {
                let below = (file.clone(), format!("{pointer}/{several}/{index}"));
                if self.fits(&below, value) {
                    self.met.insert(format!("{file}#{}", below.1));
                    self.walk(&below, value);
                }
            }
        }
        if let Value::Object(entries) = value {
            for (key, value) in entries {
                let own = format!("{pointer}/properties/{key}");
                let below = if schema["properties"].get(key).is_some() {
                    self.met.insert(format!("{file}#{own}"));
                    own
                } else {
                    format!("{pointer}/additionalProperties")
                };
                if self.files[file]
                    .pointer(&below)
                    .is_some_and(Value::is_object)
                {
                    self.walk(&(file.clone(), below), value);
                }
            }
        }
        if let (Value::Array(items), true) = (value, schema["items"].is_object()) {
            for item in items {
                self.walk(&(file.clone(), format!("{pointer}/items")), item);
            }
        }
    }

    /// Returns whether a value is of one of several kinds, as far as type, names and constants tell.
    fn fits(&self, place: &Place, value: &Value) -> bool {
        let schema = self.at(&self.resolved(place));
        let is_kind = match schema["type"].as_str() {
            Some("null") => value.is_null(),
            Some("string") => value.is_string(),
            Some("boolean") => value.is_boolean(),
            Some("integer") => value.is_i64(),
            Some("array") => value.is_array(),
            Some("object") => value.is_object(),
            _ => !value.is_null(),
        };
        let Value::Object(entries) = value else {
            return is_kind;
        };
        is_kind
            && entries.iter().all(|(key, value)| {
                let property = &schema["properties"][key];
                property.is_object() && (property["const"].is_null() || property["const"] == *value)
            })
    }
}

fn may_be_null(schema: &Value) -> bool {
    let types = schema["type"].as_array();
    types.is_some_and(|types| types.iter().any(|one| one == "null"))
}

/// Collects the parts of a schema that some value has to have.
fn parts(file: &str, pointer: &str, schema: &Value, all: &mut BTreeSet<String>) {
    let here = format!("{file}#{pointer}");
    if may_be_null(schema) {
        all.insert(format!("{here} null"));
        all.insert(format!("{here} something"));
    }
    for value in schema["enum"].as_array().into_iter().flatten() {
        all.insert(format!("{here} {value}"));
    }
    for group in ["properties", "$defs"] {
        for (key, below) in schema[group].as_object().into_iter().flatten() {
            let pointer = format!("{pointer}/{group}/{key}");
            if group == "properties" {
                all.insert(format!("{file}#{pointer}"));
            }
            parts(file, &pointer, below, all);
        }
    }
    for several in ["anyOf", "oneOf"] {
        for (index, below) in schema[several].as_array().into_iter().flatten().enumerate() {
            let pointer = format!("{pointer}/{several}/{index}");
            all.insert(format!("{file}#{pointer}"));
            parts(file, &pointer, below, all);
        }
    }
    for single in ["items", "additionalProperties"] {
        if schema[single].is_object() {
            parts(file, &format!("{pointer}/{single}"), &schema[single], all);
        }
    }
}
