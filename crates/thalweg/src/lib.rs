//! **thalweg**: a laboratory for the techniques that make neural networks train.
//!
//! Update rules, initial weights, normalisation, as formulas to read ([`technique`]), as problems to train ([`problem`]), and as studies that compare
//! them on equal terms and say which is better, by how much, and whether that is decided at all ([`study`]).
//!
//! # One step of Adam
//!
//! ```
//! use thalweg::prelude::*;
//!
//! let rule: Rule = "adam:lr=0.01".parse()?;
//! let mut optimizer: Optimizer<f32> = Optimizer::new(rule, &Layout::flat(3))?;
//! let mut params = [1.0_f32, 2.0, 3.0];
//! optimizer.update(&mut params, &[0.1, -0.2, 0.0]);
//! # assert!(params[0] < 1.0 && params[1] > 2.0 && params[2] == 3.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A path on the ravine
//!
//! ```
//! use thalweg::prelude::*;
//!
//! let ravine: Function = "ravine".parse()?;
//! let descent = Descent { start: [-7.0, 2.0], ..Descent::new(ravine, 30) };
//! let path = descent.descend("sgd:lr=0.95".parse::<Rule>()?)?;
//! assert!((path.points[30][0] + 0.35039299575232).abs() < 1e-12);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The numbered `examples/` go on from here: a network on digits, a rule of your own, a study from code.

pub use {problem, study, technique};

/// What most programs need.
pub mod prelude {
    pub use problem::data::{Dataset, Shelf, Table, TableSpec};
    pub use problem::descend::{Descent, Ended};
    pub use problem::function::{Function, Plane};
    pub use problem::supervised::{Part, Sampling, Supervised};
    pub use study::executor::{Silent, Watch, Workers};
    pub use study::spec::Study;
    pub use technique::card::{Described, Settings};
    pub use technique::decay::Decay;
    pub use technique::guard::Guard;
    pub use technique::init::Init;
    pub use technique::layer::activation::Activation;
    pub use technique::layer::dropout::Regularisation;
    pub use technique::layout::{Layout, Role};
    pub use technique::loss::Loss;
    pub use technique::net::{Net, NetSpec};
    pub use technique::norm::Norm;
    pub use technique::optimizer::Optimizer;
    pub use technique::real::Real;
    pub use technique::rule::{Block, Rule, Step, UpdateRule};
    pub use technique::schedule::Schedule;
    pub use technique::word::{Family, Word};
}

/// The version of this library, as reports name it.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
