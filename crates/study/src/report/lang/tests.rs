use std::collections::BTreeSet;

use super::*;

/// All texts by part and name.
fn all(lang: Lang) -> Vec<(String, &'static str)> {
    let Texts { words, page, method, found, captions, tables, descent, activations, readings } = lang.texts();
    let parts = [
        ("words", words.all()),
        ("page", page.all()),
        ("method", method.all()),
        ("found", found.all()),
        ("captions", captions.all()),
        ("tables", tables.all()),
        ("descent", descent.all()),
        ("activations", activations.all()),
        ("readings", readings.all()),
    ];
    let named = |(part, texts): (&str, Vec<(&'static str, &'static str)>)| {
        let part = part.to_owned();
        texts.into_iter().map(move |(name, text)| (format!("{part}.{name}"), text)).collect::<Vec<_>>()
    };
    parts.into_iter().flat_map(named).collect()
}

/// The places of a template.
fn places(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()).collect()
}

#[test]
fn a_text_has_the_same_places_in_every_language() {
    let english = all(Lang::En);
    assert!(english.len() > 80);
    for lang in Lang::ALL {
        for ((name, text), (_, original)) in all(lang).iter().zip(&english) {
            assert_eq!(places(text), places(original), "{lang}: {name}");
            // Only what joins other texts may be empty.
            assert!(!text.is_empty() || name == "words.between", "{lang}: {name} is empty");
        }
    }
}

#[test]
fn chinese_has_no_english_text() {
    // Names that are the same everywhere.
    let kept = [
        "SHA-256",
        "f32",
        "f64",
        "f",
        "y",
        "sigmoid",
        "tanh",
        "CPU",
        "thalweg",
        "pp",
        "undecided",
        "n",
        "a",
        "b",
        "p",
        "R²",
        "RMSE",
        "Holm",
        "Kaplan",
        "Meier",
        "Kaplan–Meier",
        "Friedman",
    ];
    let mut texts: Vec<(String, String)> =
        all(Lang::Zh).into_iter().map(|(name, text)| (name, text.to_owned())).collect();
    for metric in Metric::ALL {
        texts.push((metric.name().to_owned(), Lang::Zh.metric(metric).to_owned()));
        texts.push((metric.name().to_owned(), Lang::Zh.metric_title(metric).to_owned()));
    }
    texts.extend(Field::ALL.map(|field| (field.name().to_owned(), Lang::Zh.field(field).to_owned())));
    for (name, text) in texts {
        let bare: String = text
            .split('{')
            .enumerate()
            .map(|(i, piece)| if i == 0 { piece } else { piece.split_once('}').unwrap().1 })
            .collect();
        let words = bare.split(|c: char| !c.is_ascii_alphanumeric() && !"-²".contains(c));
        for word in words.filter(|word| word.chars().any(|c| c.is_ascii_alphabetic())) {
            assert!(kept.contains(&word), "{name}: `{word}` in `{text}`");
        }
        // Between Chinese characters stands Chinese punctuation.
        let letters: Vec<char> = bare.chars().collect();
        for pair in letters.windows(2) {
            let han = ('\u{4e00}'..='\u{9fff}').contains(&pair[0]);
            assert!(!(han && ",;:.()?!".contains(pair[1])), "{name}: `{text}`");
        }
    }
}

#[test]
fn places_are_filled_once_and_latin_words_stand_apart_from_chinese() {
    let filled = fill("{a} und {b}.", &[("b", &2), ("a", &"{b}")]);
    assert_eq!(filled, "{b} und 2.");
    assert_eq!(fill("明确优于{won}。", &[("won", &"adam")]), "明确优于 adam。");
    assert_eq!(fill("明确优于{won}。", &[("won", &"其余 5 种")]), "明确优于其余 5 种。");
    assert_eq!(fill("{field}的每个取值", &[("field", &"init")]), "init 的每个取值");
    assert_eq!(Lang::Zh.listed(&["a", "b", "c"]), "a、b 和 c");
    assert_eq!(Lang::En.listed(&["a", "b", "c"]), "a, b and c");
}

#[test]
fn every_reading_of_layers_is_said_in_chinese() {
    use problem::signal::{Histogram, LayerReport, reading};
    let layer = |mean, std, saturated, dead| LayerReport {
        mean,
        std,
        saturated,
        dead,
        histogram: Histogram { edges: Vec::new(), counts: Vec::new() },
    };
    let fine = || layer(0.0, 1.0, 0.0, 0.0);
    for (layers, text) in [
        (vec![], "没有可供解读的层。"),
        (vec![fine(), layer(0.0, 300.0, 0.0, 0.0)], "激活值爆炸：分布的宽度在 2 层中从 1.000 增至 300.000。"),
        (
            vec![layer(0.0, 1.0, 0.9, 0.0), fine()],
            "梯度消失：某层有多达 90 % 的激活值位于函数的平坦端，那里的斜率几乎为 0。",
        ),
        (
            vec![fine(), layer(0.0, 1.0, 0.0, 0.75)],
            "死亡单元：最后一层有 75 % 的单元对每个输入都为 0，得不到梯度。",
        ),
        (
            vec![fine(), layer(0.0, 0.01, 0.0, 0.0)],
            "表达能力有限：激活值聚集在 0 附近（最后一层的宽度为 0.010），各单元因而做着同样的工作，梯度随深度减小。",
        ),
        (
            vec![fine(), layer(0.0, 0.5, 0.0, 0.0)],
            "逐渐缩小：分布的宽度在 2 层中从 1.000 降至 0.500；在更深的网络中，信号及其梯度都会消失。",
        ),
        (
            vec![fine(), fine()],
            "良好：分布的宽度得以保持（第一层为 1.000，最后一层为 1.000），停滞的单元很少。",
        ),
    ] {
        let english = reading(&layers);
        assert_eq!(Lang::Zh.reading(&english), text);
        assert_eq!(Lang::En.reading(&english), english);
    }
    assert_eq!(Lang::Zh.reading("Something else."), "Something else.");
}

#[test]
fn a_language_is_asked_for_by_its_name() {
    for lang in Lang::ALL {
        assert_eq!(lang.to_string().parse(), Ok(lang));
    }
    let error = "de".parse::<Lang>().unwrap_err();
    assert_eq!(error.to_string(), "expected a language, en or zh, found `de`");
}

#[test]
fn the_built_in_studies_have_a_title_and_a_question_in_chinese() {
    for (name, _) in crate::spec::BUILT_IN {
        let study = crate::spec::Study::find(name).unwrap();
        for text in [&study.title, &study.question] {
            assert_ne!(&Lang::Zh.of_study(text), text, "{name}");
            assert_eq!(&Lang::En.of_study(text), text);
        }
    }
    assert_eq!(Lang::Zh.of_study("A study of my own"), "A study of my own");
    assert_eq!(Lang::Zh.of_study("Techniques on 3 data sets"), "3 个数据集上的技术比较");
    assert_eq!(Lang::Zh.of_study("Techniques on wine"), "wine 上的技术比较");
}
