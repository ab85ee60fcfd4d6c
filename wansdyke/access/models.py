"""Users and their posts, the roots access is decided on, and the rows that open or shut them."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q

from wansdyke.access.for_agency import Opens
from wansdyke.access.ranks import RANKS


class Agency(models.Model):
    """The force itself, a partner, or another force."""

    KINDS: ClassVar = [
        ("police", "Police"),
        ("council", "Council"),
        ("health", "Health"),
        ("probation", "Probation"),
        ("education", "Education"),
        ("charity", "Charity"),
        ("other", "Other"),
    ]
    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=KINDS)
    home = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    agreement_until = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "agencies"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["home"], condition=Q(home=True), name="one_home_agency")
        ]

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """A team of an agency; a root belongs to one."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="teams")
    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class Users(BaseUserManager["User"]):
    """Finds users by the name they sign in with."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username__iexact=username)


class User(AbstractBaseUser):
    """One named person. There is no superuser: rights come from memberships alone."""

    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    rank = models.CharField(max_length=30, choices=RANKS, default="staff")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="users")
    is_active = models.BooleanField(default=True)
    # Somebody else chose it, so two people know it: it opens nothing but the page that changes it.
    password_given = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]
    objects = Users()

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A post held in a team between two dates (until is exclusive)."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="memberships")
    post = models.CharField(max_length=60)
    from_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(until_date__isnull=True) | Q(until_date__gte=models.F("from_date")),
                name="membership_ends_after_it_starts",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.post} · {self.team}"


class Load(models.Model):
    """A batch of records from a file, invisible until it is complete."""

    kind = models.CharField(max_length=30)
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64, db_index=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT)
    started_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, db_index=True)
    counts = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.kind}: {self.file_name}"


class Root(models.Model):
    """What access is decided on; a case or a person's record hangs from each, one to one."""

    STANDARD, RESTRICTED, SEALED = 0, 1, 2
    MARKINGS: ClassVar = [(0, "Standard"), (1, "Restricted"), (2, "Sealed")]
    reference = models.CharField(max_length=20, unique=True)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    marking = models.PositiveSmallIntegerField(choices=MARKINGS, default=STANDARD)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    load = models.ForeignKey(Load, on_delete=models.PROTECT, null=True, related_name="roots")
    # From this moment on it is open to nobody: it was disposed of, or erased.
    disposed_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["reference"], condition=Q(disposed_at__isnull=False), name="roots_disposed"
            ),
            models.Index(fields=["team", "agency", "marking"], name="roots_of_a_team"),
        ]

    def __str__(self) -> str:
        return self.reference


class Grant(models.Model):
    """A row that opens a root: to a person named on it, by a share, or by breaking the glass."""

    NAMED, SHARE, BREAK_GLASS = "named", "share", "break-glass"
    KINDS: ClassVar = [(NAMED, "Named"), (SHARE, "Share"), (BREAK_GLASS, "Break-glass")]
    # The others open only what is of the same agency. The database's clock may be a little behind.
    OPENS = Opens(
        agency="agency_id",
        team="team_id",
        user="user_id",
        when=(
            "kind = 'share' AND revoked_at IS NULL AND (until_at IS NULL OR until_at > now())"
            " AND from_at <= now() + interval '5 minutes'"
        ),
    )
    root = models.ForeignKey(Root, on_delete=models.PROTECT, related_name="grants")
    kind = models.CharField(max_length=12, choices=KINDS)
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="grants"
    )
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True)
    level = models.PositiveSmallIntegerField(default=1)
    sections = models.JSONField(default=list)
    lawful_basis = models.CharField(max_length=200, blank=True)
    gateway = models.CharField(max_length=200, blank=True)
    purpose = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # The reference of the share or referral that wrote it, by which it is taken back wherever it
    # was carried.
    source = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["source"], condition=~Q(source=""), name="grant_by_source"),
            models.Index(fields=["user", "kind", "root"]),
            models.Index(fields=["team", "kind", "root"]),
            models.Index(fields=["agency", "kind", "root"]),
            models.Index(fields=["kind", "root"]),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(kind__in=["named", "break-glass"]) | Q(user__isnull=False),
                name="named_grant_names_a_user",
            ),
            models.UniqueConstraint(
                fields=["root", "user"],
                condition=Q(kind="named", revoked_at__isnull=True),
                name="named_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} on {self.root}"


class Lock(models.Model):
    """A row that shuts a root to one person, whatever else would open it."""

    root = models.ForeignKey(Root, on_delete=models.PROTECT, related_name="locks")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="locks")
    reason = models.CharField(max_length=500)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    # The reference of the conflict that wrote it, by which it is lifted wherever it was carried.
    source = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["source"], condition=~Q(source=""), name="lock_by_source"),
            models.Index(fields=["user", "root"]),
        ]

    def __str__(self) -> str:
        return f"{self.user} locked out of {self.root}"


class ForceSetting(models.Model):
    """A setting's value from a date on; the newest that has begun holds."""

    key = models.CharField(max_length=80)
    value = models.JSONField()
    from_at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["key", "-from_at"])]

    def __str__(self) -> str:
        return f"{self.key} = {self.value}"


class Notice(models.Model):
    """A line to one user, with a link to the record it is about."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices")
    root = models.ForeignKey(Root, on_delete=models.CASCADE, null=True, related_name="+")
    text = models.CharField(max_length=300)
    link = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["user", "read_at", "-made_at"])]

    def __str__(self) -> str:
        return self.text


class Guess(models.Model):
    """A failed sign-in or second factor, counted in the database so that a restart forgets none."""

    account = models.CharField(max_length=64)
    address = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "guesses"
        indexes: ClassVar = [
            models.Index(fields=["account", "at"]),
            models.Index(fields=["address", "at"]),
        ]

    def __str__(self) -> str:
        return f"{self.account} at {self.at}"


class Session(AbstractBaseSession):
    """One browser's session, under the digest of its key; `access.session_store` reads and writes
    it. Whose it is stands here once they are signed in."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="sessions")
    address = models.CharField(max_length=64, blank=True)
    device = models.CharField(max_length=60, blank=True)
    way = models.CharField(max_length=60, blank=True)
    began_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)


class KeptForm(models.Model):
    """A form that was sent when its sender had to sign in again, or give a factor again: sealed,
    for them alone to send after all, and gone within the hour."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    reference = models.CharField(max_length=32, unique=True)
    sealed = models.TextField()
    made_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.user} at {self.made_at}"


class ApiToken(models.Model):
    """A key to the API, kept as a hash, made in a session with a second factor. It reads; only one
    that `sends` also brings in what another system records."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=60)
    sha256 = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    sends = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class Installation(models.Model):
    """One row: whether `demo` made this database, and when it was set up."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    demonstration = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    notes = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(id=1), name="one_installation")]

    def __str__(self) -> str:
        return "demonstration" if self.demonstration else "in use"
