"""The web server. The number of processes is gunicorn's own variable WEB_CONCURRENCY."""

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "schoolimprove.settings")

from django.conf import settings

wsgi_app = "schoolimprove.wsgi"
worker_class = "sync"
timeout = 60
graceful_timeout = 30
# Memory that leaks anywhere is given back, at a different moment in each process.
max_requests = 5_000
max_requests_jitter = 500
# Requests are logged by our middleware, with their id.
accesslog = None
logconfig_dict: dict[str, Any] = settings.LOGGING
