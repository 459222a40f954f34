"""The store as a Django application: label ``store``."""

from __future__ import annotations

from django.apps import AppConfig


class StoreConfig(AppConfig):
    name = "optimizer.store"
    label = "store"
    default_auto_field = "django.db.models.BigAutoField"
