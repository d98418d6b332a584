"""Every table of the main database. It decides names, types and what is unique; it must not know who reads them.

Accounts and what hangs from them, tokens and keys (sealed), the audit log, marks of what a person has seen. Ids of
people and resources only: no name, no date of birth, no clinical value has a column here.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from fhirportal.storage.engine import UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_Id = String(64)
_Slug = String(64)
_Word = String(32)
# SQLite counts only an INTEGER column up by itself; PostgreSQL wants eight bytes.
_Seq = BigInteger().with_variant(Integer(), "sqlite")


def _account() -> Column[str]:
    return Column("account_id", _Id, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False)


accounts = Table(
    "accounts",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime, nullable=False),
    Column("locale", _Word),
    Column("theme", _Word),
)

# Never joined by e-mail or name: issuer and subject, as the validated id_token or launch gave them.
identities = Table(
    "identities",
    metadata,
    Column("issuer", String(512), primary_key=True),
    Column("sub", String(255), primary_key=True),
    _account(),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "account_id"),
)

chart_links = Table(
    "chart_links",
    metadata,
    Column("id", Integer, primary_key=True),
    _account(),
    Column("hospital", _Slug, nullable=False),
    Column("patient", _Id, nullable=False),
    Column("relation", _Word, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("account_id", "hospital", "patient"),
)

terms_accepted = Table(
    "terms_accepted",
    metadata,
    Column("account_id", _Id, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("hospital", _Slug, primary_key=True),
    Column("version", String(64), primary_key=True),
    Column("language", _Word, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

# A session lives while its row stands here and its record stands in KV: deleting the row ends it on the next request,
# whoever deletes it. Without an account: a preview or an unknown viewer. `key` is a hash, never the cookie.
open_sessions = Table(
    "open_sessions",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("account_id", _Id, ForeignKey("accounts.id", ondelete="CASCADE")),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index(None, "account_id"),
    Index(None, "expires_at"),
)

upstream_tokens = Table(
    "upstream_tokens",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("hospital", _Slug, nullable=False),
    Column("access_sealed", LargeBinary, nullable=False),
    Column("refresh_sealed", LargeBinary),
    Column("expires_at", UtcDateTime),
    Column("scopes", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("keep_until", UtcDateTime, nullable=False),
    Index(None, "keep_until"),
)

keys = Table(
    "keys",
    metadata,
    Column("kid", _Id, primary_key=True),
    Column("purpose", _Word, nullable=False),
    Column("hospital", _Slug, nullable=False),
    Column("alg", _Word, nullable=False),
    Column("state", _Word, nullable=False),
    Column("sealed_private", LargeBinary, nullable=False),
    Column("public_jwk", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("activated_at", UtcDateTime),
    Column("retired_at", UtcDateTime),
    Index(
        "uq_keys_one_active",
        "purpose",
        "hospital",
        "alg",
        unique=True,
        sqlite_where=text("state = 'active'"),
        postgresql_where=text("state = 'active'"),
    ),
    Index(
        "uq_keys_one_next",
        "purpose",
        "hospital",
        "alg",
        unique=True,
        sqlite_where=text("state = 'next'"),
        postgresql_where=text("state = 'next'"),
    ),
)

# AUTOINCREMENT: the number of a deleted last row is never given out again.
audit_rows = Table(
    "audit_rows",
    metadata,
    Column("seq", _Seq, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("hospital", _Slug, nullable=False),
    Column("actor", String(128), nullable=False),
    Column("account_id", _Id),
    Column("session_id", _Id, nullable=False),
    Column("kind", _Word, nullable=False),
    Column("patient", _Id, nullable=False),
    Column("action", _Word, nullable=False),
    Column("type", _Id, nullable=False),
    Column("resource_id", _Id, nullable=False),
    Column("params", Text, nullable=False),
    Column("outcome", _Word, nullable=False),
    Column("app", String(128), nullable=False),
    Column("request_id", _Id, nullable=False),
    Column("reason", _Id, nullable=False),
    Index(None, "hospital", "patient", "at"),
    Index(None, "account_id", "at"),
    sqlite_autoincrement=True,
)

audit_seals = Table(
    "audit_seals",
    metadata,
    Column("from_seq", _Seq, primary_key=True, autoincrement=False),
    Column("to_seq", _Seq, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("head", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("to_seq"),
)

viewed_marks = Table(
    "viewed_marks",
    metadata,
    Column("account_id", _Id, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("hospital", _Slug, primary_key=True),
    Column("patient", _Id, primary_key=True),
    Column("type", _Id, primary_key=True),
    Column("resource_id", _Id, primary_key=True),
    Column("version", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
