//! The JSON Schema of manifests, made from the keys that the reader knows.

use serde_json::{Map, Value as Json, json};

use super::keys::{Key, Shape, TOP};
use crate::model::manifest::FORMAT;

/// Returns the [JSON Schema](https://json-schema.org/draft/2020-12) of `template.toml` and `layer.toml`, for editors.
pub fn schema() -> Json {
    let mut schema = table(TOP);
    schema.insert(
        "$schema".to_owned(),
        json!("https://json-schema.org/draft/2020-12/schema"),
    );
    schema.insert(
        "title".to_owned(),
        json!("A template or layer of pyscaffold"),
    );
    schema.insert(
        "oneOf".to_owned(),
        json!([{ "required": ["template"] }, { "required": ["layer"] }]),
    );
    let definitions = json!({
        "value": {
            "anyOf": [
                { "type": "string" },
                { "type": "boolean" },
                { "type": "integer" },
                { "type": "array", "items": { "type": "string" } },
            ]
        },
        "words": {
            "anyOf": [
                { "type": "string" },
                {
                    "type": "object",
                    "properties": { "en": { "type": "string" }, "zh": { "type": "string" } },
                    "required": ["en"],
                    "additionalProperties": false,
                },
            ]
        },
    });
    schema.insert("$defs".to_owned(), definitions);
    Json::Object(schema)
}

fn table(keys: &[Key]) -> Map<String, Json> {
    let mut properties = Map::new();
    for key in keys {
        let mut property = of(key.shape);
        property.insert("description".to_owned(), json!(key.meaning));
        properties.insert(key.name.to_owned(), Json::Object(property));
    }
    let required: Vec<&str> = keys
        .iter()
        .filter(|key| key.is_required)
        .map(|key| key.name)
        .collect();
    let mut table = object(json!({ "type": "object", "additionalProperties": false }));
    table.insert("properties".to_owned(), Json::Object(properties));
    if !required.is_empty() {
        table.insert("required".to_owned(), json!(required));
    }
    table
}

fn of(shape: Shape) -> Map<String, Json> {
    object(match shape {
        Shape::Format => json!({ "const": FORMAT }),
        Shape::Text => json!({ "type": "string" }),
        Shape::OneOf(words) => json!({ "enum": words() }),
        Shape::Bool => json!({ "type": "boolean" }),
        Shape::Integer => json!({ "type": "integer" }),
        Shape::Texts => json!({ "type": "array", "items": { "type": "string" } }),
        Shape::Words => json!({ "$ref": "#/$defs/words" }),
        Shape::Value => json!({ "$ref": "#/$defs/value" }),
        Shape::Answers => json!({
            "type": "object",
            "additionalProperties": { "$ref": "#/$defs/value" },
        }),
        Shape::Condition => json!({
            "type": "object",
            "additionalProperties": {
                "anyOf": [
                    { "type": "string" },
                    { "type": "boolean" },
                    { "type": "integer" },
                    {
                        "type": "array",
                        "items": { "type": ["string", "boolean", "integer"] },
                        "minItems": 1,
                    },
                ]
            },
        }),
        Shape::Table(keys) => Json::Object(table(keys)),
        Shape::Tables(keys) => json!({ "type": "array", "items": table(keys) }),
    })
}

fn object(json: Json) -> Map<String, Json> {
    match json {
        Json::Object(map) => map,
        _ => Map::new(),
    }
}
