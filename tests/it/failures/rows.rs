//! Every failure that a user can cause, each as a row: the code, what it means and what helps, and how it is provoked.
//!
//! The page docs/reference/errors.md is made from these rows and from what the program really prints.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::{PermissionsExt, symlink};

use super::super::support::scenario::release;
use super::super::support::{Sandbox, Team, TemplateFolder};

/// How a failure is seen.
#[derive(Clone, Copy, Debug)]
pub(super) enum Seen {
    /// By its code in the output of `--json`.
    Json,
    /// The same, with no program on `PATH` but those of the sandbox.
    Alone,
    /// By its words, where the command has no `--json`.
    Words(&'static str),
    /// By its code in the output of `--json`, at a terminal; and the words that a person reads.
    Terminal(&'static str),
    /// By the exit code alone: output has what was asked for.
    Silent,
    /// By its words, where output cannot be written.
    Full,
    /// By a test of its own. What is typed and what a person reads, for the page.
    Elsewhere(&'static str, &'static str),
}

/// A failure.
pub(super) struct Row {
    /// Its code.
    pub(super) code: &'static str,
    /// What it means, and what helps.
    pub(super) prose: [&'static str; 2],
    /// The exit code.
    pub(super) exit: i32,
    /// How it is seen.
    pub(super) seen: Seen,
    /// What the hint begins with; empty for none.
    pub(super) hint: &'static str,
    /// Prepares the sandbox and returns the words of the command.
    pub(super) words: fn(&Sandbox) -> Vec<String>,
}

fn row(
    code: &'static str,
    prose: [&'static str; 2],
    exit: i32,
    seen: Seen,
    hint: &'static str,
    words: fn(&Sandbox) -> Vec<String>,
) -> Row {
    Row {
        code,
        prose,
        exit,
        seen,
        hint,
        words,
    }
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn demo(text: &str) -> Vec<String> {
    words(&format!("new ./demo {text}"))
}

fn tpl(text: &str) -> Vec<String> {
    words(&format!("new ./tpl {text}"))
}

/// A template with a text and a number to spoil things with.
fn asking(sandbox: &Sandbox) -> TemplateFolder {
    TemplateFolder::new(sandbox)
        .question("a", "text", "default = \"a\"")
        .question("n", "integer", "default = 1")
}

/// A project of a template that has a newer version.
fn project(sandbox: &Sandbox) {
    release(sandbox, "1.0.0", "", &[("a", "1\n")]);
    sandbox.run("new ./tpl shop --yes").ok();
    release(sandbox, "1.1.0", "", &[("a", "2\n")]);
}

/// Returns every failure.
#[expect(clippy::too_many_lines, reason = "one table, a row for each code")]
pub(super) fn rows() -> Vec<Row> {
    use Seen::{Alone, Elsewhere, Full, Json, Silent, Terminal, Words};
    vec![
        row(
            "directory",
            [
                "The folder of `-C`, or the one the command was started in, cannot be worked in.",
                "Name a folder that is there and may be entered.",
            ],
            1,
            Json,
            "",
            |_| words("-C nowhere list"),
        ),
        row(
            "usage",
            [
                "The command line cannot be understood: an unknown flag, a missing word, a value of the wrong kind.",
                "Look at `pyscaffold COMMAND --help`.",
            ],
            2,
            Json,
            "a similar argument exists",
            |_| words("list --jsn"),
        ),
        row(
            "usage.template",
            [
                "`new` was not told which template to use, and there is no terminal to ask in.",
                "Name one of those that `pyscaffold list` shows.",
            ],
            2,
            Json,
            "pyscaffold new TEMPLATE PATH",
            |_| words("new"),
        ),
        row(
            "usage.path",
            [
                "`new` was not told where the project belongs, and there is no terminal to ask in.",
                "Name the project's folder; it is made.",
            ],
            2,
            Json,
            "pyscaffold new ./demo myproj",
            |_| words("new ./demo"),
        ),
        row(
            "doctor.fault",
            [
                "`doctor` found something that is wrong. What it found has been printed, so that this code is told by the exit code alone.",
                "Do what stands behind `cure:`.",
            ],
            1,
            Silent,
            "",
            |sandbox| {
                for (name, version) in [
                    ("docker", "26.1.5"),
                    ("git", "git version 2.47.3"),
                    ("python3", "Python 3.13.0"),
                    ("uv", "uv 0.13.9"),
                ] {
                    sandbox.program(name, &format!("echo {version}"));
                }
                let ours = sandbox.root().join("bin/pyscaffold");
                symlink(env!("CARGO_BIN_EXE_pyscaffold"), ours).unwrap();
                sandbox.config("[defaults]\nauthr = \"x\"\n");
                words("doctor")
            },
        ),
        row(
            "output",
            [
                "Standard output cannot be written, because its disk is full, for example.",
                "Make room, or send the output elsewhere.",
            ],
            1,
            Full,
            "",
            |_| words("list"),
        ),
        row(
            "output.closed",
            [
                "Whoever read the output has gone, as `head` does. That is no fault: the command ends without a word and with exit code 0.",
                "Nothing is to be done.",
            ],
            0,
            Elsewhere("", ""),
            "",
            |_| Vec::new(),
        ),
        row(
            "template.unknown",
            [
                "No template has this name.",
                "Take the name from `pyscaffold list`; a folder is written with a `/`, such as `./my-template`.",
            ],
            2,
            Json,
            "did you mean `fastapi-api`?",
            |_| words("new fastapi-ap x"),
        ),
        row(
            "template.no-folder",
            [
                "The word names a folder, and there is no template in it.",
                "Look at the path; a template is a folder with a `template.toml`.",
            ],
            2,
            Json,
            "",
            |_| words("new ./nowhere x"),
        ),
        row(
            "template.faulty",
            [
                "The template cannot be used as its author wrote it. Every problem is a note with file and line.",
                "Mend it, or tell its author; `pyscaffold template check` says all that is wrong with it.",
            ],
            1,
            Json,
            "",
            |sandbox| {
                asking(sandbox).file("files/x.hbs", "{{#if");
                tpl("x")
            },
        ),
        row(
            "template.render",
            [
                "A file of the template cannot be rendered with these answers.",
                "Tell the template's author; another answer may help for now.",
            ],
            1,
            Json,
            "",
            |sandbox| {
                asking(sandbox).file("files/x.hbs", "{{upper n}}");
                tpl("x")
            },
        ),
        row(
            "template.path",
            [
                "With these answers a path of the template would leave the project or could not stand on every system.",
                "Give another answer.",
            ],
            1,
            Json,
            "",
            |sandbox| {
                asking(sandbox).file("files/{{a}}/x", "x");
                tpl("x --a ..")
            },
        ),
        row(
            "template.owners",
            [
                "With these answers two files of the template would be written to one path.",
                "Give another answer, or tell the template's author.",
            ],
            1,
            Json,
            "",
            |sandbox| {
                asking(sandbox)
                    .file("files/{{a}}", "x")
                    .file("files/b", "y");
                tpl("x --a b")
            },
        ),
        row(
            "template.collision",
            [
                "With these answers two paths differ only in what some systems do not tell apart, such as upper and lower case.",
                "Give another answer, or tell the template's author.",
            ],
            1,
            Json,
            "",
            |sandbox| {
                asking(sandbox)
                    .file("files/{{a}}", "x")
                    .file("files/b", "y");
                tpl("x --a B")
            },
        ),
        row(
            "template.slot",
            [
                "A layer fills a slot that the file does not have.",
                "The template's author gives the file the slot, or takes the text for it away.",
            ],
            1,
            Json,
            "",
            |sandbox| {
                asking(sandbox)
                    .manifest(
                        "[[layers]]\nuse = \"low\"\n[[files]]\npath = \"r.md\"\nreplaces = true",
                    )
                    .layer("low", "")
                    .file("layers/low/files/r.md.hbs", "{{slot \"x\"}}\n")
                    .file("files/r.md.hbs", "nothing to fill\n")
                    .file("slots/r.md/x", "x\n");
                tpl("x")
            },
        ),
        row(
            "template.text",
            [
                "A file that layers share is no valid text or TOML with these answers.",
                "Tell the template's author; another answer may help for now.",
            ],
            1,
            Json,
            "",
            |sandbox| {
                asking(sandbox).file("files/pyproject.toml.hbs", "[project\n{{a}}");
                tpl("x")
            },
        ),
        row(
            "template.merge",
            [
                "Two layers want different values at the same place of a shared file.",
                "The template's author lets the upper one say `replaces = true`.",
            ],
            1,
            Json,
            "",
            |sandbox| {
                asking(sandbox)
                    .manifest("[[layers]]\nuse = \"low\"")
                    .layer("low", "")
                    .file("layers/low/files/pyproject.toml", "[project]\nx = \"0\"\n")
                    .file("files/pyproject.toml", "[project]\nx = \"1\"\n");
                tpl("x")
            },
        ),
        row(
            "template.too-large",
            [
                "The project would be larger than pyscaffold makes any.",
                "See [Limits](../limits.md).",
            ],
            1,
            Json,
            "",
            |sandbox| {
                let template = asking(sandbox)
                    .file("files/sparse", "")
                    .file("files/x.hbs", "{{a}}".repeat(40));
                let sparse = template.path().join("files/sparse");
                let file = OpenOptions::new().write(true).open(sparse).unwrap();
                file.set_len(100 * 1024 * 1024 - 2_000).unwrap();
                let mut words = tpl("x --a");
                words.push("y".repeat(64 * 1024));
                words
            },
        ),
        row(
            "template.record",
            [
                "With these answers the template would write `.pyscaffold.toml`, which is pyscaffold's own.",
                "Give another answer, or tell the template's author.",
            ],
            1,
            Json,
            "",
            |sandbox| {
                asking(sandbox).file("files/{{a}}", "x");
                tpl("x --a .pyscaffold.toml")
            },
        ),
        row(
            "template.ambiguous",
            [
                "Several sources have a template of this name.",
                "Put the name of the source before it.",
            ],
            2,
            Json,
            "name one of them: a/worker, b/worker",
            |sandbox| {
                let team = Team::with_two(sandbox);
                sandbox.run("add --name a").arg(team.url()).ok();
                sandbox.run("add --name b").arg(team.url()).ok();
                words("new worker x")
            },
        ),
        row(
            "template.several",
            [
                "The repository or folder holds several templates.",
                "Put the folder of the one that you want behind the address: `gh:acme/templates//worker`.",
            ],
            2,
            Json,
            "name one of them: file://",
            |sandbox| words(&format!("new {} x", Team::with_two(sandbox).url())),
        ),
        row(
            "template.no-versions",
            [
                "`--ref` is for templates in git repositories; built-in ones and folders have no branches or tags.",
                "Leave `--ref` out.",
            ],
            2,
            Json,
            "leave --ref out",
            |_| demo("x --ref v1"),
        ),
        row(
            "template.name",
            [
                "The folder's name would be the template's, and no template can have it.",
                "Use lower-case letters, digits and `-`, a letter first.",
            ],
            2,
            Words(
                "`X` can be no template's name: lower-case letters, digits and `-`, a letter first",
            ),
            "",
            |_| words("template new X"),
        ),
        row(
            "template.no-path",
            [
                "There is no such folder to check or render.",
                "Look at the path.",
            ],
            2,
            Json,
            "",
            |_| words("template check nowhere"),
        ),
        row(
            "template.exists",
            [
                "`template new` and `template render` write only to a folder that is not there yet.",
                "Name another folder.",
            ],
            1,
            Words("`[HERE]/demo` is there already"),
            "name a folder",
            |_| words("template new demo"),
        ),
        row(
            "template.no-tests",
            [
                "`template check --test` was asked for, and the manifest has no `[[test]]`.",
                "Write some; see [the template format](../template-format.md).",
            ],
            1,
            Words("the template has no test cases"),
            "write some",
            |sandbox| {
                asking(sandbox).file("files/x.hbs", "{{a}}{{n}}");
                words("template check ./tpl --test --quiet")
            },
        ),
        row(
            "template.test",
            [
                "A command of a test case of the template failed.",
                "Read what the command printed above, and mend the template.",
            ],
            1,
            Words("test `t`: `false` failed"),
            "",
            |sandbox| {
                asking(sandbox)
                    .file("files/x.hbs", "{{a}}{{n}}")
                    .manifest("[[test]]\nname = \"t\"\nrun = [\"false\"]");
                words("template check ./tpl --test --quiet")
            },
        ),
        row(
            "template.no-file",
            [
                "The template does not make this file with these answers.",
                "`pyscaffold template render FOLDER OUT` writes all of them.",
            ],
            1,
            Words("no file `x` is rendered with these answers"),
            "",
            |_| words("template render ./demo --file x"),
        ),
        row(
            "template.checked",
            [
                "`template check` found problems. They have been printed.",
                "Mend them; each names its file and line.",
            ],
            1,
            Words("the template has 2 problems"),
            "",
            |sandbox| {
                asking(sandbox);
                words("template check ./tpl")
            },
        ),
        row(
            "source.empty",
            [
                "There is no template in the repository or folder.",
                "Look at the address and `--subdir`; how templates are found stands in [Team templates](../team-templates.md).",
            ],
            1,
            Json,
            "a template is a folder",
            |sandbox| {
                let team = Team::new(sandbox, "acme");
                team.file("x", "").commit();
                words(&format!("add {}", team.url()))
            },
        ),
        row(
            "source.copier",
            [
                "The repository or folder is a template of Copier, which is not read.",
                "Use Copier for it, or write its files as a template of Cookiecutter or of pyscaffold.",
            ],
            1,
            Json,
            "templates of Cookiecutter are read",
            |sandbox| {
                let team = Team::new(sandbox, "acme");
                team.file("copier.yml", "").commit();
                words(&format!("add {}", team.url()))
            },
        ),
        row(
            "template.hooks",
            [
                "The template of Cookiecutter has hooks, programs of its author that are never run.",
                "Look at them with `pyscaffold show`, and leave them out by `--skip-hooks`.",
            ],
            2,
            Json,
            "add --skip-hooks",
            |sandbox| {
                sandbox.write("tpl/cookiecutter.json", "{}");
                sandbox.write("tpl/{{cookiecutter}}/x", "");
                sandbox.write("tpl/hooks/pre_gen_project.sh", "");
                words("new ./tpl x --yes")
            },
        ),
        row(
            "source.unknown",
            [
                "No source of this name was added.",
                "Take the name from `pyscaffold sources`, or add it.",
            ],
            2,
            Json,
            "all sources",
            |_| words("new nobody/worker x"),
        ),
        row(
            "source.address",
            [
                "The address is none that pyscaffold takes.",
                "Write it as `pyscaffold add --help` shows.",
            ],
            2,
            Json,
            "https, ssh and file",
            |_| words("add ext::sh"),
        ),
        row(
            "source.http",
            [
                "The address is not encrypted: whoever is in between could change the template.",
                "Use https; where that cannot be, add the source with `--allow-http`.",
            ],
            2,
            Json,
            "use https",
            |_| words("add http://127.0.0.1:9/x"),
        ),
        row(
            "source.not-stored",
            [
                "The network may not be used, and what is needed was never fetched.",
                "Run it once without `--offline`.",
            ],
            1,
            Json,
            "leave --offline out",
            |_| words("new gh:acme/templates x --offline"),
        ),
        row(
            "source.fetch",
            [
                "Git could not fetch the repository. Its own words are the notes.",
                "Do what git says: most often the address is wrong, or a key or the network is missing. What was fetched before works with `--offline`.",
            ],
            1,
            Json,
            "git said why",
            |_| words("add file:///srv/nowhere"),
        ),
        row(
            "source.stalled",
            [
                "The server sent nothing for too long.",
                "Try again; a slow server gets more time by `pyscaffold config set git.timeout SECONDS`.",
            ],
            1,
            Json,
            "a slow server",
            |sandbox| {
                sandbox.config("[git]\ntimeout = 1\n");
                sandbox.program("git", "sleep 60");
                words("add file:///x/y")
            },
        ),
        row(
            "source.too-long",
            [
                "The fetch went on for longer than a fetch may.",
                "Try again; a slow server gets more time by `pyscaffold config set git.timeout SECONDS`.",
            ],
            1,
            Json,
            "a slow server",
            |sandbox| {
                sandbox.config("[git]\ntimeout = 1\n");
                sandbox.program("git", "while echo x >&2; do sleep 0.3; done");
                words("add file:///x/y")
            },
        ),
        row(
            "source.too-large",
            [
                "The repository is larger than a repository of templates may be.",
                "Keep templates in a repository of their own; see [Limits](../limits.md).",
            ],
            1,
            Json,
            "",
            |sandbox| {
                sandbox.program("git", "truncate -s 600M objects/pack/x; sleep 60");
                words("add file:///x/y")
            },
        ),
        row(
            "source.unusable",
            [
                "What was fetched is no commit with files.",
                "Name a branch, a tag or a commit.",
            ],
            1,
            Json,
            "",
            |sandbox| {
                let team = Team::with_two(sandbox);
                let tree = team.git("rev-parse HEAD^{tree}");
                team.git(&format!("tag tree {tree}"));
                words(&format!("add {} --ref tree", team.url()))
            },
        ),
        row(
            "source.damaged",
            [
                "What was fetched has been damaged on this machine since. The template's author can do nothing about it.",
                "`pyscaffold refresh` fetches it again.",
            ],
            1,
            Json,
            "pyscaffold refresh",
            |sandbox| {
                let team = Team::with_two(sandbox);
                sandbox.run("add").arg(team.url()).ok();
                let commit = team.git("rev-parse HEAD").trim().to_owned();
                let store = sandbox.root().join("home/.local/share/pyscaffold/store");
                let repository = fs::read_dir(store).unwrap().next().unwrap().unwrap();
                let packs = repository.path().join(commit).join("objects/pack");
                for pack in fs::read_dir(packs).unwrap() {
                    fs::remove_file(pack.unwrap().path()).unwrap();
                }
                words("show acme/worker")
            },
        ),
        row(
            "source.git",
            [
                "The `git` program is there and cannot be started.",
                "Look at its file, or at what stands first on `PATH`.",
            ],
            1,
            Alone,
            "",
            |sandbox| {
                sandbox.program("git", "true");
                let git = sandbox.root().join("bin/git");
                fs::set_permissions(git, fs::Permissions::from_mode(0o644)).unwrap();
                words("add file:///srv/templates")
            },
        ),
        row(
            "source.no-git",
            [
                "Templates are fetched by the `git` program, and there is none.",
                "Install git; built-in templates and folders need none.",
            ],
            1,
            Alone,
            "install git",
            |_| words("add file:///srv/templates"),
        ),
        row(
            "source.no-place",
            [
                "There is no home folder in which fetched templates could be kept.",
                "Set `XDG_DATA_HOME`.",
            ],
            1,
            Elsewhere(
                "new gh:acme/templates shop --offline",
                "error: there is no home folder, and so no place for templates that are fetched\nhint: set XDG_DATA_HOME",
            ),
            "",
            |_| Vec::new(),
        ),
        row(
            "sources.no-place",
            [
                "There is no home folder in which the list of sources could be kept.",
                "Set `XDG_CONFIG_HOME`, or name a configuration with `--config`.",
            ],
            1,
            Elsewhere(
                "add gh:acme/templates",
                "error: there is no home folder, and so no place for the list of sources\nhint: set XDG_CONFIG_HOME, or name a configuration with --config",
            ),
            "",
            |_| Vec::new(),
        ),
        row(
            "sources.unreadable",
            [
                "The list of sources cannot be read or written.",
                "Look at the file that is named.",
            ],
            1,
            Json,
            "",
            |sandbox| {
                let file = sandbox.config_file().with_file_name("sources.toml");
                fs::create_dir_all(file).unwrap();
                words("list")
            },
        ),
        row(
            "sources.faulty",
            [
                "The list of sources has faults.",
                "Mend the lines that are named, or remove the file and add the sources again.",
            ],
            1,
            Json,
            "",
            |sandbox| {
                sandbox.config("");
                let file = sandbox.config_file().with_file_name("sources.toml");
                fs::write(file, "[sources.a]\n").unwrap();
                words("list")
            },
        ),
        row(
            "sources.exists",
            [
                "A source of this name is there already.",
                "`pyscaffold refresh NAME` fetches its newest version; `--name` gives the new one another name.",
            ],
            1,
            Json,
            "pyscaffold refresh acme",
            |sandbox| {
                let team = Team::with_two(sandbox);
                sandbox.run("add").arg(team.url()).ok();
                words(&format!("add {}", team.url()))
            },
        ),
        row(
            "sources.name",
            [
                "No source can have this name, or none could be made from the address.",
                "Give it one with `--name`: lower-case letters, digits and `-`.",
            ],
            2,
            Json,
            "give it one with --name",
            |_| words("add ./demo --name Demo"),
        ),
        row(
            "sources.folder",
            [
                "A folder has no branches or tags, and so no `--ref`.",
                "Leave `--ref` out.",
            ],
            2,
            Json,
            "",
            |_| words("add ./demo --ref v1"),
        ),
        row(
            "sources.twice",
            [
                "The branch, tag or folder was given in the address and by a flag.",
                "Give it once.",
            ],
            2,
            Json,
            "",
            |_| words("add gh:acme/templates@v1 --ref v2"),
        ),
        row(
            "sources.project",
            [
                "The source is in the list of this repository, `.pyscaffold-sources.toml`, which pyscaffold does not write.",
                "Take it out of that file.",
            ],
            1,
            Json,
            "take it out of",
            |sandbox| {
                sandbox.git("", "init --quiet");
                sandbox.write(".pyscaffold-sources.toml", "[sources.a]\npath = \"demo\"\n");
                words("remove a")
            },
        ),
        row(
            "sources.new",
            [
                "`refresh --check` found something new. It has been printed, so that this code is told by the exit code alone.",
                "`pyscaffold refresh` brings it.",
            ],
            3,
            Silent,
            "",
            |sandbox| {
                let team = Team::with_two(sandbox);
                sandbox.run("add").arg(team.url()).ok();
                team.template("worker", "1.1.0", "").commit();
                words("refresh --check")
            },
        ),
        row(
            "sources.refresh",
            [
                "Some sources could not be refreshed; they stay at the version that they had.",
                "What was wrong with each stands above; the others were refreshed.",
            ],
            1,
            Json,
            "",
            |sandbox| {
                let gone = Team::with_two(sandbox);
                sandbox.run("add").arg(gone.url()).ok();
                let other = Team::new(sandbox, "other");
                other.template("mail", "1.0.0", "").commit();
                sandbox.run("add").arg(other.url()).ok();
                fs::remove_dir_all(gone.path("")).unwrap();
                words("refresh")
            },
        ),
        row(
            "config.unreadable",
            [
                "The configuration file cannot be read.",
                "Look at the file that is named.",
            ],
            1,
            Json,
            "",
            |_| words("list --config ."),
        ),
        row(
            "config.faulty",
            [
                "The configuration file has faults.",
                "Mend the lines that are named. `pyscaffold config` works with a broken file too.",
            ],
            1,
            Json,
            "",
            |sandbox| {
                sandbox.config("[defaults]\nauthr = \"x\"\n");
                words("list")
            },
        ),
        row(
            "config.unknown",
            [
                "There is no such setting.",
                "All of them stand in [Settings](settings.md).",
            ],
            2,
            Words("there is no setting `defaults.authr`"),
            "did you mean `defaults.author`?",
            |_| words("config get defaults.authr"),
        ),
        row(
            "config.unset",
            [
                "The setting has no value.",
                "`pyscaffold config set KEY VALUE` gives it one.",
            ],
            1,
            Words("`defaults.author` is not set"),
            "set it with: pyscaffold config set defaults.author VALUE",
            |_| words("config get defaults.author"),
        ),
        row(
            "config.type",
            [
                "The setting takes another kind of value.",
                "All of them stand in [Settings](settings.md).",
            ],
            2,
            Words("`git.commit` must be `true` or `false`, not `maybe`"),
            "",
            |_| words("config set git.commit maybe"),
        ),
        row(
            "config.no-place",
            [
                "There is no home folder in which the configuration could be kept.",
                "Set `XDG_CONFIG_HOME`, or name a file with `--config`.",
            ],
            1,
            Elsewhere(
                "config path",
                "error: there is no home folder, and so no place for the configuration\nhint: set XDG_CONFIG_HOME, or name a file with --config",
            ),
            "",
            |_| Vec::new(),
        ),
        row(
            "name.empty",
            [
                "A project has to have a name.",
                "Give it one with `--name`.",
            ],
            2,
            Json,
            "",
            |_| demo("x --name="),
        ),
        row(
            "name.grammar",
            [
                "A distribution name has ASCII letters, digits, `-`, `_` and `.`, with a letter or digit at both ends ([the specification](https://packaging.python.org/en/latest/specifications/name-normalization/)).",
                "Take the command of the hint, or another name.",
            ],
            2,
            Json,
            "pyscaffold new ./demo",
            |_| demo("x --name a$b"),
        ),
        row(
            "name.length",
            ["The name is too long.", "Take a shorter one."],
            2,
            Json,
            "pyscaffold new ./demo",
            |_| {
                let mut words = demo("x --name");
                words.push("x".repeat(101));
                words
            },
        ),
        row(
            "name.identifier",
            [
                "An import name has lower-case letters, digits and `_`.",
                "Take the command of the hint, or another name.",
            ],
            2,
            Json,
            "pyscaffold new ./demo",
            |_| demo("x --package A"),
        ),
        row(
            "name.digit",
            [
                "Python cannot import a name that begins with a digit.",
                "Take the command of the hint: the distribution keeps its name, the package gets another.",
            ],
            2,
            Json,
            "pyscaffold new ./demo",
            |_| demo("3d"),
        ),
        row(
            "name.underscore",
            [
                "A package whose name begins with `_` is private by convention.",
                "Take the command of the hint, or another name.",
            ],
            2,
            Json,
            "pyscaffold new ./demo",
            |_| demo("x --package _x"),
        ),
        row(
            "name.keyword",
            [
                "The name is a keyword of Python and cannot be imported.",
                "Take the command of the hint, or another name.",
            ],
            2,
            Json,
            "pyscaffold new ./demo",
            |_| demo("class"),
        ),
        row(
            "name.stdlib",
            [
                "The name is a module of Python's standard library, which would be hidden or would hide the package.",
                "Take the command of the hint, or another name.",
            ],
            2,
            Json,
            "pyscaffold new ./demo json --package json_api",
            |_| demo("json"),
        ),
        row(
            "name.reserved",
            [
                "The name is used in every project, such as `tests`.",
                "Take the command of the hint, or another name.",
            ],
            2,
            Json,
            "pyscaffold new ./demo",
            |_| demo("tests"),
        ),
        row(
            "name.windows",
            [
                "Windows keeps this name for a device.",
                "Take the command of the hint, or another name.",
            ],
            2,
            Json,
            "pyscaffold new ./demo",
            |_| demo("nul"),
        ),
        row(
            "name.dependency",
            [
                "The package would hide one that the project depends on.",
                "Take the command of the hint, or another name.",
            ],
            2,
            Json,
            "pyscaffold new ./demo",
            |_| demo("x --package httpx"),
        ),
        row(
            "name.self",
            [
                "The distribution has the name of one that the project depends on, so that it would depend on itself.",
                "Take the command of the hint, or another name.",
            ],
            2,
            Json,
            "pyscaffold new ./demo",
            |_| demo("x --name demolib --package other"),
        ),
        row(
            "answers.unreadable",
            [
                "The answers file cannot be read.",
                "Look at the path; `-` reads from standard input.",
            ],
            2,
            Json,
            "",
            |_| demo("x --answers nowhere.toml"),
        ),
        row(
            "answers.malformed",
            [
                "The answers file is neither TOML nor JSON.",
                "Mend the place that is named.",
            ],
            2,
            Json,
            "",
            |sandbox| {
                sandbox.write("a.toml", "a = ");
                demo("x --answers a.toml")
            },
        ),
        row(
            "answers.value",
            [
                "The answers file has a value that no question takes.",
                "Texts, whole numbers, `true`, `false` and lists of texts are taken.",
            ],
            2,
            Json,
            "",
            |sandbox| {
                sandbox.write("a.toml", "port = 1.5");
                demo("x --answers a.toml")
            },
        ),
        row(
            "answers.missing",
            [
                "A question has no default, was not answered, and there is no terminal to ask in.",
                "Add the flags of the hint.",
            ],
            2,
            Json,
            "add --q TEXT",
            |sandbox| {
                TemplateFolder::new(sandbox).question("q", "text", "");
                tpl("x")
            },
        ),
        row(
            "answer.unknown",
            [
                "The template has no question of this name.",
                "All questions: `pyscaffold show TEMPLATE`.",
            ],
            2,
            Json,
            "did you mean `port`?",
            |_| demo("x -D prt=1"),
        ),
        row(
            "answer.not-asked",
            [
                "The question is not asked with the other answers, so that its answer would mean nothing.",
                "Leave it out, or change the answer that it depends on.",
            ],
            2,
            Json,
            "",
            |_| demo("x --database none --database-name y"),
        ),
        row(
            "answer.type",
            [
                "The question takes another kind of answer.",
                "`pyscaffold show TEMPLATE` says which.",
            ],
            2,
            Json,
            "",
            |_| demo("x --port many"),
        ),
        row(
            "answer.choice",
            [
                "The answer is none of the choices.",
                "Take one of those that are named.",
            ],
            2,
            Json,
            "did you mean `sqlite`?",
            |_| demo("x --database sqlit"),
        ),
        row(
            "answer.refused",
            [
                "The answer breaks a rule of the template.",
                "The message is the author's own, or names the rule.",
            ],
            2,
            Json,
            "",
            |_| demo("x --port 0"),
        ),
        row(
            "answer.unfit",
            [
                "The answer holds what no answer can: a line break, a control character, or more than 64 KiB.",
                "Take that out.",
            ],
            2,
            Json,
            "",
            |_| {
                let mut words = demo("x --team");
                words.push("a\nb".to_owned());
                words
            },
        ),
        row(
            "answer.default",
            [
                "The template's default for this question cannot be used with the other answers.",
                "Answer it; and tell the template's author.",
            ],
            2,
            Json,
            "",
            |sandbox| {
                asking(sandbox).question("d", "text", "default = \"{{upper n}}\"");
                tpl("x")
            },
        ),
        row(
            "prompt.cancelled",
            [
                "Somebody pressed Ctrl+C or Esc at a question. Nothing was written.",
                "Run it again when you want to go on.",
            ],
            130,
            Terminal("error: cancelled; nothing was written"),
            "",
            |_| demo("x"),
        ),
        row(
            "prompt.terminal",
            [
                "There is a terminal, and it cannot be read or written.",
                "Add `--yes` and answers as flags.",
            ],
            1,
            Elsewhere(
                "new ./tpl x",
                "error: the terminal cannot be used: IO error: Failed to initialize input reader\nhint: add --yes to take the defaults without being asked",
            ),
            "",
            |_| Vec::new(),
        ),
        row(
            "destination.file",
            [
                "There is a file where the project's folder belongs.",
                "Take another path, or move the file away.",
            ],
            1,
            Json,
            "",
            |sandbox| {
                sandbox.write("x", "");
                demo("x")
            },
        ),
        row(
            "destination.link",
            [
                "There is a symbolic link where the project's folder belongs; nothing is written through a link.",
                "Take the path that it leads to.",
            ],
            1,
            Json,
            "",
            |sandbox| {
                symlink("demo", sandbox.path("x")).unwrap();
                demo("x")
            },
        ),
        row(
            "destination.conflict",
            [
                "Files of the project are there already, with other content. Nothing was written.",
                "Take an empty folder, or say by `--on-conflict` what becomes of them.",
            ],
            1,
            Json,
            "choose an empty folder",
            |sandbox| {
                sandbox.write("x/README.md", "mine");
                demo("x")
            },
        ),
        row(
            "destination.in-the-way",
            [
                "A folder, link or device stands where a file belongs, or a file where a folder belongs.",
                "Move it away.",
            ],
            1,
            Json,
            "",
            |sandbox| {
                fs::create_dir_all(sandbox.path("x/README.md")).unwrap();
                demo("x")
            },
        ),
        row(
            "destination.appeared",
            [
                "Something appeared in the destination while the project was made. It was left as it is.",
                "Run it again in another place.",
            ],
            1,
            Json,
            "",
            |sandbox| {
                let place = sandbox.path("x");
                sandbox.program(
                    "uv",
                    &format!("mkdir -p {0} && touch {0}/theirs", place.display()),
                );
                demo("x --lock")
            },
        ),
        row(
            "file",
            [
                "A file or folder cannot be read or written; the operating system says why.",
                "Look at the path that is named, at its rights and at the room on its disk.",
            ],
            1,
            Json,
            "",
            |_| {
                let mut words = demo("--name x");
                words.push("a".repeat(300));
                words
            },
        ),
        row(
            "git",
            [
                "The repository or its first commit cannot be made. Nothing was written.",
                "Mend what is named, most often in git's configuration; or add `--no-git`.",
            ],
            1,
            Json,
            "add --no-git",
            |sandbox| {
                sandbox.git_config("[user]\nname = <>\nemail = a@example.org\n");
                demo("x")
            },
        ),
        row(
            "uv.lock",
            [
                "`uv lock` failed, or there is no uv. Nothing was written.",
                "Read what uv printed above; or leave `--lock` and `--sync` out.",
            ],
            1,
            Json,
            "",
            |sandbox| {
                sandbox.program("uv", "exit 3");
                demo("x --lock")
            },
        ),
        row(
            "uv.sync",
            [
                "The project is in place, and `uv sync` failed in it.",
                "Read what uv printed above, and run it again in the project.",
            ],
            1,
            Json,
            "cd x && uv sync",
            |sandbox| {
                sandbox.program("uv", "[ \"$1\" = lock ]");
                demo("x --sync")
            },
        ),
        row(
            "list.none",
            [
                "No template has all of these words in its name, title, summary or tags.",
                "`pyscaffold list` shows all.",
            ],
            1,
            Words("no template is about `xyzzy`"),
            "all templates: pyscaffold list",
            |_| words("list xyzzy"),
        ),
        row(
            "show.no-file",
            [
                "The template does not make this file with these answers.",
                "`pyscaffold show TEMPLATE --files` lists what it makes; `-D` changes answers.",
            ],
            1,
            Words("`demo` writes no file `nothing` with these answers"),
            "all files: pyscaffold show ./demo --files",
            |_| words("show ./demo --file nothing"),
        ),
        row(
            "man.unknown",
            [
                "There is no such command.",
                "`pyscaffold --help` lists all.",
            ],
            2,
            Words("there is no command `lst`"),
            "did you mean `list`?",
            |_| words("man lst"),
        ),
        row(
            "project.no-record",
            [
                "The folder has no `.pyscaffold.toml`: no template is known to have made it.",
                "Go to the project's folder, or bring it under a template with `pyscaffold adopt`.",
            ],
            1,
            Json,
            "pyscaffold adopt",
            |_| words("update"),
        ),
        row(
            "project.no-git",
            [
                "The project is in no git repository. An update needs one, so that nothing can be lost.",
                "Make one, with a commit.",
            ],
            1,
            Json,
            "git init",
            |sandbox| {
                project(sandbox);
                fs::remove_dir_all(sandbox.path("shop/.git")).unwrap();
                words("update shop")
            },
        ),
        row(
            "project.git",
            [
                "The project's repository cannot be read.",
                "`git status` and `git fsck` say more.",
            ],
            1,
            Json,
            "",
            |sandbox| {
                project(sandbox);
                sandbox.write("shop/.git/config", "[core");
                words("status shop")
            },
        ),
        row(
            "project.record",
            [
                "The project's `.pyscaffold.toml` has faults.",
                "Bring it back as it was: `git log -p .pyscaffold.toml`.",
            ],
            1,
            Json,
            "git log",
            |sandbox| {
                project(sandbox);
                sandbox.write("shop/.pyscaffold.toml", "format = 1\n");
                words("diff shop")
            },
        ),
        row(
            "project.no-base",
            [
                "What the template made then can no longer be made: neither template nor history has it. An update without it would be a guess.",
                "Bring that version of the template back, and name its place with `--source`.",
            ],
            1,
            Json,
            "bring the version",
            |sandbox| {
                project(sandbox);
                let record = sandbox.read("shop/.pyscaffold.toml");
                let other = record.replacen("tree = \"", "tree = \"0", 1);
                sandbox.write("shop/.pyscaffold.toml", other);
                words("diff shop")
            },
        ),
        row(
            "update.other-template",
            [
                "`--source` leads to a template of another name.",
                "Name another place of the same template; for another one, make a new project.",
            ],
            2,
            Json,
            "--source names",
            |sandbox| {
                project(sandbox);
                words("update shop --source click-cli")
            },
        ),
        row(
            "update.no-version",
            [
                "The template is not there in this version.",
                "Take the version of the hint; for a template in a git repository `--to` takes a branch, tag or commit.",
            ],
            2,
            Json,
            "pyscaffold update --to 1.1.0",
            |sandbox| {
                project(sandbox);
                words("update shop --to 3.0.0")
            },
        ),
        row(
            "update.downgrade",
            [
                "The template is now older than what the project was made with. That is most often a mistake.",
                "Say it with `--to` if it is meant.",
            ],
            1,
            Json,
            "to go back",
            |sandbox| {
                project(sandbox);
                release(sandbox, "0.9.0", "", &[("a", "0\n")]);
                words("update shop")
            },
        ),
        row(
            "update.busy",
            [
                "Another run of pyscaffold is at work in this project.",
                "Wait for it.",
            ],
            1,
            Json,
            "",
            |sandbox| {
                project(sandbox);
                sandbox.write("shop/.git/pyscaffold/root/lock", "");
                let lock = sandbox.path("shop/.git/pyscaffold/root/lock");
                let lock = File::options().write(true).open(lock).unwrap();
                lock.lock().unwrap();
                // It is held until this process ends.
                std::mem::forget(lock);
                words("update shop")
            },
        ),
        row(
            "update.changed",
            [
                "A file of the project was changed while the update was decided. Nothing was written.",
                "Run it again.",
            ],
            1,
            Elsewhere(
                "update shop",
                "error: `src/shop/main.py` was changed while the update ran; nothing was written\nhint: run it again",
            ),
            "",
            |_| Vec::new(),
        ),
        row(
            "update.edited",
            [
                "Files were edited after the update that is to be taken back; their edits would be lost.",
                "Commit or copy them first, or add `--yes`.",
            ],
            1,
            Json,
            "pyscaffold update",
            |sandbox| {
                project(sandbox);
                sandbox.run("update shop").ok();
                sandbox.write("shop/a", "3\n");
                words("update shop --abort")
            },
        ),
        row(
            "update.nothing",
            ["There is no update to take back.", "Nothing is to be done."],
            1,
            Json,
            "",
            |sandbox| {
                project(sandbox);
                words("update shop --abort")
            },
        ),
        row(
            "update.committed",
            [
                "The update was committed; `--abort` takes back what is not.",
                "`git revert` takes back a commit.",
            ],
            1,
            Json,
            "git revert",
            |sandbox| {
                project(sandbox);
                sandbox.run("update shop").ok();
                sandbox.git("shop", "commit -qam up");
                words("update shop --abort")
            },
        ),
        row(
            "update.journal",
            [
                "The notes of an update that was interrupted cannot be read.",
                "See with `git status` what it did, then remove the folder that is named.",
            ],
            1,
            Json,
            "git status",
            |sandbox| {
                project(sandbox);
                sandbox.write("shop/.git/pyscaffold/root/begun.json", "{}");
                sandbox.write("shop/.git/pyscaffold/root/content", "");
                words("update shop")
            },
        ),
        row(
            "update.locked",
            [
                "Git, or a program that uses it, holds the index of this repository.",
                "Wait for it; remove the file if no git runs.",
            ],
            1,
            Json,
            "wait for it",
            |sandbox| {
                project(sandbox);
                sandbox.write("shop/.git/index.lock", "");
                words("update shop")
            },
        ),
        row(
            "update.uncommitted",
            [
                "The update would touch files with changes that are not committed.",
                "Commit or stash these; others do not matter.",
            ],
            1,
            Json,
            "commit or stash",
            |sandbox| {
                project(sandbox);
                sandbox.write("shop/a", "3\n");
                words("update shop")
            },
        ),
        row(
            "update.filtered",
            [
                "A filter of `.gitattributes`, such as Git LFS, changes the content of files that the update would touch.",
                "Take them out of the filter.",
            ],
            1,
            Json,
            "take them out",
            |sandbox| {
                project(sandbox);
                sandbox.write("shop/.gitattributes", "a filter=lfs\n");
                words("update shop")
            },
        ),
        row(
            "update.behind",
            [
                "`update --check` found a newer version. That has been printed, so that this code is told by the exit code alone.",
                "`pyscaffold update` brings it.",
            ],
            3,
            Silent,
            "",
            |sandbox| {
                project(sandbox);
                words("update shop --check")
            },
        ),
        row(
            "update.conflicts",
            [
                "Some changes of yours and of the template are at the same place. That has been printed, so that this code is told by the exit code alone.",
                "Solve them as any conflict of git's; `pyscaffold update --abort` takes all back.",
            ],
            3,
            Silent,
            "",
            |sandbox| {
                project(sandbox);
                sandbox.write("shop/a", "3\n");
                sandbox.git("shop", "commit -qam mine");
                words("update shop")
            },
        ),
        row(
            "adopt.adopted",
            [
                "The project is under a template already.",
                "`pyscaffold update` brings it to the newest version.",
            ],
            1,
            Json,
            "pyscaffold update",
            |sandbox| {
                project(sandbox);
                words("adopt ./tpl shop")
            },
        ),
    ]
}
