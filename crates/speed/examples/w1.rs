use problem::classify::*; use problem::data::Shelf; use technique::net::NetSpec; use technique::optimizer::Optimizer; use technique::rule::Rule; use technique::loss::CrossEntropy; use std::time::Instant;
fn main() {
  let data = Shelf::new(Some("/work/shared/data".into())).load("mnist").unwrap();
  let steps = 1000;
  for (hidden, rules) in [(vec![100;4], vec!["sgd:lr=0.01","momentum:lr=0.01","adagrad:lr=0.01","adam:lr=0.001"]), (vec![100], vec!["adam:lr=0.001"])] {
  let mut tot = 0.0;
  for rule in rules.clone() {
    let spec = NetSpec { inputs: 784, hidden: hidden.clone(), outputs: 10, activation: "relu".parse().unwrap(), norm: std::env::var("NORM").unwrap_or("none".into()).parse().unwrap(), dropout: Default::default(), loss: CrossEntropy::default().into() };
    let mut best = vec![]; let mut last = 0.0;
    let (mut tg, mut tu) = (0.0, 0.0);
    for rep in 0..4 {
      let mut p = Classification::<f32>::new(&data, None, &spec, 128, Sampling::Replacement, 1).unwrap();
      let mut params = p.initial(&"he".parse().unwrap()); let mut grads = vec![0f32; params.len()];
      let mut opt: Optimizer<f32> = Optimizer::new(rule.parse::<Rule>().unwrap(), p.layout()).unwrap();
      let t = Instant::now();
      for s in 0..steps { let a = Instant::now(); last = p.gradient(&params, s, &mut grads); let b = Instant::now(); opt.update(&mut params, &grads); if rep==3 { tg += (b-a).as_secs_f64(); tu += b.elapsed().as_secs_f64(); } }
      if rep>0 { best.push(t.elapsed().as_secs_f64()/steps as f64*1e6); }
    }
    best.sort_by(f64::total_cmp); tot += best[1];
    println!("{hidden:?} {rule:20} {:.1} us (grad {:.1} update {:.1}) loss {last:.4}", best[1], tg/steps as f64*1e6, tu/steps as f64*1e6);
  }
  println!("mean {:.1}", tot/rules.len() as f64);
  }
}
