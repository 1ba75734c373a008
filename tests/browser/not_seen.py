"""Pages of which no tour takes a picture, and why: every other page of the address map is in the album."""

_NO_PAGE = "it is no page"
_LEADS_ON = "it leads on to a page that is seen"
NOT_SEEN = {
    "accounts.stay": _NO_PAGE,
    "calendar.feed": _NO_PAGE,
    "case_import.csv_template": _NO_PAGE,
    "case_import.workbook_template": _NO_PAGE,
    "courier_paper.pdf": _NO_PAGE,
    "demand.looks": _NO_PAGE,
    "demand.weeks": _NO_PAGE,
    "door.manifest": _NO_PAGE,
    "door.worker": _NO_PAGE,
    "evidence.pdf": _NO_PAGE,
    "find.by_number": _LEADS_ON,
    "home.choose_language": _LEADS_ON,
    "mail_desk.agencies_template": _NO_PAGE,
    "mail_desk.decide": _LEADS_ON,
    "new.start": _LEADS_ON,
    "operating.counted": _NO_PAGE,
    "operating.healthz": _NO_PAGE,
    "operating.readyz": _NO_PAGE,
    "paper.calendar_file": _NO_PAGE,
    "paper.keys": _NO_PAGE,
    "paper.pdf": _NO_PAGE,
    "paper.short": _LEADS_ON,
    "retrieval.pdf": _NO_PAGE,
    "window.pdf": _NO_PAGE,
}
