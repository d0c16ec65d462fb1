"""Whether anybody waits at a service that is withdrawn: `krat.services` stands below and knows no referral."""

from django.db.models import Q

from cases.models import Referral
from krat.services.models import Service


def waits_at(service: Service, *, is_last: bool) -> bool:
    """Whether an open referral asks for this service; of a provider's last one (``is_last``) also whether one asks for
    the provider without naming any (one query).

    Told as yes or no: how many there are is nobody's but the counting layer's.
    """
    rows = Referral.objects.unscoped("whether anybody waits at a service that is withdrawn; told as yes or no").open()
    asked = Q(service=service.pk)
    return rows.filter(asked | Q(service=None, receiver=service.provider_id) if is_last else asked).exists()
