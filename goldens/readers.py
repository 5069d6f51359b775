"""What `thalweg export` and `thalweg schema` write, read by the programs it is for: pandas, pyarrow, TensorBoard, jsonschema.

    python goldens/readers.py THALWEG FOLDER

runs a small study on the built-in digits into FOLDER, exports it in every form, and compares every value with the journal,
whose checksums are computed here once more. `cargo xtask readers` calls it.
"""

import json
import subprocess
import sys
import tomllib
import zlib
from pathlib import Path

import jsonschema
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

STUDY = """
title = "Readers"
[data]
name = "digits"
first = 200
[network]
hidden = [10, 10, 10]
[technique]
rule = ["sgd:lr=0.1", "adam", "sgd:lr=1e6"]
norm = ["none", "batch"]
[training]
batch = 20
steps = 60
record_every = 3
evaluate_every = 10
seeds = 2
"""


def journal(run):
    """Records by id; each line is checked against its checksum."""
    head, *lines = (run / "journal.jsonl").read_bytes().splitlines()
    assert json.loads(head)["thalweg"] == "journal", head
    records = {}
    for line in lines:
        assert line[8:16].decode() == f"{zlib.crc32(line[18:-1]):08x}", line[:60]
        record = json.loads(line)["record"]
        records[record["id"]] = record
    return records


def series(record):
    """The curves of a record: lists of (step, value) on their own or among `series`."""
    fields = {**record, **record.get("series", {})}
    is_curve = lambda value: isinstance(value, list) and all(isinstance(point, list) for point in value)
    return {name: value for name, value in fields.items() if is_curve(value) and value}


def expected(records):
    """The rows of the long table: (trial, seed, kind, metric, step, value)."""
    rows = []
    for record in records.values():
        trial = (record["id"], record["seed"])
        for metric, curve in series(record).items():
            rows += [(*trial, "series", metric, step, value) for step, value in curve]
        rows += [(*trial, "final", metric, None, value) for metric, value in record.get("finals", {}).items()]
        if "diverged_at" in record:
            rows.append((*trial, "diverged", None, record["diverged_at"], None))
    return sorted(rows, key=repr)


def check_table(table, records, plan, what):
    """A data frame against the journal, bit for bit, and against the plan."""
    columns = ["trial", "seed", "kind", "metric", "step", "value"]
    plain = lambda value: None if pd.isna(value) else value.item() if hasattr(value, "item") else value
    rows = [tuple(map(plain, row)) for row in table[columns].itertuples(index=False)]
    rows = [(*row[:4], None if row[4] is None else int(row[4]), row[5]) for row in rows]
    assert sorted(rows, key=repr) == expected(records), what
    for row in table.drop_duplicates("trial").to_dict("records"):
        planned = plan[row["trial"]]
        assert row["group"] == planned["group"], what
        for field, value in planned["settings"].items():
            assert row[field] == value, what
    assert list(table["trial"].drop_duplicates()) == list(plan), f"{what}: not in the order of the study"
    print(f"{what}: {len(rows)} rows")


def check_records(path, records, plan):
    """JSON Lines as pandas reads them, against the journal."""
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["id"] for line in lines] == list(plan)
    for line in lines:
        assert line["group"] == plan[line["id"]]["group"]
        assert {key: line[key] for key in records[line["id"]]} == records[line["id"]]
    assert len(pd.read_json(path, lines=True)) == len(records)
    print(f"jsonl: {len(lines)} records")


def check_events(folder, records, plan):
    """Event files as TensorBoard reads them: 32-bit values, steps, wall times."""
    scalars = 0
    for trial, record in records.items():
        group = "".join(c if c.isalnum() or c in "._-=+," else "_" for c in plan[trial]["group"])
        events = EventAccumulator(str(folder / group / str(record["seed"])))
        events.Reload()
        wanted = {f"series/{metric}": curve for metric, curve in series(record).items()}
        steps = [step for curve in wanted.values() for step, _ in curve] + [record.get("diverged_at", 0)]
        for metric, value in record.get("finals", {}).items():
            wanted[f"final/{metric}"] = [[max(steps), value]]
        if "diverged_at" in record:
            wanted["diverged"] = [[record["diverged_at"], 1.0]]
        assert set(events.Tags()["scalars"]) == set(wanted), (trial, events.Tags())
        for tag, curve in wanted.items():
            found = [(event.step, event.value, event.wall_time) for event in events.Scalars(tag)]
            assert found == [(step, float(np.float32(value)), float(step)) for step, value in curve], (trial, tag)
            scalars += len(curve)
    print(f"tensorboard: {scalars} scalars of {len(records)} trials")


WRONG = [
    ('title = "Readers"', ""),
    ('title = "Readers"', "title = 3"),
    ("batch = 20", 'batch = "many"'),
    ("batch = 20", "batchs = 20"),
    ("hidden = [10, 10, 10]", 'hidden = "wide"'),
    ('norm = ["none", "batch"]', "norm = 3"),
    ('name = "digits"', 'nam = "digits"'),
    ("steps = 60", "steps = -1"),
]


def check_schema(schema, studies):
    """The schema of a study file takes every study of the chapter, and what the reader refuses it refuses."""
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for path in studies:
        validator.validate(tomllib.loads(path.read_text()))
    validator.validate(tomllib.loads(STUDY.replace("[data]", "[[data]]").replace("batch = 20", "batch = [20, 40]")))
    for good, bad in WRONG:
        assert good in STUDY and not validator.is_valid(tomllib.loads(STUDY.replace(good, bad))), bad
    print(f"schema: {len(studies)} studies, {len(WRONG)} mistakes")


def main():
    thalweg, folder = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    run = folder / "run"
    (folder / "readers.toml").write_text(STUDY)
    call = lambda *words: subprocess.run([thalweg, "--quiet", *map(str, words)], check=True, stdout=subprocess.DEVNULL)
    call("run", folder / "readers.toml", "--out", run)
    schema = subprocess.run([thalweg, "schema"], check=True, capture_output=True).stdout
    check_schema(json.loads(schema), sorted((Path(__file__).parent.parent / "studies").glob("*.toml")))
    records = journal(run)
    assert len(records) == 12 and any("diverged_at" in record for record in records.values())
    path = run / "trials.jsonl"
    plan = {planned["id"]: planned for planned in map(json.loads, path.read_text().splitlines())}
    for form in ["csv", "jsonl", "parquet", "tensorboard"]:
        call("export", run, "--to", form)
    read = pd.read_csv(run / "export.csv")
    check_table(read, records, plan, "csv (pandas)")
    check_table(pd.read_parquet(run / "export.parquet"), records, plan, "parquet (pandas)")
    check_table(pq.read_table(run / "export.parquet").to_pandas(), records, plan, "parquet (pyarrow)")
    check_records(run / "export.jsonl", records, plan)
    check_events(run / "tb", records, plan)


if __name__ == "__main__":
    main()
