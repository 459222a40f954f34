"""The pages as a Django application: label ``web``, one table (the one computation at a time)."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """See :mod:`optimizer.web`."""

    name = "optimizer.web"
    label = "web"
    default_auto_field = "django.db.models.BigAutoField"
