//! Text: how wide it will be, so that room is left for it, and what of it an SVG can carry.
//!
//! kuva keeps its own measurements to itself, hence this table: the advance widths of DejaVu Sans,
//! the widest font of [`FONTS`](super::style::FONTS). A viewer with a narrower font leaves a little more air.

/// Advance widths of the printable ASCII characters from the space on, in 1/2048 of the font size.
const ASCII: [u16; 95] = [
    651, 821, 942, 1716, 1303, 1946, 1597, 563, 799, 799, 1024, 1716, 651, 739, 651, 690, 1303, 1303, 1303,
    1303, 1303, 1303, 1303, 1303, 1303, 1303, 690, 690, 1716, 1716, 1716, 1087, 2048, 1401, 1405, 1430, 1577,
    1294, 1178, 1587, 1540, 604, 604, 1343, 1141, 1767, 1532, 1612, 1235, 1612, 1423, 1300, 1251, 1499, 1401,
    2025, 1403, 1251, 1403, 799, 690, 799, 1716, 1024, 1024, 1255, 1300, 1126, 1300, 1260, 721, 1300, 1298,
    569, 569, 1186, 569, 1995, 1298, 1253, 1300, 1300, 842, 1067, 803, 1298, 1212, 1675, 1212, 1212, 1075,
    1303, 690, 1303, 1716,
];

fn advance(letter: char) -> u16 {
    match letter {
        ' '..='~' => ASCII[letter as usize - ' ' as usize],
        '⁰'..='⁹' | '¹' | '²' | '³' => 821,
        '·' => 651,
        // Accented Latin and Greek letters.
        '\u{a0}'..='\u{3ff}' => 1350,
        '–' => 1024,
        '⁻' => 1081,
        // Signs and wider scripts: rather too much room than too little.
        _ => 2048,
    }
}

/// The width of `text` at a font size of `size`, in SVG units.
pub(super) fn width(text: &str, size: u32) -> f64 {
    let units: u32 = text.chars().map(|letter| u32::from(advance(letter))).sum();
    f64::from(units) / 2048.0 * f64::from(size)
}

/// The widest of several texts.
pub(super) fn widest<'a>(texts: impl IntoIterator<Item = &'a str>, size: u32) -> f64 {
    texts.into_iter().map(|text| width(text, size)).fold(0.0, f64::max)
}

/// `text` in lines of at most `room`, broken at spaces, and in a longer word after the signs between the settings of a technique, `:` and `,`; what is longer
/// even so stays whole.
pub(super) fn wrap(text: &str, size: u32, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut add = |piece: &str, between: &str| match lines.last_mut() {
        Some(line) if width(line, size) + width(between, size) + width(piece, size) <= room => {
            line.push_str(between);
            line.push_str(piece);
        }
        _ => lines.push(piece.to_owned()),
    };
    for word in text.split_whitespace() {
        if width(word, size) <= room {
            add(word, " ");
            continue;
        }
        for (at, piece) in word.split_inclusive([':', ',']).enumerate() {
            add(piece, if at == 0 { " " } else { "" });
        }
    }
    lines
}

/// What XML can carry of a text, safe from kuva's reading of `$…$` as a formula.
pub(super) fn plain(content: &str) -> String {
    printable(content).replace('$', "\\$")
}

/// Control characters are not allowed in XML; each becomes a space.
fn printable(content: &str) -> String {
    let drawable = |c: char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
    content.chars().map(|c| if drawable(c) { c } else { ' ' }).collect()
}

/// A text as the content of an element.
pub(super) fn escape(content: &str) -> String {
    printable(content).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_follow_the_font() {
        // 'W' is 2025/2048 of the font size wide, 'i' 569/2048.
        assert!((width("Wi", 2048) - 2594.0).abs() < 1e-9);
        assert!(width("10⁻³", 12) < width("0.001", 12));
    }

    #[test]
    fn wrapping_keeps_every_word_and_the_room() {
        let text = "all units of a layer do the same work, so depth adds nothing";
        let lines = wrap(text, 11, 120.0);
        assert!(lines.len() > 2);
        assert!(lines.iter().all(|line| width(line, 11) <= 120.0), "{lines:?}");
        assert_eq!(lines.join(" "), text);
        assert_eq!(wrap("immeasurable", 11, 5.0), ["immeasurable"]);
        let technique = wrap("momentum:lr=0.1,mu=0.9,nesterov=true, batch norm", 13, 130.0);
        assert_eq!(technique, ["momentum:lr=0.1,", "mu=0.9,", "nesterov=true,", "batch norm"]);
    }
}
