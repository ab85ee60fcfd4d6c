"""The WSGI application that gunicorn serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

# What the product writes is for its own account alone.
os.umask(0o077)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
# Every page's code is loaded once, before the server forks, and is shared. It is no garbage: a
# collection that looked through it would hold a page up for longer than the page itself takes.
get_resolver().url_patterns  # noqa: B018 - to ask is to load
gc.collect()
gc.freeze()
