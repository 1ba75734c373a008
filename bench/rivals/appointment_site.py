"""A site of django-appointment as its documentation sets one up: one hour, as many members of staff as there are seats.

Run by the environment of the rivals. `python appointment_site.py migrate`, then `… people PEOPLE SEATS FILE`, writes a
CSV of cookie, token and member of staff for each person.
"""

import csv
import os
import sys
from datetime import date, time, timedelta

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import include, path

DAY = date.today() + timedelta(days=7)
FROM, TO = time(9, 0), time(10, 0)

settings.configure(
    SECRET_KEY="for a benchmark only",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": os.environ["RIVAL_DATABASE"],
            "HOST": os.environ["RIVAL_SOCKET"],
            "USER": os.environ["RIVAL_USER"],
            "CONN_MAX_AGE": 60,
        }
    },
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.staticfiles",
        "phonenumber_field",
        "appointment",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    # It ships no migrations: its tables, and those they refer to, are created from the models.
    MIGRATION_MODULES={name: None for name in ("auth", "contenttypes", "sessions", "appointment")},
    STATIC_URL="/static/",
    EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",
    LOGGING_CONFIG=None,
    APPOINTMENT_WEBSITE_NAME="Rival",
)
django.setup()
urlpatterns = [path("", include("appointment.urls"))]
application = get_wsgi_application()


def _people(number, seats, file):
    from appointment.models import Service, StaffMember  # noqa: PLC0415 (its models exist only once it is set up)
    from django.contrib.auth.models import User  # noqa: PLC0415 (as above)
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415 (as above)
    from django.middleware.csrf import _get_new_csrf_string  # noqa: PLC0415 (as above)

    service = Service.objects.create(name="Return appointment", duration=timedelta(hours=1), price=0)
    staff = []
    for place in range(seats):
        member = StaffMember.objects.create(user=User.objects.create(username=f"staff-{place}"))
        member.services_offered.add(service)
        staff.append(member)
    with open(file, "w", newline="") as lines:
        writer = csv.writer(lines)
        for place in range(number):
            user = User.objects.create(username=f"person-{place}", email=f"person-{place}@example.org")
            session = SessionStore()
            session["_auth_user_id"] = str(user.pk)
            session["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
            session["_auth_user_hash"] = user.get_session_auth_hash()
            session.save()
            token = _get_new_csrf_string()
            writer.writerow([f"sessionid={session.session_key}; csrftoken={token}", token, staff[place % seats].pk])
    print(service.pk)


if __name__ == "__main__":
    if sys.argv[1] == "migrate":
        from django.core.management import call_command  # noqa: PLC0415 (only to migrate)

        call_command("migrate", verbosity=0, run_syncdb=True)
    else:
        _people(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
