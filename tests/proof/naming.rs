//! What projects are called, and the texts that they are given: what a line length, an import order, or an escape could trip over.

/// What a project is called, and the texts it is given.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Naming {
    /// A usual name, and a repository to link to.
    Usual,
    /// The shortest name, no repository; `uv.lock` in the first commit.
    Short,
    /// A long name that differs from the package, and texts full of quotes and braces.
    Long,
}

impl Naming {
    /// Every naming.
    pub const ALL: [Self; 3] = [Self::Usual, Self::Short, Self::Long];

    /// Returns the word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Usual => "usual",
            Self::Short => "short",
            Self::Long => "long",
        }
    }

    /// Returns the naming of a word.
    pub fn of(word: &str) -> Self {
        let named = Self::ALL.into_iter().find(|naming| naming.word() == word);
        named.unwrap_or(Self::Usual)
    }

    /// Returns the distribution name.
    pub fn distribution(self) -> &'static str {
        match self {
            Self::Usual => "order-desk",
            Self::Short => "ab",
            Self::Long => "Customer.Notifications-Service",
        }
    }

    /// Returns the import name.
    pub fn package(self) -> &'static str {
        match self {
            Self::Usual => "order_desk",
            Self::Short => "ab",
            Self::Long => "customer_notifications",
        }
    }

    /// Returns the words after `pyscaffold new TEMPLATE PATH`.
    pub fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Usual => &[
                "--set",
                "repository=https://git.example.com/team/order-desk",
            ],
            Self::Short => &["--lock"],
            Self::Long => &[
                "--name",
                "Customer.Notifications-Service",
                "--package",
                "customer_notifications",
                "--set",
                r#"description=It's "quoted" \ {{ name }} ${{ x }} $(id) # no: comment, 订单 📦"#,
                "--set",
                r#"author=Ada "Countess" O'Lovelace 🧮"#,
                "--set",
                "repository=https://git.example.com/team/notifications",
            ],
        }
    }
}
