//! A training study as a file, every default written out.

use technique::card::SettingType;

use super::{Length, Training, Variant};
use crate::technique::Field;

fn integer(n: u64) -> toml::Value {
    toml::Value::Integer(i64::try_from(n).unwrap_or(i64::MAX))
}

/// One value stands alone, several in a list.
fn alone_or_list(values: Vec<toml::Value>) -> toml::Value {
    match <[toml::Value; 1]>::try_from(values) {
        Ok([one]) => one,
        Err(values) => values.into(),
    }
}

fn words<T: ToString>(words: &[T]) -> toml::Value {
    alone_or_list(words.iter().map(|word| word.to_string().into()).collect())
}

fn widths(hidden: &[usize]) -> toml::Value {
    hidden.iter().map(|n| integer(*n as u64)).collect::<Vec<_>>().into()
}

fn table(entries: impl IntoIterator<Item = (&'static str, toml::Value)>) -> toml::Table {
    entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn names(fields: &[Field]) -> toml::Value {
    fields.iter().map(|field| field.name()).collect::<Vec<_>>().into()
}

impl Variant {
    fn resolved(&self) -> toml::Table {
        let mut all = vec![("name", self.name.clone().into())];
        all.extend(self.hidden.as_deref().map(|hidden| ("hidden", widths(hidden))));
        all.extend(self.activation.map(|word| ("activation", word.to_string().into())));
        all.extend(self.init.map(|word| ("init", word.to_string().into())));
        all.extend(self.rule.map(|word| ("rule", word.to_string().into())));
        all.extend(self.schedule.as_ref().map(|word| ("schedule", word.to_string().into())));
        all.extend(self.norm.map(|word| ("norm", word.to_string().into())));
        all.extend(self.dropout.map(|word| ("dropout", word.to_string().into())));
        all.extend(self.guard.map(|word| ("guard", word.to_string().into())));
        all.extend(self.decay.map(|word| ("decay", word.to_string().into())));
        all.extend(self.batch.map(|n| ("batch", integer(n as u64))));
        table(all)
    }
}

impl Training {
    /// The study with every default written out, as a file that can be run again.
    pub fn resolved(&self) -> toml::Table {
        let data: Vec<toml::Value> = self.data.iter().map(|data| data.resolved().into()).collect();
        let g = &self.grid;
        let network = table([
            ("hidden", g.hidden.iter().map(|hidden| widths(hidden)).collect::<Vec<_>>().into()),
            ("activation", words(&g.activation)),
        ]);
        let technique = table([
            ("init", words(&g.init)),
            ("rule", words(&g.rule)),
            ("schedule", words(&g.schedule)),
            ("norm", words(&g.norm)),
            ("dropout", words(&g.dropout)),
            ("guard", words(&g.guard)),
            ("decay", words(&g.decay)),
        ]);
        let mut training = table([
            ("batch", alone_or_list(g.batch.iter().map(|n| integer(*n as u64)).collect())),
            ("sampling", self.sampling.value().to_string().into()),
            match self.length {
                Length::Steps(steps) => ("steps", integer(steps)),
                Length::Epochs(epochs) => ("epochs", integer(epochs)),
            },
            ("loss_at", self.loss_at.value().to_string().into()),
            ("record_every", integer(self.record_every)),
            ("evaluate_every", integer(self.evaluate_every)),
            ("evaluate", self.evaluate.iter().map(|part| part.name()).collect::<Vec<_>>().into()),
            ("seeds", integer(self.seeds)),
            ("until_decided", self.until_decided.is_some().into()),
        ]);
        training.extend(self.until_decided.map(|most| ("max_seeds".to_owned(), integer(most))));
        let mut report = table([("metric", self.metric.name().into())]);
        report.extend(self.panels.map(|field| ("panels".to_owned(), field.name().into())));
        report.extend(self.compare.as_deref().map(|fields| ("compare".to_owned(), names(fields))));
        report.extend(self.target.map(|target| ("target".to_owned(), target.into())));
        let mut all = table([
            ("data", alone_or_list(data)),
            ("network", network.into()),
            ("technique", technique.into()),
            ("training", training.into()),
            ("report", report.into()),
        ]);
        if !self.variants.is_empty() {
            let variants: Vec<toml::Value> = self.variants.iter().map(|v| v.resolved().into()).collect();
            all.insert("variant".to_owned(), variants.into());
        }
        all
    }
}
