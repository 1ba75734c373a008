"""Where a walk finds what it needs on a page: by English labels, or by ids in any language."""

from functools import partial

LETTER = "Did you receive a letter that tells you to schedule an appointment?"
DOCUMENTS = "Do you have all of the documents listed in the letter?"
RECENT = "Was the letter given to you less than 12 months ago?"


def by_label(page):
    """Return the elements of a walk by name, found by the labels that the design prints in bold."""
    label, role = partial(page.get_by_label, exact=True), partial(page.get_by_role, exact=True)
    yes = [role("group", name=question).get_by_label("Yes", exact=True) for question in (LETTER, DOCUMENTS, RECENT)]
    return {
        "sign up": page.get_by_role("main").get_by_role("link", name="Create an account", exact=True),
        "email": label("Email address"),
        "password": label("Password"),
        "password again": label("Confirm password"),
        "agreed": label("I have read this and agree"),
        "create": role("button", name="Create an account"),
        "menu": page.locator(".menu summary"),
        "new": role("link", name="New Application / Schedule Appointment"),
        "visa": label("Immigrant Visa"),
        "purpose": label("Follow up appointment"),
        "location": label("Interview location"),
        "surname": label("Surname"),
        "given_names": label("Given names"),
        "day": label("Day"),
        "month": label("Month"),
        "year": label("Year"),
        "passport_number": label("Passport number"),
        "nationality": label("Nationality"),
        "questions": yes,
        "case": label("Case ID number"),
        "go on": role("button", name="Continue"),
        "back": role("link", name="Back"),
        "time": page.get_by_role("radio").nth(1),
        "schedule": role("button", name="Schedule Appointment"),
        "print": role("link", name="Printable Version"),
        "courier": role("link", name="Submit documents to the Consular Section"),
        "category": role("link", name="Immigrant Visas / Administrative Processing IV"),
        "service": label("Immigrant Document Courier – Administrative Processing IV"),
        "case number": label("Case number"),
        "submit": role("button", name="Submit"),
        "agency": page.get_by_role("radio").nth(1),
        "alone": role("link", name="Continue"),
        "registered": label("Yes"),
        "view": role("link", name="View confirmation page").first,
    }


def by_id(page):
    """Return the elements of a walk by name, found in any language."""
    fields = ("email", "agreed", "location", "surname", "given_names", "day", "month", "year")
    send, lead = page.locator("#form .actions button"), page.locator("main .actions a.primary")
    return {
        **{name: page.locator(f"#{name}") for name in (*fields, "passport_number", "nationality", "password")},
        "sign up": page.locator("main a[href$='/account/create']"),
        "password again": page.locator("#password_again"),
        "create": send,
        "menu": page.locator(".menu summary"),
        "new": page.locator(".menu a[href$='/appointments/new']"),
        "visa": page.locator("#visa-0"),
        "purpose": page.locator("#purpose-0"),
        "questions": [page.locator(f"#{question}-0") for question in ("letter", "documents", "recent")],
        "case": page.locator("#case_number"),
        "go on": send,
        "back": page.locator(".back a"),
        "time": page.locator("#slot-1"),
        "schedule": send,
        "print": lead,
        "courier": page.locator(".menu a[href$='/courier/category']"),
        "category": lead,
        "service": page.locator("#service-0"),
        "case number": page.locator("#case_number"),
        "submit": send,
        "agency": page.locator("#agency-1"),
        "alone": lead,
        "registered": page.locator("#registered-0"),
        "view": lead.first,
    }


def by_spanish_label(page):
    """Return the elements of registering a package by name, found by the exact Spanish words of the instructions."""
    label, role = partial(page.get_by_label, exact=True), partial(page.get_by_role, exact=True)
    return {
        **by_id(page),
        "sign up": page.get_by_role("main").get_by_role("link", name="Cree cuenta", exact=True),
        "create": role("button", name="Cree cuenta"),
        "courier": role("link", name="Presentar los documentos a la Sección Consular"),
        "category": role("link", name="Visas de inmigrante/Procesamiento Administrativo IV"),
        "service": label("Inmigrante Mensajería en Documentos – Procesamiento Administrativo IV"),
        "go on": role("button", name="Continuar"),
        "location": label("Lugar de la entrevista"),
        "surname": label("Apellidos"),
        "given_names": label("Nombres"),
        "day": label("Día"),
        "month": label("Mes"),
        "year": label("Año"),
        "passport_number": label("Número de pasaporte"),
        "nationality": label("Nacionalidad"),
        "case number": label("Número de caso"),
        "submit": role("button", name="Ingresar"),
        "alone": role("link", name="Continúe"),
        "registered": label("Sí"),
        "view": role("link", name="Ver página de confirmación").first,
    }
