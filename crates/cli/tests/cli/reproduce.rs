//! `reproduce`: the whole chapter, on the digits, twice: the second time without being asked for them.

use std::fs;

use serde_json::Value;

use super::{Home, files, list};

const NOTICE: &str = "MNIST is not at hand: this ran on the small `digits` set";

/// The page without what may differ: the wall time, and whether the data are those that were asked for.
fn timeless(page: &str) -> String {
    let (head, rest) = page.split_once("<dd id=\"wall\">").expect("the wall time");
    let (_, tail) = rest.split_once("</dd>").expect("its end");
    let page = format!("{head}{tail}").replace("<p class=\"notice\">", "<p class=\"data\">");
    let mut parts = page.split(NOTICE);
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        // To the end of the sentence; the next one begins with what it ran on.
        text += &part[part.find("Ran on ").expect("what it ran on")..];
    }
    text
}

/// The journal without wall times, in the order of its ids.
fn trials(journal: &str) -> Vec<Value> {
    let record = |line| serde_json::from_str::<Value>(line).unwrap()["record"].take();
    let mut trials: Vec<Value> = journal.lines().skip(1).map(record).collect();
    for trial in &mut trials {
        assert!(trial.as_object_mut().unwrap().remove("seconds").unwrap().is_number());
    }
    trials.sort_by_key(|trial| trial["id"].to_string());
    trials
}

#[test]
fn the_chapter_is_the_same_for_any_number_of_workers_and_falls_back_openly() {
    let home = Home::new();
    let asked = home.run("reproduce --data digits --steps 20 --seeds 2 --jobs 1 --out one");
    assert_eq!(asked.code, 0, "{}", asked.stderr);
    let alone = home.run("reproduce --offline --steps 20 --seeds 2 --jobs 2 --out two");
    assert_eq!(alone.code, 0, "{}", alone.stderr);

    // What it ran on is the first thing said, on stderr and on the page.
    assert!(
        alone.stderr.starts_with("mnist is not here") && alone.stderr.contains(NOTICE),
        "{}",
        alone.stderr
    );
    let (one, two) = (home.read("one/index.html"), home.read("two/index.html"));
    let notice = two.find("<p class=\"notice\">MNIST is not at hand").expect("a notice");
    assert!(notice < two.find("id=\"claims\"").expect("claims"), "the notice stands after the claims");
    assert!(!one.contains("class=\"notice\"") && !asked.stderr.contains(NOTICE));

    let names = files(&home.path("one"));
    assert_eq!(names, files(&home.path("two")));
    assert!(names.len() > 80, "{names:?}");
    for name in &names {
        let [a, b] = ["one", "two"].map(|run| fs::read(home.path(run).join(name)).unwrap());
        let text = |bytes| String::from_utf8(bytes).unwrap();
        match name.file_name().and_then(|name| name.to_str()) {
            Some("index.html") => assert_eq!(timeless(&text(a)), timeless(&text(b)), "{}", name.display()),
            Some("journal.jsonl") => assert_eq!(trials(&text(a)), trials(&text(b)), "{}", name.display()),
            _ => assert!(a == b, "{} differs between one and two workers", name.display()),
        }
    }
    assert_claims(&home.read("one/claims.json"), &one, &asked.stdout);
    assert_self_contained(&one);
    for anchor in one.split("href=\"#").skip(1) {
        let anchor = anchor.split('"').next().unwrap();
        assert!(one.contains(&format!("id=\"{anchor}\"")), "the page has no #{anchor}");
    }
    for link in one.split("href=\"").skip(1).map(|link| link.split('"').next().unwrap()) {
        if !link.starts_with('#') {
            let link = link.replace("&#x2f;", "/");
            assert!(home.path("one").join(&link).is_file(), "no file {link}");
        }
    }
}

fn assert_claims(json: &str, page: &str, stdout: &str) {
    let claims: Value = serde_json::from_str(json).unwrap();
    assert_eq!(list(&claims).len(), 14);
    for (index, claim) in list(&claims).iter().enumerate() {
        assert_eq!(claim["number"], index + 1);
        let word = claim["verdict"].as_str().unwrap();
        assert!(["holds", "does not hold here", "undecided"].contains(&word), "{claim}");
        assert!(!list(&claim["numbers"]).is_empty(), "{claim}");
        let article = page.split(&format!("id=\"claim-{}\"", index + 1)).nth(1).expect("on the page");
        let article = article.split("</article>").next().unwrap();
        assert!(article.contains(&format!("<span class=\"verdict\">{word}</span>")), "{article}");
        let line = stdout.lines().nth(index).unwrap();
        assert!(line.contains(&format!("{}. {word} ", index + 1)), "{line}");
    }
    assert!(stdout.trim_end().ends_with("one/index.html"));
}

/// Nothing is fetched from anywhere: no script, style sheet, font or picture of another file.
fn assert_self_contained(page: &str) {
    for outside in ["<script src", "<link", "<iframe", "<img", "@import", "url(http", "src="] {
        assert!(!page.contains(outside), "the page has {outside}");
    }
    for place in ["href=\"", "href='"] {
        for link in page.split(place).skip(1) {
            assert!(!link.starts_with("http") && !link.starts_with("//"), "{}", &link[..40.min(link.len())]);
        }
    }
    assert!(page.matches("<svg").count() > 20);
}
