"""Pulls everything in one request, joins experiences to their cases and lessons, and draws how they went.

    python3 export_and_plot.py [--url URL] [--folder FOLDER] [--illustrations]

Needs Python 3.9 or later and nothing else. Writes into FOLDER: records.ndjson (what was pulled), about.json (from where and
when), experiences.csv (the joined table) and outcomes.svg. Illustrations are invented records: they are left out unless
asked for.
"""

import argparse
import gzip
import json
import shutil
from datetime import datetime, timezone
from pathlib import Path
from urllib.request import Request, urlopen

from experiences import join, plot_outcomes, write_table


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://localhost:4000")
    parser.add_argument("--folder", type=Path, default=Path("."))
    parser.add_argument("--illustrations", action="store_true")
    options = parser.parse_args()

    options.folder.mkdir(parents=True, exist_ok=True)
    file = options.folder / "records.ndjson"
    about = pull(f"{options.url}/export/records.ndjson", file)
    (options.folder / "about.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")

    records = {"CASE_STUDY": [], "EXPERIENCE": [], "LESSON": []}
    with file.open(encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            if options.illustrations or record["provenance"] != "ILLUSTRATIVE":
                records[record["recordKind"]].append(record)
    rows = join(records["CASE_STUDY"], records["EXPERIENCE"], records["LESSON"])
    write_table(options.folder / "experiences.csv", rows)
    plot_outcomes(options.folder / "outcomes.svg", rows, f"{options.url}, pulled {about['pulledAt'][:10]}")
    for kind, entries in records.items():
        print(f"{len(entries):6} {kind}")
    print(f"{len(rows):6} rows in experiences.csv, drawn in outcomes.svg")


def pull(url, file):
    """Writes what lies there to a file, and gives what is to be said of it in a paper."""
    request = Request(url, headers={"accept-encoding": "gzip"})
    pulled_at = datetime.now(timezone.utc).isoformat(timespec="seconds")
    part = file.with_suffix(".part")
    with urlopen(request, timeout=60) as response, part.open("wb") as out:
        packed = response.headers.get("content-encoding") == "gzip"
        # Piece by piece: the whole never lies in memory. A stream that breaks off raises an error.
        shutil.copyfileobj(gzip.open(response) if packed else response, out)
        cursor = response.headers.get("knowledge-cursor")
    # Under its name there is always a whole one.
    part.replace(file)
    return {"url": url, "pulledAt": pulled_at, "cursor": cursor}


if __name__ == "__main__":
    main()
