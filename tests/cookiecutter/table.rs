//! A template for each feature and each odd corner.

use super::judge::{Case, none};

const PLAIN: &str =
    r#"{"slug": "shop", "name": "My Shop", "docker": true, "license": ["MIT", "BSD"], "n": 3}"#;

/// A template whose one file is this text.
fn text(name: &str, text: &str) -> Case {
    Case::new(name, PLAIN).file("P/file.txt", text)
}

#[expect(clippy::too_many_lines, reason = "a table, a row for each matter")]
#[test]
fn texts_render_the_same() {
    // One template: Cookiecutter takes a second to start.
    let mut case = Case::new("texts", PLAIN);
    for (name, source) in [
        (
            "values",
            "{{ cookiecutter.name }} {{ cookiecutter.docker }} {{ cookiecutter.n }} {{ cookiecutter.license }}\n",
        ),
        (
            "python words",
            "{{ true }} {{ True }} {{ none }} {{ None }} {{ 1.0 }} {{ 10 // 3 }} {{ 7 / 2 }} {{ 2 ** 3 }} {{ -7 % 3 }} {{ -7 // 2 }}\n",
        ),
        (
            "lists",
            "{{ [1, 'a', true, none] }} {{ {'a': 1, 'b': 'x'} }} {{ (1, 2) }} {{ [] }} {{ ['it\\'s'] }}\n",
        ),
        (
            "raw",
            "{% raw %}{{ x }} {% if %} ${{ y }}{% endraw %} {{ '{{' }}\n",
        ),
        ("trailing lines", "a\n\n\n{{ cookiecutter.n }}\n\n\n"),
        ("no trailing line", "{{ cookiecutter.n }}"),
        ("empty", ""),
        ("only a line end", "\n"),
        (
            "blanks",
            "a\n  {%- if true %}\n  b\n  {%- endif -%}\n  c\n{# note -#}\n d {{- 1 -}} e\n",
        ),
        (
            "kept blanks",
            "a\n  {% if true %}\n  b\n  {% endif %}\n  c\n",
        ),
        ("plus", "a\n  {%+ if true +%}\n  b\n  {%+ endif %}\n  c\n"),
        (
            "if",
            "{% if cookiecutter.n == '3' and cookiecutter.docker %}a{% elif false %}b{% else %}c{% endif %} {{ 'x' if cookiecutter.n == 3 else 'y' }}[{{ 'x' if false }}]\n",
        ),
        (
            "for",
            "{% for x in [3, 1, 2]|sort %}{{ loop.index }}/{{ loop.length }}:{{ x }}{% if not loop.last %}, {% endif %}{% else %}none{% endfor %} {% for x in [] %}{% else %}none{% endfor %}\n",
        ),
        (
            "for if",
            "{% for x in range(6) if x % 2 %}{{ x }} {{ loop.first }} {{ loop.previtem|default('-') }} {% endfor %}\n",
        ),
        (
            "unpacked",
            "{% for k, v in {'a': 1, 'b': 2}.items() %}{{ k }}={{ v }};{% endfor %}\n",
        ),
        (
            "scopes",
            "{% set x = 1 %}{% for i in [1] %}{% set x = 2 %}{% endfor %}{{ x }} {% set ns = namespace(y=0) %}{% for i in range(3) %}{% set ns.y = ns.y + i %}{% endfor %}{{ ns.y }}\n",
        ),
        (
            "set block",
            "{% set x %}a {{ cookiecutter.n }}{% endset %}[{{ x }}] {% set y | upper %}b{% endset %}{{ y }}\n",
        ),
        (
            "macro",
            "{% macro f(a, b='c') %}<{{ a }}{{ b }}>{% endmacro %}{{ f(1) }}{{ f(2, b='d') }}{% macro g() %}[{{ caller(1) }}]{% endmacro %}{% call(x) g() %}{{ x }}{% endcall %}\n",
        ),
        (
            "filter block",
            "{% filter upper %}abc {{ cookiecutter.name }}{% endfilter %}\n",
        ),
        ("with", "{% with a = 1 %}{{ a }}{% endwith %}\n"),
        (
            "methods",
            "{{ cookiecutter.name.lower() }} {{ cookiecutter.name.upper().replace(' ', '_') }} {{ 'a,b'.split(',') }} {{ ' x '.strip() }} {{ 'abc'.startswith('a') }} {{ 'abc'.title() }} {{ '-'.join(['a', 'b']) }} {{ 'a b'.split()[0] }} {{ 'x'.isdigit() }} {{ '{}-{x}'.format(1, x=2) }}\n",
        ),
        (
            "more methods",
            "{{ 'abc'.removeprefix('a') }} {{ 'abc'.removesuffix('c') }} {{ '7'.zfill(3) }} {{ 'a'.ljust(3) }}| {{ 'a'.rjust(3) }}\n",
        ),
        (
            "filters",
            "{{ 'a b'|title }} {{ 'hello'|capitalize }} {{ [1, 2]|join('-') }} {{ 'x'|default('y') }} {{ ''|default('y', true) }} {{ 3.7|int }} {{ '3'|int + 1 }} {{ 'abc'|length }} {{ [3, 1]|max }} {{ 'a\nb'|indent(2) }} {{ 'abc'|first }} {{ 'abc'|reverse }} {{ [1, 2, 2]|unique|list }} {{ 2.567|round(1) }} {{ 'x'|center(5) }}|\n",
        ),
        (
            "more filters",
            "{{ 'a long text here'|truncate(9) }} {{ {'b': 1, 'a': 2}|dictsort }} {{ ['a', 'b']|map('upper')|list }} {{ [1, 2, 3]|select('odd')|list }} {{ [1, 2, 3]|batch(2)|list }} {{ 'a'|list }} {{ 'x<y'|e }} {{ '%s!' | format('a') }} {{ [1,2]|sum }} {{ 'abc'|replace('b', 'x') }} {{ '  x '|trim }}\n",
        ),
        (
            "tests",
            "{{ 1 is odd }} {{ cookiecutter.nope is defined }} {{ cookiecutter.name is string }} {{ none is none }} {{ 4 is divisibleby 2 }} {{ 'a' in 'abc' }} {{ 2 not in [1] }} {{ 'ABC' is upper }}\n",
        ),
        (
            "concat",
            "{{ cookiecutter.name ~ 1 ~ true ~ none }} {{ 'a' + 'b' }} {{ 'a' * 3 }} {{ [1] + [2] }}\n",
        ),
        (
            "slices",
            "{{ 'hello'[1:3] }} {{ 'hello'[-1] }} {{ [1, 2, 3][::-1] }} {{ 'hello'[:2] }}\n",
        ),
        (
            "slugs",
            "{{ 'Hello, Wörld! it\\'s 1,000 Straße'|slugify }} {{ 'A b'|slugify(separator='_') }} {{ 'A b'|slugify(lowercase=False) }} {{ 'hello world'|slugify(max_length=7) }} {{ cookiecutter.name|slugify }}\n",
        ),
        (
            "jsonify",
            "{{ {'b': [1, 'ü😀', none], 'a': {}}|jsonify }} {{ [1]|jsonify(2) }} {{ []|jsonify }} {{ 'x'|jsonify }}\n",
        ),
        (
            "tojson",
            "{{ {'b': 1, 'a': ['x', true, none]}|tojson }} {{ 'a<b>&\\''|tojson }}\n",
        ),
        (
            "now",
            "{% now 'utc', '%Y-%m-%d %H:%M:%S %B %b %A %a %j %y' %} {% now 'utc' %} {%- now 'utc', '%d' -%} x {# {% now 'utc' %} #}{% raw %}{% now 'utc' %}{% endraw %}\n",
        ),
        (
            "unicode",
            "日本語 ünï {{ cookiecutter.name }} 😀 {{ 'straße'|upper }} {{ '日本'|length }}\n",
        ),
        ("byte order mark", "\u{feff}a {{ cookiecutter.n }}\n"),
        (
            "windows lines",
            "a\r\n{{ cookiecutter.n }}\r\n{% if true %}\r\nb\r\n{% endif %}\r\n",
        ),
        ("mixed lines", "a\n{{ cookiecutter.n }}\r\nb\r\n"),
        ("old lines", "a\r{{ cookiecutter.n }}\rb"),
        ("line in the middle", "no tag\r\nat all\nhere\r\n"),
        ("do", "{% set x = [1] %}{{ x }}\n"),
        ("comment", "a{# {{ x }}\n b #}c\n"),
        (
            "actions",
            "on: ${{ '{{' }} github.ref }} {{ '${{ x }}' }}\n",
        ),
        (
            "numbers",
            "{{ 1e3 }} {{ 1_000 }} {{ 0.1 + 0.2 }} {{ 1 == 1.0 }} {{ 5 % 3 }} {{ 1 / 3 }}\n",
        ),
        (
            "strings",
            "{{ \"a\\\"b\" }} {{ 'a\\nb' }} {{ 'a\\\\b' }} {{ \"it's\" }}\n",
        ),
        (
            "recursive",
            "{% macro f(n) %}{{ n }}{% if n > 0 %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(5) }}\n",
        ),
        (
            "whole context",
            "{{ cookiecutter.items()|list|length > 3 }} {% for k in cookiecutter if not k.startswith('_') %}{{ k }} {% endfor %}\n",
        ),
        (
            "raw answers",
            "{{ _cookiecutter.license }} {{ _cookiecutter.n }}\n",
        ),
        (
            "cycle",
            "{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.next() }} {% set j = joiner(', ') %}{{ j() }}x{{ j() }}y\n",
        ),
        (
            "nested quotes",
            "{{ cookiecutter[\"name\"] }} {{ cookiecutter['na' ~ 'me'] }} {{ cookiecutter.get('name') }} {{ cookiecutter.get('nope', 'x') }}\n",
        ),
    ] {
        case = case.file(&format!("P/{name}.txt"), source);
    }
    none([case.makes(&[])]);
}

#[test]
fn faults_are_refused_by_both() {
    let mut found = Vec::new();
    for (name, source, words) in [
        (
            "undefined",
            "a\n{{ cookiecutter.nope }}\n",
            "file.txt:2: undefined value",
        ),
        (
            "undefined name",
            "{{ nope }}\n",
            "file.txt:1: undefined value",
        ),
        (
            "undefined test",
            "{% if cookiecutter.nope %}x{% endif %}\n",
            "undefined value",
        ),
        (
            "undefined loop",
            "{% for x in nope %}{% endfor %}\n",
            "undefined value",
        ),
        ("open block", "\n\n{% if true %}\n", "end of block"),
        ("open variable", "{{ x\n", "syntax error"),
        (
            "unknown tag",
            "{% frobnicate %}\n",
            "unknown statement frobnicate",
        ),
        ("unknown filter", "{{ 'x'|frobnicate }}\n", "unknown filter"),
        (
            "no file",
            "{% include 'nope.txt' %}\n",
            "template not found",
        ),
        (
            "outside",
            "{% include '../cookiecutter.json' %}\n",
            "template not found",
        ),
        (
            "absolute",
            "{% include '/etc/passwd' %}\n",
            "template not found",
        ),
        (
            "unknown method",
            "{{ 'x'.frobnicate() }}\n",
            "no method named frobnicate",
        ),
        (
            "endless",
            "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}\n",
            "recursion limit",
        ),
        (
            "itself",
            "{% include 'file.txt' %}\n",
            "could not render include",
        ),
        ("division", "{{ 1 / 0 }}\n", "unable to calculate"),
    ] {
        found.push(text(name, source).refused(words));
    }
    none(found);
}

#[test]
fn names_render_the_same() {
    let mut found = Vec::new();
    let one =
        |name: &str, path: &str| Case::new(name, PLAIN).file(path, "x {{ cookiecutter.n }}\n");
    for (name, path) in [
        ("plain", "P/a/b/c.txt"),
        ("variable", "P/{{ cookiecutter.name }}.txt"),
        (
            "filter",
            "P/{{ cookiecutter.name|lower|replace(' ', '-') }}/x.py",
        ),
        (
            "left out",
            "P/{% if not cookiecutter.docker %}Dockerfile{% endif %}",
        ),
        (
            "kept",
            "P/{% if cookiecutter.docker %}Dockerfile{% endif %}",
        ),
        (
            "left out below",
            "P/sub/{% if not cookiecutter.docker %}x{% endif %}",
        ),
        ("hidden", "P/.github/workflows/ci.yml"),
        ("unicode", "P/ünï-日本.txt"),
        ("blanks", "P/a b.txt"),
        ("folder by choice", "P/{{ cookiecutter.license }}/x.txt"),
    ] {
        found.push(one(name, path).file("P/other.txt", "y\n").makes(&[]));
    }
    for (name, path) in [
        (
            "folder left out",
            "P/{% if not cookiecutter.docker %}sub{% endif %}/x.txt",
        ),
        ("undefined", "P/{{ cookiecutter.nope }}.txt"),
        ("undefined folder", "P/{{ cookiecutter.nope }}/x"),
    ] {
        found.push(one(name, path).file("P/other.txt", "y\n").same(&[]));
    }
    let twice = Case::new("twice", PLAIN)
        .file("P/a.txt", "first\n")
        .file("P/{{ 'a' }}.txt", "second\n");
    found.push(twice.makes(&[]));
    found.push(
        Case::new("folder twice", PLAIN)
            .file("P/a/x.txt", "first\n")
            .file("P/{{ 'a' }}/y.txt", "second\n")
            .same(&[]),
    );
    none(found);
}

#[test]
fn variables_are_the_same() {
    let mut found = Vec::new();
    let shown = |name: &str, json: &str| {
        // What the two programs say of themselves and of this machine is left out.
        let source = "{% for k, v in cookiecutter.items() if k not in ['_template', '_output_dir', '_repo_dir', '_checkout'] %}{{ k }}={{ v }} {{ v|jsonify }}\n{% endfor %}";
        Case::new(name, json).file("P/all.txt", source)
    };
    for (name, json) in [
        (
            "computed",
            r#"{"name": "My Shop", "slug": "{{ cookiecutter.name|lower|replace(' ', '-') }}", "pkg": "{{ cookiecutter.slug|replace('-', '_') }}"}"#,
        ),
        (
            "kinds",
            r#"{"slug": "s", "a": true, "b": false, "c": 3, "d": 1.5, "e": "", "f": ["x", "y"], "g": [1, 2]}"#,
        ),
        (
            "computed choices",
            r#"{"slug": "s", "c": ["{{ cookiecutter.slug }}-x", "y"]}"#,
        ),
        (
            "private",
            r#"{"slug": "s", "_raw": "{{ cookiecutter.nope }}", "_list": ["{{ x }}", 1], "_n": 3}"#,
        ),
        (
            "rendered private",
            r#"{"slug": "s", "__up": "{{ cookiecutter.slug|upper }}", "__list": ["{{ cookiecutter.slug }}", 1], "__map": {"{{ cookiecutter.slug }}": "{{ cookiecutter.__up }}"}, "__flag": true}"#,
        ),
        (
            "dictionary",
            r#"{"d": {"{{ cookiecutter.slug }}": {"deep": ["{{ cookiecutter.slug }}", true, null]}}, "slug": "s", "z": "{{ cookiecutter.slug }}"}"#,
        ),
        (
            "two dictionaries",
            r#"{"slug": "s", "a": {"x": "1"}, "b": {"{{ cookiecutter.a.x }}": "y"}}"#,
        ),
        (
            "prompts",
            r#"{"slug": "s", "l": ["a", "b"], "__prompts__": {"slug": "The slug", "l": {"__prompt__": "Which", "a": "the a"}}}"#,
        ),
        (
            "order",
            r#"{"z": "1", "slug": "s", "a": "2", "_m": "3", "b": "4"}"#,
        ),
        (
            "long name",
            r#"{"slug": "s", "version": "0.1", "package": "p", "json": "x", "no_git": "y"}"#,
        ),
        (
            "key twice",
            r#"{"slug": "s", "a": "1", "b": "2", "a": "3"}"#,
        ),
        (
            "now",
            r#"{"slug": "s", "year": "{% now 'utc', '%Y' %}", "__day": "{% now 'utc' %}"}"#,
        ),
        (
            "macro in a default",
            r#"{"slug": "{% if true %}s{% else %}t{% endif %}"}"#,
        ),
    ] {
        found.push(shown(name, json).makes(&[]));
    }
    for (name, json) in [
        (
            "undefined",
            r#"{"slug": "s", "a": "{{ cookiecutter.b }}", "b": "x"}"#,
        ),
        (
            "before the dictionary",
            r#"{"slug": "s", "d": {"x": "1"}, "a": "{{ cookiecutter.d.x }}"}"#,
        ),
        ("no choices", r#"{"slug": "s", "a": []}"#),
        ("no JSON", r#"{"slug": "s",}"#),
        ("faulty default", r#"{"slug": "s", "a": "{{ "}"#),
        (
            "a Python extension",
            r#"{"slug": "s", "_extensions": ["local_extensions.Nope"]}"#,
        ),
    ] {
        found.push(shown(name, json).same(&[]));
    }
    none(found);
}

#[test]
fn answers_are_the_same() {
    let mut found = Vec::new();
    let json = r#"{"project": "X", "slug": "{{ cookiecutter.project|lower }}", "l": ["a", "b"], "flag": false, "d": {"k": "v"}}"#;
    let source = "{{ cookiecutter.project }} {{ cookiecutter.slug }} {{ cookiecutter.l }} {{ cookiecutter.flag }} {{ 1 if cookiecutter.flag else 2 }} {{ cookiecutter.d }}\n";
    for answers in [
        &[("project", "My Shop"), ("l", "b"), ("flag", "yes")][..],
        &[("project", "it's \"x\"")],
        &[("slug", "Other"), ("flag", "no")],
        &[("l", "nope")],
        &[("flag", "maybe")],
    ] {
        let case = Case::new("answers", json).file("P/file.txt", source);
        found.push(case.same(answers));
    }
    none(found);
}

#[test]
fn what_is_copied_is_the_same() {
    let mut found = Vec::new();
    let json = r#"{"slug": "s", "name": "n", "_copy_without_render": ["*.html", "static", "docs/[ab].md", "{{cookiecutter.name}}x/*"]}"#;
    found.push(
        Case::new("copied", json)
            .file("P/a.html", "{{ x }} \r\n \n")
            .file("P/sub/{{ cookiecutter.name }}.html", "{{ x }}")
            .file("P/static/{{ cookiecutter.name }}.js", "{{ x }}")
            .file("P/static/deep/y.css", "{{ x }}")
            .file("P/docs/a.md", "{{ x }}")
            .file("P/docs/c.md", "{{ cookiecutter.name }}")
            .file("P/{{cookiecutter.name}}x/z", "{{ x }}")
            .makes(&[]),
    );
    none(found);
}

#[test]
fn bytes_and_modes_are_the_same() {
    let mut found = Vec::new();
    let png: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0{{ cookiecutter.slug }}\0\xff\xfe";
    found.push(
        Case::new("binary", PLAIN)
            .file("P/logo.png", png)
            .file(
                "P/data.bin",
                b"\0\x01\x02\x03{{ x }}\xff\xfe\0\0\0\0\0\0\0\0",
            )
            .file("P/run.sh", "#!/bin/sh\necho {{ cookiecutter.slug }}\n")
            .file("P/tool", png)
            .executable("run.sh")
            .executable("tool")
            .makes(&[]),
    );
    none(found);
}

#[test]
fn delimiters_and_line_ends_can_be_set() {
    let mut found = Vec::new();
    let with =
        |options: &str| format!(r#"{{"slug": "s", "name": "n", "_jinja2_env_vars": {options}}}"#);
    for (name, options, source) in [
        (
            "trim",
            r#"{"trim_blocks": true, "lstrip_blocks": true}"#,
            "a\n  {% if true %}\n  b\n  {% endif %}\n c {% now 'utc', '%Y' %}\nd\n",
        ),
        (
            "trim alone",
            r#"{"trim_blocks": true}"#,
            "a\n  {% if true %}\n  b\n  {% endif %}\n c\n{% now 'utc' %}\nd\n",
        ),
        (
            "blocks",
            r#"{"block_start_string": "<%", "block_end_string": "%>"}"#,
            "<% if true %>{% x %}<% endif %> {{ cookiecutter.name }} <% now 'utc', '%Y' %>\n",
        ),
        (
            "comments",
            r#"{"comment_start_string": "/*", "comment_end_string": "*/"}"#,
            "a/* {{ x }} */b {# c #}\n",
        ),
        (
            "line statements",
            r###"{"line_statement_prefix": "##"}"###,
            "## if true\nx {{ cookiecutter.name }}\n## endif\ny\n",
        ),
    ] {
        found.push(
            Case::new(name, &with(options))
                .file("P/file.txt", source)
                .makes(&[]),
        );
    }
    let json = r#"{"slug": "s", "_jinja2_env_vars": {"variable_start_string": "[[", "variable_end_string": "]]"}}"#;
    found.push(
        Case::new("variables", json)
            .file(
                "[[cookiecutter.slug]]/[[ cookiecutter.slug ]].txt",
                "[[ cookiecutter.slug ]] {{ x }}\n",
            )
            .makes(&[]),
    );
    for newline in ["\\n", "\\r\\n"] {
        let json = format!(r#"{{"slug": "s", "_new_lines": "{newline}"}}"#);
        found.push(
            Case::new(newline, &json)
                .file("P/a.txt", "a\nb {{ cookiecutter.slug }}\n")
                .file("P/b.txt", "a\r\nb\r\n")
                .makes(&[]),
        );
    }
    none(found);
}

#[test]
fn files_take_each_other_in() {
    none([Case::new("includes", PLAIN)
        .file("P/file.txt", "{% include 'part.txt' %}|{% include 'sub/part.txt' %}|{% from 'macros.txt' import f %}{{ f('x') }}|{% import 'macros.txt' as m %}{{ m.f('y') }}|{% include 'only.txt' %}|{% include 'nope' ignore missing %}|{% include ['nope', 'only.txt'] %}\n")
        .file("P/part.txt", "part {{ cookiecutter.name }}\r\nx\r\n")
        .file("P/sub/part.txt", "sub {{ cookiecutter.n }}")
        .file("P/child.txt", "{% extends 'base.txt' %}{% block a %}child {{ super() }}{% endblock %}")
        .file("templates/base.txt", "<{% block a %}base{% endblock %}>\n")
        .file("templates/macros.txt", "{% macro f(x) %}<{{ x }}>{% endmacro %}")
        .file("templates/only.txt", "only {{ cookiecutter.name }}\n")
        .file("templates/part.txt", "the other part")
        .makes(&[])]);
}

#[test]
fn what_cannot_be_done_is_refused() {
    for (source, words) in [
        ("{{ '%s' % 'x' }}", "tried to use % operator"),
        (
            "\n{{ 'aB'.swapcase() }}",
            ":2: unknown method: string has no method named swapcase",
        ),
        (
            "{{ 'a b c'|wordwrap(2) }}",
            "unknown filter: filter wordwrap",
        ),
        (
            "{{ '日本'|slugify }}",
            "`slugify` cannot write `日` in ASCII",
        ),
        (
            "{% now 'Europe/Berlin' %}",
            "knows the zones `utc` and `local`",
        ),
        ("{{ cookiecutter._output_dir }}", "undefined value"),
    ] {
        let said = text("ours alone", source).ours(&[]);
        let said = said.expect_err("it is made");
        assert!(said.contains(words), "{source}: {said}");
    }
}
