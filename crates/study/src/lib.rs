//! **How it is run.** Trials, studies, statistics, figures and the report.
//!
//! | look for | in |
//! |---|---|
//! | one run of training, and its identity | [`trial`] |
//! | a study file, and the built-in ones | [`spec`] |
//! | a grid of techniques with the same seeds | [`training`], [`technique`] |
//! | threads | [`executor`] |
//! | what survives a kill | [`journal`] |
//! | means, intervals, verdicts | [`statistics`], [`compare`] |
//! | the chapter's claims, checked | [`claims`] |
//! | pictures | [`figure`] |
//! | the page and the folder | [`report`] |
//! | everything at once | [`mod@reproduce`] |

pub mod claims;
pub mod compare;
pub mod error;
pub mod executor;
pub mod figure;
pub mod journal;
pub mod report;
pub mod reproduce;
pub mod run;
pub mod spec;
pub mod statistics;
pub mod summary;
pub mod technique;
#[cfg(test)]
mod testing;
pub mod training;
pub mod trial;
