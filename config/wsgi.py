"""The WSGI application that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

# What the product writes is for its own account alone.
os.umask(0o077)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
