"""First schema: accounts, tokens, keys, audit, viewed marks."""

import sqlalchemy as sa
from alembic import op

from fhirportal.storage.engine import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _accounts()
    _what_hangs_from_accounts()
    _tokens()
    _keys()
    _audit()


def downgrade() -> None:
    for table in (
        "viewed_marks",
        "terms_accepted",
        "chart_links",
        "identities",
        "open_sessions",
        "accounts",
        "upstream_tokens",
        "keys",
        "audit_seals",
        "audit_rows",
    ):
        op.drop_table(table)


def _text(name: str, length: int, *, nullable: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.String(length), nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> "sa.Column[sa.DateTime]":
    return sa.Column(name, UtcDateTime(), nullable=nullable)


def _account_key(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_account_id_accounts"
    return sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=name, ondelete="CASCADE")


def _accounts() -> None:
    op.create_table(
        "accounts",
        _text("id", 64),
        _time("created_at"),
        _time("last_seen_at"),
        _text("locale", 32, nullable=True),
        _text("theme", 32, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
    )
    op.create_table(
        "identities",
        _text("issuer", 512),
        _text("sub", 255),
        _text("account_id", 64),
        _time("created_at"),
        _account_key("identities"),
        sa.PrimaryKeyConstraint("issuer", "sub", name="pk_identities"),
    )
    op.create_index("ix_identities_account_id", "identities", ["account_id"])
    op.create_table(
        "open_sessions",
        _text("key", 64),
        _text("account_id", 64, nullable=True),
        _time("opened_at"),
        _time("expires_at"),
        _account_key("open_sessions"),
        sa.PrimaryKeyConstraint("key", name="pk_open_sessions"),
    )
    op.create_index("ix_open_sessions_account_id", "open_sessions", ["account_id"])
    op.create_index("ix_open_sessions_expires_at", "open_sessions", ["expires_at"])


def _what_hangs_from_accounts() -> None:
    op.create_table(
        "chart_links",
        sa.Column("id", sa.Integer(), nullable=False),
        _text("account_id", 64),
        _text("hospital", 64),
        _text("patient", 64),
        _text("relation", 32),
        _time("created_at"),
        _account_key("chart_links"),
        sa.PrimaryKeyConstraint("id", name="pk_chart_links"),
        sa.UniqueConstraint("account_id", "hospital", "patient", name="uq_chart_links_account_id_hospital_patient"),
    )
    op.create_table(
        "terms_accepted",
        _text("account_id", 64),
        _text("hospital", 64),
        _text("version", 64),
        _text("language", 32),
        _time("at"),
        _account_key("terms_accepted"),
        sa.PrimaryKeyConstraint("account_id", "hospital", "version", name="pk_terms_accepted"),
    )
    op.create_table(
        "viewed_marks",
        _text("account_id", 64),
        _text("hospital", 64),
        _text("patient", 64),
        _text("type", 64),
        _text("resource_id", 64),
        _text("version", 64),
        _time("at"),
        _account_key("viewed_marks"),
        sa.PrimaryKeyConstraint("account_id", "hospital", "patient", "type", "resource_id", name="pk_viewed_marks"),
    )


def _tokens() -> None:
    op.create_table(
        "upstream_tokens",
        _text("id", 64),
        _text("hospital", 64),
        sa.Column("access_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("refresh_sealed", sa.LargeBinary()),
        _time("expires_at", nullable=True),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _time("created_at"),
        _time("keep_until"),
        sa.PrimaryKeyConstraint("id", name="pk_upstream_tokens"),
    )
    op.create_index("ix_upstream_tokens_keep_until", "upstream_tokens", ["keep_until"])


def _keys() -> None:
    op.create_table(
        "keys",
        _text("kid", 64),
        _text("purpose", 32),
        _text("hospital", 64),
        _text("alg", 32),
        _text("state", 32),
        sa.Column("sealed_private", sa.LargeBinary(), nullable=False),
        sa.Column("public_jwk", sa.Text(), nullable=False),
        _time("created_at"),
        _time("activated_at", nullable=True),
        _time("retired_at", nullable=True),
        sa.PrimaryKeyConstraint("kid", name="pk_keys"),
    )
    for state in ("active", "next"):
        only = sa.text(f"state = '{state}'")
        columns = ["purpose", "hospital", "alg"]
        op.create_index(f"uq_keys_one_{state}", "keys", columns, unique=True, sqlite_where=only, postgresql_where=only)


def _audit() -> None:
    op.create_table(
        "audit_rows",
        sa.Column("seq", _SEQ, autoincrement=True, nullable=False),
        _time("at"),
        _text("hospital", 64),
        _text("actor", 128),
        _text("account_id", 64, nullable=True),
        _text("session_id", 64),
        _text("kind", 32),
        _text("patient", 64),
        _text("action", 32),
        _text("type", 64),
        _text("resource_id", 64),
        sa.Column("params", sa.Text(), nullable=False),
        _text("outcome", 32),
        _text("app", 128),
        _text("request_id", 64),
        _text("reason", 64),
        sa.PrimaryKeyConstraint("seq", name="pk_audit_rows"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_rows_hospital_patient_at", "audit_rows", ["hospital", "patient", "at"])
    op.create_index("ix_audit_rows_account_id_at", "audit_rows", ["account_id", "at"])
    op.create_table(
        "audit_seals",
        sa.Column("from_seq", _SEQ, autoincrement=False, nullable=False),
        sa.Column("to_seq", _SEQ, nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        _text("head", 64),
        _time("at"),
        sa.PrimaryKeyConstraint("from_seq", name="pk_audit_seals"),
        sa.UniqueConstraint("to_seq", name="uq_audit_seals_to_seq"),
    )
