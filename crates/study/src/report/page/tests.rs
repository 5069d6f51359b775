use super::*;
use crate::report::{Cell, Table, markdown};

fn provenance() -> Provenance {
    Provenance {
        data: Vec::new(),
        fallback: None,
        seeds: Some(3),
        seeds_at_most: false,
        version: "1.2.3".into(),
        cpu: "a CPU".into(),
        system: "an OS".into(),
        wall: None,
        command: "thalweg run x --out again".into(),
    }
}

fn section() -> Section {
    let table = Table::hidden("t", "A <table>", &["name", "value"], Vec::new()).showing(
        &["name", "value"],
        vec![
            vec![Cell::from("a & b"), Cell::number("0.1235", Some(0.123_456_789_012_345_68))],
            vec![Cell::from("c"), Cell::number("–", Some(f64::NAN))],
        ],
    );
    Section {
        name: "s".into(),
        title: "A study".into(),
        question: "Which?".into(),
        method: "So.".into(),
        sentences: vec!["<b> is best.".into()],
        figures: Vec::new(),
        tables: vec![table, Table::streamed("series", "Everything.")],
        notes: vec!["Column `id` was left out.".into()],
        resolved: Some("name = \"s\"\n[data]\nname = \"a<b\"\n".into()),
    }
}

fn page(lang: Lang) -> String {
    render("A study", &provenance(), &[], &[(String::new(), section())], lang).unwrap()
}

#[test]
fn rows_are_sorted_by_full_numbers_and_the_page_needs_nothing_else() {
    let page = page(Lang::En);
    assert!(page.contains("<table class=\"sorts\">"));
    assert!(page.contains("<td data-value=\"0.12345678901234568\">0.1235</td>"), "{page}");
    // What is no number has no value to sort by.
    assert!(page.contains("<td>–</td>"));
    let script = page.split("<script").nth(1).expect("a script").split("</script>").next().unwrap();
    for part in ["createElement(\"button\")", "aria-sort", "dataset.value"] {
        assert!(script.contains(part), "{part}");
    }
    for outside in ["src=", "http:", "https:", "@import", "url("] {
        assert!(!page.contains(outside), "the page has {outside}");
    }
}

#[test]
fn everything_to_run_it_again_is_there_and_escaped() {
    let page = page(Lang::En);
    for part in [
        "thalweg run x --out again",
        "thalweg 1.2.3",
        "1 to 3 for every technique",
        "href=\"study.toml\"",
        "href=\"resolved.toml\"",
        "href=\"series.csv\"",
        "a&lt;b",
        "Column `id` was left out.",
        "&lt;b&gt; is best.",
        "A &lt;table&gt; (2 rows)",
    ] {
        assert!(page.contains(part), "no {part}");
    }
    assert!(!page.contains("id=\"wall\""), "a run's page has no wall time");
}

#[test]
fn the_same_is_rendered_twice_in_the_same_bytes() {
    for lang in Lang::ALL {
        assert_eq!(page(lang), page(lang));
        let text = || markdown::render("A study", &provenance(), &[(String::new(), section())], lang);
        assert_eq!(text(), text());
    }
}

#[test]
fn a_chinese_page_has_no_english_text_of_the_page() {
    let (english, chinese) = (page(Lang::En), page(Lang::Zh));
    assert!(chinese.starts_with("<!DOCTYPE html>\n<html lang=\"zh-CN\">"));
    for text in ["Sort by", "Files", "How this", "every default", "Seeds", "Version", "System", "rows)"] {
        assert!(english.contains(text), "{text}");
        assert!(!chinese.contains(text), "{text} on the Chinese page");
    }
}
