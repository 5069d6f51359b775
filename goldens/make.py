"""Makes all reference numbers, or checks those that are committed.

    python goldens/make.py                  write every goldens/<topic>.json
    python goldens/make.py rules inits      only these topics
    python goldens/make.py --check          write nothing; fail where the committed numbers differ
"""

import argparse
import importlib
import json
import sys

import recording

TOPICS = ["rules", "guards", "schedules", "layers", "inits", "statistics", "differences", "functions"]
SCRIPTS = {"statistics": "samples"}  # a script called statistics.py would hide Python's own module


def main():
    parser = argparse.ArgumentParser(description="make or check the reference numbers")
    parser.add_argument("topics", nargs="*", metavar="TOPIC", help=f"any of {', '.join(TOPICS)} (default: all)")
    parser.add_argument("--check", action="store_true", help="compare with the committed files instead of writing them")
    options = parser.parse_args()
    unknown = sorted(set(options.topics) - set(TOPICS))
    if unknown:
        parser.error(f"expected topics among {', '.join(TOPICS)}; found {', '.join(unknown)}")

    failed = False
    for topic in options.topics or TOPICS:
        document = importlib.import_module(SCRIPTS.get(topic, topic)).document()
        text = recording.render(document)
        file = recording.FOLDER / f"{topic}.json"
        if not options.check:
            file.write_text(text, encoding="utf-8")
            print(f"{file.name}: {len(text):,} bytes written")
            continue
        if not file.exists():
            print(f"{file.name}: missing; make it with: python goldens/make.py {topic}")
            failed = True
            continue
        found = list(recording.differences(json.loads(text), json.loads(file.read_text(encoding="utf-8"))))
        print(f"{file.name}: {'as committed' if not found else f'{len(found)} differences'}")
        for line in found[:20]:
            print(f"  {line}")
        failed = failed or bool(found)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
