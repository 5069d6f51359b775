//! Downloads from servers on loopback, most of which misbehave. The set is a small synthetic one.

#![allow(
    clippy::unwrap_used,
    reason = "a test may stop where it stands; clippy knows only of functions marked as tests"
)]

#[path = "download/home.rs"]
mod home;
#[path = "download/server.rs"]
mod server;

use std::fs::{self, File};
use std::time::Duration;

use flate2::Compression;
use home::{Home, Published, gzip};
use problem::data::{Check, DataError, Patience, Quiet};
use server::Does;

/// The file that servers misbehave about: the training images, the first to be downloaded.
const ODD: &str = "train-images.gz";

const PATIENCE: Patience = Patience {
    connect: Duration::from_secs(5),
    silence: Duration::from_secs(1),
    window: Duration::from_millis(200),
    least: 1000,
    resumes: 3,
    pause: Duration::from_millis(1),
};

#[test]
fn a_set_is_downloaded_checked_and_put_in_place_once() {
    let published = Published::new(true);
    let server = published.serve(&[Does::Right]);
    let mut home = Home::new();
    let folder = home.fetch(&published, &[&server]).unwrap();
    assert_eq!(folder, home.folder.path().join("noise"));
    home.assert_right(&published);
    assert_eq!(home.finished.len(), 4);
    let size = published.odd().len() as u64;
    assert_eq!(home.last, Some((size, Some(size))));
    home.fetch(&published, &[&server]).unwrap();
    assert_eq!(server.asked(ODD), [None], "what is right is not downloaded again");
}

/// Everything a mirror can do wrong, and the reason that must be told.
fn misdeeds(published: &Published) -> Vec<(Does, &'static str)> {
    let odd = published.odd();
    let (half, len) = (odd.len() / 2, odd.len());
    let other = gzip(&[0; 2576], Compression::best());
    let mut damaged = odd.to_vec();
    damaged[half] ^= 0x10;
    let kind = "application/gzip";
    vec![
        (Does::Status("404 Not Found"), "404"),
        (Does::Status("403 Forbidden"), "403"),
        (Does::Status("500 Internal Server Error"), "500"),
        (
            Does::Instead("text/html", b"<!DOCTYPE html><p>log in first".to_vec()),
            "something else than a gzip file (content type text/html)",
        ),
        (Does::Instead(kind, Vec::new()), "its content ends too early"),
        (Does::Instead(kind, odd[..half].to_vec()), "its content ends too early"),
        (Does::CutUnannounced(half), "its content ends too early"),
        (Does::Instead(kind, [odd, b"more"].concat()), "it sends a damaged gzip file"),
        (Does::Instead(kind, vec![0x1f; len + 10_000]), "it offers"),
        (Does::Endless, "it sends more than"),
        (Does::Instead(kind, other), "it sends another file"),
        (Does::Instead(kind, damaged), "it sends"),
        (Does::Cut(0), "after 0 of"),
        (Does::Hush(half), "timeout"),
        (Does::Silent, "timeout"),
        (Does::Drip, "it is slow"),
        (Does::WrongRange, "it sends another range"),
    ]
}

#[test]
fn after_any_misdeed_the_next_mirror_is_asked() {
    let published = Published::new(true);
    let good = published.serve(&[Does::Right]);
    for (does, expected) in misdeeds(&published) {
        let bad = published.serve(std::slice::from_ref(&does));
        let mut home = Home::new();
        home.fetch(&published, &[&bad, &good]).unwrap();
        home.assert_right(&published);
        let [failed] = &home.failed[..] else {
            panic!("{expected}: {:?}", home.failed);
        };
        assert_eq!(failed.url, format!("{}{ODD}", bad.url));
        // Only a range that nobody asked for is worth a second question.
        let questions = if matches!(does, Does::WrongRange) { 2 } else { 1 };
        assert_eq!(bad.asked(ODD).len(), questions, "{expected}");
        assert!(failed.reason.contains(expected), "{expected}: {}", failed.reason);
    }
}

#[test]
fn when_no_mirror_is_left_each_is_listed_and_nothing_is_in_place() {
    let published = Published::new(true);
    for (does, expected) in misdeeds(&published) {
        let bad = published.serve(std::slice::from_ref(&does));
        let gone = published.serve(&[Does::Status("410 Gone")]);
        let mut home = Home::new();
        let error = home.fetch(&published, &[&bad, &gone]).unwrap_err();
        let text = error.to_string();
        for part in [ODD, &bad.url, expected, &gone.url, "410"] {
            assert!(text.contains(part), "{expected}: {part} lacks from {text}");
        }
        assert!(!error.is_missing());
        assert!(!home.place(ODD).exists(), "{expected}");
        // What is kept to go on from is a true beginning of the file.
        let part = fs::read(home.place(&format!("{ODD}.part"))).unwrap_or_default();
        assert!(published.odd().starts_with(&part), "{expected}");
    }
}

#[test]
fn a_mirror_that_cannot_be_reached_is_passed_over() {
    let published = Published::new(true);
    let good = published.serve(&[Does::Right]);
    let home = Home::new();
    // Nobody listens on a port that has just been closed.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mirrors = [format!("http://{closed}/"), "no address/".to_owned(), good.url.clone()];
    let mirrors: Vec<&str> = mirrors.iter().map(String::as_str).collect();
    let shelf = home.shelf();
    shelf.fetch_card(&published.card, &mirrors, &PATIENCE, &mut Quiet).unwrap();
    home.assert_right(&published);
}

#[test]
fn a_cut_download_goes_on_where_it_stopped() {
    let published = Published::new(true);
    let server = published.serve(&[Does::Cut(1000), Does::Cut(500), Does::Right]);
    let mut home = Home::new();
    home.fetch(&published, &[&server]).unwrap();
    home.assert_right(&published);
    assert_eq!(server.asked(ODD), [None, Some(1000), Some(1500)]);
    assert_eq!(home.failed, []);
    let size = published.odd().len() as u64;
    assert_eq!(home.last, Some((size, Some(size))), "progress counts what was there");
}

#[test]
fn another_mirror_and_another_day_go_on_where_one_stopped() {
    let published = Published::new(true);
    let one = published.serve(&[Does::Cut(10)]);
    let gone = published.serve(&[Does::Status("404 Not Found")]);
    let mut home = Home::new();
    home.fetch(&published, &[&one, &gone]).unwrap_err();
    assert_eq!(one.asked(ODD), [None, Some(10), Some(20), Some(30)], "patience has an end");
    assert_eq!(gone.asked(ODD), [Some(40)]);
    let good = published.serve(&[Does::Right]);
    home.fetch(&published, &[&good]).unwrap();
    assert_eq!(good.asked(ODD), [Some(40)]);
    home.assert_right(&published);
}

#[test]
fn a_server_that_ignores_ranges_sends_all_again() {
    let published = Published::new(true);
    let server = published.serve(&[Does::Cut(1000), Does::IgnoreRange]);
    let mut home = Home::new();
    home.fetch(&published, &[&server]).unwrap();
    assert_eq!(server.asked(ODD), [None, Some(1000)]);
    home.assert_right(&published);
}

#[test]
fn a_server_that_sends_a_wrong_range_is_asked_for_all() {
    let published = Published::new(true);
    let server = published.serve(&[Does::Cut(1000), Does::WrongRange, Does::Right]);
    let mut home = Home::new();
    home.fetch(&published, &[&server]).unwrap();
    assert_eq!(server.asked(ODD), [None, Some(1000), None]);
    home.assert_right(&published);
}

#[test]
fn a_page_in_place_of_the_rest_does_not_cost_the_beginning() {
    let published = Published::new(true);
    let page = Does::Instead("text/html", b"<html>".to_vec());
    let bad = published.serve(&[Does::Cut(1000), page]);
    let good = published.serve(&[Does::Right]);
    let mut home = Home::new();
    home.fetch(&published, &[&bad, &good]).unwrap();
    assert_eq!(good.asked(ODD), [Some(1000)]);
    home.assert_right(&published);
}

#[test]
fn a_part_that_is_complete_is_only_checked() {
    let published = Published::new(true);
    let server = published.serve(&[Does::Right]);
    let mut home = Home::new().with(&format!("{ODD}.part"), published.odd());
    home.fetch(&published, &[&server]).unwrap();
    assert_eq!(server.asked(ODD), [Some(published.odd().len())]);
    home.assert_right(&published);
}

#[test]
fn a_part_of_something_else_is_thrown_away_once() {
    let published = Published::new(true);
    for length in [100, 100_000] {
        let server = published.serve(&[Does::Right]);
        let mut home = Home::new().with(&format!("{ODD}.part"), &vec![7; length]);
        home.fetch(&published, &[&server]).unwrap();
        assert_eq!(server.asked(ODD), [Some(length), None]);
        home.assert_right(&published);
    }
}

#[test]
fn a_damaged_file_is_replaced_and_a_plain_one_is_enough() {
    let published = Published::new(true);
    let server = published.serve(&[Does::Right]);
    let labels = [&0x801_u32.to_be_bytes()[..], &10_u32.to_be_bytes(), &[0, 1, 2, 0, 1, 2, 0, 1, 2, 0]];
    let mut home = Home::new().with(ODD, &published.odd()[..1000]).with("t10k-labels", &labels.concat());
    assert!(home.shelf().load_card(&published.card).unwrap_err().is_missing());
    home.fetch(&published, &[&server]).unwrap();
    assert_eq!(server.asked(ODD), [None]);
    assert_eq!(server.asked("t10k-labels.gz"), []);
    assert!(fs::read(home.place(ODD)).unwrap() == published.odd());
}

#[test]
fn a_failed_replacement_leaves_the_old_file_alone() {
    let published = Published::new(true);
    let server = published.serve(&[Does::Status("404 Not Found")]);
    let mut home = Home::new().with(ODD, b"old");
    home.fetch(&published, &[&server]).unwrap_err();
    assert_eq!(fs::read(home.place(ODD)).unwrap(), b"old");
}

#[test]
fn where_only_the_gzip_checksum_is_known_a_mirror_must_match_it() {
    let published = Published::new(false);
    let mut content = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(published.odd()), &mut content).unwrap();
    let again = gzip(&content, Compression::none());
    let bad = published.serve(&[Does::Instead("application/gzip", again.clone())]);
    let good = published.serve(&[Does::Right]);
    let mut home = Home::new();
    home.fetch(&published, &[&bad, &good]).unwrap();
    assert!(home.failed[0].reason.contains("SHA-256 of its gzip stream"), "{:?}", home.failed);
    home.assert_right(&published);

    // A person's own file, compressed again, is taken for what it is.
    let home = home.with(ODD, &again);
    let report = home.shelf().verify_card(&published.card).unwrap();
    let checks: Vec<Check> = report.files.iter().map(|f| f.check).collect();
    assert_eq!(checks, [Check::Structure, Check::Gzip, Check::Gzip, Check::Gzip]);
}

#[test]
fn two_downloads_into_one_folder_do_not_mix() {
    let published = Published::new(true);
    let server = published.serve(&[Does::Right]);
    let mut home = Home::new().with(".lock", b"");
    let other = File::open(home.place(".lock")).unwrap();
    other.lock().unwrap();
    let error = home.fetch(&published, &[&server]).unwrap_err();
    assert!(matches!(error, DataError::Busy { .. }), "{error:?}");
    assert_eq!(server.asked(ODD), []);
    other.unlock().unwrap();
    home.fetch(&published, &[&server]).unwrap();
    home.assert_right(&published);
}
