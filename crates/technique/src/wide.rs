//! The widest vectors that this CPU has, chosen when the program runs.
//!
//! The crates are compiled for the oldest CPU of their kind, so that one program runs everywhere, and as fast as one that was built for its machine.
//! [`wide!`](crate::wide!) runs a loop that was compiled again for AVX2 and AVX-512 and takes the best the CPU has (through `pulp`, which keeps the check
//! safe). The arithmetic is the same instruction by instruction, only on more numbers at once: nothing is fused or reordered, and the bits are the same on
//! all paths.
//!
//! Where a loop must say itself what lies in a register (the sparse products), it is written over [`Lanes`] for any `pulp::Simd`. Those loops fuse
//! multiplication and addition where the CPU can, so their last bits are those of a kind of CPU, as they are in the dense products.

#[doc(hidden)]
pub use pulp;
use pulp::Simd;

/// Runs a block compiled for the widest vectors there are. What it calls must be `#[inline(always)]`, or it stays as narrow as it was.
///
/// It names its generic parameters and the variables that it uses with their types. A closure would be shorter, but the compiler is free not to inline a
/// long one: it then calls the one that was compiled for the oldest CPU, from within code for the newest, and nothing says so.
///
/// ```
/// use technique::real::Real;
///
/// fn double<T: Real>(x: &mut [T]) {
///     technique::wide!([T: Real] (x: &mut [T]) { x.iter_mut().for_each(|x| *x += *x) });
/// }
///
/// let mut x = [1.0, 2.0];
/// double(&mut x);
/// assert_eq!(x, [2.0, 4.0]);
/// ```
#[macro_export]
macro_rules! wide {
    ([$($generic:tt)*] ($($name:ident: $Type:ty),+ $(,)?) $(-> $Output:ty)? $body:block) => {{
        // The fields are as generic as their number is, so that each can be of a type with a lifetime of its own.
        #[allow(non_camel_case_types, reason = "a type parameter for each variable, named after it")]
        struct Loops<$($name),+> { $($name: $name),+ }

        impl<$($generic)*> $crate::wide::pulp::WithSimd for Loops<$($Type),+> {
            #[allow(unused_parens, reason = "() where nothing is given back")]
            type Output = ($($Output)?);

            #[inline(always)]
            fn with_simd<Simd: $crate::wide::pulp::Simd>(self, _: Simd) -> Self::Output {
                let Self { $($name),+ } = self;
                $body
            }
        }

        $crate::wide::pulp::Arch::new().dispatch(Loops { $($name),+ })
    }};
}

/// The kind of vectors that [`wide!`](crate::wide!) takes here.
pub fn kind() -> &'static str {
    let arch = format!("{:?}", pulp::Arch::new());
    match arch.split(['(', ' ']).next() {
        Some("V4") => "AVX-512",
        Some("V3") => "AVX2 and FMA",
        Some("Neon" | "NeonFcma") => "NEON",
        Some("Simd128" | "RelaxedSimd") => "WebAssembly SIMD",
        _ => "no vectors beyond those of every CPU of its kind",
    }
}

/// A number type whose vectors `pulp` knows.
pub trait Lanes: Copy {
    /// A vector of these numbers, as long as a register of `S`.
    type Vector<S: Simd>: Copy;

    /// Numbers in a vector.
    fn lanes<S: Simd>() -> usize;
    /// The same number in every lane.
    fn splat<S: Simd>(simd: S, x: Self) -> Self::Vector<S>;
    /// a b + c, rounded once where the CPU can.
    fn fuse<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>, c: Self::Vector<S>) -> Self::Vector<S>;
    /// `x` as vectors; what does not fill one is left out.
    fn vectors<S: Simd>(x: &[Self]) -> &[Self::Vector<S>];
    /// `x` as vectors; what does not fill one is left out.
    fn vectors_mut<S: Simd>(x: &mut [Self]) -> &mut [Self::Vector<S>];
    /// The first numbers of `x` as a vector.
    ///
    /// # Panics
    /// When there are fewer than [`Lanes::lanes`].
    fn load<S: Simd>(x: &[Self]) -> Self::Vector<S>;
    /// The numbers of `x` in the first lanes of a vector, as many as it has room for.
    fn load_some<S: Simd>(simd: S, x: &[Self]) -> Self::Vector<S>;
    /// Writes as many lanes as `x` has room for, but no more than there are.
    fn store<S: Simd>(simd: S, x: &mut [Self], vector: Self::Vector<S>);
}

macro_rules! lanes {
    ($T:ty, $vector:ident, $count:ident, $splat:ident, $mul_add:ident, $view:ident, $view_mut:ident, $some:ident, $partial:ident) => {
        impl Lanes for $T {
            type Vector<S: Simd> = S::$vector;

            #[inline(always)]
            fn lanes<S: Simd>() -> usize {
                S::$count
            }
            #[inline(always)]
            fn splat<S: Simd>(simd: S, x: Self) -> S::$vector {
                simd.$splat(x)
            }
            #[inline(always)]
            fn fuse<S: Simd>(simd: S, a: S::$vector, b: S::$vector, c: S::$vector) -> S::$vector {
                simd.$mul_add(a, b, c)
            }
            #[inline(always)]
            fn vectors<S: Simd>(x: &[Self]) -> &[S::$vector] {
                S::$view(x).0
            }
            #[inline(always)]
            fn vectors_mut<S: Simd>(x: &mut [Self]) -> &mut [S::$vector] {
                S::$view_mut(x).0
            }
            #[inline(always)]
            fn load<S: Simd>(x: &[Self]) -> S::$vector {
                S::$view(&x[..S::$count]).0[0]
            }
            #[inline(always)]
            fn load_some<S: Simd>(simd: S, x: &[Self]) -> S::$vector {
                if x.len() >= S::$count { Self::load::<S>(x) } else { simd.$some(x) }
            }
            #[inline(always)]
            fn store<S: Simd>(simd: S, x: &mut [Self], vector: S::$vector) {
                if x.len() >= S::$count {
                    S::$view_mut(&mut x[..S::$count]).0[0] = vector;
                } else {
                    simd.$partial(x, vector);
                }
            }
        }
    };
}

lanes!(
    f32,
    f32s,
    F32_LANES,
    splat_f32s,
    mul_add_e_f32s,
    as_simd_f32s,
    as_mut_simd_f32s,
    partial_load_f32s,
    partial_store_f32s
);
lanes!(
    f64,
    f64s,
    F64_LANES,
    splat_f64s,
    mul_add_e_f64s,
    as_simd_f64s,
    as_mut_simd_f64s,
    partial_load_f64s,
    partial_store_f64s
);

#[cfg(test)]
mod tests {
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
                        let step = Step::plain(t);
                        wide!([] (rule: Rule, step: Step, block: Block<'_, f32>) { rule.update(step, block) });
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
