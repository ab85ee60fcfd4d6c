"""Whether the product can serve: what a page asks before it sends a form, and a load balancer."""

from django.db import connection
from django.http import HttpResponse

from wansdyke.history.pages import Asked, page


@page(open_to_all=True, methods=("GET", "HEAD"))
def ready(request: Asked) -> HttpResponse:
    """Says yes where the database answers; where it does not, the usual page for that."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ready", content_type="text/plain; charset=utf-8")
