"""Opens workbooks with another program's reader and breaks them, or looks.

usage: breaker.py break IN FOLDER WAY…   each way's workbook as FOLDER/0.xlsx, 1.xlsx, …
       breaker.py look FILE…             what the reader sees, a line of JSON each
"""
import json
import sys
import unicodedata

import openpyxl

book = None


def data():
    return book.worksheets[1]


def col(title):
    for cell in data()[1]:
        if cell.value == title:
            return cell.column_letter
    raise SystemExit("no column " + title)


def put(title, row, value):
    data()[col(title) + str(row)] = value


def look():
    sheets = {}
    for ws in book.worksheets:
        sheets[ws.title] = {
            "state": ws.sheet_state,
            "protected": ws.protection.sheet,
            "frozen": ws.freeze_panes,
            "rows": [[None if v is None else str(v) for v in row] for row in ws.iter_rows(values_only=True, max_row=40)],
            "open": [c.coordinate for row in ws.iter_rows(min_row=2, max_row=2) for c in row if not c.protection.locked],
            "notes": {c.coordinate: c.comment.text for row in ws.iter_rows() for c in row if c.comment},
            "lists": {str(v.sqref): v.formula1 for v in ws.data_validations.dataValidation if v.type == "list"},
            "hidden": [k for k, d in ws.column_dimensions.items() if d.hidden],
        }
    print(json.dumps(sheets, ensure_ascii=False))


NAME, UNIT, STAGE, START = "Tên hệ thống thông tin", "Đơn vị vận hành", "Giai đoạn của hệ thống", "Ngày đưa vào vận hành"
SELF, WHAT, SERVED, OATH = "Đơn vị chuyên trách tự vận hành", "Chức năng, nhiệm vụ của hệ thống", "Đối tượng phục vụ", "Xác nhận là một hệ thống thông tin"
CODE = "Mã hệ thống"
NEW = 4  # the first empty row of the test's table


def fresh(**over):
    row = {NAME: "Hệ thống mới", UNIT: "Trung tâm", SELF: "Không", STAGE: "Đang vận hành", START: "31/12/2024", WHAT: "Xử lý hồ sơ", SERVED: "Người dân", OATH: "Có"}
    row.update(over)
    for title, value in row.items():
        if value is not None:
            put(title, NEW, value)


ways = {
    "nothing": lambda: None,
    "fresh": fresh,
    "rename": lambda: put(NAME, 2, "Cổng một cửa (tên mới)"),
    "no-name": lambda: fresh(**{NAME: None}),
    "short-name": lambda: fresh(**{NAME: "A"}),
    "long-name": lambda: fresh(**{NAME: "Hệ thống " * 40}),
    "taken-name": lambda: fresh(**{NAME: "CONG MOT CUA"}),
    "stage-unknown": lambda: put(STAGE, 2, "Đang chạy"),
    "stage-missing": lambda: fresh(**{STAGE: None}),
    "date-text": lambda: put(START, 2, "tháng 5 năm 2020"),
    "date-short-year": lambda: put(START, 2, "01/05/20"),
    "date-impossible": lambda: put(START, 2, "31/02/2024"),
    "date-future": lambda: put(START, 2, "01/01/2090"),
    "date-missing": lambda: fresh(**{START: None}),
    "no-unit": lambda: put(UNIT, 2, None),
    "yes-unknown": lambda: put(SELF, 2, "Có thể"),
    "no-oath": lambda: fresh(**{OATH: None}),
    "code-unknown": lambda: put(CODE, 2, "H56-9999"),
    "code-foreign": lambda: put(CODE, 2, "H41-0001"),
    "code-twice": lambda: [put(t, 3, data()[col(t) + "2"].value) for t in (CODE, "Phiên bản", NAME)],
    "code-erased": lambda: [put(CODE, 2, None), put("Phiên bản", 2, None)],
    "version": lambda: [put("Phiên bản", 2, "7"), put(NAME, 2, "Tên khác")],
    "formula": lambda: put(UNIT, 2, '=CONCATENATE("Trung ","tâm")'),
    "error": lambda: put(UNIT, 2, "#REF!"),
    "decomposed": lambda: put(NAME, 2, unicodedata.normalize("NFD", "Cổng một cửa điện tử")),
    "merged": lambda: data().merge_cells(col(NAME) + "2:" + col(NAME) + "3"),
    "head-missing": lambda: put(NAME, 1, "Tên"),
    "head-twice": lambda: data().cell(row=1, column=40, value=NAME),
    "sheet-renamed": lambda: setattr(data(), "title", "Trang1"),
    "dde": lambda: put(UNIT, 2, "=cmd|'/c calc'!A0"),
    "far-row": lambda: put(NAME, 1000000, "xa"),
    "far-column": lambda: data().cell(row=2, column=9000, value="xa"),
    "own-column": lambda: data().cell(row=1, column=80, value="Ghi chú riêng"),
    "moved": lambda: data().move_range("F1:F60", cols=60),
}

# The forms of one system: cells by the title of the column and the row, as the
# ways of the test name them: "title|row|value", with the value "" for none.
def cell(way):
    title, row, value = way.split("|", 2)
    if value == "NFD":
        value = unicodedata.normalize("NFD", "Đã có quyết định ban hành quy chế")
    if value.isdigit() and title.startswith("#"):
        value = int(value)
    put(title.lstrip("#"), int(row), value or None)


def copied(way):
    _, one, other = way.split("|")
    for c in data()[int(one)]:
        data()[c.column_letter + other] = c.value


general = {
    "merged": lambda title: data().merge_cells(col(title) + "2:" + col(title) + "3"),
    "head-missing": lambda title: put(title, 1, "Cột khác"),
    "head-twice": lambda title: data().cell(row=1, column=40, value=title),
    "far-row": lambda title: put(title, 1000000, "xa"),
    "far-column": lambda title: data().cell(row=2, column=9000, value="xa"),
    "dde": lambda title: put(title, 2, "=cmd|'/c calc'!A0"),
    "formula": lambda title: put(title, 2, '=CONCATENATE("a","b")'),
    "error": lambda title: put(title, 2, "#REF!"),
    "sheet-renamed": lambda title: setattr(data(), "title", "Trang1"),
}


def broken(way):
    if way.startswith("!copy"):
        copied(way)
    elif way.startswith("!"):
        name, title = way[1:].split("|")
        general[name](title)
    elif way in ways:
        ways[way]()
    else:
        for part in way.split("&&"):
            cell(part)


if sys.argv[1] == "look":
    for name in sys.argv[2:]:
        book = openpyxl.load_workbook(name)
        look()
else:
    source, folder = sys.argv[2:4]
    for number, way in enumerate(sys.argv[4:]):
        book = openpyxl.load_workbook(source)
        broken(way)
        book.save(folder + "/" + str(number) + ".xlsx")
