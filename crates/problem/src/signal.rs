//! How a signal passes through a deep network at birth: the chapter's histograms of activations.

use rand_chacha::ChaCha8Rng;
use technique::init::{Init, Initial};
use technique::layer::activation::Activation;
use technique::matmul::{Matrix, product};
use technique::random::{Purpose, key, normal};
use technique::real::Real;
use technique::wide;

/// Bins of a histogram.
pub const BINS: usize = 30;

/// Standard normal inputs sent through layers of equal width, without biases.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Signal {
    /// After each layer.
    pub activation: Activation,
    /// Weights of each layer.
    pub init: Init,
    /// Number of layers.
    pub layers: usize,
    /// Units of each layer, and columns of the input.
    pub width: usize,
    /// Rows of the input.
    pub samples: usize,
    /// Of the inputs and of the weights.
    pub seed: u64,
}

/// What one layer says.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerReport {
    /// Mean over all samples and units.
    pub mean: f64,
    /// Standard deviation over all samples and units.
    pub std: f64,
    /// Share of activations on a flat end: for sigmoid and tanh within 2 % of the range of an end, where the slope is below a twelfth of its largest; for
    /// the others, which have no upper end, 0.
    pub saturated: f64,
    /// Share of units that are exactly 0 for every sample: a ReLU unit that never fires gets no gradient.
    pub dead: f64,
    /// The distribution over all samples and units; over the whole range of a bounded activation, else from the smallest to the largest.
    pub histogram: Histogram,
}

/// Equal bins.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    /// One more than counts.
    pub edges: Vec<f64>,
    /// Activations in each bin; the last bin includes its right edge. Together they are samples × width.
    pub counts: Vec<u64>,
}

impl Signal {
    /// Sends the inputs through the layers, in f32, as networks are trained.
    pub fn run(&self) -> Vec<LayerReport> {
        let (rows, width) = (self.samples, self.width);
        let mut rng: ChaCha8Rng = key(self.seed, Purpose::Inputs, 0).rng();
        let x = (0..rows * width).map(|_| normal(&mut rng) as f32).collect();
        let mut flow = Flow::new(self.activation, width, x);
        let mut weights = vec![0.0; width * width];
        let draws = |layer| key(self.seed, Purpose::Init, 0).index(layer as u64);
        let layers = (0..self.layers).map(|layer| {
            self.init.fill((width, width), draws(layer), &mut weights);
            flow.layer(&weights)
        });
        layers.collect()
    }
}

/// Rows of activations on their way through layers of equal width, without biases.
#[derive(Debug, Clone)]
pub struct Flow<T> {
    activation: Activation,
    width: usize,
    x: Vec<T>,
    sums: Vec<T>,
}

impl<T: Real> Flow<T> {
    /// Inputs of `width` columns, row-major.
    ///
    /// # Panics
    /// When they are not whole rows.
    pub fn new(activation: Activation, width: usize, x: Vec<T>) -> Self {
        assert!(x.len().is_multiple_of(width), "rows of {width} numbers");
        let sums = vec![T::zero(); x.len()];
        Self { activation, width, x, sums }
    }

    /// x ← f(x W), and what there is to say of it.
    pub fn layer(&mut self, weights: &[T]) -> LayerReport {
        let (rows, width) = (self.x.len() / self.width, self.width);
        product(&mut self.sums, Matrix::new(&self.x, rows, width), Matrix::new(weights, width, width));
        self.activation.values(&self.sums, &mut self.x);
        let (x, range) = (&self.x[..], bounds(self.activation));
        wide!([T: Real] (x: &[T], width: usize, range: Option<(f64, f64)>) -> LayerReport { report(x, width, range) })
    }
}

/// The ends of a bounded activation.
fn bounds(activation: Activation) -> Option<(f64, f64)> {
    match activation {
        Activation::Sigmoid(_) => Some((0.0, 1.0)),
        Activation::Tanh(_) => Some((-1.0, 1.0)),
        Activation::Relu(_) | Activation::LeakyRelu(_) | Activation::Gelu(_) | Activation::Silu(_) => None,
    }
}

/// Numbers that a loop adds up side by side, so that it need not wait for one sum.
const SIDE: usize = 16;

/// Σ f(x) in f64.
#[inline(always)]
fn sum<T: Real>(x: &[T], f: impl Fn(T) -> f64) -> f64 {
    let (whole, rest) = x.as_chunks::<SIDE>();
    let mut sums = [0.0; SIDE];
    for chunk in whole {
        for (sum, &x) in sums.iter_mut().zip(chunk) {
            *sum += f(x);
        }
    }
    sums.iter().sum::<f64>() + rest.iter().map(|&x| f(x)).sum::<f64>()
}

/// The smallest and the largest number, or 0.
#[inline(always)]
fn extremes<T: Real>(x: &[T]) -> (f64, f64) {
    let (whole, rest) = x.as_chunks::<SIDE>();
    let (mut low, mut high) = ([T::zero(); SIDE], [T::zero(); SIDE]);
    for chunk in whole {
        for ((low, high), &x) in low.iter_mut().zip(&mut high).zip(chunk) {
            *low = if x < *low { x } else { *low };
            *high = if x > *high { x } else { *high };
        }
    }
    let least = low.iter().chain(rest).fold(0.0, |low: f64, x| low.min(x.wide()));
    let most = high.iter().chain(rest).fold(0.0, |high: f64, x| high.max(x.wide()));
    (least, most)
}

#[inline(always)]
fn report<T: Real>(x: &[T], width: usize, range: Option<(f64, f64)>) -> LayerReport {
    let count = x.len() as f64;
    let mean = sum(x, T::wide) / count;
    let std = (sum(x, |x| (x.wide() - mean).powi(2)) / count).sqrt();
    let saturated = range.map_or(0.0, |(low, high)| {
        let margin = 0.02 * (high - low);
        let (low, high) = (T::of(low + margin), T::of(high - margin));
        x.iter().map(|&x| u32::from(x < low || x > high)).sum::<u32>() as f64 / count
    });
    let mut spoke = vec![false; width];
    for row in x.chunks_exact(width) {
        spoke.iter_mut().zip(row).for_each(|(spoke, x)| *spoke |= *x != T::zero());
    }
    let dead = spoke.iter().filter(|spoke| !**spoke).count() as f64 / width as f64;
    let (low, high) = range.unwrap_or_else(|| match extremes(x) {
        (low, high) if high > low => (low, high),
        // All zero: any window will do, but it must have a width.
        _ => (0.0, 1.0),
    });
    LayerReport { mean, std, saturated, dead, histogram: histogram(x, low, high) }
}

#[inline(always)]
fn histogram<T: Real>(x: &[T], low: f64, high: f64) -> Histogram {
    let step = (high - low) / BINS as f64;
    let edges = (0..=BINS).map(|i| if i == BINS { high } else { low + step * i as f64 }).collect();
    let (low, step, last) = (T::of(low), T::of(step), T::of((BINS - 1) as f64));
    // What is no number is counted beside the bins. Four tables in turn: a bin that is hit twice running need not wait for itself.
    const TABLES: usize = 4;
    let mut tables = [[0_u64; 32]; TABLES];
    let bin = |x: T| {
        let place = (x - low) / step;
        let place = if place > last { last } else { place };
        if x.is_finite() { place.whole() } else { BINS as u32 }
    };
    // Places first, many at once, and only then the counting, which takes them one by one.
    let mut places = [0; 256];
    for chunk in x.chunks(places.len()) {
        places.iter_mut().zip(chunk).for_each(|(place, &x)| *place = bin(x));
        for (at, place) in places[..chunk.len()].iter().enumerate() {
            tables[at % TABLES][*place as usize % 32] += 1;
        }
    }
    let counts = (0..BINS).map(|bin| tables.iter().map(|table| table[bin]).sum()).collect();
    Histogram { edges, counts }
}

/// One sentence on what the layers show: what is wrong, or that nothing is.
pub fn reading(layers: &[LayerReport]) -> String {
    let (Some(first), Some(last)) = (layers.first(), layers.last()) else {
        return "No layers, nothing to read.".to_owned();
    };
    let depth = layers.len();
    let percent = |share: f64| format!("{:.0} %", 100.0 * share);
    if layers.iter().any(|layer| !layer.std.is_finite()) || last.std > 100.0 * first.std.max(1e-12) {
        return format!(
            "Exploding activations: the spread grows from {} to {} in {depth} layers.",
            short(first.std),
            short(last.std)
        );
    }
    let worst = layers.iter().map(|layer| layer.saturated).fold(0.0, f64::max);
    if worst > 0.3 {
        return format!(
            "Vanishing gradients: up to {} of a layer's activations lie at the flat ends of the function, where its slope is nearly 0.",
            percent(worst)
        );
    }
    if last.dead > 0.5 {
        return format!(
            "Dead units: {} of the last layer are 0 for every input and get no gradient.",
            percent(last.dead)
        );
    }
    let kept = last.std / first.std;
    let centred = (last.mean - 0.5).abs() < 0.1 && first.mean > 0.4;
    if last.std < 0.05 && (centred || kept < 0.2) {
        let place = if centred { "crowd at .5" } else { "crowd at 0" };
        return format!(
            "Limited expressiveness: the activations {place} (spread {} in the last layer), so the units all do the same work and gradients shrink with depth.",
            short(last.std)
        );
    }
    // By more than a fifth a layer; tanh with Xavier loses less, and ever less.
    if kept < 0.8_f64.powi(depth as i32 - 1) {
        return format!(
            "Shrinking: the spread falls from {} to {} in {depth} layers; in a deeper network the signal, and the gradient with it, would vanish.",
            short(first.std),
            short(last.std)
        );
    }
    format!(
        "Right: the spread stays ({} in the first layer, {} in the last), and few units are stuck.",
        short(first.std),
        short(last.std)
    )
}

/// Three significant digits.
fn short(x: f64) -> String {
    if x != 0.0 && x.abs() < 1e-3 { format!("{x:.2e}") } else { format!("{x:.3}") }
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::*;

    fn run(activation: &str, init: &str) -> Vec<LayerReport> {
        let (activation, init) = (activation.parse().unwrap(), init.parse().unwrap());
        Signal { activation, init, layers: 5, width: 100, samples: 1000, seed: 1 }.run()
    }

    /// NumPy's rule: bins are half open, the last one closed, and nothing else is counted.
    #[test]
    fn a_histogram_counts_what_a_plain_loop_counts() {
        let mut rng: ChaCha8Rng = key(3, Purpose::Inputs, 0).rng();
        let mut x: Vec<f32> = (0..1037).map(|_| rng.random()).collect();
        x.extend([0.0, 1.0, 0.5, 1.0 - f32::EPSILON / 2.0, f32::NAN, f32::INFINITY, f32::NEG_INFINITY]);
        let found = histogram(&x, 0.0, 1.0);
        let mut counts = vec![0_u64; BINS];
        for x in x.iter().filter(|x| x.is_finite()) {
            counts[((x / (1.0 / BINS as f32)) as usize).min(BINS - 1)] += 1;
        }
        assert_eq!(found.counts, counts);
        assert_eq!((found.edges[0], found.edges[BINS], found.edges.len()), (0.0, 1.0, BINS + 1));
    }

    #[test]
    fn the_seven_settings_of_the_chapter_read_as_the_chapter_says() {
        for (activation, init, expected) in [
            ("sigmoid", "normal:std=1", "Vanishing gradients"),
            ("sigmoid", "normal:std=0.01", "Limited expressiveness"),
            ("sigmoid", "xavier", "Right"),
            ("tanh", "xavier", "Right"),
            ("relu", "normal:std=0.01", "Limited expressiveness"),
            ("relu", "xavier", "Shrinking"),
            ("relu", "he", "Right"),
        ] {
            let reading = reading(&run(activation, init));
            assert!(reading.starts_with(expected), "{activation} {init}: {reading}");
        }
        assert!(reading(&run("relu", "normal:std=1")).starts_with("Exploding"));
        assert!(reading(&run("relu", "zeros")).starts_with("Dead"));
    }

    #[test]
    fn every_activation_is_counted_once() {
        for (activation, init) in
            [("sigmoid", "normal:std=1"), ("relu", "he"), ("tanh", "zeros"), ("gelu", "he")]
        {
            for layer in run(activation, init) {
                assert_eq!(layer.histogram.edges.len(), BINS + 1);
                assert_eq!(layer.histogram.counts.iter().sum::<u64>(), 100_000);
                assert!(layer.histogram.edges.is_sorted());
            }
        }
    }

    /// With weights of std σ and n inputs, the first sum is N(0, n σ² ‖x‖²/n): its moments are known.
    #[test]
    fn the_first_layer_has_the_moments_of_theory() {
        let layers = run("relu", "he");
        // ReLU of N(0, 2): mean √(2/(2π)), second moment 1.
        let mean = (1.0 / std::f64::consts::PI).sqrt();
        assert!((layers[0].mean - mean).abs() < 0.03, "{}", layers[0].mean);
        assert!((layers[0].std - (1.0 - mean * mean).sqrt()).abs() < 0.04, "{}", layers[0].std);
    }

    #[test]
    fn same_seed_same_bits() {
        assert_eq!(run("tanh", "xavier"), run("tanh", "xavier"));
    }
}
