//! **How it is run.** Trials, studies, statistics, figures and the report.
//!
//! | look for | in |
//! |---|---|
//! | one run of training, and its identity | [`trial`] |
//! | a study file, and the built-in ones | [`spec`] |
//! | a grid of techniques with the same seeds | [`training`], [`technique`] |
//! | about how long it takes | [`estimate`] |
//! | threads | [`executor`] |
//! | a trial as a line that runs anywhere | [`errand`] |
//! | what survives a kill | [`journal`] |
//! | how far a run is | [`mod@status`], [`planned`] |
//! | several run folders in one | [`mod@merge`] |
//! | results for other programs | [`mod@export`] |
//! | means, intervals, verdicts | [`statistics`], [`compare`] |
//! | steps and seconds to a target | [`mod@target`] |
//! | several data sets at once | [`mod@across`] |
//! | the chapter's claims, checked | [`claims`] |
//! | pictures | [`figure`] |
//! | the page and the folder | [`report`] |
//! | everything at once | [`mod@reproduce`] |

pub mod across;
mod atomic;
pub mod claims;
pub mod compare;
pub mod errand;
pub mod error;
pub mod estimate;
pub mod executor;
pub mod export;
pub mod figure;
pub mod journal;
pub mod merge;
pub mod metric;
pub mod planned;
pub mod report;
pub mod reproduce;
pub mod run;
pub mod spec;
pub mod statistics;
pub mod status;
pub mod summary;
pub mod target;
pub mod technique;
#[cfg(test)]
mod testing;
pub mod training;
pub mod trial;
