//! A run that is killed again and again loses nothing, runs nothing twice, and ends as if nothing had been.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::{Home, files, study};

/// Kills that hit a run under way; `THALWEG_KILLS` asks for more.
const KILLS: usize = 10;

/// Everything of a run folder that does not hold wall times.
fn content(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let timeless = |path: &PathBuf| !["journal.jsonl", "lock"].iter().any(|name| path.ends_with(name));
    let read = |path: PathBuf| (path.clone(), fs::read(folder.join(path)).unwrap());
    files(folder).into_iter().filter(timeless).map(read).collect()
}

/// Where a clock stands: kills should come at other moments each time the test runs.
fn luck() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    u64::from(now.subsec_nanos()) | 1
}

#[test]
fn no_kill_loses_a_trial_or_runs_one_twice_or_changes_the_report() {
    let wanted = std::env::var("THALWEG_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(KILLS);
    let home = Home::new();
    // Long enough to be killed so often, with a technique that diverges among them.
    let text = study("\"sgd\", \"adam\", \"sgd:lr=1e6\"", "").replace("steps = 20", "steps = 400");
    home.write("many.toml", text.replace("seeds = 2", &format!("seeds = {}", 4 * wanted)));
    let begin = |out: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_thalweg"));
        command.args(["run", "many.toml", "--out", out, "--jobs", "2", "--quiet"]);
        command.current_dir(home.path(".")).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let started = std::time::Instant::now();
    let whole = begin("same").wait_with_output().unwrap();
    assert_eq!(whole.status.code(), Some(0), "{}", String::from_utf8_lossy(&whole.stderr));
    // The command that made it stands in the report: the killed run goes to a folder of the same name.
    fs::rename(home.path("same"), home.path("whole")).unwrap();
    let most = started.elapsed() / u32::try_from(wanted).unwrap();

    let journal = home.path("same/journal.jsonl");
    let read = || fs::read_to_string(&journal).unwrap_or_default();
    let (mut kills, mut luck) = (0, luck());
    loop {
        let before = read();
        let mut child = begin("same");
        luck = luck.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let wait = if kills < wanted {
            most.mul_f64((luck >> 32) as f64 / f64::from(u32::MAX))
        } else {
            Duration::MAX
        };
        let begun = std::time::Instant::now();
        let ended = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break Some(status);
            }
            if begun.elapsed() >= wait {
                child.kill().unwrap();
                child.wait().unwrap();
                break None;
            }
            std::thread::sleep(Duration::from_millis(1));
        };
        let after = read();
        // What was whole stays as it was; what was torn is cut off.
        let kept = &before[..before.rfind('\n').map_or(0, |end| end + 1)];
        assert!(after.starts_with(kept), "a finished trial is lost after {kills} kills");
        match ended {
            None => kills += 1,
            Some(status) => {
                assert_eq!(status.code(), Some(0));
                break;
            }
        }
    }
    assert!(kills >= wanted, "it ended after {kills} kills");
    let text = read();
    let id = |line| serde_json::from_str::<Value>(line).unwrap()["record"]["id"].as_str().unwrap().to_owned();
    let ids: Vec<String> = text.lines().skip(1).map(id).collect();
    assert_eq!((ids.len(), ids.iter().collect::<HashSet<_>>().len()), (12 * wanted, 12 * wanted));
    let (killed, whole) = (content(&home.path("same")), content(&home.path("whole")));
    let names = |all: &[(PathBuf, Vec<u8>)]| all.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>();
    assert_eq!(names(&killed), names(&whole));
    for ((path, killed), (_, whole)) in killed.iter().zip(&whole) {
        assert!(killed == whole, "{} differs", path.display());
    }
    assert!(names(&whole).contains(&"index.html".into()));
}
