"""initial tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("organiser", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
    )
    op.create_table(
        "audit_event",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=26), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit_event")),
        sa.UniqueConstraint("digest", name=op.f("uq_audit_event_digest")),
    )
    op.create_table(
        "code",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code")),
    )
    with op.batch_alter_table("code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_code_email"), ["email"], unique=False)

    op.create_table(
        "code_request",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_request")),
    )
    with op.batch_alter_table("code_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_code_request_subject"), ["subject"], unique=False)

    op.create_table(
        "community_member",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community_member")),
        sa.UniqueConstraint("email", name=op.f("uq_community_member_email")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_community_member_token_digest")),
    )
    op.create_table(
        "creation",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("quarantine_key", sa.String(length=26), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=4), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("detected", sa.String(length=120), nullable=True),
        sa.Column("duration_s", sa.Float(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_creation")),
        sa.UniqueConstraint("quarantine_key", name=op.f("uq_creation_quarantine_key")),
    )
    with op.batch_alter_table("creation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_creation_claimed_until"), ["claimed_until"], unique=False)
        batch_op.create_index(batch_op.f("ix_creation_state"), ["state"], unique=False)

    op.create_table(
        "edition",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("key", sa.String(length=20), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unsealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition")),
        sa.UniqueConstraint("key", name=op.f("uq_edition_key")),
    )
    op.create_table(
        "jury_audit",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=26), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_jury_audit")),
        sa.UniqueConstraint("digest", name=op.f("uq_jury_audit_digest")),
    )
    op.create_table(
        "jury_code",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jury_code")),
    )
    with op.batch_alter_table("jury_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_jury_code_email"), ["email"], unique=False)

    op.create_table(
        "jury_link",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reusable", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jury_link")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_jury_link_token_digest")),
    )
    op.create_table(
        "jury_login",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jury_login")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_jury_login_token_digest")),
    )
    with op.batch_alter_table("jury_login", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_jury_login_person_id"), ["person_id"], unique=False)

    op.create_table(
        "jury_outbox",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=300), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jury_outbox")),
    )
    with op.batch_alter_table("jury_outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_jury_outbox_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_jury_outbox_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_jury_outbox_recipient"), ["recipient"], unique=False)

    op.create_table(
        "jury_request",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jury_request")),
    )
    with op.batch_alter_table("jury_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_jury_request_subject"), ["subject"], unique=False)

    op.create_table(
        "jury_session",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("edition_key", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("criteria", sa.JSON(), nullable=False),
        sa.Column("scale_low", sa.Integer(), nullable=False),
        sa.Column("scale_high", sa.Integer(), nullable=False),
        sa.Column("laureates_max", sa.Integer(), nullable=False),
        sa.Column("scoring_closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("scoring_closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("laureates_recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("departure_reason", sa.Text(), nullable=False),
        sa.Column("minutes_signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("minutes_signed_on", sa.Date(), nullable=True),
        sa.Column("minutes_signed_by", sa.Text(), nullable=False),
        sa.CheckConstraint("scale_low < scale_high", name=op.f("ck_jury_session_scale")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jury_session")),
        sa.UniqueConstraint("edition_key", name=op.f("uq_jury_session_edition_key")),
    )
    op.create_table(
        "link",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reusable", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_link_token_digest")),
    )
    op.create_table(
        "login",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_login_token_digest")),
    )
    with op.batch_alter_table("login", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_login_person_id"), ["person_id"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=300), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_outbox_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_outbox_recipient"), ["recipient"], unique=False)

    op.create_table(
        "registration",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("edition_id", sa.String(length=26), nullable=False),
        sa.Column("first_name", sa.String(length=100), nullable=False),
        sa.Column("last_name", sa.String(length=100), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("administration", sa.String(length=200), nullable=False),
        sa.Column("function", sa.String(length=200), nullable=False),
        sa.Column("accessibility_needs", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint("edition_id", "email", name=op.f("uq_registration_edition_id_email")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_registration_token_digest")),
    )
    op.create_table(
        "rules_version",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("edition_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules_version")),
        sa.UniqueConstraint("edition_id", "number", name=op.f("uq_rules_version_edition_id_number")),
    )
    with op.batch_alter_table("rules_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rules_version_edition_id"), ["edition_id"], unique=False)

    op.create_table(
        "copy_file",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("creation_id", sa.String(length=26), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("mime", sa.String(length=60), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["creation_id"], ["creation.id"], name=op.f("fk_copy_file_creation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copy_file")),
        sa.UniqueConstraint("creation_id", "role", "position", name=op.f("uq_copy_file_creation_id_role_position")),
    )
    op.create_table(
        "jury_member",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("session_id", sa.String(length=26), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("function", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("order_seed", sa.String(length=26), nullable=False),
        sa.CheckConstraint("role IN ('juror', 'president', 'secretary')", name=op.f("ck_jury_member_role")),
        sa.ForeignKeyConstraint(["session_id"], ["jury_session.id"], name=op.f("fk_jury_member_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jury_member")),
        sa.UniqueConstraint("session_id", "email", name=op.f("uq_jury_member_session_id_email")),
        sa.UniqueConstraint("session_id", "id", name=op.f("uq_jury_member_session_id_id")),
    )
    with op.batch_alter_table("jury_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_jury_member_email"), ["email"], unique=False)

    op.create_table(
        "jury_work",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("session_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=100), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_jury_work_number")),
        sa.ForeignKeyConstraint(["session_id"], ["jury_session.id"], name=op.f("fk_jury_work_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jury_work")),
        sa.UniqueConstraint("session_id", "id", name=op.f("uq_jury_work_session_id_id")),
        sa.UniqueConstraint("session_id", "number", name=op.f("uq_jury_work_session_id_number")),
    )
    op.create_table(
        "entry",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("edition_id", sa.String(length=26), nullable=False),
        sa.Column("team", sa.String(length=200), nullable=False),
        sa.Column("administration", sa.String(length=200), nullable=False),
        sa.Column("contact_name", sa.String(length=200), nullable=False),
        sa.Column("contact_email", sa.String(length=254), nullable=False),
        sa.Column("contact_phone", sa.String(length=30), nullable=False),
        sa.Column("public_agent", sa.Boolean(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("category", sa.String(length=200), nullable=False),
        sa.Column("rules_accepted", sa.Boolean(), nullable=False),
        sa.Column("rights_granted", sa.Boolean(), nullable=False),
        sa.Column("image_rights", sa.Boolean(), nullable=False),
        sa.Column("creation_id", sa.String(length=26), nullable=True),
        sa.Column("deposit_id", sa.String(length=26), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("work_id", sa.String(length=26), nullable=True),
        sa.CheckConstraint("deposit_id IS NULL OR withdrawn_at IS NULL", name=op.f("ck_entry_one_state")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_entry_account_id")),
        sa.ForeignKeyConstraint(["creation_id"], ["creation.id"], name=op.f("fk_entry_creation_id")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_entry_edition_id")),
        sa.ForeignKeyConstraint(["work_id"], ["jury_work.id"], name=op.f("fk_entry_work_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        sa.UniqueConstraint("creation_id", name=op.f("uq_entry_creation_id")),
        sa.UniqueConstraint("work_id", name=op.f("uq_entry_work_id")),
    )
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_account_id_edition_id"), ["account_id", "edition_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_entry_edition_id"), ["edition_id"], unique=False)

    op.create_table(
        "jury_laureate",
        sa.Column("work_id", sa.String(length=26), nullable=False),
        sa.Column("session_id", sa.String(length=26), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("rank > 0", name=op.f("ck_jury_laureate_rank")),
        sa.ForeignKeyConstraint(["session_id", "work_id"], ["jury_work.session_id", "jury_work.id"], name="work"),
        sa.PrimaryKeyConstraint("work_id", name=op.f("pk_jury_laureate")),
    )
    with op.batch_alter_table("jury_laureate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_jury_laureate_session_id"), ["session_id"], unique=False)

    op.create_table(
        "jury_media",
        sa.Column("work_id", sa.String(length=26), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("mime", sa.String(length=100), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("role IN ('video', 'poster', 'page')", name=op.f("ck_jury_media_role")),
        sa.ForeignKeyConstraint(["work_id"], ["jury_work.id"], name=op.f("fk_jury_media_work_id")),
        sa.PrimaryKeyConstraint("work_id", "role", "position", name=op.f("pk_jury_media")),
    )
    op.create_table(
        "jury_sheet",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("session_id", sa.String(length=26), nullable=False),
        sa.Column("work_id", sa.String(length=26), nullable=False),
        sa.Column("member_id", sa.String(length=26), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id", "member_id"], ["jury_member.session_id", "jury_member.id"], name="member"
        ),
        sa.ForeignKeyConstraint(["session_id", "work_id"], ["jury_work.session_id", "jury_work.id"], name="work"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jury_sheet")),
        sa.UniqueConstraint("work_id", "member_id", name=op.f("uq_jury_sheet_work_id_member_id")),
    )
    with op.batch_alter_table("jury_sheet", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_jury_sheet_session_id"), ["session_id"], unique=False)

    op.create_table(
        "jury_tie_decision",
        sa.Column("session_id", sa.String(length=26), nullable=False),
        sa.Column("tied", sa.JSON(), nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.String(length=26), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["decided_by"], ["jury_member.id"], name=op.f("fk_jury_tie_decision_decided_by")),
        sa.ForeignKeyConstraint(["session_id"], ["jury_session.id"], name=op.f("fk_jury_tie_decision_session_id")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_jury_tie_decision")),
    )
    op.create_table(
        "deposit",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("entry_id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("receipt_number", sa.String(length=40), nullable=False),
        sa.Column("dossier", sa.JSON(), nullable=False),
        sa.Column("creation_id", sa.String(length=26), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("rules_number", sa.Integer(), nullable=False),
        sa.Column("rules_digest", sa.String(length=64), nullable=False),
        sa.Column("consents_version", sa.Integer(), nullable=False),
        sa.Column("consents_digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["creation_id"], ["creation.id"], name=op.f("fk_deposit_creation_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_deposit_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deposit")),
        sa.UniqueConstraint("receipt_number", name=op.f("uq_deposit_receipt_number")),
    )
    with op.batch_alter_table("deposit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deposit_entry_id"), ["entry_id"], unique=False)

    op.create_table(
        "jury_score",
        sa.Column("sheet_id", sa.String(length=26), nullable=False),
        sa.Column("criterion", sa.String(length=40), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["sheet_id"], ["jury_sheet.id"], name=op.f("fk_jury_score_sheet_id")),
        sa.PrimaryKeyConstraint("sheet_id", "criterion", name=op.f("pk_jury_score")),
    )
    op.create_table(
        "admissibility",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("entry_id", sa.String(length=26), nullable=False),
        sa.Column("deposit_id", sa.String(length=26), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.String(length=26), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("decision = 'admitted' OR reason <> ''", name=op.f("ck_admissibility_reason")),
        sa.CheckConstraint("decision IN ('admitted', 'refused')", name=op.f("ck_admissibility_decision")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_admissibility_decided_by")),
        sa.ForeignKeyConstraint(["deposit_id"], ["deposit.id"], name=op.f("fk_admissibility_deposit_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_admissibility_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admissibility")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_admissibility_entry_id")),
    )
    op.create_table(
        "laureate",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("edition_id", sa.String(length=26), nullable=False),
        sa.Column("entry_id", sa.String(length=26), nullable=False),
        sa.Column("deposit_id", sa.String(length=26), nullable=False),
        sa.Column("work_number", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("mean", sa.String(length=60), nullable=True),
        sa.Column("criterion_means", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("unsealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["deposit_id"], ["deposit.id"], name=op.f("fk_laureate_deposit_id")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_laureate_edition_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_laureate_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_laureate")),
        sa.UniqueConstraint("edition_id", "work_number", name=op.f("uq_laureate_edition_id_work_number")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_laureate_entry_id")),
    )
    # An entry names its deposit and a deposit its entry: one of the two keys can only come once both tables stand.
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.create_foreign_key(batch_op.f("fk_entry_deposit_id"), "deposit", ["deposit_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_entry_deposit_id"), type_="foreignkey")
    op.drop_table("laureate")
    op.drop_table("admissibility")
    op.drop_table("jury_score")
    with op.batch_alter_table("deposit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deposit_entry_id"))

    op.drop_table("deposit")
    op.drop_table("jury_tie_decision")
    with op.batch_alter_table("jury_sheet", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_jury_sheet_session_id"))

    op.drop_table("jury_sheet")
    op.drop_table("jury_media")
    with op.batch_alter_table("jury_laureate", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_jury_laureate_session_id"))

    op.drop_table("jury_laureate")
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_entry_edition_id"))
        batch_op.drop_index(batch_op.f("ix_entry_account_id_edition_id"))

    op.drop_table("entry")
    op.drop_table("jury_work")
    with op.batch_alter_table("jury_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_jury_member_email"))

    op.drop_table("jury_member")
    op.drop_table("copy_file")
    with op.batch_alter_table("rules_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rules_version_edition_id"))

    op.drop_table("rules_version")
    op.drop_table("registration")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_recipient"))
        batch_op.drop_index(batch_op.f("ix_outbox_due_at"))
        batch_op.drop_index(batch_op.f("ix_outbox_created_at"))

    op.drop_table("outbox")
    with op.batch_alter_table("login", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_login_person_id"))

    op.drop_table("login")
    op.drop_table("link")
    op.drop_table("jury_session")
    with op.batch_alter_table("jury_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_jury_request_subject"))

    op.drop_table("jury_request")
    with op.batch_alter_table("jury_outbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_jury_outbox_recipient"))
        batch_op.drop_index(batch_op.f("ix_jury_outbox_due_at"))
        batch_op.drop_index(batch_op.f("ix_jury_outbox_created_at"))

    op.drop_table("jury_outbox")
    with op.batch_alter_table("jury_login", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_jury_login_person_id"))

    op.drop_table("jury_login")
    op.drop_table("jury_link")
    with op.batch_alter_table("jury_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_jury_code_email"))

    op.drop_table("jury_code")
    op.drop_table("jury_audit")
    op.drop_table("edition")
    with op.batch_alter_table("creation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_creation_state"))
        batch_op.drop_index(batch_op.f("ix_creation_claimed_until"))

    op.drop_table("creation")
    op.drop_table("community_member")
    with op.batch_alter_table("code_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_code_request_subject"))

    op.drop_table("code_request")
    with op.batch_alter_table("code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_code_email"))

    op.drop_table("code")
    op.drop_table("audit_event")
    op.drop_table("account")
