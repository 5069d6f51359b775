//! Chinese, simplified.

use super::{Captions, Found, Method, Page, Tables, Texts, Words};
use crate::metric::Metric;
use crate::technique::Field;

pub(super) mod studies;

pub(super) const TEXTS: Texts = Texts {
    words: Words {
        better: "更好",
        worse: "更差",
        undecided: "未定",
        none: "无",
        and: " 和 ",
        comma: "、",
        semicolon: "；",
        colon: "：",
        between: "",
        quoted: "“{name}”",
        points: "{n} 个百分点",
        diverged: "发散",
        diverged_at: "在第 {at} 步发散",
        diverged_between: "在第 {first}–{last} 步之间发散",
        some_diverged_at: "{all} 个种子中有 {lost} 个在第 {at} 步发散",
        some_diverged_between: "{all} 个种子中有 {lost} 个在第 {first}–{last} 步之间发散",
        no_pair: "没有双方都完成的种子",
        with_n: "{difference}，n = {n}",
    },
    page: Page {
        contents: "目录",
        figure: "图",
        files: "文件",
        rows: "{caption}（共 {n} 行）",
        entry: "**{name}**：{value}",
        sort: "按此列排序",
        made: "如何重现本报告",
        data: "数据",
        seeds: "随机种子",
        version: "版本",
        cpu: "处理器",
        system: "操作系统",
        wall: "运行时间",
        again: "重新运行",
        fingerprint: "{name} 的 SHA-256",
        notes: "数据的读取方式",
        resolved: "写出全部默认值的研究文件，可直接再次运行",
        ran_on: "所用数据：{name}（{source}，训练样本 {train} 个，测试样本 {test} 个，内容 SHA-256 为 {fingerprint}…）。",
        ran_on_validated: "所用数据：{name}（{source}，训练样本 {train} 个，验证样本 {validation} 个，测试样本 {test} 个，内容 SHA-256 为 {fingerprint}…）。",
        ran_without: "本次运行未使用数据。",
        seeds_one: "每种技术均使用种子 1",
        seeds_many: "每种技术均使用种子 1 至 {n}",
        seeds_none: "见研究文件",
        claims: "论断与数据",
        claims_note: "每条论断都用下文的测量结果检验，结论由其下所列数值计算得出。方括号内为 95% 置信区间，n 为种子数，pp 为百分点。“undecided”（未定）表示测量结果不能排除任何一种答案。",
        tally: "本章共 {all} 条论断：在这些数据上 {holds} 条成立，{not} 条不成立，{undecided} 条未定。",
        nothing_found: "没有可报告的结果。",
    },
    method: Method {
        data: "数据：{name}（{source}），前 {train} 个训练样本和全部 {test} 个测试样本。",
        data_validated: "数据：{name}（{source}），前 {train} 个训练样本、全部 {validation} 个验证样本和全部 {test} 个测试样本。",
        network: "网络：{widths}。",
        fixed: "所有试验相同的设置：{fixed}。",
        training: "批量大小为 {batch}，{drawn}；共 {steps} 步；训练损失{loss}测得。",
        replacement: "有放回抽样",
        epochs: "逐轮遍历",
        before: "在计算梯度的参数处",
        after: "在更新之后于同一批样本上",
        seed_one: "随机种子为 1：各技术的初始权重（除尺度外）与批次均相同。",
        seeds_many: "随机种子为 1 至 {n}：同一种子下，各技术的初始权重（除尺度外）与批次均相同。",
    },
    found: Found {
        is_better: "最终{metric}：在 {n} 种情形中的 {k} 种里，{a} 明确优于 {b}（{which}）。",
        is_worse: "最终{metric}：在 {n} 种情形中的 {k} 种里，{a} 明确劣于 {b}（{which}）。",
        is_undecided: "最终{metric}：在 {n} 种情形中的 {k} 种里，{a} 与 {b} 的差异未定（{which}）。",
        all_finished: "全部 {n} 次试验均已完成，无一发散。",
        none_diverged: "{n} 次试验中有 {k} 次完成，无一发散。",
        and_more: "另有 {n} 种",
        some_diverged: "{n} 次试验中有 {k} 次发散（{which}）。",
        some_failed: "{n} 次试验中有 {k} 次出错（{which}）。",
        with_reason: "{name}：{reason}",
        lowest: "{metric}最低者：{best}，为 {value}；{found}。",
        highest: "{metric}最高者：{best}，为 {value}；{found}。",
        alone: "没有与其他技术比较",
        over: "明确优于{won}",
        not_over: "未能明确优于{open}",
        over_not_over: "明确优于{won}；未能明确优于{open}",
        the_other: "另一种技术",
        all_others: "其余全部 {n} 种技术",
        some_others: "其余 {n} 种技术中的 {k} 种",
        the_other_near: "与它仅有一项设置不同的另一种技术",
        all_others_near: "与它仅有一项设置不同的全部 {n} 种技术",
        some_others_near: "与它仅有一项设置不同的 {n} 种技术中的 {k} 种",
    },
    captions: Captions {
        one_seed: "曲线：唯一的种子。",
        many_seeds: "曲线：{n} 个种子的均值；色带：从最低的种子到最高的种子。",
        recorded_every: "损失每 {n} 步记录一次。",
        logarithmic: "纵轴为对数坐标。",
        leaves_panel: "{name} 从上方超出图框：它在训练初期达到 {top}。",
        named_at_end: "曲线名称标在其末端。",
        panels: "{field}的每个取值各占一幅，坐标轴相同。",
        parts: "每种技术一幅，绘出{parts}：曲线间的距离即过拟合的程度。",
        best_of: "图中为{metric}均值最好的 {k} 种（共 {n} 种）；众多技术中的最优者，多少有运气的成分。",
        differences: "同一种子内的配对差：位于 0 处虚线{side}侧时 {a} 更好。仅当整个区间都在虚线一侧，或只有另一方发散时，才判定为更好或更差。",
        right: "右",
        left: "左",
        finals: "每个种子的值、均值及其 95% 置信区间；右侧数字为均值。",
        larger: "越大越好。",
        smaller: "越小越好。",
        smaller_log: "越小越好；坐标轴为对数坐标，超出图框下端的区间被截断。",
    },
    tables: Tables {
        groups: "各技术的最终值：已完成种子的均值及其 95% 置信区间。",
        comparisons: "同一种子内的配对差 a − b 及其 95% 置信区间；仅当区间不含 0，或一方所有种子发散而另一方无一发散时，才判定 a 更好或更差。每个区间各自成立：平均每二十个区间就有一个因偶然而不含 0。",
        trials: "全部试验。",
        series: "全部试验的全部记录值。",
        failures: "出错的试验及其原因。",
        technique: "技术",
        finished: "完成的种子数",
        diverged: "发散情况",
        metric: "指标",
        difference: "差值与 95% 置信区间",
        a_is: "a 的结论",
        seed: "种子",
        reason: "原因",
        best_of: "表中为{metric}均值最好的 {k} 种技术（共 {n} 种）；全部数据见 {file}。",
        first_of: "表中为前 {k} 行（共 {n} 行）；全部数据见 {file}。",
    },
};

/// A metric in a narrow column.
pub(super) fn metric(metric: Metric) -> &'static str {
    match metric {
        Metric::TrainLoss => "训练损失",
        Metric::TrainAccuracy => "训练准确率",
        Metric::ValidationAccuracy => "验证准确率",
        Metric::TestAccuracy => "测试准确率",
        Metric::TrainR2 => "训练 R²",
        Metric::ValidationR2 => "验证 R²",
        Metric::TestR2 => "测试 R²",
        Metric::TestRmse => "测试 RMSE",
    }
}

/// A metric in prose.
pub(super) fn metric_title(of: Metric) -> &'static str {
    match of {
        Metric::TrainLoss => "训练损失（最后 100 步的均值）",
        Metric::TestRmse => "测试均方根误差",
        other => metric(other),
    }
}

/// What a field chooses.
pub(super) fn field(field: Field) -> &'static str {
    match field {
        Field::Hidden => "隐藏层",
        Field::Activation => "激活函数",
        Field::Init => "初始权重",
        Field::Rule => "更新规则",
        Field::Schedule => "学习率调度",
        Field::Norm => "归一化",
        Field::Dropout => "随机失活",
        Field::Guard => "梯度裁剪",
        Field::Decay => "权重衰减",
        Field::Data => "数据集",
        Field::Variant => "方案",
        Field::Batch => "批量大小",
    }
}
