//! The names of the modules that Python brings with it.
//!
//! A project's package of the same name would hide the module from everything that the project
//! runs, its dependencies included.

/// The names in `sys.stdlib_module_names` of `CPython` 3.10 to 3.15 together, sorted.
///
/// Modules that a later version dropped (`distutils`, `imp`) are kept: a project may support the
/// earlier one. Names that begin with an underscore are left out, since no package name may begin
/// with one. See
/// [`sys.stdlib_module_names`](https://docs.python.org/3/library/sys.html#sys.stdlib_module_names).
#[rustfmt::skip]
const STDLIB_MODULES: [&str; 221] = [
    "abc", "aifc", "annotationlib", "antigravity", "argparse", "array", "ast", "asynchat",
    "asyncio", "asyncore", "atexit", "audioop", "base64", "bdb", "binascii", "binhex", "bisect",
    "builtins", "bz2", "cProfile", "calendar", "cgi", "cgitb", "chunk", "cmath", "cmd", "code",
    "codecs", "codeop", "collections", "colorsys", "compileall", "compression", "concurrent",
    "configparser", "contextlib", "contextvars", "copy", "copyreg", "crypt", "csv", "ctypes",
    "curses", "dataclasses", "datetime", "dbm", "decimal", "difflib", "dis", "distutils", "doctest",
    "email", "encodings", "ensurepip", "enum", "errno", "faulthandler", "fcntl", "filecmp",
    "fileinput", "fnmatch", "fractions", "ftplib", "functools", "gc", "genericpath", "getopt",
    "getpass", "gettext", "glob", "graphlib", "grp", "gzip", "hashlib", "heapq", "hmac", "html",
    "http", "idlelib", "imaplib", "imghdr", "imp", "importlib", "inspect", "io", "ipaddress",
    "itertools", "json", "keyword", "lib2to3", "linecache", "locale", "logging", "lzma", "mailbox",
    "mailcap", "marshal", "math", "mimetypes", "mmap", "modulefinder", "msilib", "msvcrt",
    "multiprocessing", "netrc", "nis", "nntplib", "nt", "ntpath", "nturl2path", "numbers", "opcode",
    "operator", "optparse", "os", "ossaudiodev", "pathlib", "pdb", "pickle", "pickletools", "pipes",
    "pkgutil", "platform", "plistlib", "poplib", "posix", "posixpath", "pprint", "profile",
    "profiling", "pstats", "pty", "pwd", "py_compile", "pyclbr", "pydoc", "pydoc_data", "pyexpat",
    "queue", "quopri", "random", "re", "readline", "reprlib", "resource", "rlcompleter", "runpy",
    "sched", "secrets", "select", "selectors", "shelve", "shlex", "shutil", "signal", "site",
    "smtpd", "smtplib", "sndhdr", "socket", "socketserver", "spwd", "sqlite3", "sre_compile",
    "sre_constants", "sre_parse", "ssl", "stat", "statistics", "string", "stringprep", "struct",
    "subprocess", "sunau", "symtable", "sys", "sysconfig", "syslog", "tabnanny", "tarfile",
    "telnetlib", "tempfile", "termios", "textwrap", "this", "threading", "time", "timeit",
    "tkinter", "token", "tokenize", "tomllib", "trace", "traceback", "tracemalloc", "tty", "turtle",
    "turtledemo", "types", "typing", "unicodedata", "unittest", "urllib", "uu", "uuid", "venv",
    "warnings", "wave", "weakref", "webbrowser", "winreg", "winsound", "wsgiref", "xdrlib", "xml",
    "xmlrpc", "zipapp", "zipfile", "zipimport", "zlib", "zoneinfo",
];

/// Returns whether Python has a module of this name, written exactly so.
pub(super) fn is_stdlib_module(name: &str) -> bool {
    STDLIB_MODULES.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_without_private_names() {
        assert!(STDLIB_MODULES.is_sorted_by(|one, next| one < next));
        assert!(
            STDLIB_MODULES
                .iter()
                .all(|name| !name.starts_with('_') && !name.contains('.'))
        );
    }

    #[test]
    fn modules_of_every_version_are_known() {
        for (name, expected) in [
            ("json", true),
            ("asyncio", true),
            ("distutils", true),
            ("imp", true),
            ("tomllib", true),
            ("annotationlib", true),
            ("compression", true),
            ("concurrent", true),
            ("profiling", true),
            ("zoneinfo", true),
            ("requests", false),
            ("templatelib", false),
            ("Json", false),
            ("", false),
        ] {
            assert_eq!(is_stdlib_module(name), expected, "{name}");
        }
    }
}
