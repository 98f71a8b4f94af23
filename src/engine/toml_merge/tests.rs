use super::*;

const PROJECT: &str = r#"[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "my-app"
version = "0.1.0"
dependencies = [
    "fastapi>=0.115",
]

[tool.ruff]
line-length = 100

[tool.ruff.lint]
select = ["E", "F"]

[tool.mypy]
strict = true
"#;

/// What composing two fragments gives: a name, the lower, the upper, and the composed one.
const ROWS: &[(&str, &str, &str, &str)] = &[
    ("nothing at all", "", "", ""),
    ("an empty lower", "", "a = 1 # one\n", "a = 1 # one\n"),
    ("an empty upper", "a = 1\n", "", "a = 1\n"),
    (
        "a lower of comments",
        "# Ours.\n\n",
        "[a]\nb = 1\n",
        "# Ours.\n\n[a]\nb = 1\n",
    ),
    (
        "a lower of one comment that no line ends",
        "# Ours.",
        "a = 1\n",
        "# Ours.\na = 1\n",
    ),
    (
        "an upper of comments",
        "a = 1\n",
        "# The end.\n",
        "a = 1\n\n# The end.\n",
    ),
    ("only comments", "", "# One.\n", "# One.\n"),
    (
        "comments and comments",
        "# One.\n",
        "# Two.\n",
        "# One.\n# Two.\n",
    ),
    (
        "equal in other words",
        "a = \"x\"\nb = 1_000\n",
        "b = 1000\na = 'x'\n",
        "a = \"x\"\nb = 1_000\n",
    ),
    (
        "a key with its comments",
        "[project]\nname = \"a\" # ours\n",
        "[project]\n# Why.\nreadme = \"README.md\" # theirs\n",
        "[project]\nname = \"a\" # ours\n# Why.\nreadme = \"README.md\" # theirs\n",
    ),
    (
        "dependencies on one line",
        "[project]\ndependencies = [\"fastapi\"]\n",
        "[project]\ndependencies = [\"uvicorn[standard]>=0.30\", \"FastAPI\"]\n",
        "[project]\ndependencies = [\"fastapi\", \"uvicorn[standard]>=0.30\"]\n",
    ),
    (
        "dependencies line by line",
        "[project]\ndependencies = [\n  \"fastapi\",\n  \"httpx\"\n]\n",
        "[project]\ndependencies = [\"sqlalchemy\", \"httpx\", \"alembic\"]\n",
        "[project]\ndependencies = [\n  \"fastapi\",\n  \"httpx\",\n  \"sqlalchemy\",\n  \"alembic\",\n]\n",
    ),
    (
        "comments inside arrays",
        "[project]\ndependencies = [\n    # The framework.\n    \"fastapi\", # ours\n    # last\n]\n",
        "[project]\ndependencies = [\n    \"fastapi\",\n    # The server.\n    \"uvicorn\", # fast\n    \"httpx\", # calls\n]\n",
        "[project]\ndependencies = [\n    # The framework.\n    \"fastapi\", # ours\n    # last\n    # The server.\n    \"uvicorn\", # fast\n    \"httpx\", # calls\n]\n",
    ),
    (
        "a comment behind an item without a comma",
        "[project]\ndependencies = [\n    \"a\" # ours\n]\n",
        "[project]\ndependencies = [\n    \"b\" # theirs\n]\n",
        "[project]\ndependencies = [\n    \"a\", # ours\n    \"b\", # theirs\n]\n",
    ),
    (
        "a line that grows too long",
        "[project]\ndependencies = [\"fastapi>=0.115.0\", \"uvicorn[standard]>=0.30.0\"]\n",
        "[project]\ndependencies = [\"sqlalchemy[asyncio]>=2.0.30\", \"pydantic-settings>=2.3\"]\n",
        "[project]\ndependencies = [\n    \"fastapi>=0.115.0\",\n    \"uvicorn[standard]>=0.30.0\",\n    \"sqlalchemy[asyncio]>=2.0.30\",\n    \"pydantic-settings>=2.3\",\n]\n",
    ),
    (
        "an empty array",
        "[project]\ndependencies = []\n",
        "[project]\ndependencies = [\"a\"]\n",
        "[project]\ndependencies = [\"a\"]\n",
    ),
    (
        "an empty array and a tall one",
        "[project]\ndependencies = [ ]\n",
        "[project]\ndependencies = [\n    \"a\",\n    \"b\",\n]\n",
        "[project]\ndependencies = [\n    \"a\",\n    \"b\",\n]\n",
    ),
    (
        "an empty array of two lines",
        "[project]\ndependencies = [\n]\n",
        "[project]\ndependencies = [\"a\"]\n",
        "[project]\ndependencies = [\n    \"a\",\n]\n",
    ),
    (
        "an empty array that holds a comment",
        "[project]\ndependencies = [\n    # none yet\n]\n",
        "[project]\ndependencies = [\"a\"]\n",
        "[project]\ndependencies = [\n    # none yet\n    \"a\",\n]\n",
    ),
    (
        "padded brackets",
        "a = [ 1 ]\n",
        "a = [2, 3]\n",
        "a = [ 1, 2, 3 ]\n",
    ),
    (
        "a comma at the end of a line",
        "a = [1,]\n",
        "a = [2]\n",
        "a = [1, 2,]\n",
    ),
    (
        "extras and markers are other requirements",
        "[project]\ndependencies = [\n    \"a\",\n]\n",
        "[project]\ndependencies = [\"a[x]\", \"a; python_version < '3.11'\"]\n",
        "[project]\ndependencies = [\n    \"a\",\n    \"a[x]\",\n    \"a; python_version < '3.11'\",\n]\n",
    ),
    (
        "dependency groups",
        "[dependency-groups]\nlint = [\"ruff\"]\ndev = [{ include-group = \"lint\" }, \"pre-commit\"]\n",
        "[dependency-groups]\ntest = [\"pytest\"]\ndev = [{include-group = \"test\"}, {include-group = \"lint\"}]\n",
        "[dependency-groups]\nlint = [\"ruff\"]\ndev = [{ include-group = \"lint\" }, \"pre-commit\", {include-group = \"test\"}]\ntest = [\"pytest\"]\n",
    ),
    (
        "names that are no requirements differ by case",
        "[tool.ruff.lint]\nselect = [\"E\", \"F\"]\n",
        "[tool.ruff.lint]\nselect = [\"e\", \"UP\", \"F\"]\n",
        "[tool.ruff.lint]\nselect = [\"E\", \"F\", \"e\", \"UP\"]\n",
    ),
    (
        "a new tool",
        PROJECT,
        "[tool.pytest.ini_options]\naddopts = [\"-ra\"]\n",
        "[build-system]\nrequires = [\"hatchling\"]\nbuild-backend = \"hatchling.build\"\n\n[project]\nname = \"my-app\"\nversion = \"0.1.0\"\ndependencies = [\n    \"fastapi>=0.115\",\n]\n\n[tool.ruff]\nline-length = 100\n\n[tool.ruff.lint]\nselect = [\"E\", \"F\"]\n\n[tool.mypy]\nstrict = true\n\n[tool.pytest.ini_options]\naddopts = [\"-ra\"]\n",
    ),
    (
        "tables of one tool stay together",
        PROJECT,
        "[tool.coverage.run]\nbranch = true\n[project.scripts]\nmy-app = \"my_app:main\"\n# Tests may assert.\n[tool.ruff.lint.per-file-ignores]\n\"tests/*\" = [\"S101\"]\n\n\n[dependency-groups]\ndev = [\"ruff\"]\n",
        "[build-system]\nrequires = [\"hatchling\"]\nbuild-backend = \"hatchling.build\"\n\n[project]\nname = \"my-app\"\nversion = \"0.1.0\"\ndependencies = [\n    \"fastapi>=0.115\",\n]\n\n[project.scripts]\nmy-app = \"my_app:main\"\n\n[dependency-groups]\ndev = [\"ruff\"]\n\n[tool.ruff]\nline-length = 100\n\n[tool.ruff.lint]\nselect = [\"E\", \"F\"]\n\n# Tests may assert.\n[tool.ruff.lint.per-file-ignores]\n\"tests/*\" = [\"S101\"]\n\n[tool.mypy]\nstrict = true\n\n[tool.coverage.run]\nbranch = true\n",
    ),
    (
        "a parent after its child",
        "[project]\nname = \"a\"\n\n[tool.ruff.lint]\nselect = [\"E\"]\n",
        "# Style.\n[tool.ruff]\nline-length = 100\n",
        "[project]\nname = \"a\"\n\n# Style.\n[tool.ruff]\nline-length = 100\n\n[tool.ruff.lint]\nselect = [\"E\"]\n",
    ),
    (
        "a parent of all that comes first",
        "[tool.ruff.lint]\nselect = [\"E\"]\n",
        "[tool.ruff]\nline-length = 100\n",
        "[tool.ruff]\nline-length = 100\n\n[tool.ruff.lint]\nselect = [\"E\"]\n",
    ),
    (
        "overrides of mypy by module",
        "[tool.mypy]\nstrict = true\n\n[[tool.mypy.overrides]]\nmodule = \"tests.*\"\ndisallow_untyped_defs = false\n\n[tool.ruff]\nfix = true\n",
        "[[tool.mypy.overrides]]\nmodule = \"celery.*\"\nignore_missing_imports = true\n[[tool.mypy.overrides]]\nmodule = \"tests.*\"\nwarn_return_any = false\n",
        "[tool.mypy]\nstrict = true\n\n[[tool.mypy.overrides]]\nmodule = \"tests.*\"\ndisallow_untyped_defs = false\nwarn_return_any = false\n\n[[tool.mypy.overrides]]\nmodule = \"celery.*\"\nignore_missing_imports = true\n\n[tool.ruff]\nfix = true\n",
    ),
    (
        "overrides of several modules",
        "[[tool.mypy.overrides]]\nmodule = [\"a.*\", \"b.*\"]\nignore_missing_imports = true\n",
        "[[tool.mypy.overrides]]\nmodule = [\"a.*\", 'b.*']\nfollow_imports = \"skip\"\n",
        "[[tool.mypy.overrides]]\nmodule = [\"a.*\", \"b.*\"]\nignore_missing_imports = true\nfollow_imports = \"skip\"\n",
    ),
    (
        "entries without an identity",
        "[[a]]\nx = 1\n",
        "[[a]]\nx = 2\n[[a]]\nx = 1\n",
        "[[a]]\nx = 1\n\n[[a]]\nx = 2\n",
    ),
    (
        "an identity that is there twice is none",
        "[[a]]\nname = \"n\"\nx = 1\n\n[[a]]\nname = \"n\"\nx = 2\n",
        "[[a]]\nname = \"n\"\nx = 3\n",
        "[[a]]\nname = \"n\"\nx = 1\n\n[[a]]\nname = \"n\"\nx = 2\n\n[[a]]\nname = \"n\"\nx = 3\n",
    ),
    (
        "entries with tables below them",
        "[[tool.uv.index]]\nname = \"a\"\n[tool.uv.index.auth]\nuser = \"u\"\n[[tool.uv.index]]\nname = \"b\"\n",
        "[[tool.uv.index]]\nname = \"a\"\nurl = \"https://a\"\n[tool.uv.index.cache]\ndays = 1\n[[tool.uv.index]]\nname = \"c\"\n[tool.uv.index.auth]\nuser = \"v\"\n",
        "[[tool.uv.index]]\nname = \"a\"\nurl = \"https://a\"\n[tool.uv.index.auth]\nuser = \"u\"\n\n[tool.uv.index.cache]\ndays = 1\n[[tool.uv.index]]\nname = \"b\"\n\n[[tool.uv.index]]\nname = \"c\"\n\n[tool.uv.index.auth]\nuser = \"v\"\n",
    ),
    (
        "authors by name",
        "[project]\nauthors = [{ name = \"Ada\" }]\n",
        "[project]\nauthors = [{ name = \"Ada\", email = \"ada@example.org\" }, { name = \"Bob\" }]\n",
        "[project]\nauthors = [{ name = \"Ada\", email = \"ada@example.org\" }, { name = \"Bob\" }]\n",
    ),
    (
        "an array of tables into an inline one",
        "[tool.uv]\nindex = [{ name = \"a\" }]\n",
        "[[tool.uv.index]]\nname = \"b\"\nurl = \"https://b\" # why\n",
        "[tool.uv]\nindex = [{ name = \"a\" }, { name = \"b\", url = \"https://b\" }]\n",
    ),
    (
        "an inline array into an array of tables",
        "[[tool.uv.index]]\nname = \"a\"\n",
        "[tool.uv]\nindex = [{ name = \"b\" }, { name = \"a\", default = true }]\n",
        "[[tool.uv.index]]\nname = \"a\"\ndefault = true\n\n[[tool.uv.index]]\nname = \"b\"\n",
    ),
    (
        "an inline table and a table",
        "[project]\nurls = { Home = \"https://a\" }\n",
        "[project.urls]\n# The code.\nSource = \"https://b\"\n",
        "[project]\nurls = { Home = \"https://a\", Source = \"https://b\" }\n",
    ),
    (
        "a table and an inline table",
        "[project]\nname = \"a\"\n\n[project.urls]\nHome = \"https://a\"\n",
        "[project]\nurls = { Home = 'https://a', Source = \"https://b\" }\n",
        "[project]\nname = \"a\"\n\n[project.urls]\nHome = \"https://a\"\nSource = \"https://b\"\n",
    ),
    (
        "dotted keys and a table",
        "[tool]\nruff.line-length = 100 # wide\n",
        "[tool.ruff]\n# Newest.\ntarget-version = \"py313\"\n\n[tool.ruff.lint]\nselect = [\"E\"]\n",
        "[tool]\nruff.line-length = 100 # wide\n# Newest.\nruff.target-version = \"py313\"\nruff.lint.select = [\"E\"]\n",
    ),
    (
        "a table and dotted keys",
        "[tool.ruff]\nline-length = 100\n",
        "[tool]\n# Newest.\nruff.target-version = \"py313\"\nruff.lint.select = [\"E\"]\n",
        "[tool.ruff]\nline-length = 100\n# Newest.\ntarget-version = \"py313\"\nlint.select = [\"E\"]\n",
    ),
    (
        "dotted keys of the root and a table",
        "[tool.ruff]\nline-length = 100\n",
        "tool.mypy.strict = true\ntool.ruff.fix = true\n",
        "[tool.ruff]\nline-length = 100\nfix = true\n\n[tool.mypy]\nstrict = true\n",
    ),
    (
        "a dotted table that is empty",
        "[tool]\nruff.fix = true\n",
        "[tool.ruff.lint]\n",
        "[tool]\nruff.fix = true\nruff.lint = {}\n",
    ),
    (
        "a key of the root",
        "[a]\nb = 1\n",
        "c = 2\n",
        "c = 2\n\n[a]\nb = 1\n",
    ),
    (
        "an empty table",
        "[a]\nb = 1\n",
        "[c]\n",
        "[a]\nb = 1\n\n[c]\n",
    ),
    (
        "a table below a header with quotes",
        "[tool.\"a.b\"]\nx = 1\n",
        "[tool.'a.b'.c]\ny = 2\n",
        "[tool.\"a.b\"]\nx = 1\n\n[tool.\"a.b\".c]\ny = 2\n",
    ),
    (
        "a table before the tools that came first",
        "[tool.ruff]\nfix = true\n",
        "[project]\nname = \"a\"\n",
        "[project]\nname = \"a\"\n\n[tool.ruff]\nfix = true\n",
    ),
    (
        "coverage and pytest",
        "[tool.pytest.ini_options]\naddopts = [\"-ra\", \"--strict-markers\"]\ntestpaths = [\"tests\"]\n\n[tool.coverage.run]\nbranch = true\nsource = [\"my_app\"]\n",
        "[tool.coverage.report]\nfail_under = 90\n\n[tool.coverage.run]\nomit = [\"*/migrations/*\"]\n\n[tool.pytest.ini_options]\nmarkers = [\n    \"slow: takes seconds\",\n]\naddopts = [\"--cov\"]\n",
        "[tool.pytest.ini_options]\naddopts = [\"-ra\", \"--strict-markers\", \"--cov\"]\ntestpaths = [\"tests\"]\nmarkers = [\n    \"slow: takes seconds\",\n]\n\n[tool.coverage.run]\nbranch = true\nsource = [\"my_app\"]\nomit = [\"*/migrations/*\"]\n\n[tool.coverage.report]\nfail_under = 90\n",
    ),
    (
        "optional dependencies",
        "[project.optional-dependencies]\nhttp = [\"httpx>=0.27\"]\n",
        "[project.optional-dependencies]\nhttp = [\"HTTPX >= 0.27\", \"h2\"]\nall = [\"my-app[http]\"]\n",
        "[project.optional-dependencies]\nhttp = [\"httpx>=0.27\", \"h2\"]\nall = [\"my-app[http]\"]\n",
    ),
    (
        "dates, floats and nested arrays",
        "a = 1979-05-27\nb = 1.5\nc = [[1, 2], [3]]\n",
        "b = 1.50\na = 1979-05-27\nc = [[ 1,2 ], [4]]\n",
        "a = 1979-05-27\nb = 1.5\nc = [[1, 2], [3], [4]]\n",
    ),
];

fn parse(text: &str) -> DocumentMut {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}\n{error}"))
}

fn composed(lower: &str, upper: &str, on_conflict: OnConflict) -> Result<String, TomlMergeError> {
    let mut document = parse(lower);
    compose(&mut document, &parse(upper), on_conflict)?;
    Ok(document.to_string())
}

#[test]
fn fragments_are_composed() {
    for (name, lower, upper, expected) in ROWS {
        for on_conflict in [OnConflict::Refuse, OnConflict::TakeUpper] {
            let found =
                composed(lower, upper, on_conflict).unwrap_or_else(|error| error.to_string());
            assert!(
                found == *expected,
                "{name}\n{found}\n--- expected\n{expected}"
            );
        }
    }
}

#[test]
fn composing_again_changes_nothing() {
    for (name, lower, upper, expected) in ROWS {
        assert_eq!(
            composed(expected, upper, OnConflict::Refuse).as_deref(),
            Ok(*expected),
            "{name}"
        );
        for text in [lower, upper, expected] {
            assert_eq!(
                composed(text, text, OnConflict::Refuse).as_deref(),
                Ok(*text),
                "{name}"
            );
            assert_eq!(
                composed(text, "", OnConflict::Refuse).as_deref(),
                Ok(*text),
                "{name}"
            );
            assert_eq!(
                composed("", text, OnConflict::Refuse).as_deref(),
                Ok(*text),
                "{name}"
            );
        }
    }
}

#[test]
fn what_is_composed_is_toml() {
    for (name, _, _, expected) in ROWS {
        let read: Result<toml::Table, _> = toml::from_str(expected);
        assert!(read.is_ok(), "{name}: {read:?}");
        assert_eq!(parse(expected).to_string(), *expected, "{name}");
    }
}

#[test]
fn any_two_fragments_compose_to_toml_that_holds_both() {
    for (_, _, _, lower) in ROWS {
        for (_, _, _, upper) in ROWS {
            let text = composed(lower, upper, OnConflict::TakeUpper).unwrap();
            let both: toml::Table = toml::from_str(&text)
                .unwrap_or_else(|error| panic!("{lower}\n---\n{upper}\n---\n{text}\n{error}"));
            let again = composed(&text, upper, OnConflict::TakeUpper).unwrap();
            assert_eq!(again, text, "{lower}\n---\n{upper}");
            for (key, _) in parse(lower).iter().chain(parse(upper).iter()) {
                assert!(both.contains_key(key), "{key} is lost\n{text}");
            }
        }
    }
}

#[test]
fn contradictions_are_named_or_settled() {
    for (lower, upper, message, taken) in [
        (
            "[tool.ruff]\nline-length = 88 # narrow\n",
            "[tool.ruff]\nline-length = 100\n",
            "`tool.ruff.line-length` is given as `88` and as `100`",
            "[tool.ruff]\nline-length = 100 # narrow\n",
        ),
        (
            "a = 88 # narrow\n",
            "a = 100 # wide\n",
            "`a` is given as `88` and as `100`",
            "a = 100 # wide\n",
        ),
        (
            "[project]\ndependencies = [\n    # Web.\n    \"fastapi>=0.115\", # ours\n    \"httpx\",\n]\n",
            "[project]\ndependencies = [\"FastAPI>=0.116\"]\n",
            "`project.dependencies` is given as `\"fastapi>=0.115\"` and as `\"FastAPI>=0.116\"`",
            "[project]\ndependencies = [\n    # Web.\n    \"FastAPI>=0.116\", # ours\n    \"httpx\",\n]\n",
        ),
        (
            "[tool.\"a.b\"]\nx = true\n",
            "[tool.\"a.b\"]\nx = 1\n",
            "`tool.\"a.b\".x` is given as `true` and as `1`",
            "[tool.\"a.b\"]\nx = 1\n",
        ),
        (
            "[tool]\na = 1\nb = 2\n",
            "[tool.a]\nx = 1\n",
            "`tool.a` is given as `1` and as `{…}`",
            "[tool]\nb = 2\n\n[tool.a]\nx = 1\n",
        ),
        (
            "[tool.a]\nx = 1\n\n[tool.b]\n",
            "[tool]\na = [1]\n",
            "`tool.a` is given as `{…}` and as `[…]`",
            "[tool]\na = [1]\n\n[tool.b]\n",
        ),
        (
            "[[a]]\nx = 1\n",
            "a = 1\n",
            "`a` is given as `[…]` and as `1`",
            "a = 1\n",
        ),
        (
            "[[a]]\nx = 1\n",
            "a = [1]\n",
            "`a` is given as `[…]` and as `[…]`",
            "a = [1]\n",
        ),
        (
            "a = { b = 1 }\n",
            "[a]\nb = 2\n",
            "`a.b` is given as `1` and as `2`",
            "a = { b = 2 }\n",
        ),
        (
            "[[tool.mypy.overrides]]\nmodule = \"a\"\nx = 1\n",
            "[[tool.mypy.overrides]]\nmodule = \"a\"\nx = 2\n",
            "`tool.mypy.overrides.x` is given as `1` and as `2`",
            "[[tool.mypy.overrides]]\nmodule = \"a\"\nx = 2\n",
        ),
        (
            "a = \"\\u001B[2J\"\n",
            "a = 1\n",
            "`a` is given as `\"\\u001B[2J\"` and as `1`",
            "a = 1\n",
        ),
    ] {
        let before = parse(lower);
        let mut document = before.clone();
        let error = compose(&mut document, &parse(upper), OnConflict::Refuse).unwrap_err();
        assert_eq!(error.to_string(), message);
        assert_eq!(document.to_string(), lower, "changed by an error");
        assert_eq!(
            composed(lower, upper, OnConflict::TakeUpper).as_deref(),
            Ok(taken)
        );
    }
}

#[test]
fn what_would_take_minutes_is_refused() {
    let tables = |name: &str, count: usize| {
        let headers = (0..count).map(|index| format!("[{name}.x{index}]\n"));
        headers.collect::<Vec<_>>().concat()
    };
    let array = |range: std::ops::Range<usize>| format!("a = {:?}\n", range.collect::<Vec<_>>());
    for (lower, upper, message) in [
        (tables("a", 100), tables("b", 100), None),
        (
            tables("a", 1000),
            tables("b", 1001),
            Some("there are 2001 tables, more than the 2000 that can be composed"),
        ),
        (array(0..100), array(50..150), None),
        (
            array(0..2000),
            array(2000..4001),
            Some("`a` has 4001 items, more than the 4000 that can be composed"),
        ),
    ] {
        let error = composed(&lower, &upper, OnConflict::Refuse).err();
        assert_eq!(error.map(|error| error.to_string()).as_deref(), message);
    }
}
