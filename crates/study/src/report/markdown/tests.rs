use super::*;
use crate::report::{Cell, Table};

fn provenance() -> Provenance {
    Provenance {
        data: Vec::new(),
        fallback: None,
        seeds: None,
        seeds_at_most: false,
        version: "1.2.3".into(),
        cpu: "a CPU".into(),
        system: "an OS".into(),
        wall: None,
        command: "thalweg run a`b --out again".into(),
    }
}

#[test]
fn signs_mean_themselves() {
    assert_eq!(
        inline("a|b *c* _d_ `e` [f](u) [0, 1] <g> & \\"),
        r"a\|b \*c\* \_d\_ \`e\` [f]\(u) [0, 1] \<g\> &amp; \\"
    );
    assert_eq!(inline("two\nlines"), "two lines");
    assert_eq!(code("a`b"), "``a`b``");
    assert_eq!(code("`"), "`` ` ``");
    assert_eq!(fenced("x = \"```\"\n", "toml"), "````toml\nx = \"```\"\n````");
}

#[test]
fn a_table_has_one_line_for_each_row_whatever_stands_in_it() {
    let table = Table::hidden("t", "T.", &[], Vec::new()).showing(
        &["name", "a|b"],
        vec![
            vec![Cell::from("x|y\nz"), Cell::number("1.50", Some(1.5))],
            vec![Cell::from("w"), Cell::number("2", Some(2.0))],
        ],
    );
    let text = rows(&table.shown.unwrap());
    assert_eq!(text, "| name | a\\|b |\n| --- | --: |\n| x\\|y z | 1.50 |\n| w | 2 |");
}

#[test]
fn the_report_names_its_files_and_the_command() {
    let section = Section {
        name: "s".into(),
        title: "A study".into(),
        question: "Which?".into(),
        method: "So.".into(),
        sentences: vec!["a is best.".into(), "b is not.".into()],
        figures: Vec::new(),
        tables: vec![Table::streamed("series", "Everything.")],
        notes: vec!["A note.".into()],
        resolved: Some("name = \"s\"\n".into()),
    };
    let all = [("f/".to_owned(), section)];
    let text = render("A study", &provenance(), &all, Lang::En);
    for part in [
        "# A study\n\nRan without data.\n\n*Which?*\n\nSo.\n\n",
        "- a is best.\n- b is not.\n",
        "[series.csv](f/series.csv)",
        "```toml\nname = \"s\"\n```",
        "- **Again:** ``thalweg run a`b --out again``\n",
    ] {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
    let chinese = render("A study", &provenance(), &all, Lang::Zh);
    assert!(chinese.contains("- **重新运行**：``thalweg run"), "{chinese}");
    assert!(!chinese.contains("Files") && !chinese.contains("Again"));
}
