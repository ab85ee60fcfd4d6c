"""No pages: what is not found here is found missing."""

from typing import Any

handler400 = "wansdyke.ui.errors.bad_request"
handler403 = "wansdyke.ui.errors.forbidden"
handler404 = "wansdyke.ui.errors.not_found"
handler500 = "wansdyke.ui.errors.server_error"
urlpatterns: list[Any] = []
