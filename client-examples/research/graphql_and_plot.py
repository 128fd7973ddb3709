"""Does what export_and_plot.py does by GraphQL, with the package gql: it reads the fields that it needs, page by page.

    pip install "gql[requests]>=4"
    python3 graphql_and_plot.py [--url URL] [--folder FOLDER] [--illustrations] [--as-of TIME]

With --as-of 2026-11-01T00:00:00Z it reads the records as they were at that time: all pages are of that one moment, and
whoever repeats it gets the same, but for what was retracted since.
"""

import argparse
from datetime import date
from pathlib import Path

from gql import Client, gql
from gql.transport.requests import RequestsHTTPTransport

from experiences import join, plot_outcomes, write_table

CASES = """
query Cases($after: String, $asOf: DateTime, $provenances: [Provenance!]) {
  page: caseStudies(first: 500, after: $after, asOf: $asOf, filter: { provenances: $provenances }) {
    nodes { id slug title kind scope }
    pageInfo { hasNextPage endCursor }
  }
}
"""
EXPERIENCES = """
query Experiences($after: String, $asOf: DateTime, $provenances: [Provenance!]) {
  page: experiences(first: 500, after: $after, asOf: $asOf, filter: { provenances: $provenances }) {
    nodes { id slug title phase outcome caseStudy { id } }
    pageInfo { hasNextPage endCursor }
  }
}
"""
LESSONS = """
query Lessons($after: String, $asOf: DateTime, $provenances: [Provenance!]) {
  page: lessons(first: 500, after: $after, asOf: $asOf, filter: { provenances: $provenances }) {
    nodes { slug evidence { stance experience { id } } }
    pageInfo { hasNextPage endCursor }
  }
}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://localhost:4000")
    parser.add_argument("--folder", type=Path, default=Path("."))
    parser.add_argument("--illustrations", action="store_true")
    parser.add_argument("--as-of", metavar="TIME")
    options = parser.parse_args()

    options.folder.mkdir(parents=True, exist_ok=True)
    provenances = ["DOCUMENTED", "REPORTED", "IMPORTED"] + (["ILLUSTRATIVE"] if options.illustrations else [])
    variables = {"asOf": options.as_of, "provenances": provenances}
    client = Client(transport=RequestsHTTPTransport(url=f"{options.url}/graphql", retries=3, timeout=60))
    with client as session:
        cases, experiences, lessons = (
            list(pages(session, query, variables)) for query in (CASES, EXPERIENCES, LESSONS)
        )
    rows = join(cases, experiences, lessons)
    write_table(options.folder / "experiences.csv", rows)
    plot_outcomes(options.folder / "outcomes.svg", rows, f"{options.url}, as of {options.as_of or date.today()}")
    print(f"{len(rows)} rows in experiences.csv, drawn in outcomes.svg")


def pages(session, query, variables):
    """Gives all entries of a list."""
    request = gql(query)
    after = None
    while True:
        request.variable_values = {**variables, "after": after}
        page = session.execute(request)["page"]
        yield from page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


if __name__ == "__main__":
    main()
