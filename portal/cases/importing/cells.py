"""A stored traveller in the words of the case file, as the form that corrects it begins."""


def cells_of(case, traveller):
    """Return one traveller of a case in the words of the case file, with the newest refusal."""
    cells = {
        "case_number": case.number,
        "visa_class": case.visa_class,
        "status": case.status,
        "status_date": case.status_on.isoformat(),
        "relationship": traveller.relationship_to_principal,
        "surname": traveller.surname,
        "given_names": traveller.given_names,
        "date_of_birth": traveller.date_of_birth,
        "passport_number": traveller.passport_number,
        "nationality": traveller.nationality,
        "interview_date": traveller.interview_on.isoformat() if traveller.interview_on else "",
    }
    if traveller.refusals:
        refusal = max(traveller.refusals, key=lambda one: one.refused_on)
        cells["refused_on"], cells["respond_by"] = refusal.refused_on.isoformat(), refusal.respond_by
        cells["reasons"] = "\n".join(_as_written(item) for item in refusal.items)
    return cells


def _as_written(item):
    return f"{'original ' if item.original else ''}{'petitioner ' if item.petitioner else ''}{item.name}"
