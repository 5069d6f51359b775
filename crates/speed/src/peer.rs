//! Peers as processes: started once, then run turn by turn with ours.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::SpeedError;
use crate::workload::Outcome;

/// A peer and how it is started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peer {
    /// Its name in the results.
    pub name: String,
    /// Program and arguments, before those of the protocol; empty if it could not be set up.
    #[serde(default)]
    pub command: Vec<String>,
    /// Why it could not be set up.
    #[serde(default)]
    pub missing: Option<String>,
}

/// The first line of a peer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// Whether it takes part in the workload.
    pub ready: bool,
    /// Why not.
    #[serde(default)]
    pub why: String,
    /// Its version.
    #[serde(default)]
    pub version: String,
    /// At which setting.
    #[serde(default)]
    pub note: String,
}

/// How long a peer may be silent: compilers take minutes.
const PATIENCE: Duration = Duration::from_secs(900);
/// How long it may take to end when its input has ended.
const FAREWELL: Duration = Duration::from_secs(20);

/// A peer that has prepared a workload and waits.
pub struct Running {
    child: Child,
    stdin: Option<ChildStdin>,
    /// Its lines, as a thread reads them: only so can one give up waiting.
    lines: Receiver<std::io::Result<String>>,
    patience: Duration,
    /// What it said of itself.
    pub hello: Hello,
}

/// Why a peer is left out of a workload, in words.
pub type Absent = String;

impl Running {
    /// Starts a peer on a workload and waits until it has prepared.
    ///
    /// # Errors
    /// When it cannot be started, does not take part, or says what nobody understands: a line for the results.
    pub fn start(peer: &Peer, workload: &str, inputs: &Path, threads: usize) -> Result<Self, Absent> {
        Self::start_for(PATIENCE, peer, workload, inputs, threads)
    }

    fn start_for(
        patience: Duration,
        peer: &Peer,
        workload: &str,
        inputs: &Path,
        threads: usize,
    ) -> Result<Self, Absent> {
        if let Some(why) = &peer.missing {
            return Err(why.clone());
        }
        let [program, arguments @ ..] = &peer.command[..] else {
            return Err("no command".to_owned());
        };
        let mut command = Command::new(program);
        command.args(arguments).arg(workload).arg("--inputs").arg(inputs);
        command.args(["--threads", &threads.to_string()]);
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = child.map_err(|error| format!("cannot start `{program}`: {error}"))?;
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().ok_or("no standard output")?;
        let (sender, lines) = channel();
        std::thread::spawn(move || BufReader::new(stdout).lines().try_for_each(|line| sender.send(line)));
        let mut running = Self { child, stdin, lines, patience, hello: Hello::default() };
        running.hello = running.line()?;
        if running.hello.ready { Ok(running) } else { Err(running.hello.why.clone()) }
    }

    fn line<T: for<'a> Deserialize<'a>>(&mut self) -> Result<T, Absent> {
        loop {
            let text = match self.lines.recv_timeout(self.patience) {
                Ok(line) => line.map_err(|error| error.to_string())?,
                Err(RecvTimeoutError::Timeout) => {
                    return Err(format!("no answer in {} s", self.patience.as_secs()));
                }
                Err(RecvTimeoutError::Disconnected) => {
                    let status = self.child.wait().map_or_else(|error| error.to_string(), |s| s.to_string());
                    return Err(format!("it ended without an answer ({status})"));
                }
            };
            // Libraries may print lines of their own.
            if text.starts_with('{') {
                return serde_json::from_str(&text)
                    .map_err(|error| format!("not an answer of the protocol: {error}: {text}"));
            }
        }
    }

    /// Runs the workload once more.
    ///
    /// # Errors
    /// When it dies or says what nobody understands.
    pub fn run(&mut self) -> Result<Outcome, Absent> {
        let stdin = self.stdin.as_mut().ok_or("no standard input")?;
        writeln!(stdin, "run").and_then(|()| stdin.flush()).map_err(|error| error.to_string())?;
        self.line()
    }
}

impl Drop for Running {
    /// Its standard input ends, and so does it, or it is ended.
    fn drop(&mut self) {
        self.stdin = None;
        // Its last lines are of no interest, but the end of them is.
        while self.lines.recv_timeout(FAREWELL.min(self.patience)).is_ok() {}
        if !matches!(self.child.try_wait(), Ok(Some(_))) {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

/// thalweg's own side of the protocol, on this process's standard input and output.
///
/// # Errors
/// When the workload cannot be prepared or run.
#[expect(clippy::print_stdout, reason = "the protocol is spoken there")]
pub fn serve(mut ready: crate::workload::Ready<'_>) -> Result<(), SpeedError> {
    ready()?;
    let hello = Hello {
        ready: true,
        why: String::new(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        note: technique::wide::kind().to_owned(),
    };
    println!("{}", serde_json::to_string(&hello).unwrap_or_default());
    for line in std::io::stdin().lock().lines() {
        if line.is_ok_and(|line| line.trim() == "run") {
            println!("{}", serde_json::to_string(&ready()?).unwrap_or_default());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(script: &str) -> Peer {
        let command = ["sh", "-c", script, "sh"].map(str::to_owned).to_vec();
        Peer { name: "fake".into(), command, missing: None }
    }

    fn start(script: &str) -> Result<Running, Absent> {
        Running::start(&peer(script), "w1", Path::new("."), 1)
    }

    #[test]
    fn a_peer_answers_once_for_each_run() {
        let script = r#"echo noise; echo '{"ready":true,"version":"1"}'; while read x; do echo '{"seconds":2.5,"check":{"a":1}}'; done"#;
        let mut running = start(script).unwrap_or_else(|why| panic!("{why}"));
        assert_eq!(running.hello.version, "1");
        for _ in 0..2 {
            let outcome = running.run().unwrap();
            assert_eq!((outcome.seconds, outcome.check["a"]), (2.5, 1.0));
        }
    }

    #[test]
    fn who_says_nothing_is_not_waited_for() {
        let silent = peer("exec sleep 600");
        let started = std::time::Instant::now();
        let why = Running::start_for(Duration::from_millis(1100), &silent, "w1", Path::new("."), 1).err();
        assert_eq!(why.as_deref(), Some("no answer in 1 s"));
        assert!(started.elapsed() < Duration::from_secs(60));
    }

    #[test]
    fn who_cannot_take_part_says_why() {
        let why = |script: &str| start(script).err().unwrap();
        assert_eq!(why(r#"echo '{"ready":false,"why":"too old"}'"#), "too old");
        assert!(why("exit 3").contains("ended without an answer"));
        assert!(why("echo '{'").contains("not an answer"));
        let missing = Peer { missing: Some("no Python".into()), ..peer("") };
        assert_eq!(Running::start(&missing, "w1", Path::new("."), 1).err().unwrap(), "no Python");
        let nobody = Peer { command: vec!["/does/not/exist".into()], ..peer("") };
        assert!(Running::start(&nobody, "w1", Path::new("."), 1).err().unwrap().contains("cannot start"));
    }
}
