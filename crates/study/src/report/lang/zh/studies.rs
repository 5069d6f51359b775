//! Titles and questions of the built-in studies. Those of a study of one's own stand in the report as its file has them.

/// English and Chinese.
const ALL: [(&str, &str); 19] = [
    ("Activations of five layers at birth", "初始状态下五层网络的激活值"),
    (
        "What do the initial weights do to the signal on its way through the network?",
        "信号穿过网络时，初始权重对它有何影响？",
    ),
    ("Batch normalisation over sixteen weight scales", "十六种权重尺度下的批归一化"),
    (
        "At which scales of the initial weights does batch norm help, hurt, or make no difference?",
        "初始权重取哪些尺度时，批归一化有益、有害或没有影响？",
    ),
    ("Initial weights on MNIST", "MNIST 上的初始权重"),
    (
        "Which scale of initial weights lets a deep ReLU network learn?",
        "初始权重取何种尺度，才能使深层 ReLU 网络学习？",
    ),
    ("Batch normalisation over learning rates", "不同学习率下的批归一化"),
    (
        "Does batch norm make learning faster, larger rates usable, and the gap to the test data smaller?",
        "批归一化能否加快学习、允许更大的学习率，并缩小与测试数据的差距？",
    ),
    ("Update rules on MNIST", "MNIST 上的更新规则"),
    (
        "How fast and how far do the update rules learn, from the same weights and on the same batches?",
        "从相同的权重出发、用相同的批次，各更新规则学得多快、多好？",
    ),
    ("Learning-rate decay on MNIST", "MNIST 上的学习率衰减"),
    (
        "Does a rate that decays with the steps end better than a constant one?",
        "随步数衰减的学习率，最终是否优于恒定的学习率？",
    ),
    ("Learning rate and depth", "学习率与深度"),
    (
        "How much does the result of a rule depend on its rate, and on the depth of the network?",
        "更新规则的结果在多大程度上取决于学习率和网络深度？",
    ),
    ("Overfitting and regularisation", "过拟合与正则化"),
    (
        "How far do training and test accuracy part on 300 images, and does weight decay, dropout or batch norm close the gap?",
        "在 300 幅图像上，训练准确率与测试准确率相差多远？权重衰减、随机失活或批归一化能否缩小这一差距？",
    ),
    (
        "Which of these techniques does better here, and is that decided?",
        "这些技术中哪一种在此更好？这一差异是否有定论？",
    ),
    ("Paths on f(x, y) = x²/20 + y²", "f(x, y) = x²/20 + y² 上的路径"),
    ("Which way do the update rules walk down a stretched valley?", "各更新规则沿怎样的路径走下狭长的山谷？"),
];

/// The Chinese text of a built-in study's English one, and of a study that `thalweg compare` has made.
pub(in crate::report::lang) fn text(english: &str) -> Option<String> {
    if let Some((_, chinese)) = ALL.iter().find(|(text, _)| *text == english) {
        return Some((*chinese).to_owned());
    }
    let data = english.strip_prefix("Techniques on ")?;
    Some(match data.strip_suffix(" data sets") {
        Some(n) => format!("{n} 个数据集上的技术比较"),
        None => format!("{data} 上的技术比较"),
    })
}
