//! Servers on loopback: a real sshd, and an http server in front of git's own backend.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::Sandbox;

/// `ada:secret` in base64.
const LOGIN: &str = "Basic YWRhOnNlY3JldA==";

/// What an http server does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Manner {
    /// Hands out repositories to Ada, who has a password.
    Private,
    /// Knows no such repository.
    Missing,
    /// Sends a page for people.
    Page,
    /// Takes the connection and says nothing.
    Silent,
    /// Begins a pack and sends nothing more.
    Stuck,
    /// Leads from itself to itself.
    Loop,
    /// Sends names of branches without end.
    Flood,
    /// Ends the connection as soon as there is one.
    Hangup,
    /// Sends one byte now and then.
    Drip,
    /// Says that it is broken, in words that a terminal would obey.
    Broken,
    /// Wants a password from everybody.
    Locked,
    /// Leads to a repository on the client's own disk.
    Elsewhere,
    /// Sends headers without end.
    Headers,
    /// Sends what no client can read as a list of branches.
    Garbled,
    /// Hands out repositories, but only the first half of every pack.
    Cut,
    /// Hands out repositories, with one byte of every pack changed.
    Wrong,
    /// Hands out repositories, whose head is another commit than any that it has.
    Liar,
    /// Hands out repositories, whose branches have names that lead out of a folder.
    Names,
}

/// An http server in front of `git http-backend`.
#[derive(Debug)]
pub(crate) struct HttpServer {
    port: u16,
    requests: Arc<AtomicUsize>,
}

impl HttpServer {
    /// Starts a server for the repositories below a folder. It ends with the process.
    pub(crate) fn start(root: &Path, manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(AtomicUsize::new(0));
        let (root, count) = (root.to_owned(), Arc::clone(&requests));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                count.fetch_add(1, Ordering::Relaxed);
                let root = root.clone();
                // A client that goes away is no failure of the server.
                std::thread::spawn(move || drop(answer(&stream, &root, manner)));
            }
        });
        Self { port, requests }
    }

    /// Returns the address of a repository.
    pub(crate) fn url(&self, name: &str) -> String {
        format!("http://127.0.0.1:{}/{name}", self.port)
    }

    /// Returns how many connections there were.
    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }
}

/// Takes TLS from the connections to it and hands them on to the port that it is given.
const UNWRAP: &str = r#"
import select, socket, ssl, sys, threading

certificate, port = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate)


def serve(client):
    try:
        client = context.wrap_socket(client, server_side=True)
        # Who does not trust the certificate says nothing.
        part = client.recv(65536)
        if not part:
            return
        server = socket.create_connection(("127.0.0.1", int(port)))
        target = server
        while part:
            target.sendall(part)
            speaks = client.pending() or client in select.select([client, server], [], [])[0]
            source, target = (client, server) if speaks else (server, client)
            part = source.recv(65536)
        server.close()
        # Without a word of farewell the end of an answer could have been cut off.
        client.unwrap()
    except OSError:
        pass
    client.close()


listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
"#;

/// An http server behind TLS, with a certificate that it has signed itself.
#[derive(Debug)]
pub(crate) struct HttpsServer {
    child: Child,
    port: u16,
    certificate: PathBuf,
}

impl HttpsServer {
    /// Starts TLS in front of a server; nothing where there is no `openssl` to make the certificate.
    pub(crate) fn start(sandbox: &Sandbox, server: &HttpServer) -> Option<Self> {
        let certificate = sandbox.root().join("certificate.pem");
        let words = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1";
        let mut openssl = Command::new("openssl");
        openssl.args(words.split(' ')).arg("-out").arg(&certificate);
        let made = openssl
            .arg("-keyout")
            .arg("-")
            .stderr(Stdio::null())
            .output()
            .ok()?;
        assert!(made.status.success());
        let public = fs::read(&certificate).unwrap();
        let both = sandbox.root().join("both.pem");
        fs::write(&both, [made.stdout, public].concat()).unwrap();
        let mut child = Command::new("python3")
            .args(["-I", "-c", UNWRAP])
            .arg(both)
            .arg(server.port.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let output = child.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut line).unwrap();
        let port = line.trim().parse().unwrap();
        Some(Self {
            child,
            port,
            certificate,
        })
    }

    /// Returns the address of a repository.
    pub(crate) fn url(&self, name: &str) -> String {
        format!("https://127.0.0.1:{}/{name}", self.port)
    }

    /// Returns the file with the certificate.
    pub(crate) fn certificate(&self) -> &Path {
        &self.certificate
    }
}

impl Drop for HttpsServer {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A request: method, path, query, headers by lower-case name, body.
struct Request {
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    fn read(stream: &TcpStream) -> std::io::Result<Self> {
        let mut reader = BufReader::new(stream);
        let mut first = String::new();
        reader.read_line(&mut first)?;
        let mut words = first.split_whitespace();
        let method = words.next().unwrap_or_default().to_owned();
        let target = words.next().unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let (path, query) = (path.to_owned(), query.to_owned());
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(": ") else {
                break;
            };
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        let length = headers
            .iter()
            .find(|(name, _)| name == "content-length")
            .and_then(|(_, value)| value.parse().ok())
            .unwrap_or(0);
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        Ok(Self {
            method,
            path,
            query,
            headers,
            body,
        })
    }

    fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(header, _)| header == name);
        found.map_or("", |(_, value)| value)
    }
}

#[expect(clippy::too_many_lines, reason = "one match, an arm for each manner")]
fn answer(mut stream: &TcpStream, root: &Path, manner: Manner) -> std::io::Result<()> {
    let request = Request::read(stream)?;
    let head = "Connection: close\r\n";
    match manner {
        Manner::Private if request.header("authorization") != LOGIN => write!(
            stream,
            "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"git\"\r\nContent-Length: 0\r\n{head}\r\n"
        ),
        Manner::Private => backend(stream, root, &request, |body| body),
        Manner::Cut => backend(stream, root, &request, |mut body| {
            if is_pack(&body) {
                body.truncate(body.len() / 2);
            }
            body
        }),
        Manner::Wrong => backend(stream, root, &request, |mut body| {
            // A little behind its beginning, in the first object.
            if let Some(start) = body.windows(4).position(|four| four == b"PACK") {
                body[start + 40] ^= 0xff;
            }
            body
        }),
        Manner::Liar => backend(stream, root, &request, |body| {
            with_refs(&body, |line| format!("{}{}", "7".repeat(40), &line[40..]))
        }),
        Manner::Names => backend(stream, root, &request, |body| {
            with_refs(&body, |line| {
                line.replace("refs/heads/main", "refs/../../evil")
            })
        }),
        Manner::Hangup => Ok(()),
        Manner::Drip => {
            write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-advertisement\r\n{head}\r\n"
            )?;
            for byte in b"001e# service=git-upload-pack\n".iter().cycle() {
                stream.write_all(&[*byte])?;
                std::thread::sleep(Duration::from_millis(200));
            }
            Ok(())
        }
        Manner::Broken => write!(
            stream,
            "HTTP/1.1 500 \u{1b}[2JOops\r\nContent-Type: text/plain\r\n{head}\r\n\u{1b}]0;evil\u{7}"
        ),
        Manner::Locked => write!(
            stream,
            "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"\u{1b}[2J\"\r\nContent-Length: 0\r\n{head}\r\n"
        ),
        Manner::Elsewhere => write!(
            stream,
            "HTTP/1.1 302 Found\r\nLocation: file://{}/acme/info/refs\r\nContent-Length: 0\r\n{head}\r\n",
            root.display()
        ),
        Manner::Headers => {
            write!(stream, "HTTP/1.1 200 OK\r\n")?;
            for number in 0_u64.. {
                write!(stream, "X-{number}: {}\r\n", "x".repeat(1000))?;
            }
            Ok(())
        }
        Manner::Garbled => write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-advertisement\r\n{head}\r\nffff\u{0}zzzz0000"
        ),
        Manner::Missing => write!(
            stream,
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n{head}\r\n"
        ),
        Manner::Page => write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{head}\r\n<html>\u{1b}[2JSign in</html>"
        ),
        Manner::Silent => {
            std::thread::sleep(Duration::from_mins(1));
            Ok(())
        }
        Manner::Stuck => {
            write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-advertisement\r\n{head}\r\n001e# service=git-upload-pack\n0000"
            )?;
            std::thread::sleep(Duration::from_mins(1));
            Ok(())
        }
        Manner::Loop => write!(
            stream,
            "HTTP/1.1 302 Found\r\nLocation: {}?{}\r\nContent-Length: 0\r\n{head}\r\n",
            request.path, request.query
        ),
        Manner::Flood => {
            write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-advertisement\r\n{head}\r\n001e# service=git-upload-pack\n0000"
            )?;
            for number in 0_u64.. {
                writeln!(
                    stream,
                    "0058{:040x} refs/heads/branch-{number:024}",
                    number + 1
                )?;
            }
            Ok(())
        }
    }
}

/// Returns whether an answer of git's protocol holds a pack.
fn is_pack(body: &[u8]) -> bool {
    body.windows(8).any(|eight| eight == b"packfile")
}

/// Returns a list of branches with every line changed; other answers as they are.
fn with_refs(body: &[u8], change: impl Fn(&str) -> String) -> Vec<u8> {
    use std::fmt::Write as _;
    let text = String::from_utf8_lossy(body);
    if is_pack(body) || !text.contains("refs/heads/") {
        return body.to_vec();
    }
    let mut changed = String::new();
    let mut rest = &*text;
    while let Some(length) = rest
        .get(..4)
        .and_then(|four| usize::from_str_radix(four, 16).ok())
    {
        let line = rest.get(4..length).unwrap_or_default();
        let line = if line.contains(" refs/heads/") || line.contains(" HEAD") {
            change(line)
        } else {
            line.to_owned()
        };
        match length {
            0..4 => changed.push_str(&rest[..4]),
            _ => write!(changed, "{:04x}{line}", line.len() + 4).unwrap(),
        }
        rest = &rest[length.max(4)..];
    }
    changed.into_bytes()
}

/// Lets git's own backend answer, as a CGI program, and changes what it answers.
fn backend(
    mut stream: &TcpStream,
    root: &Path,
    request: &Request,
    change: impl Fn(Vec<u8>) -> Vec<u8>,
) -> std::io::Result<()> {
    let mut child = Command::new("git")
        .arg("http-backend")
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("GIT_PROJECT_ROOT", root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_PROTOCOL", request.header("git-protocol"))
        .env("HTTP_CONTENT_ENCODING", request.header("content-encoding"))
        .env("CONTENT_TYPE", request.header("content-type"))
        .env("REQUEST_METHOD", &request.method)
        .env("PATH_INFO", &request.path)
        .env("QUERY_STRING", &request.query)
        .env("REMOTE_USER", "ada")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    child.stdin.take().unwrap().write_all(&request.body)?;
    let output = child.wait_with_output()?.stdout;
    let end = output.windows(4).position(|four| four == b"\r\n\r\n");
    let (head, body) = output.split_at(end.unwrap_or(output.len()));
    let head = String::from_utf8_lossy(head);
    let status = head
        .lines()
        .find_map(|line| line.strip_prefix("Status: "))
        .unwrap_or("200 OK");
    write!(stream, "HTTP/1.1 {status}\r\nConnection: close\r\n{head}")?;
    stream.write_all(&change(body.to_vec()))
}

/// A real sshd with one key that may log in.
#[derive(Debug)]
pub(crate) struct SshServer {
    child: Child,
    port: u16,
    folder: PathBuf,
}

impl SshServer {
    /// Starts sshd on loopback; nothing where there is none.
    pub(crate) fn start(sandbox: &Sandbox) -> Option<Self> {
        let sshd = [
            "/usr/sbin/sshd",
            "/usr/local/sbin/sshd",
            "/usr/lib/ssh/sshd",
        ]
        .into_iter()
        .map(Path::new)
        .find(|path| path.is_file())?;
        let folder = sandbox.root().join("ssh");
        fs::create_dir_all(&folder).unwrap();
        for key in ["host", "user"] {
            let words = ["-q", "-t", "ed25519", "-N", "", "-f"];
            let made = Command::new("ssh-keygen")
                .args(words)
                .arg(folder.join(key))
                .status();
            assert!(made.unwrap().success());
        }
        fs::copy(folder.join("user.pub"), folder.join("authorized")).unwrap();
        // Root's sshd wants this one; others do without.
        drop(fs::create_dir_all("/run/sshd"));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let config = format!(
            "ListenAddress 127.0.0.1\nPort {port}\nHostKey {0}/host\nAuthorizedKeysFile {0}/authorized\nPidFile none\nUsePAM no\nStrictModes no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\n",
            folder.display()
        );
        fs::write(folder.join("sshd_config"), config).unwrap();
        let mut child = Command::new(sshd)
            .args(["-D", "-e", "-f"])
            .arg(folder.join("sshd_config"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(folder.join("log")).unwrap())
            .spawn()
            .unwrap();
        let host = fs::read_to_string(folder.join("host.pub")).unwrap();
        fs::write(
            folder.join("known_hosts"),
            format!("[127.0.0.1]:{port} {host}"),
        )
        .unwrap();
        let end = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < end, "sshd does not listen");
            assert!(child.try_wait().unwrap().is_none(), "{}", log(&folder));
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(Self {
            child,
            port,
            folder,
        })
    }

    /// Returns the port.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Returns the private key that may log in.
    pub(crate) fn key(&self) -> PathBuf {
        self.folder.join("user")
    }

    /// Writes a client configuration with more lines and returns it.
    pub(crate) fn client(&self, more: &str) -> PathBuf {
        let file = self.folder.join("client");
        let known = self.folder.join("known_hosts");
        fs::write(
            &file,
            format!(
                "Host *\nUserKnownHostsFile {}\nIdentitiesOnly no\n{more}\n",
                known.display()
            ),
        )
        .unwrap();
        file
    }

    /// Returns what sshd said.
    pub(crate) fn log(&self) -> String {
        log(&self.folder)
    }
}

fn log(folder: &Path) -> String {
    fs::read_to_string(folder.join("log")).unwrap_or_default()
}

impl Drop for SshServer {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
