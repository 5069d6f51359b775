use technique::optimizer::Optimizer; use technique::rule::Rule; use technique::layout::Layout; use std::time::Instant;
fn main() { for n in [1000usize, 10_000, 30_000, 100_000, 10_000_000] { for rule in ["sgd","momentum","nesterov","adagrad","rmsprop","adam","adam@torch"] {
  let mut opt: Optimizer<f32> = Optimizer::new(rule.parse::<Rule>().unwrap(), &Layout::flat(n)).unwrap(); let mut p=vec![1f32;n]; let g: Vec<f32>=(0..n).map(|i| ((i%97) as f32-48.0)*0.01).collect();
  let reps = (20_000_000/n).max(3); for _ in 0..reps/10+1 { opt.update(&mut p,&g); } let mut ts=vec![]; for _ in 0..5 { let t=Instant::now(); for _ in 0..reps { opt.update(&mut p,&g);} ts.push(t.elapsed().as_secs_f64()/reps as f64); } ts.sort_by(f64::total_cmp);
  println!("{n:9} {rule:12} {:10.3} us  {:.3} ns/param", ts[2]*1e6, ts[2]*1e9/n as f64); } } }
