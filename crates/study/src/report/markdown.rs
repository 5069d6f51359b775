//! The report as Markdown, with the figures beside it: for a repository, a wiki, a pull request.

use std::borrow::Borrow;

use super::lang::{Lang, fill};
use super::provenance::Provenance;
use super::{Section, Shown};

/// Renders the report; links are seen from its file, as in [`page::render`](super::page::render).
pub fn render<S: Borrow<Section>>(
    title: &str,
    provenance: &Provenance,
    sections: &[(String, S)],
    lang: Lang,
) -> String {
    let texts = &lang.texts().page;
    let mut out = Text(String::new());
    out.block(&format!("# {}", inline(title)));
    out.block(&inline(&provenance.about(lang)));
    for (folder, section) in sections {
        let section = section.borrow();
        // The one section of a run has the title of the page.
        if section.title != title {
            out.block(&format!("## {}", inline(&section.title)));
        }
        if !section.question.is_empty() {
            out.block(&format!("*{}*", inline(&section.question)));
        }
        out.block(&inline(&section.method));
        if !section.notes.is_empty() {
            out.block(&format!("{}{}", texts.notes, lang.texts().words.colon));
            out.items(&section.notes);
        }
        out.items(&section.sentences);
        for drawn in &section.figures {
            let (name, caption) = (&drawn.name, inline(&drawn.caption));
            out.block(&format!("![{name}]({folder}figures/{name}.svg)"));
            out.block(&caption);
        }
        for table in &section.tables {
            if let Some(shown) = &table.shown {
                out.block(&format!("**{}**", inline(&table.caption)));
                out.block(&rows(shown));
            }
        }
        let files: Vec<String> =
            section.files().iter().map(|file| format!("[{file}]({folder}{file})")).collect();
        out.block(&format!(
            "{}{}{}",
            texts.files,
            lang.texts().words.colon,
            files.join(lang.texts().words.comma)
        ));
        if let Some(resolved) = &section.resolved {
            out.block(&format!("{}{}", texts.resolved, lang.texts().words.colon));
            out.block(&fenced(resolved, "toml"));
        }
    }
    out.block(&format!("## {}", texts.made));
    let entries = provenance.entries(lang).into_iter().map(|entry| {
        let value = if entry.kind == "code" { code(&entry.value) } else { inline(&entry.value) };
        fill(texts.entry, &[("name", &inline(&entry.name)), ("value", &value)])
    });
    let entries: Vec<String> = entries.map(|entry| format!("- {entry}")).collect();
    out.block(&entries.join("\n"));
    out.0
}

struct Text(String);

impl Text {
    /// A block, with an empty line before the next.
    fn block(&mut self, text: &str) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        self.0.push_str(text);
        self.0.push('\n');
    }

    fn items(&mut self, items: &[String]) {
        let items: Vec<String> = items.iter().map(|item| format!("- {}", inline(item))).collect();
        if !items.is_empty() {
            self.block(&items.join("\n"));
        }
    }
}

/// A text in a line, none of whose signs mean anything.
fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | '`' | '*' | '_' | '<' | '>' | '|' | '~' | '#' => {
                out.push('\\');
                out.push(letter);
            }
            // Brackets alone mean nothing, and intervals are full of them; before a parenthesis they would be a link.
            '(' if out.ends_with(']') => out.push_str("\\("),
            '&' => out.push_str("&amp;"),
            '\n' | '\r' => out.push(' '),
            _ => out.push(letter),
        }
    }
    out
}

/// A longer run of backticks than any in the text, but at least `least`.
fn ticks(text: &str, least: usize) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat((longest + 1).max(least))
}

fn code(text: &str) -> String {
    let ticks = ticks(text, 1);
    let room = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{ticks}{room}{text}{room}{ticks}")
}

fn fenced(text: &str, language: &str) -> String {
    let ticks = ticks(text, 3);
    format!("{ticks}{language}\n{}\n{ticks}", text.trim_end())
}

/// A table; numbers to the right.
fn rows(shown: &Shown) -> String {
    let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    let right = |column: usize| {
        let mut cells = shown.rows.iter().filter_map(|row| row.get(column)).peekable();
        cells.peek().is_some() && cells.all(|cell| cell.value.is_some())
    };
    let rule = |column| if right(column) { "--:" } else { "---" }.to_owned();
    let mut lines = vec![
        line(shown.headers.iter().map(|header| inline(header)).collect()),
        line((0..shown.headers.len()).map(rule).collect()),
    ];
    lines.extend(shown.rows.iter().map(|row| line(row.iter().map(|cell| inline(&cell.text)).collect())));
    lines.join("\n")
}

#[cfg(test)]
mod tests;
