//! The widest vectors that this CPU has, chosen when the program runs.
//!
//! The crates are compiled for the oldest CPU of their kind, so that one program runs everywhere. [`wide`] runs a loop that was compiled a second time
//! for AVX2 where the CPU has it (through `pulp`, which keeps the check safe). The arithmetic is the same instruction by instruction, only on more
//! numbers at once: nothing is fused or reordered, and the bits are the same on both paths.

/// Runs `loops`, compiled for the widest vectors there are. What it calls must be `#[inline(always)]`, or it stays as narrow as it was.
#[inline(always)]
pub fn wide<R>(loops: impl FnOnce() -> R) -> R {
    pulp::Arch::new().dispatch(loops)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, key, normal};
    use crate::rule::{Block, Rule, Step, UpdateRule};
    use crate::word::Family;

    #[test]
    fn every_rule_gives_the_same_bits_on_both_paths() {
        let mut rng = key(1, Purpose::Init, 0).rng();
        let mut draws = |n: usize| (0..n).map(|_| normal(&mut rng) as f32).collect::<Vec<_>>();
        // Not a multiple of any vector, so that the tail counts too.
        let (start, grads) = (draws(1003), draws(1003));
        for card in Rule::CARDS {
            let rule = Rule::born(card.name).unwrap();
            let run = |wide_loops: bool| {
                let mut params = start.clone();
                let mut memory = vec![0.0; rule.slots().len() * params.len()];
                for t in 1..=20 {
                    let block = Block { params: &mut params, grads: &grads, memory: &mut memory };
                    if wide_loops {
                        wide(|| rule.update(Step::plain(t), block));
                    } else {
                        rule.update(Step::plain(t), block);
                    }
                }
                params.iter().map(|p| p.to_bits()).collect::<Vec<_>>()
            };
            assert_eq!(run(true), run(false), "{}", card.name);
            assert_ne!(run(true), start.iter().map(|p| p.to_bits()).collect::<Vec<_>>(), "{}", card.name);
        }
    }
}
