//! Private repositories over real ssh and http on loopback, and servers that do not behave.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::support::server::{HttpServer, HttpsServer, Manner, SshServer};
use super::support::terminal::{RETURN, Terminal};
use super::support::{Entry, Sandbox, Team, entries, require};

/// Sees that a word stands in no file of a sandbox but the git configuration, keys and servers' own files.
#[track_caller]
fn is_nowhere(sandbox: &Sandbox, word: &str) {
    for (path, entry) in entries(sandbox.root()) {
        if let Entry::File(_, bytes) = entry
            && path != "gitconfig"
        {
            let found = bytes
                .windows(word.len())
                .any(|part| part == word.as_bytes());
            assert!(!found, "{path} holds `{word}`");
        }
    }
}

/// Sees that no program that a sandbox started is left.
#[track_caller]
fn nobody_is_left(sandbox: &Sandbox) {
    let end = Instant::now() + Duration::from_secs(5);
    loop {
        let left: Vec<String> = fs::read_dir("/proc")
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| {
                let cwd = fs::read_link(entry.path().join("cwd")).ok()?;
                let command = fs::read(entry.path().join("cmdline")).ok()?;
                let command = String::from_utf8_lossy(&command).replace('\0', " ");
                cwd.starts_with(sandbox.root()).then_some(command)
            })
            .collect();
        if left.is_empty() {
            return;
        }
        assert!(Instant::now() < end, "{left:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn git_config(sandbox: &Sandbox, more: &str) {
    sandbox.git_config(&format!(
        "[user]\nname = Ada Lovelace\nemail = ada@example.org\n{more}\n"
    ));
}

#[test]
fn a_repository_behind_ssh_is_fetched_with_a_key() {
    let sandbox = Sandbox::new();
    let team = Team::with_two(&sandbox);
    let Some(server) = SshServer::start(&sandbox) else {
        require::skip("a_repository_behind_ssh_is_fetched_with_a_key", "sshd");
        return;
    };
    let user = std::env::var("USER").unwrap_or_else(|_| "root".to_owned());
    let path = team.path("").display().to_string();
    let url = format!("ssh://{user}@127.0.0.1:{}{path}", server.port());
    // Without the key: said in seconds, with what ssh said.
    let client = server.client("IdentityFile none");
    git_config(
        &sandbox,
        &format!("[core]\nsshCommand = ssh -F {}", client.display()),
    );
    let output = sandbox.run("add").arg(&url).fails(1);
    assert!(
        output.stderr.contains("Permission denied"),
        "{}\n{}",
        output.stderr,
        server.log()
    );
    // By the configuration of ssh.
    let client = server.client(&format!(
        "IdentityFile {}\nHost git.example.org\nHostName 127.0.0.1\nPort {}",
        server.key().display(),
        server.port()
    ));
    git_config(
        &sandbox,
        &format!("[core]\nsshCommand = ssh -F {}", client.display()),
    );
    sandbox.run("add --name acme").arg(&url).ok();
    sandbox.run("new acme/worker w").ok();
    assert_eq!(sandbox.read("w/hello.txt"), "hello w\n");
    assert!(sandbox.read("w/.pyscaffold.toml").contains(&url));
    let scp = format!("{user}@git.example.org:{path}");
    sandbox.run("add --name scp").arg(&scp).ok();
    sandbox.run(&format!("new {scp}//worker@v1 w2")).ok();
    // The address of the team, led elsewhere by the user's git.
    git_config(
        &sandbox,
        &format!(
            "[core]\nsshCommand = ssh -F {}\n[url \"{user}@git.example.org:{path}\"]\ninsteadOf = https://git.example.org/acme/templates.git",
            client.display()
        ),
    );
    sandbox
        .run("add --name led https://git.example.org/acme/templates.git")
        .ok();
    let sources = sandbox.run("sources").ok().stdout;
    assert!(
        sources.contains("https://git.example.org/acme/templates.git"),
        "{sources}"
    );
    nobody_is_left(&sandbox);
}

#[test]
fn an_agent_gives_the_key() {
    let sandbox = Sandbox::new();
    let team = Team::with_two(&sandbox);
    let Some(server) = SshServer::start(&sandbox) else {
        require::skip("an_agent_gives_the_key", "sshd");
        return;
    };
    let socket = sandbox.root().join("agent");
    let mut agent = Command::new("ssh-agent")
        .arg("-D")
        .arg("-a")
        .arg(&socket)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let end = Instant::now() + Duration::from_secs(10);
    while !socket.exists() {
        assert!(Instant::now() < end);
        std::thread::sleep(Duration::from_millis(20));
    }
    let added = Command::new("ssh-add")
        .arg("-q")
        .arg(server.key())
        .env("SSH_AUTH_SOCK", &socket)
        .status();
    assert!(added.unwrap().success());
    fs::remove_file(server.key()).unwrap();
    let client = server.client("");
    git_config(
        &sandbox,
        &format!("[core]\nsshCommand = ssh -F {}", client.display()),
    );
    let user = std::env::var("USER").unwrap_or_else(|_| "root".to_owned());
    let url = format!(
        "ssh://{user}@127.0.0.1:{}{}",
        server.port(),
        team.path("").display()
    );
    let output = sandbox
        .run("add")
        .arg(&url)
        .env("SSH_AUTH_SOCK", &socket)
        .output();
    agent.kill().unwrap();
    agent.wait().unwrap();
    assert_eq!(output.code, Some(0), "{}\n{}", output.stderr, server.log());
}

#[test]
fn a_repository_behind_a_password_is_fetched_by_a_credential_helper() {
    let sandbox = Sandbox::new();
    let team = Team::with_two(&sandbox);
    let server = HttpServer::start(team.path("").parent().unwrap(), Manner::Private);
    let url = server.url("acme");
    let add = || sandbox.run("add --allow-http").arg(&url);
    let refused = sandbox.run("add").arg(&url).fails(2);
    assert!(
        refused.stderr.contains("is not encrypted"),
        "{}",
        refused.stderr
    );
    assert_eq!(server.requests(), 0);
    let started = Instant::now();
    let output = add().fails(1);
    assert!(started.elapsed() < Duration::from_secs(10));
    assert!(
        output.stderr.contains("git cannot fetch `HEAD`"),
        "{}",
        output.stderr
    );
    for helper in [
        "!f() { echo username=ada; echo password=wrong-word; }; f",
        "!f() { echo username=ada; echo password=secret; }; f",
    ] {
        git_config(&sandbox, &format!("[credential]\nhelper = \"{helper}\""));
        let output = add().output();
        assert_eq!(
            output.code,
            Some(i32::from(helper.contains("wrong"))),
            "{}",
            output.stderr
        );
        for word in ["wrong-word", "secret"] {
            assert!(!output.stderr.contains(word), "{}", output.stderr);
        }
    }
    let requests = server.requests();
    sandbox.run("new acme/worker w").ok();
    sandbox.run("list").ok();
    assert_eq!(server.requests(), requests, "they need no network");
    sandbox.run("refresh").ok();
    team.template("worker", "2.0.0", "").commit();
    sandbox.run("refresh").ok();
    let old = sandbox.read("w/.pyscaffold.toml");
    let old = old
        .lines()
        .find_map(|line| line.strip_prefix("commit = "))
        .unwrap();
    // A commit that is no longer in the store is fetched by its id.
    let store = sandbox.root().join("home/.local/share/pyscaffold/store");
    let repository = fs::read_dir(store).unwrap().next().unwrap().unwrap().path();
    fs::remove_dir_all(repository.join(old.trim_matches('"'))).unwrap();
    let words = format!("new acme/worker w3 --ref {}", old.trim_matches('"'));
    sandbox.run(&words).ok();
    assert!(
        sandbox
            .read("w3/.pyscaffold.toml")
            .contains("version = \"1.0.0\"")
    );
    is_nowhere(&sandbox, "secret");
    // A password in the address itself is not taken, not shown and not kept.
    let with = url.replace("http://", "http://ada:secret@");
    for words in ["add --allow-http", "show", "new"] {
        let output = sandbox.run(words).arg(&with).fails(2);
        assert!(
            !output.stderr.contains("secret"),
            "{words}: {}",
            output.stderr
        );
        assert!(
            output.stderr.contains("credential helpers"),
            "{words}: {}",
            output.stderr
        );
    }
    is_nowhere(&sandbox, "secret");
    nobody_is_left(&sandbox);
}

#[test]
fn a_person_at_a_terminal_is_asked_for_a_password() {
    let sandbox = Sandbox::new();
    let team = Team::with_two(&sandbox);
    let server = HttpServer::start(team.path("").parent().unwrap(), Manner::Private);
    let script = format!("exec \"$0\" add --allow-http {}", server.url("acme"));
    for (password, code, said) in [
        ("wrong-word", 1, "Authentication failed"),
        ("secret", 0, "acme/worker"),
    ] {
        let mut terminal = Terminal::controlling(&sandbox, &script);
        terminal.expect("Username for").press("ada").press(RETURN);
        terminal
            .expect("Password for")
            .press(password)
            .press(RETURN);
        let (found, screen, output) = terminal.end();
        assert_eq!(found, Some(code), "{screen}");
        assert!(screen.contains(said), "{screen}");
        assert!(!screen.contains(password), "{screen}");
        assert_eq!(output, "");
        is_nowhere(&sandbox, password);
    }
    sandbox.run("new acme/worker w").ok();
    nobody_is_left(&sandbox);
}

#[test]
fn a_person_at_a_terminal_is_asked_for_a_passphrase() {
    let sandbox = Sandbox::new();
    let team = Team::with_two(&sandbox);
    let Some(server) = SshServer::start(&sandbox) else {
        require::skip("a_person_at_a_terminal_is_asked_for_a_passphrase", "sshd");
        return;
    };
    let locked = Command::new("ssh-keygen")
        .args(["-q", "-p", "-P", "", "-N", "open sesame", "-f"])
        .arg(server.key())
        .output();
    assert!(locked.unwrap().status.success());
    let client = server.client(&format!("IdentityFile {}", server.key().display()));
    git_config(
        &sandbox,
        &format!("[core]\nsshCommand = ssh -F {}", client.display()),
    );
    let user = std::env::var("USER").unwrap_or_else(|_| "root".to_owned());
    let add = format!(
        "exec \"$0\" add ssh://{user}@127.0.0.1:{}{}",
        server.port(),
        team.path("").display()
    );
    // Where a terminal is there but nobody looks at it, nobody is asked.
    let started = Instant::now();
    let unseen = Terminal::controlling(&sandbox, &format!("{add} 2>said"));
    assert_eq!(unseen.end().0, Some(1));
    assert!(started.elapsed() < Duration::from_secs(15));
    let said = sandbox.read("said");
    assert!(said.contains("Permission denied"), "{said}");
    let mut terminal = Terminal::controlling(&sandbox, &add);
    terminal
        .expect("Enter passphrase for key")
        .press("open sesame")
        .press(RETURN);
    let (code, screen, _) = terminal.end();
    assert_eq!(code, Some(0), "{screen}\n{}", server.log());
    assert!(!screen.contains("open sesame"), "{screen}");
    is_nowhere(&sandbox, "open sesame");
    nobody_is_left(&sandbox);
}

#[test]
fn a_certificate_is_judged_by_the_users_git() {
    let sandbox = Sandbox::new();
    let team = Team::with_two(&sandbox);
    let plain = HttpServer::start(team.path("").parent().unwrap(), Manner::Private);
    let Some(server) = HttpsServer::start(&sandbox, &plain) else {
        require::skip("a_certificate_is_judged_by_the_users_git", "openssl");
        return;
    };
    let url = server.url("acme");
    let helper = "!f() { echo username=ada; echo password=secret; }; f";
    let credentials = format!("[credential]\nhelper = \"{helper}\"");
    git_config(&sandbox, &credentials);
    let refused = sandbox.run("add").arg(&url).fails(1);
    assert!(refused.stderr.contains("certificate"), "{}", refused.stderr);
    assert_eq!(plain.requests(), 0);
    let trusted = server.certificate().display();
    git_config(
        &sandbox,
        &format!("{credentials}\n[http \"{url}\"]\nsslCAInfo = {trusted}"),
    );
    sandbox.run("add").arg(&url).ok();
    sandbox.run("new acme/worker w").ok();
    assert!(sandbox.read("w/.pyscaffold.toml").contains(&url));
    is_nowhere(&sandbox, "secret");
    nobody_is_left(&sandbox);
}

#[test]
fn a_person_sees_how_far_a_fetch_is_and_a_file_does_not() {
    let sandbox = Sandbox::new();
    let team = Team::with_two(&sandbox);
    let real = std::env::var("PATH").unwrap();
    let path = sandbox.program(
        "git",
        &format!(
            "printf 'Receiving objects:  42%% (1/2)\\r' >&2; sleep 1; PATH='{real}' exec git \"$@\""
        ),
    );
    let script = format!("PATH='{path}' exec \"$0\" add {}", team.url());
    let mut terminal = Terminal::controlling(&sandbox, &script);
    terminal.expect("Receiving objects:  42% (1/2)");
    let (code, screen, _) = terminal.end();
    assert_eq!(code, Some(0), "{screen}");
    assert!(screen.contains("acme/worker"), "{screen}");
    let quiet = Terminal::controlling(&sandbox, &format!("{script} --name quiet --quiet"));
    assert_eq!(quiet.end().1, "");
    let unseen = sandbox.run("add --name file").arg(team.url());
    let unseen = unseen.env("PATH", path).ok();
    assert!(!unseen.stderr.contains("Receiving"), "{}", unseen.stderr);
}

#[test]
fn servers_that_do_not_behave_end_in_an_error() {
    for (manner, code) in [
        (Manner::Missing, "source.fetch"),
        (Manner::Page, "source.fetch"),
        (Manner::Loop, "source.fetch"),
        (Manner::Silent, "source.stalled"),
        (Manner::Stuck, "source.stalled"),
        (Manner::Flood, "source.stalled"),
    ] {
        let sandbox = Sandbox::new();
        sandbox.config("[git]\ntimeout = 2\n");
        let server = HttpServer::start(sandbox.root(), manner);
        let started = Instant::now();
        let output = sandbox
            .run("add --allow-http --json")
            .arg(server.url("acme"))
            .fails(1);
        assert!(started.elapsed() < Duration::from_secs(15), "{manner:?}");
        let error = output.json();
        // Git's own limit on slow transfers may be faster than ours.
        let found = error["error"]["code"].as_str().unwrap();
        assert!(
            found == code || found == "source.fetch",
            "{manner:?}: {error}"
        );
        assert!(
            error["error"]["message"]
                .as_str()
                .unwrap()
                .contains("127.0.0.1")
        );
        assert!(!output.stdout.contains('\u{1b}'), "{manner:?}");
        nobody_is_left(&sandbox);
        assert_eq!(sandbox.litter(), [""; 0]);
        assert_eq!(sandbox.run("sources").ok().stdout, "");
        let store = sandbox.root().join("home/.local/share/pyscaffold/store");
        let left: Vec<String> = entries(&store)
            .into_iter()
            .filter(|(_, entry)| matches!(entry, Entry::File(..)))
            .map(|(path, _)| path)
            .collect();
        assert_eq!(left, [""; 0], "{manner:?}");
    }
    let sandbox = Sandbox::new();
    let output = sandbox
        .run("add --allow-http http://127.0.0.1:9/x")
        .fails(1);
    assert!(output.stderr.contains("127.0.0.1"), "{}", output.stderr);
}

#[test]
fn a_redirect_leads_to_no_other_transport() {
    use std::io::{Read, Write};
    let sandbox = Sandbox::new();
    let team = Team::with_two(&sandbox);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let target = team.url();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut buffer = [0; 4096];
            drop(stream.read(&mut buffer));
            drop(write!(
                stream,
                "HTTP/1.1 302 Found\r\nLocation: {target}/info/refs?service=git-upload-pack\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            ));
        }
    });
    let words = format!("add --allow-http http://127.0.0.1:{port}/x");
    sandbox.run(&words).fails(1);
}
