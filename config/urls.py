"""Every URL of the product: each room's own, and for each desk what every desk has."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from wansdyke.accounts.urls import admin_urls
from wansdyke.assurance.every_setting import every_setting
from wansdyke.casework.referral_urls import urlpatterns as referral_urls
from wansdyke.casework.retention_urls import retention_urls
from wansdyke.casework.subject_access_urls import leaving_urls
from wansdyke.casework.urls import urls_of
from wansdyke.directory import DESKS
from wansdyke.home import exports, named_exports

TEAM_PAGES = (("Areas that this team polices", "team_areas"),)
handler400 = "wansdyke.ui.errors.bad_request"
handler403 = "wansdyke.ui.errors.forbidden"
handler404 = "wansdyke.ui.errors.not_found"
handler500 = "wansdyke.ui.errors.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("wansdyke.home.urls")),
    path("", include("wansdyke.assurance.urls")),
    path("", include("wansdyke.accounts.urls")),
    path("administration/", include(admin_urls(every_setting, TEAM_PAGES))),
    path("administration/", include("wansdyke.people.team_area_urls")),
    path("", include("wansdyke.assurance.area_urls")),
    path("", include(referral_urls)),
    path("glass/", include("wansdyke.casework.glass_urls")),
    path("conflicts/", include("wansdyke.casework.conflict_urls")),
    path("requests/", include(leaving_urls(DESKS))),
    path("shares/", include("wansdyke.casework.sharing_urls")),
    path("retention/", include(retention_urls(DESKS))),
    path("linking/", include("wansdyke.linkage.urls")),
    path("quality/", include("wansdyke.assurance.samples_urls")),
    path("audit/", include("wansdyke.assurance.log_review_urls")),
    path("exports/", named_exports.register, name="named-exports"),
    path("exports/<reference:reference>/", exports.export, name="export"),
    path("exports/<reference:reference>/file/", exports.download, name="export-download"),
]
for desk in DESKS:
    own = [
        *urls_of(desk),
        path("export.xlsx", exports.spreadsheet, {"desk": desk}, name="xlsx"),
        path("take-out/", named_exports.take_out, {"desk": desk}, name="take-out"),
    ]
    urlpatterns.append(path(f"{desk.key}/", include((own, desk.key))))
if settings.DEMO:
    urlpatterns.insert(0, path("", include("wansdyke.demo.urls")))
