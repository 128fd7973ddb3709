"""Joins experiences to the cases in which they were made and to the lessons drawn from them. Shared by the two scripts
beside it."""

import csv
from collections import Counter

from stacked_bars import draw

OUTCOMES = ["SUCCESS", "MIXED", "FAILURE"]
COLUMNS = [
    "experience",
    "title",
    "phase",
    "outcome",
    "case",
    "case_title",
    "case_kind",
    "case_scope",
    "supports",
    "contradicts",
]


def join(cases, experiences, lessons):
    """Gives one row for each experience.

    :param cases: dictionaries with id, slug, title, kind, scope
    :param experiences: dictionaries with id, slug, title, phase, outcome, caseStudy {id}, which may be None
    :param lessons: dictionaries with slug, evidence [{stance, experience {id}}]
    """
    case_by_id = {case["id"]: case for case in cases}
    lessons_by_experience = {}
    for lesson in lessons:
        for evidence in lesson["evidence"]:
            stances = lessons_by_experience.setdefault(evidence["experience"]["id"], {"SUPPORTS": [], "CONTRADICTS": []})
            stances[evidence["stance"]].append(lesson["slug"])
    rows = []
    for experience in experiences:
        # A case that was taken back leaves its experiences behind.
        case = case_by_id.get((experience["caseStudy"] or {}).get("id"), {})
        stances = lessons_by_experience.get(experience["id"], {})
        rows.append(
            {
                "experience": experience["slug"],
                "title": experience["title"],
                "phase": experience["phase"],
                "outcome": experience["outcome"],
                "case": case.get("slug", ""),
                "case_title": case.get("title", ""),
                "case_kind": case.get("kind", ""),
                "case_scope": case.get("scope", ""),
                "supports": " ".join(stances.get("SUPPORTS", [])),
                "contradicts": " ".join(stances.get("CONTRADICTS", [])),
            }
        )
    return rows


def write_table(file, rows):
    with open(file, "w", encoding="utf-8", newline="") as table:
        writer = csv.DictWriter(table, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)


def plot_outcomes(file, rows, subtitle):
    """Draws how the experiences went, by the kind of the case."""
    bars = []
    for kind, _ in Counter(row["case_kind"] for row in rows).most_common():
        of_kind = [row for row in rows if row["case_kind"] == kind]
        lessons = {slug for row in of_kind for slug in (row["supports"] + " " + row["contradicts"]).split()}
        counts = [sum(row["outcome"] == outcome for row in of_kind) for outcome in OUTCOMES]
        note = f"{_number(len(of_kind), 'experience')}, {_number(len(lessons), 'lesson')}"
        bars.append((words(kind) or "(case taken back)", counts, note))
    draw(file, "How it went, by kind of partnership", subtitle, [words(outcome) for outcome in OUTCOMES], bars)


def words(name):
    """Makes words of the name of an enum value: HYBRID_CULTURE_ARENA becomes Hybrid culture arena."""
    return name.replace("_", " ").capitalize()


def _number(count, name):
    return f"{count} {name}" if count == 1 else f"{count} {name}s"
