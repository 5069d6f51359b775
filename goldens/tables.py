"""Small tables and arrays as pandas, NumPy and pyarrow write them, and what scikit-learn makes of them.

    python goldens/tables.py                write goldens/tables/* and goldens/tables.json

Made with pandas 3.1.1, pyarrow 26.0.1, numpy 2.4.6, scikit-learn 1.9.1. The files' bytes may differ with other versions; the
numbers may not. Apart from make.py, which needs none of these packages.
"""

import gzip
import json
import pathlib
import struct

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from sklearn.compose import ColumnTransformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.metrics import r2_score
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

HERE = pathlib.Path(__file__).resolve().parent
FOLDER = HERE / "tables"
ROWS = 30


# --- The split, written again from its description: ChaCha8 (RFC 8439 with 8 rounds and a 64-bit counter), Fisher-Yates.


def chacha8(seed):
    """The 64-bit numbers of ChaCha8 with the seed in the first 8 bytes of its key."""
    key = struct.unpack("<8I", seed.to_bytes(8, "little") + bytes(24))
    counter = 0
    while True:
        state = [0x61707865, 0x3320646E, 0x79622D32, 0x6B206574, *key, counter & 0xFFFFFFFF, counter >> 32, 0, 0]
        x = list(state)
        for _ in range(4):
            for a, b, c, d in [(0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15)] + [
                (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)]:
                for p, q, r, n in [(a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)]:
                    x[p] = (x[p] + x[q]) & 0xFFFFFFFF
                    y = x[r] ^ x[p]
                    x[r] = ((y << n) | (y >> (32 - n))) & 0xFFFFFFFF
        words = [(i + j) & 0xFFFFFFFF for i, j in zip(x, state)]
        for low, high in zip(words[::2], words[1::2]):
            yield low | high << 32
        counter += 1


def shuffled(n, seed):
    random, rows = chacha8(seed), list(range(n))
    for i in range(n - 1, 0, -1):
        j = (next(random) * (i + 1)) >> 64
        rows[i], rows[j] = rows[j], rows[i]
    return rows


def split(labels, seed=0, test=0.2, validation=0.0):
    def nearest(x):
        return int(np.floor(x + 0.5))

    counts = {label: labels.count(label) for label in set(labels)}
    tested = {k: 0 if n < 2 else min(max(nearest(n * test), 1), n - 1) for k, n in counts.items()}
    left = {k: n - tested[k] for k, n in counts.items()}
    chosen = {
        k: 0 if validation == 0 or left[k] < 2 else min(max(nearest(n * validation), 1), left[k] - 1)
        for k, n in counts.items()
    }
    parts = {"train": [], "validation": [], "test": []}
    for row in shuffled(len(labels), seed):
        for part, wanted in [("test", tested), ("validation", chosen)]:
            if wanted[labels[row]] > 0:
                wanted[labels[row]] -= 1
                parts[part].append(row)
                break
        else:
            parts["train"].append(row)
    return parts


assert shuffled(12, 7) == [4, 1, 7, 10, 11, 6, 8, 3, 2, 0, 5, 9]


def mixed():
    random = np.random.default_rng(1)
    frame = pd.DataFrame({
        "id": [f"bird {i}" for i in range(ROWS)],
        "length": np.round(random.normal(20, 5, ROWS), 2),
        "eggs": random.integers(1, 9, ROWS),
        "flat": 7,
        "colour": random.choice(["red", "green, dark", "blue"], ROWS),
        "migrates": random.choice([True, False], ROWS),
        "weight": np.round(random.normal(300, 80, ROWS), 3),
        "kind": [["owl", "cat", "elk"][i % 3] for i in range(ROWS)],
    })
    gaps = frame.copy()
    gaps.loc[[3, 11, 20], "length"] = np.nan
    gaps.loc[[5, 11], "colour"] = None
    return frame, gaps


def inputs(frame, train, indicator):
    """What scikit-learn makes of the columns, fitted on the training rows; in the order of the table's columns."""
    number = make_pipeline(SimpleImputer(strategy="mean"), StandardScaler())
    words = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore", sparse_output=False))
    flags = lambda *steps: FeatureUnion([*steps, ("gap", MissingIndicator(features="all"))]) if indicator else steps[0][1]
    columns = ColumnTransformer([
        ("length", flags(("value", number)), ["length"]),
        ("eggs", StandardScaler(), ["eggs"]),
        ("colour", words, ["colour"]),
        *([("colour gap", MissingIndicator(features="all", missing_values=np.nan), ["colour"])] if indicator else []),
        ("migrates", "passthrough", ["migrates"]),
    ])
    frame = frame.copy()
    frame["colour"] = frame["colour"].astype(object).where(frame["colour"].notna(), np.nan)
    frame["migrates"] = frame["migrates"].astype(float)
    columns.fit(frame.iloc[train])
    return columns.transform(frame).astype(float)


def case(name, frame, missing=None):
    parts = split(list(frame["kind"]), validation=0.1)
    values = inputs(frame, parts["train"], missing == "indicator")
    classes = sorted(set(frame["kind"]))
    return {
        "name": name,
        "missing": missing,
        "rows": parts,
        **{part: values[rows].tolist() for part, rows in parts.items()},
        "classes": classes,
        "labels": {part: [classes.index(frame["kind"][r]) for r in rows] for part, rows in parts.items()},
    }


def regression(frame):
    """A line in eggs and length, measured in the unit of the data."""
    parts = split([0] * ROWS)
    scaler = StandardScaler().fit(frame[["eggs", "length"]].to_numpy()[parts["train"]])
    weight = frame["weight"].to_numpy()
    target = StandardScaler().fit(weight[parts["train"]].reshape(-1, 1))
    slopes, bias = [0.25, -0.5], 0.125
    measured = {}
    for part in ["train", "test"]:
        x = scaler.transform(frame[["eggs", "length"]].to_numpy()[parts[part]])
        told = target.inverse_transform((x @ slopes + bias).reshape(-1, 1)).ravel()
        true = weight[parts[part]]
        measured[part] = {"r2": r2_score(true, told), "rmse": float(np.sqrt(np.mean((true - told) ** 2)))}
    # In the order of the table's columns.
    return {"mean": float(target.mean_[0]), "sd": float(target.scale_[0]), "params": [slopes[1], slopes[0], bias], **measured}


def idx(values):
    return struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape) + values.tobytes()


def main():
    FOLDER.mkdir(exist_ok=True)
    frame, gaps = mixed()
    frame.to_csv(FOLDER / "mixed.csv", index=False)
    frame.to_csv(FOLDER / "mixed.tsv", index=False, sep="\t")
    frame.to_csv(FOLDER / "semicolon.csv", index=False, sep=";", quoting=1)
    (FOLDER / "packed.csv.gz").write_bytes(gzip.compress((FOLDER / "mixed.csv").read_bytes(), mtime=0))
    gaps.to_csv(FOLDER / "gaps.csv", index=False, na_rep="NA")
    frame.to_parquet(FOLDER / "snappy.parquet", index=False)
    # Without the notes of pandas and Arrow: smaller, and with pages of both versions.
    bare = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    for packing, version in [("zstd", "2.0"), ("gzip", "1.0")]:
        file = FOLDER / f"{packing}.parquet"
        pq.write_table(bare, file, compression=packing, store_schema=False, write_statistics=False, data_page_version=version)
    gaps.to_parquet(FOLDER / "gaps.parquet", index=False)

    numbers = frame[["length", "eggs"]].to_numpy()
    kinds = np.array(frame["kind"], dtype="U")
    np.savez(FOLDER / "plain.npz", X=numbers, y=kinds)
    np.savez_compressed(FOLDER / "packed.npz", data=numbers.astype("f4"), weight=frame["weight"].to_numpy())
    np.save(FOLDER / "x.npy", np.asfortranarray(numbers))
    np.save(FOLDER / "y.npy", (np.arange(ROWS) % 3).astype(">i2"))
    images = (np.arange(ROWS * 12) * 7 % 256).astype("u1").reshape(ROWS, 4, 3)
    np.savez_compressed(FOLDER / "images.npz", images=images, labels=np.arange(ROWS, dtype="i8") % 3)
    (FOLDER / "images-idx3-ubyte").write_bytes(idx(images))
    (FOLDER / "labels-idx1-ubyte").write_bytes(idx((np.arange(ROWS) % 3).astype("u1")))

    document = {
        "made_with": {"numpy": "2.4.6", "pandas": "3.1.1", "pyarrow": "26.0.1", "scikit-learn": "1.9.1"},
        "cases": [
            case("mixed.csv", frame),
            case("gaps.csv", gaps, "mean"),
            case("gaps.csv", gaps, "indicator"),
        ],
        "regression": regression(frame),
    }
    (HERE / "tables.json").write_text(json.dumps(document, indent=None, separators=(", ", ": ")).replace("], [", "],\n["), encoding="utf-8")


if __name__ == "__main__":
    main()
