//! Records: what is read is the same after it was written, and is then written the same again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pyscaffold::model::record::Record;

fuzz_target!(|text: &str| {
    let Ok(record) = Record::parse(text) else {
        return;
    };
    let written = record.to_toml();
    let again = Record::parse(&written);
    assert_eq!(again.as_ref(), Ok(&record), "{written}");
    assert_eq!(again.map(|record| record.to_toml()).ok(), Some(written));
});
