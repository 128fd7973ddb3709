"""Draws stacked bars as an SVG file, with nothing but Python. Shared by the two scripts beside it."""

from html import escape

# Told apart also by those who do not see red and green.
COLOURS = ["#009E73", "#E69F00", "#D55E00", "#56B4E9", "#CC79A7"]

LEFT, RIGHT, TOP, ROW, BAR = 190, 210, 96, 40, 26
WIDTH = 900


def draw(file, title, subtitle, parts, rows):
    """Writes the picture.

    :param file: name of the file
    :param parts: names of the parts that each bar has, in their order
    :param rows: a list of (label, counts, note); counts has a number for each part
    """
    longest = max((sum(counts) for _, counts, _ in rows), default=0) or 1
    unit = (WIDTH - LEFT - RIGHT) / longest
    height = TOP + ROW * len(rows) + 20
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
        f' font-family="sans-serif" font-size="14" role="img" aria-label="{escape(title)}">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        _text(16, 28, title, 'font-size="19" font-weight="bold"'),
        _text(16, 49, subtitle, 'fill="#555"'),
    ]
    for place, part in enumerate(parts):
        x = LEFT + 130 * place
        out.append(f'<rect x="{x}" y="64" width="14" height="14" fill="{COLOURS[place]}"/>')
        out.append(_text(x + 20, 76, part))
    for line, (label, counts, note) in enumerate(rows):
        y = TOP + ROW * line
        middle = y + BAR - 8
        out.append(_text(LEFT - 10, middle, label, 'text-anchor="end"'))
        x = LEFT
        for place, count in enumerate(counts):
            width = count * unit
            if count:
                out.append(f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{COLOURS[place]}"/>')
            if width >= 22:
                out.append(_text(f"{x + width / 2:.1f}", middle, count, 'text-anchor="middle"'))
            x += width
        out.append(_text(f"{x + 10:.1f}", middle, note, 'fill="#555"'))
    out.append("</svg>")
    with open(file, "w", encoding="utf-8") as picture:
        picture.write("\n".join(out) + "\n")


def _text(x, y, text, attributes=""):
    return f'<text x="{x}" y="{y}" {attributes}>{escape(str(text))}</text>'
