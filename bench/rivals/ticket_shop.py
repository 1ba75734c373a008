"""One event of pretix with a quota, run inside its own shell: prints what an order needs.

`python -m pretix shell < ticket_shop.py` with RIVAL_SEATS set prints "SHOP token item" on a line.
"""

import os
from datetime import timedelta
from decimal import Decimal

from django.utils.timezone import now
from django_scopes import scopes_disabled
from pretix.base.models import Event, Organizer, Team

with scopes_disabled():
    organizer = Organizer.objects.create(name="Rival", slug="rival")
    event = Event.objects.create(
        organizer=organizer,
        name="Herd",
        slug="herd",
        live=True,
        date_from=now() + timedelta(days=7),
        plugins="pretix.plugins.banktransfer",
        currency="USD",
    )
    item = event.items.create(name="Seat", default_price=Decimal("0.00"), admission=True)
    quota = event.quotas.create(name="Seats", size=int(os.environ["RIVAL_SEATS"]))
    quota.items.add(item)
    team = Team.objects.create(
        organizer=organizer, name="Herd", all_events=True, all_event_permissions=True, all_organizer_permissions=True
    )
    token = team.tokens.create(name="Herd")
    print("SHOP", token.token, item.pk, flush=True)
