"""The smallest workbook that Excel would open, for tests: text, numbers and dates in one sheet or several."""

import zipfile
from datetime import date
from xml.sax.saxutils import escape

TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/styles.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>{sheets}</Types>'
)
SHEET_TYPE = (
    '<Override PartName="/xl/worksheets/sheet{n}.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
)
RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{all}</Relationships>'
RELATION = (
    '<Relationship Id="{id}" Target="{target}" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"/>'
)
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
STYLES = (
    f'<styleSheet {MAIN}><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


def write(path, sheets):
    """Write a workbook; `sheets`: name to rows of None, text, numbers, True, False and dates."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts:
        numbers = range(1, len(sheets) + 1)
        parts.writestr("[Content_Types].xml", TYPES.format(sheets="".join(SHEET_TYPE.format(n=n) for n in numbers)))
        book = RELATION.format(id="rId1", target="xl/workbook.xml", kind="officeDocument")
        parts.writestr("_rels/.rels", RELATIONS.format(all=book))
        links = [RELATION.format(id=f"s{n}", target=f"worksheets/sheet{n}.xml", kind="worksheet") for n in numbers]
        links.append(RELATION.format(id="st", target="styles.xml", kind="styles"))
        parts.writestr("xl/_rels/workbook.xml.rels", RELATIONS.format(all="".join(links)))
        named = "".join(f'<sheet name="{escape(name)}" sheetId="{n}" r:id="s{n}"/>' for n, name in enumerate(sheets, 1))
        relations = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
        parts.writestr("xl/workbook.xml", f"<workbook {MAIN} {relations}><sheets>{named}</sheets></workbook>")
        parts.writestr("xl/styles.xml", STYLES)
        for n, rows in enumerate(sheets.values(), 1):
            lines = "".join(
                f'<row r="{r}">{"".join(_cell(_place(c) + str(r), cell) for c, cell in enumerate(row))}</row>'
                for r, row in enumerate(rows, 1)
            )
            parts.writestr(
                f"xl/worksheets/sheet{n}.xml", f"<worksheet {MAIN}><sheetData>{lines}</sheetData></worksheet>"
            )


def _place(column):
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _cell(place, cell):
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return f'<c r="{place}" t="b"><v>{int(cell)}</v></c>'
    if isinstance(cell, date):
        return f'<c r="{place}" s="1"><v>{(cell - date(1899, 12, 30)).days}</v></c>'
    if isinstance(cell, int | float):
        return f'<c r="{place}"><v>{cell}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
