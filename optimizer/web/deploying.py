"""What Django is told once it is known where and for whom the desk listens."""

from __future__ import annotations

from django.conf import settings

from optimizer.store.holding import Store
from optimizer.web.deployment import Deployment
from optimizer.web.desk import Desk, serve


def deploy(opened: Store, deployment: Deployment) -> Desk:
    """Serve ``opened``: names it answers to, cookies that only travel encrypted behind a proxy."""
    secure = bool(deployment.proxy)
    settings.ALLOWED_HOSTS = deployment.hosts
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = secure
    settings.CSRF_TRUSTED_ORIGINS = [deployment.proxy.rstrip("/")] if secure else []
    settings.SECURE_HSTS_SECONDS = 31_536_000 if secure else 0
    made = Desk(opened, deployment)
    serve(made)
    return made
