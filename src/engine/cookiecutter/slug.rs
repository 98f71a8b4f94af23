//! The filter `slugify`, as `python-slugify` computes it.

use unicode_normalization::UnicodeNormalization as _;

/// How the letters of European languages, and the marks that word processors put into text, are written in ASCII.
const PLAIN: [(char, &str); 62] = [
    ('¡', "!"),
    ('¢', "C/"),
    ('£', "PS"),
    ('¥', "Y="),
    ('¦', "|"),
    ('§', "SS"),
    ('©', "(c)"),
    ('«', "<<"),
    ('®', "(r)"),
    ('°', "deg"),
    ('±', "+-"),
    ('·', "*"),
    ('»', ">>"),
    ('¿', "?"),
    ('Æ', "AE"),
    ('Ð', "D"),
    ('×', "x"),
    ('Ø', "O"),
    ('Þ', "Th"),
    ('ß', "ss"),
    ('æ', "ae"),
    ('ð', "d"),
    ('÷', "/"),
    ('ø', "o"),
    ('þ', "th"),
    ('Đ', "D"),
    ('đ', "d"),
    ('Ħ', "H"),
    ('ħ', "h"),
    ('ı', "i"),
    ('ĸ', "k"),
    ('Ł', "L"),
    ('ł', "l"),
    ('Ŋ', "ng"),
    ('ŋ', "NG"),
    ('Œ', "OE"),
    ('œ', "oe"),
    ('Ŧ', "T"),
    ('ŧ', "t"),
    ('\u{2010}', "-"),
    ('\u{2012}', "-"),
    ('\u{2013}', "-"),
    ('\u{2014}', "--"),
    ('\u{2015}', "--"),
    ('\u{2016}', "||"),
    ('\u{2018}', "'"),
    ('\u{2019}', "'"),
    ('\u{201a}', ","),
    ('\u{201b}', "'"),
    ('\u{201c}', "\""),
    ('\u{201d}', "\""),
    ('\u{201e}', ",,"),
    ('\u{201f}', "\""),
    ('\u{2020}', "+"),
    ('\u{2021}', "++"),
    ('\u{2022}', "*"),
    ('\u{2030}', "%0"),
    ('\u{2032}', "'"),
    ('\u{2039}', "<"),
    ('\u{203a}', ">"),
    ('\u{203b}', "*"),
    ('€', "EUR"),
];

/// How a slug is made.
#[derive(Clone, Debug)]
pub(super) struct Options {
    /// What stands between words.
    pub(super) separator: String,
    /// Whether letters become small.
    pub(super) lowercase: bool,
    /// The most characters; 0 for any number.
    pub(super) longest: usize,
}

/// Makes a slug, or says which character has no way to be written in ASCII that is sure to be the same.
pub(super) fn slugify(text: &str, options: &Options) -> Result<String, String> {
    let text = text.replace('\'', "-");
    let ascii = to_ascii(&text)?;
    if ascii.contains('&') && ascii.contains(';') {
        return Err("`slugify` is not used on a text with `&` and `;`".to_owned());
    }
    let mut text = if options.lowercase {
        ascii.to_ascii_lowercase()
    } else {
        ascii
    };
    text.retain(|character| character != '\'');
    let mut slug = String::with_capacity(text.len());
    let characters: Vec<char> = text.chars().collect();
    for (at, character) in characters.iter().enumerate() {
        let beside = |at: Option<usize>| {
            at.and_then(|at| characters.get(at))
                .is_some_and(char::is_ascii_digit)
        };
        // `1,000` is one number.
        if *character == ',' && beside(at.checked_sub(1)) && beside(at.checked_add(1)) {
            continue;
        }
        if character.is_ascii_alphanumeric() {
            slug.push(*character);
        } else if !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_matches('-');
    let slug = match slug.get(..options.longest) {
        Some(start) if options.longest > 0 => start.trim_matches('-'),
        Some(_) | None => slug,
    };
    Ok(slug.replace('-', &options.separator))
}

fn to_ascii(text: &str) -> Result<String, String> {
    if text.is_ascii() {
        return Ok(text.to_owned());
    }
    let mut ascii = String::with_capacity(text.len());
    for character in text.nfkd() {
        if character.is_ascii() {
            ascii.push(character);
        } else if ('\u{300}'..'\u{34f}').contains(&character) {
            // An accent of the letter before it.
        } else if let Some((_, plain)) = PLAIN.iter().find(|(known, _)| *known == character) {
            ascii.push_str(plain);
        } else {
            return Err(format!(
                "`slugify` cannot write `{character}` in ASCII; give an answer without it"
            ));
        }
    }
    Ok(ascii)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_those_of_python() {
        let plain = Options {
            separator: "-".to_owned(),
            lowercase: true,
            longest: 0,
        };
        let under = Options {
            separator: "_".to_owned(),
            ..plain.clone()
        };
        let short = Options {
            longest: 6,
            ..plain.clone()
        };
        for (text, options, expected) in [
            ("Hello, World!", &plain, Ok("hello-world")),
            ("it's 1,000 things", &plain, Ok("it-s-1000-things")),
            ("Crème Brûlée straße", &under, Ok("creme_brulee_strasse")),
            ("  --x--  ", &plain, Ok("x")),
            ("hello world", &short, Ok("hello")),
            ("", &plain, Ok("")),
            ("日本", &plain, Err(())),
        ] {
            let slug = slugify(text, options).map_err(drop);
            assert_eq!(slug.as_deref(), expected.as_ref().copied(), "{text}");
        }
    }
}
