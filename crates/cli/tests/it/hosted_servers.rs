//! Hosted pictures of several servers: one database of Postgres, over TLS, and one bucket.

use std::process::{Command, Stdio};
use std::thread;

use palmette_test_postgres::{PASSWORD, Postgres};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::batch::bucket::S3;
use crate::hosted::{API, body, picture, send_to, upload};
use crate::server::Server;
use crate::support::{EX_CANTCREAT, EX_USAGE, Folder, palmette};

/// The pictures that both servers are sent at once.
const PICTURES: u32 = 20;

/// What servers share.
struct Home {
    folder: Folder,
    postgres: Postgres,
    s3: S3,
    database: String,
}

impl Home {
    fn new() -> Self {
        let folder = Folder::new();
        let rcgen::CertifiedKey { cert, signing_key } =
            rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        folder.write("ca.pem", cert.pem().as_bytes());
        folder.write("password", format!("{PASSWORD}\n").as_bytes());
        let settings = ["ssl=on", "ssl_cert_file=../cert.pem", "ssl_key_file=../key.pem"];
        let files = [("cert.pem", &*cert.pem()), ("key.pem", &*signing_key.serialize_pem())];
        let postgres = Postgres::start_with(&settings, &files);
        let database = format!("{}?sslmode=verify-full&channel_binding=require", postgres.database("pictures"));
        Self { folder, postgres, s3: S3::start(), database }
    }

    /// Returns a command that trusts the database and finds the bucket.
    fn command(&self) -> Command {
        let mut command = palmette();
        self.s3.lead(&mut command);
        command.env("SSL_CERT_FILE", self.folder.path().join("ca.pem")).stderr(Stdio::piped());
        command
    }

    fn args(&self) -> Vec<&str> {
        let password = self.folder.path().join("password");
        // It lives as long as the test does.
        let password: &str = Box::leak(password.to_str().unwrap().into());
        ["--hosted-database", &self.database, "--hosted-database-password-file", password]
            .into_iter()
            .chain(["--hosted-pictures", "s3://pictures/hosted", "--engine", "cpu", "--log-filter", "warn"])
            .collect()
    }

    fn start(&self) -> Server {
        Server::start_with(self.command(), &self.args())
    }

    /// Counts the objects of pictures.
    fn objects(&self) -> usize {
        self.s3.ask("GET", "/pictures?list-type=2&prefix=hosted/", b"").matches("<Key>hosted/").count()
    }
}

/// Sends a request without a body; returns the status and the body.
fn ask(server: &Server, method: &str, path: &str) -> (u16, Vec<u8>) {
    let request = format!("{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
    let answer = server.exchange(request.as_bytes());
    (status(&answer), body(&answer).to_vec())
}

fn status(answer: &[u8]) -> u16 {
    String::from_utf8_lossy(&answer[9..12]).parse().unwrap()
}

fn json(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap()
}

#[test]
fn hosted_pictures_of_several_servers() {
    let mut home = Home::new();
    let (one, two) = (home.start(), home.start());

    // Both are sent the same ids at once, and each id goes to one of them.
    let statuses = |server: &Server| -> Vec<u16> {
        (0..PICTURES).map(|number| status(&server.exchange(&upload(number)))).collect()
    };
    let (at_one, at_two) = thread::scope(|scope| {
        let at_one = scope.spawn(|| statuses(&one));
        (statuses(&two), at_one.join().unwrap())
    });
    for (number, pair) in at_one.into_iter().zip(at_two).enumerate() {
        assert!(matches!(pair, (200, 409) | (409, 200)), "p{number}: {pair:?}");
    }
    for number in 0..PICTURES {
        let path = format!("{API}/v1/p{number}/blob");
        assert!(ask(&one, "GET", &path) == (200, picture(number)), "p{number}");
        assert!(ask(&two, "GET", &path) == (200, picture(number)), "p{number}");
    }
    // Beside the pictures there is the name of the store.
    assert_eq!(home.objects(), PICTURES as usize + 1, "nothing is left of those that were refused");

    // What one makes, the other has: a list, a delivery URL, an upload link, which is used once.
    let list = |server: &Server| json(&ask(server, "GET", &format!("{API}/v2?per_page=100")).1);
    let (of_one, of_two) = (list(&one), list(&two));
    let ids = |list: &Value| -> Vec<String> {
        let images = list["result"]["images"].as_array().unwrap();
        images.iter().map(|image| image["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!((ids(&of_one).len(), ids(&of_one)), (PICTURES as usize, ids(&of_two)));
    let url = of_one["result"]["images"][0]["variants"][0].as_str().unwrap();
    let path = &url[url.find("/cdn-cgi").unwrap()..];
    assert_eq!((ask(&one, "GET", path).0, ask(&two, "GET", path).0), (200, 200));
    let link = json(&ask(&one, "POST", &format!("{API}/v2/direct_upload")).1);
    let link = link["result"]["uploadURL"].as_str().unwrap();
    let link = &link[link.find("/cdn-cgi").unwrap()..];
    let fulfil = |server: &Server| status(&server.exchange(&send_to(link, "", 50)));
    assert_eq!((fulfil(&two), fulfil(&one)), (200, 409));
    assert_eq!(ask(&two, "DELETE", &format!("{API}/v1/p0")).0, 200);
    assert_eq!((ask(&one, "GET", &format!("{API}/v1/p0")).0, home.objects()), (404, PICTURES as usize + 1));

    // The database goes away, and comes back. What needs none works.
    home.postgres.stop();
    let refused = one.exchange(&upload(60));
    assert_eq!(status(&refused), 503);
    let text = String::from_utf8_lossy(&refused);
    assert!(text.contains("\r\nretry-after: 5\r\n") && text.contains("9522") && text.contains("try again"), "{text}");
    assert_eq!(ask(&two, "GET", "/live").0, 200);
    let late = home.start();
    assert_eq!(ask(&late, "GET", &format!("{API}/v1/p1")).0, 503);
    home.postgres.go_on();
    for server in [&one, &two, &late] {
        assert!(ask(server, "GET", &format!("{API}/v1/p1/blob")) == (200, picture(1)));
    }
    assert_eq!(status(&late.exchange(&upload(60))), 200);

    // A server that is told to ends, whatever threads its bucket and its database have.
    for mut server in [one, two, late] {
        kill_process(Pid::from_child(&server.child), Signal::TERM).unwrap();
        assert!(server.child.wait().unwrap().success());
        let mut log = String::new();
        std::io::Read::read_to_string(server.child.stderr.as_mut().unwrap(), &mut log).unwrap();
        assert!(!log.contains("panicked"), "{log}");
    }
}

#[test]
fn hosted_databases_that_cannot_be_one_stop_the_start() {
    let home = Home::new();
    let fail = |args: &[&str], has_certificate: bool, expected: i32, words: &[&str]| {
        let mut command = home.command();
        if !has_certificate {
            command.env_remove("SSL_CERT_FILE");
        }
        let output = command.args(["serve", "--listen", "127.0.0.1:0", "--check"]).args(args).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(expected), "{args:?}: {text}");
        assert!(words.iter().all(|word| text.contains(word)) && !text.contains("secret"), "{args:?}: {text}");
    };
    let args = home.args();
    let replaced = |name: &str, value: &'static str| {
        let mut args = args.clone();
        let place = args.iter().position(|arg| *arg == name).unwrap();
        args[place + 1] = value;
        args
    };
    home.folder.write("wrong", b"secret");
    let wrong: &str = Box::leak(home.folder.path().join("wrong").to_str().unwrap().into());
    fail(&replaced("--hosted-database-password-file", wrong), true, EX_CANTCREAT, &["password authentication failed"]);
    fail(&replaced("--hosted-database-password-file", "/none"), true, EX_USAGE, &["/none"]);
    fail(&replaced("--hosted-database", "postgres://a:secret@b/c"), true, EX_USAGE, &["password"]);
    fail(&replaced("--hosted-database", "mysql://b/c"), true, EX_USAGE, &["postgres://"]);
    fail(&["--hosted-database", "postgres://b/c"], true, EX_USAGE, &["hosted.pictures"]);
    fail(&["--hosted-pictures", "s3://b"], true, EX_USAGE, &["hosted.database"]);

    // A certificate that nobody vouches for is refused, and with it the password is kept.
    let output = {
        let mut command = home.command();
        command.env_remove("SSL_CERT_FILE");
        command.args(["serve", "--listen", "127.0.0.1:0", "--check"]).args(&args).output().unwrap()
    };
    assert!(String::from_utf8_lossy(&output.stderr).contains("certificate"), "{output:?}");

    // The pictures of one store are no place for those of another.
    let output = home.command().args(["serve", "--check"]).args(&args).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let folder = home.folder.path().join("store");
    let other = ["--hosted", folder.to_str().unwrap(), "--hosted-pictures", "s3://pictures/hosted"];
    fail(&other, true, EX_CANTCREAT, &["s3://pictures/hosted/ has the pictures of another store"]);
}
