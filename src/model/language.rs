//! The languages in which templates speak to a person.

use serde::Serialize;

/// A language that titles, prompts and choices can be shown in.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Language {
    /// English, in which every text exists.
    #[default]
    English,
    /// Chinese.
    Chinese,
}

impl Language {
    /// Returns the language of a tag or locale such as `zh`, `zh_CN.UTF-8` or `en-GB`; English for all that is not Chinese.
    ///
    /// The first part of a POSIX locale name (`language[_territory][.codeset]`) and of an IETF tag (RFC 5646) is the language in both.
    pub fn of_locale(locale: &str) -> Self {
        let primary = locale
            .split(['_', '-', '.', '@'])
            .next()
            .unwrap_or_default();
        if primary.eq_ignore_ascii_case("zh") {
            Self::Chinese
        } else {
            Self::English
        }
    }
}

/// A text in one or both languages.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Words {
    /// The English text.
    pub en: String,
    /// The Chinese text, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zh: Option<String>,
}

impl Words {
    /// Returns a text that stands for every language.
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            en: text.into(),
            zh: None,
        }
    }

    /// Returns the text in the given language, else in English.
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::English => &self.en,
            Language::Chinese => self.zh.as_deref().unwrap_or(&self.en),
        }
    }

    /// Returns the texts of all languages.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.en.as_str()).chain(self.zh.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_names_its_language() {
        for (locale, language) in [
            ("zh_CN.UTF-8", Language::Chinese),
            ("zh", Language::Chinese),
            ("ZH-Hans", Language::Chinese),
            ("en_US.UTF-8", Language::English),
            ("C", Language::English),
            ("zha", Language::English),
            ("", Language::English),
        ] {
            assert_eq!(Language::of_locale(locale), language, "{locale}");
        }
    }

    #[test]
    fn a_missing_translation_falls_back_to_english() {
        assert_eq!(Words::plain("Database").get(Language::Chinese), "Database");
    }
}
