//! scratch
use speed::workload::{Setup, Training};
use problem::data::Shelf;
fn main() {
    let folder = std::env::var_os("THALWEG_DATA").map(std::path::PathBuf::from);
    let data = Shelf::new(folder).load("mnist").unwrap();
    let mut t = Training::new(&data, &Setup::w1("adam@torch:lr=0.001")).unwrap();
    t.steps(10, 1);
    let start = std::time::Instant::now();
    let guard = pprof::ProfilerGuardBuilder::default().frequency(997).build().unwrap();
    t.steps(4000, 1);
    let r = guard.report().build().unwrap();
    let n: isize = r.data.values().sum();
    println!("{:?} {n}", start.elapsed());
    for (f, c) in &r.data {
        println!("{c} {}", f.frames.iter().map(|s| s.iter().map(|s| s.name()).collect::<Vec<_>>().join(" | ")).collect::<Vec<_>>().join("\n      "));
    }
}
