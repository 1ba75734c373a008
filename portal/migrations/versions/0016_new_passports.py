"""New passports."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('new_passport',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.Uuid(), nullable=False),
    sa.Column('form_key', sa.Uuid(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('post_id', sa.Integer(), nullable=False),
    sa.Column('traveller_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.LargeBinary(), nullable=False),
    sa.Column('expires_on', sa.Date(), nullable=False),
    sa.Column('reported_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('corrected', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.String(length=20), nullable=True),
    sa.Column('words', sa.LargeBinary(), nullable=True),
    sa.CheckConstraint("state IN ('waiting', 'accepted', 'refused')", name=op.f('ck_new_passport_state')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_new_passport_account_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['case_id', 'post_id'], ['case.id', 'case.post_id'], name=op.f('fk_new_passport_case_id_post_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['traveller_id'], ['traveller.id'], name=op.f('fk_new_passport_traveller_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_new_passport')),
    sa.UniqueConstraint('form_key', name=op.f('uq_new_passport_form_key')),
    sa.UniqueConstraint('public_id', name=op.f('uq_new_passport_public_id'))
    )
    with op.batch_alter_table('new_passport', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_new_passport_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_new_passport_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_new_passport_post_id_state'), ['post_id', 'state'], unique=False)
        batch_op.create_index(batch_op.f('ix_new_passport_traveller_id'), ['traveller_id'], unique=False)
        batch_op.create_index('uq_new_passport_waiting', ['traveller_id'], unique=True, sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'"))



def downgrade():
    with op.batch_alter_table('new_passport', schema=None) as batch_op:
        batch_op.drop_index('uq_new_passport_waiting', sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'"))
        batch_op.drop_index(batch_op.f('ix_new_passport_traveller_id'))
        batch_op.drop_index(batch_op.f('ix_new_passport_post_id_state'))
        batch_op.drop_index(batch_op.f('ix_new_passport_case_id'))
        batch_op.drop_index(batch_op.f('ix_new_passport_account_id'))

    op.drop_table('new_passport')
