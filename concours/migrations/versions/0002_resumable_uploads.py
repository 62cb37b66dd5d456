"""resumable uploads, and what is told of files beside their verdict."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ROLES = "role IN ('video', 'small', 'poster', 'document', 'page')"
_FORMER_ROLES = "role IN ('video', 'poster', 'page')"


def upgrade() -> None:
    op.create_table(
        "upload",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("subject", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("head_sha256", sa.String(length=64), nullable=True),
        sa.Column("key", sa.String(length=26), nullable=False),
        sa.Column("place", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("creation_id", sa.String(length=26), nullable=True),
        sa.ForeignKeyConstraint(["creation_id"], ["creation.id"], name=op.f("fk_upload_creation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sa.UniqueConstraint("key", name=op.f("uq_upload_key")),
    )
    op.create_index("ix_upload_creation_id", "upload", ["creation_id"])
    op.create_index("ix_upload_expires_at", "upload", ["expires_at"])
    op.create_index("ix_upload_subject", "upload", ["subject"])
    with op.batch_alter_table("creation") as batch_op:
        batch_op.add_column(sa.Column("findings", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("progress", sa.Float(), nullable=True))
    with op.batch_alter_table("creation") as batch_op:
        batch_op.alter_column("findings", server_default=None)
    with op.batch_alter_table("jury_media") as batch_op:
        batch_op.drop_constraint(op.f("ck_jury_media_role"), type_="check")
        batch_op.create_check_constraint(op.f("ck_jury_media_role"), _ROLES)


def downgrade() -> None:
    op.execute("DELETE FROM jury_media WHERE role IN ('small', 'document')")
    op.execute("DELETE FROM copy_file WHERE role IN ('small', 'document')")
    with op.batch_alter_table("jury_media") as batch_op:
        batch_op.drop_constraint(op.f("ck_jury_media_role"), type_="check")
        batch_op.create_check_constraint(op.f("ck_jury_media_role"), _FORMER_ROLES)
    with op.batch_alter_table("creation") as batch_op:
        batch_op.drop_column("progress")
        batch_op.drop_column("findings")
    op.drop_table("upload")
