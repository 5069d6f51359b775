//! Inits that scale with the fans of the matrix: constants of [`VarianceScaling`].

use super::{Fan, Initial, Law, VarianceScaling};
use crate::random::Key;
use crate::real::Real;

macro_rules! scaled {
    ($($Type:ident: $scale:literal),+) => {
        $(
            impl $Type {
                /// Its constants.
                pub fn scaling(&self) -> VarianceScaling {
                    VarianceScaling { scale: $scale, fan: self.fan, law: self.law }
                }
            }

            impl Initial for $Type {
                fn fill<T: Real>(&self, shape: (usize, usize), key: Key, weights: &mut [T]) {
                    self.scaling().fill(shape, key, weights);
                }
            }
        )+
    };
}

scaled!(Xavier: 1.0, Glorot: 1.0, He: 2.0, LeCun: 1.0);

crate::described! {
    /// The textbook's Xavier: the variance of a unit's input does not depend on how many inputs it has.
    ///
    /// # Formula
    /// ```text
    /// w ~ N(0, 1/n_in)
    /// ```
    ///
    /// # Conventions
    /// Other places call this LeCun. `xavier@torch` is `xavier_normal_`, 2/(n_in + n_out), what Keras and JAX call Glorot (there truncated).
    pub struct Xavier("xavier", "Xavier", "Glorot & Bengio, AISTATS 2010, in the simplified form of the textbook (and of Caffe)", 2010) {
        /// Which fan.
        fan: Fan = Fan::In, Domain::Choice(Fan::NAMES);
        /// Normal, truncated or uniform.
        law: Law = Law::Normal, Domain::Choice(Law::NAMES);
    }
    dialect torch ("torch.nn.init.xavier_normal_") { fan = Choice("average") }
    dialect jax ("jax.nn.initializers.xavier_normal") { fan = Choice("average"), law = Choice("truncated") }
    absent keras ("Keras calls it Glorot: ask for `glorot@keras`");
}

crate::described! {
    /// Glorot: a compromise between keeping the variance of the activations and that of the gradients.
    ///
    /// # Formula
    /// ```text
    /// w ~ N(0, 2/(n_in + n_out))       uniform: ±√(6/(n_in + n_out))
    /// ```
    ///
    /// # Conventions
    /// PyTorch calls it Xavier. Keras and JAX draw the normal form truncated at two standard deviations and rescale it to the same variance.
    pub struct Glorot("glorot", "Glorot", "Glorot & Bengio, Understanding the difficulty of training deep feedforward neural networks, AISTATS 2010, eqs. (12), (16)", 2010) {
        /// Which fan.
        fan: Fan = Fan::Average, Domain::Choice(Fan::NAMES);
        /// Normal, truncated or uniform.
        law: Law = Law::Normal, Domain::Choice(Law::NAMES);
    }
    dialect torch ("torch.nn.init.xavier_normal_") {}
    dialect keras ("keras.initializers.GlorotNormal") { law = Choice("truncated") }
    dialect jax ("jax.nn.initializers.glorot_normal") { law = Choice("truncated") }
}

crate::described! {
    /// He: twice Xavier's variance, since a ReLU loses half of its inputs.
    ///
    /// # Formula
    /// ```text
    /// w ~ N(0, 2/n_in)       uniform: ±√(6/n_in)
    /// ```
    ///
    /// # Conventions
    /// Keras and JAX draw the normal form truncated at two standard deviations and rescale it to the same variance.
    pub struct He("he", "He", "He, Zhang, Ren & Sun, Delving deep into rectifiers, ICCV 2015, arXiv:1502.01852, eq. (10)", 2015) {
        /// Which fan.
        fan: Fan = Fan::In, Domain::Choice(Fan::NAMES);
        /// Normal, truncated or uniform.
        law: Law = Law::Normal, Domain::Choice(Law::NAMES);
    }
    dialect torch ("torch.nn.init.kaiming_normal_(nonlinearity='relu')") {}
    dialect keras ("keras.initializers.HeNormal") { law = Choice("truncated") }
    dialect jax ("jax.nn.initializers.he_normal") { law = Choice("truncated") }
}

crate::described! {
    /// LeCun: unit variance in, unit variance out, for a linear unit.
    ///
    /// # Formula
    /// ```text
    /// w ~ N(0, 1/n_in)       uniform: ±√(3/n_in)
    /// ```
    ///
    /// # Conventions
    /// The same numbers as the textbook's [`Xavier`]. Keras and JAX draw it truncated and rescaled.
    pub struct LeCun("lecun", "LeCun", "LeCun, Bottou, Orr & Müller, Efficient BackProp, 1998, section 4.6", 1998) {
        /// Which fan.
        fan: Fan = Fan::In, Domain::Choice(Fan::NAMES);
        /// Normal, truncated or uniform.
        law: Law = Law::Normal, Domain::Choice(Law::NAMES);
    }
    dialect keras ("keras.initializers.LecunNormal") { law = Choice("truncated") }
    dialect jax ("jax.nn.initializers.lecun_normal") { law = Choice("truncated") }
    absent torch ("PyTorch has no LeCun initialiser");
}
