"""`completion`: makes the shell complete commands, options and their values."""

import os
import shlex
import shutil
import subprocess  # nosec B404
from pathlib import Path

import click
from click.shell_completion import BashComplete, FishComplete, PowerShellComplete, ZshComplete

from .. import PROGRAM, VARIABLES
from ..console import Failure

SHELLS = {
    "bash": BashComplete,
    "fish": FishComplete,
    "powershell": PowerShellComplete,
    "zsh": ZshComplete,
}

# A bare .zshrc does not load the completion system.
ZSH = "(( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }\n"

shell_argument = click.argument(
    "shell",
    type=click.Choice(list(SHELLS)),
    required=False,
    metavar="[SHELL]",
    help="bash, fish, powershell or zsh; by default the one in use.",
)


@click.group()
def completion() -> None:
    """Complete commands and options in the shell."""


@completion.command()
@shell_argument
def show(shell: str | None) -> None:
    """Print the script for the shell."""
    click.echo(script(shell or current_shell()))


@completion.command()
@shell_argument
def install(shell: str | None) -> None:
    """Complete in the shell, from its next start on.

    The script becomes a file of its own. All but fish get one line that loads it, in the file that
    they read at their start. Doing it again changes nothing.
    """
    shell = shell or current_shell()
    file = script_file(shell)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(script(shell), encoding="utf-8")
    click.echo(f"Written: {file}")
    if start := start_file(shell):
        line = loading_line(shell, file)
        text = start.read_text(encoding="utf-8") if start.is_file() else ""
        if line not in text.splitlines():
            start.parent.mkdir(parents=True, exist_ok=True)
            separator = "" if text.endswith("\n") or not text else "\n"
            with start.open("a", encoding="utf-8") as appended:
                appended.write(f"{separator}{line}\n")
            click.echo(f"A line that loads it was added to {start}")
    click.echo("Start a new shell to use it.")


def current_shell() -> str:
    # Windows has the variable in Git Bash and the like, and nowhere else.
    name = Path(os.environ.get("SHELL") or ("powershell" if os.name == "nt" else "")).stem
    if name not in SHELLS:
        raise click.UsageError(f"Which shell? One of {', '.join(SHELLS)}.")
    return name


def script(shell: str) -> str:
    """Returns what the shell runs; it asks the program itself, so it does not age."""
    completion = SHELLS[shell](click.Command(PROGRAM), {}, PROGRAM, f"_{VARIABLES}_COMPLETE")
    return (ZSH if shell == "zsh" else "") + completion.source()


def script_file(shell: str) -> Path:
    if shell == "fish":
        return _config_home() / "fish" / "completions" / f"{PROGRAM}.fish"
    ending = "ps1" if shell == "powershell" else shell
    return Path(click.get_app_dir(PROGRAM)) / f"completion.{ending}"


def start_file(shell: str) -> Path | None:
    """Returns the file that the shell reads at its start; fish finds the script by its place."""
    match shell:
        case "bash":
            return Path.home() / ".bashrc"
        case "zsh":
            return Path(os.environ.get("ZDOTDIR") or Path.home()) / ".zshrc"
        case "powershell":
            return _profile()
        case _:
            return None


def loading_line(shell: str, file: Path) -> str:
    if shell == "powershell":
        quoted = str(file).replace("'", "''")
        return f". '{quoted}'"
    return f"source {shlex.quote(str(file))}"


def _config_home() -> Path:
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")


def _profile() -> Path:
    """Asks PowerShell, since Windows may keep the folder anywhere."""
    program = shutil.which("pwsh") or shutil.which("powershell")
    if program is None:
        raise Failure("PowerShell is not on PATH")
    question = "$PROFILE.CurrentUserAllHosts"
    answer = subprocess.run(  # noqa: S603 # nosec B603
        [program, "-NoProfile", "-NonInteractive", "-Command", question],
        check=True,
        capture_output=True,
        text=True,
    )
    return Path(answer.stdout.strip())
