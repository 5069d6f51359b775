//! The macros that write a technique in one place: [`choice!`](crate::choice) and [`described!`](crate::described).

/// Names for the choices in which frameworks differ: an enum whose variants are words.
#[macro_export]
macro_rules! choice {
    (
        $(#[doc = $doc:literal])*
        pub enum $Type:ident { $( $(#[doc = $vdoc:literal])* $Variant:ident = $name:literal ),+ $(,)? }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $Type { $( $(#[doc = $vdoc])* $Variant ),+ }

        impl $Type {
            /// The words of the variants.
            pub const NAMES: &'static [&'static str] = &[$($name),+];
        }

        impl $crate::card::SettingType for $Type {
            fn value(self) -> $crate::card::Value {
                $crate::card::Value::Choice(match self { $(Self::$Variant => $name),+ })
            }
            fn read(text: &str) -> Option<Self> {
                match text { $($name => Some(Self::$Variant),)+ _ => None }
            }
        }
    };
}

/// Writes a technique's struct, its defaults and its [`Card`](crate::card::Card) in one place.
///
/// ```
/// technique::described! {
///     /// Gradient descent that looks only at signs.
///     ///
///     /// # Formula
///     /// ```text
///     /// p ← p − η sign(g)
///     /// ```
///     pub struct SignDescent("sign", "Sign descent", "Riedmiller & Braun 1993", 1993) {
///         /// Learning rate η.
///         lr: f64 = 0.001, Domain::Positive, Search::Log(1e-5, 1e-1);
///     }
/// }
/// # use technique::card::Described;
/// # assert_eq!(SignDescent::CARD.settings[0].name, "lr");
/// ```
#[macro_export]
macro_rules! described {
    (
        $(#[doc = $doc:literal])*
        pub struct $Type:ident ($name:literal, $title:literal, $paper:literal, $year:literal) {
            $(
                $(#[doc = $fdoc:literal])*
                $field:ident: $ty:ty = $default:expr, $domain:expr $(, $search:expr)?;
            )*
        }
        $(dialect $dialect:ident ($call:literal) { $($key:ident = $value:expr),* $(,)? })*
        $(absent $missing:ident ($why:literal);)*
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub struct $Type {
            $( $(#[doc = $fdoc])* pub $field: $ty, )*
        }

        impl Default for $Type {
            fn default() -> Self {
                Self { $($field: $default),* }
            }
        }

        impl $crate::card::Settings for $Type {
            fn card(&self) -> &'static $crate::card::Card {
                &<Self as $crate::card::Described>::CARD
            }
            #[allow(unused_variables, reason = "some techniques have no settings")]
            fn get(&self, setting: &str) -> Option<$crate::card::Value> {
                $( if setting == stringify!($field) { return Some($crate::card::SettingType::value(self.$field)); } )*
                None
            }
            #[allow(unused_variables, reason = "some techniques have no settings")]
            fn set(&mut self, setting: &str, text: &str) -> bool {
                $(
                    if setting == stringify!($field) {
                        return match <$ty as $crate::card::SettingType>::read(text) {
                            Some(value) => { self.$field = value; true }
                            None => false,
                        };
                    }
                )*
                false
            }
        }

        impl $crate::card::Described for $Type {
            const CARD: $crate::card::Card = {
                #[allow(unused_imports, reason = "not every technique uses all of them")]
                use $crate::card::{Domain, Search, Value::*};
                $crate::card::Card {
                    name: $name,
                    title: $title,
                    doc: concat!($($doc, "\n"),*),
                    paper: $paper,
                    year: $year,
                    settings: &[$($crate::card::Setting {
                        name: stringify!($field),
                        doc: concat!($($fdoc, "\n"),*),
                        domain: $domain,
                        search: $crate::described!(@search $($search)?),
                    }),*],
                    dialects: &[$($crate::card::Dialect {
                        name: stringify!($dialect),
                        call: $call,
                        settings: &[$((stringify!($key), $value)),*],
                    }),*],
                    absent: &[$((stringify!($missing), $why)),*],
                    defaults: || {
                        #[allow(unused_variables, reason = "some techniques have no settings")]
                        let this = <$Type>::default();
                        vec![$($crate::card::SettingType::value(this.$field)),*]
                    },
                }
            };
        }
    };
    (@search $search:expr) => { Some($search) };
    (@search) => { None };
}
