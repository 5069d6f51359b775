//! What a reader of data decided, in Chinese.

use problem::data::{Kind, Note};

pub(in crate::report::lang) fn text(note: &Note) -> String {
    match note {
        Note::Indicator { column } => {
            format!("列 `{column} missing` 在 `{column}` 缺失处取值 1。")
        }
        Note::Constant { count, columns } => {
            format!("有 {count} 列在训练部分中为常数，已略去：{columns}。")
        }
        Note::Categories { column, count, made } => {
            format!("列 `{column}` 转换为 {count} 个取值为 0 或 1 的列：{made}。")
        }
        Note::Unknown { column, rows, words } => {
            format!("训练部分之外有 {rows} 行的 `{column}` 取值未在训练部分出现，其对应各列均为 0：{words}。")
        }
        Note::Dropped { columns } => format!("按要求略去：{columns}。"),
        Note::Gaps { lost, rows } => format!("{rows} 行中有 {lost} 行因缺失值而略去。"),
        Note::Filled { columns } => {
            format!("以下各列的缺失值以训练部分的均值或最常见的取值填补：{columns}。")
        }
        Note::Bytes => "输入为像素：字节值 / 255。".to_owned(),
        Note::Pixels => "输入为像素，按原值使用。".to_owned(),
        Note::Rare { column, rows, which } => {
            format!("有 {rows} 行的标签（`{column}`）只出现一次，已略去（{which}）。")
        }
        Note::Label { column, different, whole, kind } => {
            let what = if *whole { "整数" } else { "数值" };
            let taken = match kind {
                Kind::Classes => "视为类别（task = \"number\" 则按数值预测）",
                Kind::Number => "按数值预测（task = \"classes\" 则视为类别）",
            };
            format!("标签 `{column}` 有 {different} 个不同的{what}，{taken}。")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_chinese_but_for_names() {
        let (column, columns, which) = ("a".to_owned(), "a, b".to_owned(), "c, 5".to_owned());
        let label = |whole, kind| Note::Label { column: column.clone(), different: 7, whole, kind };
        for note in [
            Note::Constant { count: 2, columns: columns.clone() },
            Note::Categories { column: column.clone(), count: 2, made: columns.clone() },
            Note::Unknown { column: column.clone(), rows: 3, words: columns.clone() },
            Note::Dropped { columns: columns.clone() },
            Note::Gaps { lost: 1, rows: 9 },
            Note::Filled { columns },
            Note::Bytes,
            Note::Pixels,
            Note::Rare { column: column.clone(), rows: 1, which },
            label(true, Kind::Classes),
            label(false, Kind::Number),
        ] {
            let told = text(&note);
            assert!(told.ends_with('。') && told != note.to_string(), "{told}");
            let words = told.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| word.len() > 1);
            let foreign: Vec<&str> = words.filter(|w| !["task", "number", "classes"].contains(w)).collect();
            assert!(foreign.is_empty(), "{told}: {foreign:?}");
        }
    }
}
