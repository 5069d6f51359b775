//! W3 in the results: updates beside a bare loop.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{Duel, Results, Spread, digits};
use crate::workload::{Outcome, UPDATE_RULES, title};

impl Results {
    pub(super) fn updates(&self, page: &mut String) {
        let _ = writeln!(page, "\n## W3: {}\n\none thread; medians of one update.\n", title("w3"));
        let ours = self.ours("w3");
        let median = |outcomes: &[&Outcome], key: &str| {
            Spread::of(outcomes.iter().filter_map(|o| o.parts.get(key)).copied()).median
        };
        let sizes: BTreeSet<usize> = ours
            .iter()
            .flat_map(|o| o.parts.keys())
            .filter_map(|key| key.strip_prefix("adam/"))
            .filter_map(|n| n.parse().ok())
            .collect();
        let peers: Vec<&Duel> = self.of("w3").filter(|duel| duel.absent.is_none()).collect();
        let names: Vec<String> = peers.iter().map(|duel| duel.peer.clone()).collect();
        let _ = writeln!(
            page,
            "| rule | N | µs | GB/s | share of the loop's bandwidth | {} |\n|---|---|---|---|---|{}",
            names.iter().map(|name| format!("{name}, times as long")).collect::<Vec<_>>().join(" | "),
            "---|".repeat(names.len())
        );
        for (rule, word) in UPDATE_RULES {
            let bytes = crate::workload::loop_seconds(word, 16).map_or(0, |(bytes, _)| bytes);
            for n in &sizes {
                let key = format!("{rule}/{n}");
                let (seconds, bare) = (median(&ours, &key), median(&ours, &format!("loop/{key}")));
                let others: Vec<String> = peers
                    .iter()
                    .map(|duel| {
                        let pairs = duel.ours.iter().zip(&duel.theirs);
                        let ratios = pairs.filter_map(|(o, t)| Some(t.parts.get(&key)? / o.parts.get(&key)?));
                        let ratio = Spread::of(ratios).median;
                        if ratio.is_nan() { "–".to_owned() } else { digits(ratio) }
                    })
                    .collect();
                let _ = writeln!(
                    page,
                    "| {rule} | {n} | {} | {} | {} % | {} |",
                    digits(1e6 * seconds),
                    digits((bytes * n) as f64 / seconds / 1e9),
                    digits(100.0 * bare / seconds),
                    others.join(" | ")
                );
            }
        }
        page.push_str("\nThe loop reads the gradient, reads and writes the parameter and each number of the rule's memory, and adds. Below 10⁷ parameters the\narrays lie in the caches, where the root and the quotient of the adaptive rules take longer than the memory.\n");
        for duel in self.of("w3") {
            if let Some(why) = &duel.absent {
                let _ = writeln!(page, "\n{} is left out: {why}", duel.peer);
            }
            for wrong in duel.disagreements() {
                let _ = writeln!(page, "\n**Disagreement**: {wrong}");
            }
        }
    }
}
