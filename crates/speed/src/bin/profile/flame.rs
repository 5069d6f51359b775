//! The flame graph: a box a function, as wide as its share of the time, standing on what calls it.

use std::fmt::Write as _;

use study::figure::style::{AXIS, FONTS, INK, MUTED, NAME, TICK, TITLE};

use crate::stacks::{Part, Stack};

const WIDTH: f64 = 1200.0;
const MARGIN: f64 = 20.0;
/// Height of a box.
const ROW: f64 = 24.0;
/// Room for the title, and for the legend.
const HEAD: f64 = 50.0;
const FOOT: f64 = 80.0;
/// Width of a letter; fonts differ, and this is that of a broad one.
const LETTER: f64 = 0.62 * TICK as f64;
/// Boxes below this width are left out.
const THIN: f64 = 0.5;

/// A light tint of a colour of its own, so that dark text can stand on it.
fn tint(part: Part) -> &'static str {
    match part {
        Part::FirstForward => "#9ecae9",
        Part::FirstGradient => "#6fb1dd",
        Part::Dense => "#f2b48a",
        Part::Update => "#8ed3bd",
        Part::Gather => "#e3b3cf",
        Part::Softmax => "#f0d58c",
        Part::Activation => "#c9c1e6",
        Part::Rest => "#dfe3e8",
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

struct Drawing {
    svg: String,
    /// Samples of all.
    total: f64,
    height: f64,
}

impl Drawing {
    fn text(&mut self, x: f64, y: f64, size: u32, color: &str, text: &str) {
        let text = escape(text);
        let _ = writeln!(
            self.svg,
            r#"<text x="{x:.1}" y="{y:.1}" font-size="{size}" fill="{color}">{text}</text>"#
        );
    }

    /// The boxes of all functions at a depth, side by side from `x`, and on each of them those that it calls.
    fn row(&mut self, stacks: &[&Stack], depth: usize, x: f64) {
        let mut groups: Vec<(&str, Vec<&Stack>, u64)> = Vec::new();
        for stack in stacks.iter().filter(|stack| stack.frames.len() > depth) {
            let name = stack.frames[depth].as_str();
            match groups.iter_mut().find(|(known, ..)| *known == name) {
                Some((_, members, samples)) => {
                    members.push(stack);
                    *samples += stack.samples;
                }
                None => groups.push((name, vec![stack], stack.samples)),
            }
        }
        groups.sort_by(|a, b| b.2.cmp(&a.2).then(a.0.cmp(b.0)));
        let mut x = x;
        for (name, members, samples) in groups {
            let width = (WIDTH - 2.0 * MARGIN) * samples as f64 / self.total;
            if width >= THIN {
                let parts: Vec<Part> = members.iter().map(|stack| stack.part).collect();
                let part = if parts.iter().all(|part| *part == parts[0]) { parts[0] } else { Part::Rest };
                self.block(name, part, samples, (x, width), depth);
                self.row(&members, depth + 1, x);
            }
            x += width;
        }
    }

    fn block(&mut self, name: &str, part: Part, samples: u64, (x, width): (f64, f64), depth: usize) {
        let y = self.height - FOOT - ROW * (depth + 1) as f64;
        let share = format!("{:.1} %", 100.0 * samples as f64 / self.total);
        let (title, fill) = (escape(name), tint(part));
        let _ = writeln!(
            self.svg,
            r#"<rect x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{ROW}" fill="{fill}" stroke="white"><title>{title}, {share}</title></rect>"#
        );
        let room = ((width - 8.0) / LETTER).max(0.0) as usize;
        let last = name.rsplit("::").next().unwrap_or(name);
        let labels = [format!("{name}  {share}"), name.to_owned(), last.to_owned()];
        if let Some(label) = labels.iter().find(|label| label.chars().count() <= room) {
            self.text(x + 4.0, y + ROW - 7.5, TICK, INK, label);
        }
    }

    fn legend(&mut self, stacks: &[Stack]) {
        let column = (WIDTH - 2.0 * MARGIN) / 4.0;
        for (index, part) in Part::ALL.into_iter().enumerate() {
            let samples: u64 =
                stacks.iter().filter(|stack| stack.part == part).map(|stack| stack.samples).sum();
            let x = MARGIN + column * (index % 4) as f64;
            let y = self.height - FOOT + 24.0 + 26.0 * (index / 4) as f64;
            let _ = writeln!(
                self.svg,
                r#"<rect x="{x:.1}" y="{y:.1}" width="14" height="14" fill="{}" stroke="{AXIS}"/>"#,
                tint(part)
            );
            let text = format!("{}  {:.1} %", part.name(), 100.0 * samples as f64 / self.total);
            self.text(x + 20.0, y + 12.0, NAME, INK, &text);
        }
    }
}

/// The drawing, one `<svg>` element: a name and a share at every box that is wide enough, and at the others on pointing at them.
pub(crate) fn svg(title: &str, stacks: &[Stack]) -> String {
    let total = stacks.iter().map(|stack| stack.samples).sum::<u64>() as f64;
    let deepest = stacks.iter().map(|stack| stack.frames.len()).max().unwrap_or(0);
    let height = HEAD + FOOT + ROW * deepest as f64;
    let mut drawing = Drawing { svg: String::new(), total, height };
    let _ = writeln!(
        drawing.svg,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" font-family="{FONTS}">"#
    );
    let _ = writeln!(drawing.svg, r#"<rect width="{WIDTH}" height="{height}" fill="white"/>"#);
    drawing.text(MARGIN, 24.0, TITLE, INK, "Where the time of a training step goes");
    drawing.text(MARGIN, 43.0, TICK, MUTED, title);
    drawing.row(&stacks.iter().collect::<Vec<_>>(), 0, MARGIN);
    drawing.legend(stacks);
    drawing.svg + "</svg>\n"
}
