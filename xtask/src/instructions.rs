//! `cargo xtask instructions`: how many instructions the loops of a training step take, against the committed figures.
//!
//! A count is the same on a busy machine and on an idle one, so a few per cent that were lost show here and nowhere else.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::shell::{has, root, run as shell, target};

/// Growth that fails, in per cent. Other versions of valgrind and of the C library stay well below it.
const MOST: f64 = 3.0;

type Counts = BTreeMap<String, u64>;

fn figures() -> PathBuf {
    root().join("bench").join("instructions.json")
}

/// The first line that a command prints.
fn line(program: &str, arguments: &[&str]) -> Result<String, String> {
    let command = format!("`{program} {}`", arguments.join(" "));
    let output = Command::new(program).args(arguments).current_dir(root()).output();
    let output = output.map_err(|error| format!("cannot start {command}: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    match text.lines().next() {
        Some(line) if output.status.success() => Ok(line.to_owned()),
        _ => {
            Err(format!("{command} failed ({}): {}", output.status, String::from_utf8_lossy(&output.stderr)))
        }
    }
}

/// Installs valgrind where that is ours to do.
fn valgrind() -> Result<(), String> {
    if has("valgrind", &["--version"]) {
        return Ok(());
    }
    let is_root = line("id", &["-u"]).is_ok_and(|id| id == "0");
    if is_root && Path::new("/etc/debian_version").exists() {
        shell("apt-get", &["update"], &[])?;
        return shell("apt-get", &["install", "--yes", "--no-install-recommends", "valgrind"], &[]);
    }
    Err("instructions are counted by valgrind, which is not found: install it (`sudo apt-get install valgrind`, `sudo dnf install valgrind`), then run \
         this again"
        .to_owned())
}

/// The program that calls valgrind, of the very version of the library.
fn runner() -> Result<PathBuf, String> {
    let id = line("cargo", &["pkgid", "--locked", "gungraun"])?;
    let version = id.rsplit('@').next().unwrap_or_default();
    let tools = root().join(target()).join("tools");
    let runner = tools.join("bin").join("gungraun-runner");
    if line(&runner.to_string_lossy(), &["--version"]) != Ok(format!("gungraun-runner {version}")) {
        let tools = tools.to_string_lossy();
        let install = [
            "install",
            "--locked",
            "--force",
            "--debug",
            "gungraun-runner",
            "--version",
            version,
            "--root",
            &tools,
        ];
        shell("cargo", &install, &[])?;
    }
    Ok(runner)
}

fn read(path: &Path) -> Result<Value, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
}

/// The counts of the summaries in a folder and the folders in it.
fn collect(folder: &Path, counts: &mut Counts) -> Result<(), String> {
    let said = |error: std::io::Error| format!("{}: {error}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(said)? {
        let path = entry.map_err(said)?.path();
        if path.is_dir() {
            collect(&path, counts)?;
        } else if path.file_name().is_some_and(|name| name == "summary.json") {
            let summary = read(&path)?;
            let count = summary.pointer("/profiles/0/data/total/metrics/Ir/values/new");
            let (Some(name), Some(count)) = (summary["id"].as_str(), count.and_then(Value::as_u64)) else {
                return Err(format!(
                    "{}: expected an id and a count of instructions (schema 7), found schema {}",
                    path.display(),
                    summary["version"]
                ));
            };
            counts.insert(name.to_owned(), count);
        }
    }
    Ok(())
}

fn count() -> Result<Counts, String> {
    let home = root().join(target()).join("instructions");
    // Summaries of benchmarks that are no more would count as measured.
    if home.exists() {
        std::fs::remove_dir_all(&home).map_err(|error| format!("{}: {error}", home.display()))?;
    }
    let (home_text, runner) = (home.to_string_lossy(), runner()?);
    let environment = [
        ("GUNGRAUN_RUNNER", &*runner.to_string_lossy()),
        ("GUNGRAUN_HOME", &home_text),
        ("GUNGRAUN_SAVE_SUMMARY", "json"),
    ];
    shell("cargo", &["bench", "--locked", "--package", "speed", "--bench", "instructions"], &environment)?;
    let mut counts = Counts::new();
    collect(&home, &mut counts)?;
    Ok(counts)
}

/// What makes the same source come to other counts.
fn made_with() -> Result<Value, String> {
    Ok(json!({ "rustc": line("rustc", &["--version"])?, "valgrind": line("valgrind", &["--version"])? }))
}

fn committed(file: &Value) -> Result<Counts, String> {
    serde_json::from_value(file["counts"].clone()).map_err(|error| {
        format!("{}: expected a whole number for each name in `counts`: {error}", figures().display())
    })
}

/// The table, what is wrong, and what has become better.
#[derive(Debug, Default, PartialEq)]
struct Verdict {
    table: Vec<String>,
    wrong: Vec<String>,
    better: Vec<String>,
}

fn compare(committed: &Counts, now: &Counts) -> Verdict {
    let names: BTreeSet<&String> = committed.keys().chain(now.keys()).collect();
    let mut verdict = Verdict::default();
    verdict.table.push(format!("{:24}{:>12}{:>12}{:>10}", "", "committed", "now", "change"));
    for name in names {
        let (old, new) = (committed.get(name), now.get(name));
        let text = |count: Option<&u64>| count.map_or("–".to_owned(), u64::to_string);
        let change = match (old, new) {
            (Some(&old), Some(&new)) => {
                let change = 100.0 * (new as f64 - old as f64) / old as f64;
                if change > MOST {
                    verdict.wrong.push(format!("{name} takes {change:.1} % more instructions"));
                } else if change < -MOST {
                    verdict.better.push(format!("{name} takes {:.1} % fewer instructions", -change));
                }
                format!("{change:+.2} %")
            }
            (None, _) => {
                verdict.wrong.push(format!("{name} is not among the committed figures"));
                "new".to_owned()
            }
            (_, None) => {
                verdict.wrong.push(format!("{name} is committed, but nothing counts it"));
                "gone".to_owned()
            }
        };
        verdict.table.push(format!("{name:24}{:>12}{:>12}{change:>10}", text(old), text(new)));
    }
    verdict
}

#[expect(clippy::print_stderr, reason = "reports what it counted")]
pub(crate) fn run(write: bool) -> Result<(), String> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        eprintln!("the committed counts are of x86-64 Linux: not checked here");
        return Ok(());
    }
    valgrind()?;
    let (now, tools, path) = (count()?, made_with()?, figures());
    if write {
        let text = format!("{:#}\n", json!({ "made_with": tools, "counts": now }));
        std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        eprintln!("\nwritten: {}", path.display());
        return Ok(());
    }
    let file = read(&path)?;
    let verdict = compare(&committed(&file)?, &now);
    eprintln!("\n{}", verdict.table.join("\n"));
    if !verdict.better.is_empty() {
        eprintln!("\n{}: keep it with `cargo xtask instructions --write`", verdict.better.join(", "));
    }
    if verdict.wrong.is_empty() {
        return Ok(());
    }
    let mut error = format!("expected no count to grow by more than {MOST} %: {}", verdict.wrong.join(", "));
    if file["made_with"] != tools {
        error += &format!("; the figures were made with {}, found {tools}", file["made_with"]);
    }
    Err(error + "; where that is meant, `cargo xtask instructions --write` takes the counts over")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(pairs: &[(&str, u64)]) -> Counts {
        pairs.iter().map(|&(name, count)| (name.to_owned(), count)).collect()
    }

    #[test]
    fn three_per_cent_more_is_too_much_and_three_fewer_is_good_news() {
        let committed = counts(&[("a", 1000), ("b", 1000), ("c", 1000), ("d", 1000)]);
        let verdict = compare(&committed, &counts(&[("a", 1030), ("b", 1031), ("c", 970), ("d", 969)]));
        assert_eq!(verdict.wrong, ["b takes 3.1 % more instructions"]);
        assert_eq!(verdict.better, ["d takes 3.1 % fewer instructions"]);
        assert_eq!(verdict.table[2], "b                               1000        1031   +3.10 %");
    }

    #[test]
    fn a_name_on_one_side_only_is_wrong() {
        let verdict = compare(&counts(&[("a", 1), ("old", 1)]), &counts(&[("a", 1), ("new", 1)]));
        assert_eq!(
            verdict.wrong,
            ["new is not among the committed figures", "old is committed, but nothing counts it"]
        );
        assert!(verdict.better.is_empty());
    }
}
