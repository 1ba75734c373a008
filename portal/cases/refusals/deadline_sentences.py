"""What a last day is called, and what it is counted from: the same sentence on every page, mail and paper (R7, R14)."""

from portal.cases.refusals.deadline import end_of_diversity_year, is_open, last_day
from portal.i18n.locale import _, format_day


def last_day_sentence(case, refusal, today):
    """Return the sentence on the last day of a refusal in the language in use, for a day at the post.

    A diversity case has the end of its program year and no last day of its own.
    """
    year_end = end_of_diversity_year(case)
    if year_end:
        return program_year_sentence(case, today)
    values = {"day": _day(last_day(case, refusal), case), "refused": _day(refusal.refused_on, case)}
    if today > last_day(case, refusal) and is_open(case, refusal, today):
        return _(
            "Your last day was %(day)s, one year after the refusal on %(refused)s. A consular officer will decide "
            "whether a new application and fee are required.",
            **values,
        )
    if today > last_day(case, refusal):
        return _(
            "Your last day was %(day)s, one year after the refusal on %(refused)s. More than one year has passed since "
            "the refusal. Your case may be reconsidered only while you are still entitled to visa status. A new "
            "application and fee are required before a visa can be issued.",
            **values,
        )
    return _("Your last day is %(day)s, one year after the refusal on %(refused)s.", **values)


def program_year_sentence(case, today):
    """Return the sentence on the program year of a diversity case, for a day at the post."""
    year_end = end_of_diversity_year(case)
    if today > year_end:
        return _(
            "The program year of this case ended on %(day)s. No visa in this program can be issued after that day.",
            day=_day(year_end, case),
        )
    return _(
        "A visa in this program must be issued by %(day)s, and visa numbers may run out earlier. Documents handed in "
        "near that day may be too late. Handing in documents does not extend it.",
        day=_day(year_end, case),
    )


def respond_by_sentence(case, refusal, today):
    """Return what an officer asks for beside the last day, or None: it never takes its place."""
    day = refusal.please_respond_by
    if day is None or day < today or not last_day(case, refusal):
        return None
    return _(
        "The consular officer asks you to respond by %(day)s. This does not change your last day.", day=_day(day, case)
    )


def if_more_is_needed_sentence(case, refusal):
    """Return what stays true while documents are checked: the last day does not move."""
    if end_of_diversity_year(case):
        return None
    return _("If more is needed, your last day is still %(day)s.", day=_day(last_day(case, refusal), case))


def _day(day, case):
    return format_day(day, case.post)
